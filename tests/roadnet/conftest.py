"""Lets the tests of this folder import ``osm_text``, and keeps their caches apart."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep networks read by a test in its own folder."""
    monkeypatch.setenv("TWIN_CACHE_DIR", str(tmp_path / "cache"))
