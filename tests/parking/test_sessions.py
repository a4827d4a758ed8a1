"""Records of stays, right and with the faults of published ones."""

from __future__ import annotations

import math

import pytest
from tests.parking.watched import HOUR_US, Rows

from twin.parking.reported_bays import FREE, OCCUPIED, UNKNOWN
from twin.parking.sensing_spec import DataFaultsSpec
from twin.parking.sessions import Sessions

DAY_US = 24 * HOUR_US
EIGHT_S = 8 * 3600.0


def _stays(spec: DataFaultsSpec, bays: int = 1, stays: int = 1, replaced: int | None = None) -> list[dict[str, object]]:
    rows = Rows()
    sessions = Sessions(spec, {bay: f"bay {bay}" for bay in range(bays)}, rows, seed=5, start_of_day_s=EIGHT_S)
    for number in range(stays):
        for bay in range(bays):
            sessions.change((4 * number + 1) * HOUR_US, bay, FREE, OCCUPIED)
            if bay == replaced:
                sessions.replaced(bay)
            sessions.change((4 * number + 3) * HOUR_US, bay, OCCUPIED, FREE)
    return rows.of("bay_session")


def test_a_stay_is_recorded_with_begin_and_end() -> None:
    """Without faults, a record is what was reported, and a replaced sensor's stands under OLD."""
    right = {"t_us": HOUR_US, "left_us": 3 * HOUR_US, "bay": 0, "sign": "", "fault": None}
    assert _stays(DataFaultsSpec()) == [right]
    assert [row["sign"] for row in _stays(DataFaultsSpec(), bays=2, replaced=1)] == ["", "OLD"]


def test_what_became_unknown_meanwhile_is_no_stay() -> None:
    """A stay of which the begin or the end was not reported is not recorded."""
    rows = Rows()
    sessions = Sessions(DataFaultsSpec(), {0: "bay"}, rows, seed=5, start_of_day_s=EIGHT_S)
    for since_us, before, after in ((1, FREE, OCCUPIED), (2, OCCUPIED, UNKNOWN), (3, UNKNOWN, OCCUPIED), (4, OCCUPIED, UNKNOWN),
                                    (5, UNKNOWN, FREE)):  # fmt: skip
        sessions.change(since_us, 0, before, after)
    assert rows.of("bay_session") == []


@pytest.mark.parametrize("fault", ["negative", "no_arrival", "no_departure"])
def test_each_fault_has_its_share_and_its_mark(fault: str) -> None:
    """Of 4,000 stays the stated share is wrong, in the stated way, and the others are right."""
    share = 0.05
    rows = _stays(DataFaultsSpec(**{f"{fault}_share": share}), bays=200, stays=20)
    wrong = [row for row in rows if row["fault"] is not None]
    assert abs(len(wrong) - 4000 * share) < 3.29 * math.sqrt(4000 * share * (1 - share))
    assert {row["fault"] for row in wrong} == {fault}
    for row in rows:
        begin_us, end_us = row["t_us"], row["left_us"]
        if row["fault"] is None:
            assert end_us - begin_us == 2 * HOUR_US
        elif fault == "negative":
            assert 0 < begin_us - end_us <= 2 * HOUR_US
        elif fault == "no_arrival":
            assert (begin_us + 8 * HOUR_US) % DAY_US == 0
            assert 0 <= end_us - begin_us < DAY_US
        else:
            assert (end_us + 8 * HOUR_US) % DAY_US == 0
            assert 0 < end_us - begin_us <= DAY_US


def test_bays_of_replaced_sensors_are_old_for_good() -> None:
    """The share of bays with OLD is the stated one, and such a bay has it in all of its records."""
    rows = _stays(DataFaultsSpec(replaced_share=0.2), bays=400, stays=2)
    old = {row["bay"] for row in rows if row["sign"] == "OLD"}
    assert abs(len(old) - 80) < 3.29 * math.sqrt(400 * 0.2 * 0.8)
    assert all((row["sign"] == "OLD") == (row["bay"] in old) for row in rows)
