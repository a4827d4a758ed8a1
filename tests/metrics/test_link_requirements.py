"""Requirements of the links: each figure formed by hand, met or missed on either side of its threshold."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from tests.metrics.logs import SECOND, Rows, write_log

from twin.eventlog.reader import Run
from twin.metrics.link_requirements import (
    BY_RADIO_MS,
    BY_WIRE_MS,
    DELIVERED,
    USE_CASES,
    LinkVerdict,
    link_verdicts,
)

ROADSIDE = ("roadside_latency", "roadside_delivery", "central_latency")


def _run(folder: Path, scenario: dict[str, Any], **tables: Rows) -> Run:
    run = write_log(folder, **tables)
    return Run(run.path, dataclasses.replace(run.manifest, scenario=scenario))


def _list(frame: int, sent_ms: float, cloud_ms: float | None, central_ms: float | None = None) -> dict[str, Any]:
    ages = {"sent_age_us": sent_ms, "cloud_age_us": cloud_ms, "central_age_us": central_ms}
    return {"t_us": 10 * SECOND + frame, "frame": frame} | {
        name: None if value is None else round(1e3 * value) for name, value in ages.items()
    }


def _verdicts(run: Run, warm_up_s: float = 0.0) -> dict[str, LinkVerdict]:
    return {verdict.name: verdict for verdict in link_verdicts(run, warm_up_s)}


def test_latency_is_from_the_links_on_of_99_in_100(tmp_path: Path) -> None:
    """99 of 100 lists within the limit meet it, 98 do not; the time in the sensor does not count; the mean upwards is held."""
    lists = [
        _list(number, 30.0, 30.0 + (99.0 if number < 99 else 500.0), 150.0 + 479.0 * (number == 99)) for number in range(100)
    ]
    found = _verdicts(_run(tmp_path / "run", {}, message=lists))
    assert tuple(found) == ROADSIDE
    latency = found["roadside_latency"]
    assert (latency.figure, latency.threshold, latency.n, latency.met) == (99.0, BY_WIRE_MS, 100, True)
    upwards = found["central_latency"]
    assert upwards.figure == pytest.approx((99 * 21.0 + 99.0) / 100)
    assert upwards.met is True
    lists[0]["cloud_age_us"] += 2000
    slow = _verdicts(_run(tmp_path / "late", {}, message=lists))["roadside_latency"]
    assert (slow.figure, slow.met) == (101.0, False)


def test_radio_has_more_time_than_wire(tmp_path: Path) -> None:
    """The same lists miss the limit of wire and meet that of radio."""
    lists = [_list(0, 0.0, 150.0)]
    by_wire = _verdicts(_run(tmp_path / "wire", {"links": {"preset": "fibre"}}, message=lists))["roadside_latency"]
    by_radio = _verdicts(_run(tmp_path / "radio", {"links": {"preset": "reserved_slice"}}, message=lists))["roadside_latency"]
    assert (by_wire.threshold, by_wire.met) == (BY_WIRE_MS, False)
    assert (by_radio.threshold, by_radio.met) == (BY_RADIO_MS, True)


def test_delivery_must_reach_the_share(tmp_path: Path) -> None:
    """Of 1001 lists one may be lost, two may not; before the warm-up none counts."""
    lists = [_list(number, 0.0, 10.0 if number else None) for number in range(1001)]
    early = [_list(number, 0.0, None) | {"t_us": number} for number in range(50)]
    one = _verdicts(_run(tmp_path / "one", {}, message=early + lists), 10.0)["roadside_delivery"]
    assert (one.figure, one.threshold, one.n, one.met) == (1000 / 1001, DELIVERED, 1001, True)
    lists[1]["cloud_age_us"] = None
    assert _verdicts(_run(tmp_path / "two", {}, message=lists))["roadside_delivery"].met is False


def test_nothing_sent_is_no_verdict(tmp_path: Path) -> None:
    """Without lists and without connected vehicles nothing is met and nothing is missed."""
    found = _verdicts(_run(tmp_path / "run", {"connected": None}))
    assert tuple(found) == ROADSIDE
    assert {(one.figure, one.met, one.n) for one in found.values()} == {(None, None, 0)}


def _heard(range_m: int, sent: int, delivered: int) -> dict[str, Any]:
    return {"range_bin_m": range_m, "sent": sent, "delivered": delivered, "sensing": sent - delivered}


def _report(number: int, way: str, took_ms: float | None, attack: str | None = None) -> dict[str, Any]:
    t_us = 20 * SECOND + number
    received_us = None if took_ms is None else t_us + round(1e3 * took_ms)
    return {"t_us": t_us, "way": way, "received_us": received_us, "attack": attack, "used": True}


def test_use_cases_by_direct_radio(tmp_path: Path) -> None:
    """The ratio within the range of a use, times the share of waits, spread evenly, that its latency leaves room for."""
    run = _run(
        tmp_path / "run",
        {"connected": {"wait_s": 0.05}},
        delivery_stat=[_heard(0, 1000, 1000), _heard(50, 1000, 990), _heard(250, 1000, 800), _heard(300, 1000, 0)],
    )
    found = _verdicts(run)
    assert tuple(found) == (*ROADSIDE, *(case.name for case in USE_CASES))
    day_one = found["day_one"]
    assert (day_one.n, day_one.figure, day_one.met) == (3000, pytest.approx(2790 / 3000), True)
    platooning = found["platooning"]
    assert (platooning.figure, platooning.met) == (pytest.approx(2790 / 3000 * 25 / 50), False)
    closer = found["platooning_high"]
    assert (closer.n, closer.figure) == (2000, pytest.approx(1990 / 2000 * 10 / 50))
    assert found["extended_sensors"].n == 4000
    assert found["sensor_sharing"].figure == pytest.approx(2790 / 4000 * 20 / 50)


def test_use_cases_over_the_network(tmp_path: Path) -> None:
    """Lost and late messages fail alike; forged ones and those by direct radio do not count."""
    reports = [_report(number, "uu", 30.0) for number in range(97)]
    reports += [_report(97, "uu", 100.0), _report(98, "uu", 101.0), _report(99, "uu", None)]
    reports += [_report(100, "uu", None, "delay"), _report(101, "pc5", 900.0)]
    found = _verdicts(_run(tmp_path / "run", {"connected": {"wait_s": 0.02}}, vehicle_report=reports))
    assert (found["reporting"].n, found["reporting"].figure, found["reporting"].met) == (100, 0.99, True)
    extended = found["extended_sensors_network"]
    assert (extended.figure, extended.met) == (0.98, False)
    assert (found["remote_driving"].figure, found["remote_driving"].met) == (0.0, False)
    assert (found["day_one"].n, found["day_one"].figure, found["day_one"].met) == (0, None, None)
