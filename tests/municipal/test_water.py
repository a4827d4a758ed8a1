"""Water in underpasses: nothing comes from nowhere, levels are those of the wedge, gauges err as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.municipal.gauge_spec import WaterGaugeSpec
from twin.municipal.underpass_spec import DrainageSpec
from twin.municipal.underpasses import Underpass
from twin.municipal.water import Water, speed_in_water_mps
from twin.municipal.water_gauges import WaterGauges

DRAINAGE = DrainageSpec(runoff=0.9, delay_min=5.0, sump_m3=20.0, grade=0.04)


def _underpass(catchment_m2: float = 10_000.0, pump_m3ps: float = 0.1) -> Underpass:
    return Underpass(0, "u", np.array([0], np.int32), 0.0, 0.0, 14.0, catchment_m2, pump_m3ps, None)


def test_without_pumps_the_level_follows_the_rain_that_ran_off() -> None:
    """Q = Q (1 - exp(-t/K)) filled for an hour, less the sump, in a wedge: level = sqrt(volume x grade / width)."""
    water = Water([_underpass()], DRAINAGE)
    for _ in range(3600):
        water.step(1.0, 50.0, np.array([False]))
    steady, delay_s = 0.9 * 10_000.0 * 0.05 / 3600.0, 300.0
    volume = steady * (3600.0 - delay_s * (1.0 - math.exp(-3600.0 / delay_s)))
    assert water.inflow_m3ps[0] == pytest.approx(steady * (1.0 - math.exp(-12.0)))
    assert water.volume_m3[0] == pytest.approx(volume, rel=1e-9)
    assert water.level_m[0] == pytest.approx(math.sqrt((volume - 20.0) * 0.04 / 14.0))
    assert 14.0 * water.level_m[0] ** 2 / 0.04 == pytest.approx(volume - 20.0)
    assert water.reach_m()[0] == pytest.approx(water.level_m[0] / 0.04)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 200.0), st.booleans(), st.sampled_from([0.5, 1.0, 30.0])), max_size=60))
def test_no_water_is_lost_or_made(steps: list[tuple[float, bool, float]]) -> None:
    """What ran off is in the sump, on the road or pumped, and pumps never take more than they can."""
    water = Water([_underpass(), _underpass(500.0, 5.0)], DRAINAGE)
    for rain, pumps, dt_s in steps:
        before, inflow = water.volume_m3.copy(), water.inflow_m3ps.copy()
        water.step(dt_s, rain, np.array([pumps, pumps]))
        steady = 0.9 * np.array([10_000.0, 500.0]) * rain / 3.6e6
        came = steady * dt_s + (inflow - water.inflow_m3ps) * 300.0
        gone = before + came - water.volume_m3
        assert (water.volume_m3 >= 0.0).all()
        assert (gone >= -1e-9).all()
        assert (gone <= np.array([0.1, 5.0]) * dt_s * pumps + 1e-9).all()
        assert (water.inflow_m3ps >= 0.0).all()


def test_steps_of_any_length_agree_without_pumps() -> None:
    """The run-off is solved exactly: one step of a minute is sixty of a second."""
    fine, coarse = Water([_underpass()], DRAINAGE), Water([_underpass()], DRAINAGE)
    for _ in range(60):
        fine.step(1.0, 80.0, np.array([False]))
    coarse.step(60.0, 80.0, np.array([False]))
    assert fine.volume_m3 == pytest.approx(coarse.volume_m3, rel=1e-12)


def test_drivers_slow_down_with_depth() -> None:
    """87 km/h in the dry by the published curve, 5 km/h at 25 cm, a crawl from 30 cm on, never faster in deeper water."""
    speed_kmh = 3.6 * speed_in_water_mps(np.array([0.0, 0.1, 0.15, 0.25, 0.3, 2.0]))
    assert speed_kmh[0] == pytest.approx(86.9448)
    assert speed_kmh[3] == pytest.approx(0.0009 * 250**2 - 0.5529 * 250 + 86.9448)
    assert (np.diff(speed_kmh[:5]) < 0.0).all()
    assert speed_kmh[5] == speed_kmh[4] > 0.0


def test_gauges_err_within_their_class_and_each_in_its_own_way() -> None:
    """200 gauges at 1 m, 50 looks each: constant errors even within 0.5 % of 5 m, noise of 5 mm, and clipped ends."""
    names = [f"g{number}" for number in range(200)]
    gauges = WaterGauges(WaterGaugeSpec(), names, 1)
    rows = np.arange(200)
    read = np.array([gauges.measure(rows, np.full(200, 1.0)) for _ in range(50)])
    offset = read.mean(axis=0) - 1.0
    assert np.abs(offset).max() < 0.025 + 4.0 * 0.005 / math.sqrt(50)
    assert offset.std() == pytest.approx(0.025 / math.sqrt(3.0), rel=0.15)
    assert (read - read.mean(axis=0)).std() == pytest.approx(0.005 * math.sqrt(49 / 50), rel=0.03)
    assert gauges.measure(rows, np.zeros(200)).min() == 0.0
    assert gauges.measure(rows, np.full(200, 9.0)).max() == 5.0
    others = WaterGauges(WaterGaugeSpec(), ["g7", "new"], 1)
    assert others.offset_m[0] == gauges.offset_m[7]
