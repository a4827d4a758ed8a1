"""What every test shares: Hypothesis without a clock or a memory, messages in English."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from twin.messages import use_language

settings.register_profile("twin", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("twin")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with which the golden tables are written anew."""
    words = "write the tables of tests/golden anew, and fail"
    parser.addoption("--regenerate-golden", action="store_true", help=words)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say messages in English, whatever the environment says."""
    monkeypatch.delenv("TWIN_LANG", raising=False)
    use_language(None)
