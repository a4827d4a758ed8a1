"""Conversions at the edges: nothing is lost on the way into microseconds and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twin.units import MPS_PER_KMH, MPS_PER_MPH, to_s, to_us


@given(st.integers(-(10**15), 10**15))
def test_microseconds_survive_as_seconds(t_us: int) -> None:
    """Thirty years of whole microseconds: 1.001 s is 1,001,000 us, though 1.001 x 10^6 lies a little below in binary."""
    assert to_us(to_s(t_us)) == t_us


def test_speeds_by_hand() -> None:
    """36 km/h are 10 m/s; 30 mph are 13.4112 m/s exactly, by the definition of the mile."""
    assert 36.0 * MPS_PER_KMH == 10.0
    assert round(30.0 * MPS_PER_MPH, 10) == 13.4112
