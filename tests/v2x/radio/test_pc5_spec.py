"""The sidelink's keys: what they default to is what the model can do."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from twin.v2x.pc5 import packet_delivery_ratio
from twin.v2x.radio.block_error import CURVES
from twin.v2x.radio.pc5_spec import Pc5Spec


def test_defaults_are_a_configuration_of_the_model() -> None:
    """Delivery at the range in sight on an empty road: 73 %, as the docstring says."""
    spec = Pc5Spec()
    ratio = packet_delivery_ratio(spec.range_m, 0.0, 10.0, spec.tx_power_dbm, spec.subchannels, environment=spec.environment)
    assert ratio == pytest.approx(0.73, abs=0.01)


def test_sub_channels_are_those_with_a_curve() -> None:
    """2 and 4, nothing else."""
    for subchannels in CURVES:
        assert Pc5Spec(subchannels=subchannels).subchannels == subchannels
    with pytest.raises(ValidationError):
        Pc5Spec(subchannels=3)
