"""Weigh-in-motion stations: who is weighed, who is told to be overloaded, what hangs on what."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twin.bridges.vehicle_loads import STANDARD_GRAVITY_MPS2
from twin.bridges.weigh_in_motion import WeighInMotion, WeighInMotionSpec, legal_gross_kg, weigh_rows
from twin.eventlog.recorder import Recorder


def trucks(gross_t: list[float], axles: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return offsets, places and loads of trucks of so many axles, 4 m apart, all loaded alike."""
    size = len(gross_t)
    offset = np.arange(0, axles * size + 1, axles)
    load_n = np.repeat(np.array(gross_t) * 1e3 * STANDARD_GRAVITY_MPS2 / axles, axles)
    return offset, np.tile(4.0 * np.arange(axles), size), load_n


def station(**keys) -> WeighInMotion:
    """Return a station."""
    return WeighInMotion("b", WeighInMotionSpec(id="w", **keys), seed=3)


def test_legal_weights_are_those_of_the_provisions() -> None:
    """Article 3: 18, 25, 31, 43 and 49 t for two to six axles; more as six."""
    assert legal_gross_kg([2, 3, 4, 5, 6, 8]).tolist() == [18e3, 25e3, 31e3, 43e3, 49e3, 49e3]


def test_light_vehicles_are_left_out_and_some_are_missed() -> None:
    """Cars are not reported; of trucks the stated share is missed, drawn by the trip."""
    found = station().weigh([1, 2], [20.0, 20.0], *trucks([1.5, 10.0]))
    assert found.index.tolist() == [1]
    many = station(missed_share=0.2).weigh(np.arange(5000), np.full(5000, 20.0), *trucks([10.0] * 5000))
    assert many.index.size / 5000 == pytest.approx(0.8, abs=0.02)


def test_overloaded_trucks_are_told_above_the_tolerance() -> None:
    """Far above the limit always, far below never; the truth is the limit itself."""
    found = station(missed_share=0.0).weigh([1, 2, 3], [20.0] * 3, *trucks([40.0, 9.0, 18.01]))
    assert found.overloaded[:2].tolist() == [True, False]
    assert found.truly_overloaded.tolist() == [True, False, True]


def test_a_weight_hangs_on_the_trip_and_the_station_alone() -> None:
    """Weighed in any order and company, a trip has the same reading; at another station another one."""
    weights = [10.0, 12.0, 14.0, 16.0]
    together = station(missed_share=0.0).weigh([4, 5, 6, 7], [20.0] * 4, *trucks(weights))
    alone = station(missed_share=0.0).weigh([6], [20.0], *trucks([14.0]))
    other = WeighInMotion("c", WeighInMotionSpec(id="w", missed_share=0.0), seed=3).weigh([6], [20.0], *trucks([14.0]))
    assert alone.gross_kg[0] == together.gross_kg[2]
    assert other.gross_kg[0] != together.gross_kg[2]


def test_the_speed_is_read_as_stated() -> None:
    """Its standard deviation is the stated share of it."""
    found = station(missed_share=0.0).weigh(np.arange(4000), np.full(4000, 20.0), *trucks([10.0] * 4000))
    assert found.speed_mps.std() == pytest.approx(0.2, rel=0.05)


def test_rows_fit_the_table(tmp_path: Path) -> None:
    """Those that arrived are rows of table ``weigh`` with a list of axles each; nobody weighed makes no row."""
    found = station(missed_share=0.0).weigh([8, 9], [20.0, 21.0], *trucks([30.0, 40.0], axles=4))
    arrived = np.array([-1, 5_000_000])
    rows = weigh_rows(found, np.array([1_000_000, 2_000_000]), arrived, np.array([8, 9]), np.array([0, 1]), 0, 12)
    assert rows["vehicle"].tolist() == [9]
    assert [one.tolist() for one in rows["spacing_cm"]] == [[400, 400, 400]]
    assert sum(rows["axle_kg"][0]) == pytest.approx(rows["gross_kg"][0], abs=3)
    recorder = Recorder(tmp_path)
    recorder.append("weigh", rows)
    recorder.close_segment()
    assert recorder.rows == {"weigh": 1}
    nobody = station().weigh(np.empty(0, np.int64), np.empty(0), np.zeros(1, np.int64), np.empty(0), np.empty(0))
    assert nobody.index.size == 0
