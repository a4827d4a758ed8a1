"""The ``log`` section of a scenario."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from twin.eventlog.log_spec import LogSpec


def test_defaults_are_valid_and_documented() -> None:
    """The empty section is accepted; every field has a reference text."""
    assert LogSpec().trajectory_period_s == 0.5
    assert all(field.description for field in LogSpec.model_fields.values())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("trajectory_period_s", 0.0),
        ("trajectory_period_s", -1.0),
        ("observation_every_n_frames", -1),
        ("segment_s", 0.0),
        ("segment_s", 60.5),
        ("interval_s", 0.0),
        ("interval_s", float("nan")),
        ("periods", 1),
    ],
)
def test_impossible_values_are_refused(field: str, value: float) -> None:
    """Nothing is logged at a zero or negative period, no segment is longer than 60 s, and unknown keys are refused."""
    with pytest.raises(ValidationError):
        LogSpec.model_validate({field: value})


def test_observations_may_be_all_or_none() -> None:
    """1 writes the objects of every frame, 0 of none."""
    assert LogSpec(observation_every_n_frames=0).observation_every_n_frames == 0
    assert LogSpec(observation_every_n_frames=1).observation_every_n_frames == 1
