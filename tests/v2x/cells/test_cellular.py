"""Vehicles' messages over the cell network up to the regional clouds: accounts, detours, intervals."""

from __future__ import annotations

import numpy as np
import pytest
from tests.traffic.helpers import Unwritten

from twin.v2x.cells.cellular import COUNTS, Cellular
from twin.v2x.stations import TO_CENTRAL, Layout
from twin.v2x.topology import LinksSpec

STEP_US = 100_000
APART_M = 4000.0
"""Between the two base stations, each of which reports to a regional cloud of its own beside it."""
NONE = np.empty((0, 2))
LAYOUT = Layout(
    site_mec=np.empty(0, np.int64),
    mec_names=(),
    mec_xy_m=NONE,
    mec_region=np.empty(0, np.int64),
    base_names=("west", "east"),
    base_xy_m=np.array([[0.0, 0.0], [APART_M, 0.0]]),
    base_region=np.array([0, 1]),
    region_names=("west-cloud", "east-cloud"),
    region_xy_m=np.array([[0.0, 0.0], [APART_M, 0.0]]),
    region_uplink=np.array([TO_CENTRAL, TO_CENTRAL]),
    central_name="central",
    central_xy_m=(np.nan, np.nan),
)


def cellular(uu: dict[str, object] | None = None, **handover: float) -> Cellular:
    """Return the two cells, 2.5 km of reach each, without losses and without hand-over of cells taking time."""
    spec = {"loss_probability": 0, "range_m": 2500, "handover_interruption_s": 0, "handover_hysteresis_m": 0} | (uu or {})
    links = LinksSpec.model_validate({"uu": spec, "region_handover": {"hysteresis_m": 0} | handover})
    return Cellular(links, LAYOUT, 3)


def at(*x_m: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return vehicles 0, 1, ... at these places on the line through both stations."""
    return np.arange(len(x_m)), np.array(x_m), np.zeros(len(x_m))


def rows(recorder: Unwritten, table: str) -> list[dict[str, object]]:
    """Return the rows of ``table``, masked values as None."""
    parts = [
        {name: np.ma.asarray(column).tolist() for name, column in part.items()} for of, part in recorder.parts if of == table
    ]
    return [dict(zip(part, values, strict=True)) for part in parts for values in zip(*part.values(), strict=True)]


def test_what_the_former_region_forwards_comes_by_the_line_between_the_two() -> None:
    """For two steps after the border the messages go 4 km x 1.5 of fibre (200 km/ms) and through two nodes more.

    The same messages with the same draws, where a transfer takes no time, come sooner by exactly that: 4 x 1.5 / 2e5 s and
    twice the node's time, rounded to 1 us; before the border, and after the transfer, they come at the same instant.
    """
    slow, quick = cellular(transfer_s=0.2), cellular(transfer_s=0.0)
    places = [1900.0, 1990.0, 2010.0, 2050.0, 2100.0, 2150.0]
    later_us = []
    for step, x_m in enumerate(places):
        first, second = (one.send((step + 1) * STEP_US, *at(x_m), 300) for one in (slow, quick))
        assert first.arrived.all()
        assert second.arrived.all()
        later_us.append(int((first.arrival_us - second.arrival_us)[0]))
    transport = LinksSpec.model_validate({"uu": {}}).uu.transport
    detour_us = 1e6 * (APART_M / 1000.0 * transport.fibre_detour / transport.fibre_km_per_s + 2.0 * transport.node_s)
    assert detour_us > 30.0
    assert later_us == [0, 0, round(detour_us), round(detour_us), 0, 0]


def test_the_accounts_of_an_interval_close() -> None:
    """Offered is delivered and lost by cause, cell by cell; who is out of reach of both counts for no station.

    Losses of 30 % over 4000 messages: within four standard errors.
    """
    network, recorder = cellular({"loss_probability": 0.3}), Unwritten()
    arrived = 0
    for step in range(1, 41):
        sent = network.send(step * STEP_US, *at(*[10.0] * 60, *[3990.0] * 40, -9000.0), 300)
        assert not sent.arrived[-1]
        arrived += int(sent.arrived.sum())
    network.close_interval(40 * STEP_US, recorder)
    cells = rows(recorder, "cell_state")
    assert [(row["station"], row["offered"]) for row in cells] == [(3, 2400), (4, 1600), (None, 40)]
    assert all(row["offered"] == row["delivered"] + sum(row[name] for name in COUNTS) for row in cells)
    assert sum(row["delivered"] for row in cells) == arrived
    assert cells[2]["lost_no_coverage"] == 40
    lost = sum(row["lost_error"] for row in cells)
    assert lost / 4000 == pytest.approx(0.3, abs=4.0 * (0.3 * 0.7 / 4000) ** 0.5)
    assert cells[2]["load_max"] is None
    assert {(row["t_us"], row["interval_us"]) for row in cells} == {(0, 40 * STEP_US)}


def test_the_load_of_an_interval_is_its_greatest() -> None:
    """100 messages of 5000 bytes in 0.1 s are 40 of the 50 Mbit/s that a cell carries; then comes one of them alone."""
    network, recorder = cellular({"other_load": 0.0, "uplink_mbps": 50.0}), Unwritten()
    network.send(STEP_US, *at(*[10.0] * 100), 5000)
    network.send(2 * STEP_US, *at(10.0), 5000)
    network.close_interval(2 * STEP_US, recorder)
    network.send(3 * STEP_US, *at(10.0), 5000)
    network.close_interval(3 * STEP_US, recorder)
    assert [row["load_max"] for row in rows(recorder, "cell_state")] == pytest.approx([0.8, 0.008])


def test_regions_have_their_vehicles_and_hand_overs_count_in_their_interval() -> None:
    """Three vehicles, of which one goes east in the first interval and one in the second: means over steps, one each."""
    network, recorder = cellular(), Unwritten()
    for step, places in enumerate(([10.0, 20.0, 3000.0], [10.0, 2500.0, 3000.0], [2500.0, 2500.0, 3000.0]), start=1):
        network.send(step * STEP_US, *at(*places), 300)
        if step > 1:
            network.close_interval(step * STEP_US, recorder)
    regions = rows(recorder, "region_state")
    assert [(row["station"], row["vehicles"], row["handovers"]) for row in regions] == [
        (1, 1.5, 1),
        (2, 1.5, 1),
        (1, 0.0, 1),
        (2, 3.0, 1),
    ]
    assert [(row["t_us"], row["interval_us"]) for row in regions[1:3]] == [(0, 2 * STEP_US), (2 * STEP_US, STEP_US)]


def test_without_a_network_there_is_none() -> None:
    """A run that asks for it anyway is a mistake in the program."""
    with pytest.raises(ValueError, match=r"links\.uu"):
        Cellular(LinksSpec(), LAYOUT, 1)
