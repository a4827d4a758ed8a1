"""Delivery by direct radio: sums by distance and by roadside unit, from logs written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.logs import SECOND, write_log

from twin.metrics.delivery import CAUSES, Delivery, delivery_figures


def _row(t_s: int, device: int, range_m: int, delivered: int, *lost: int) -> dict[str, Any]:
    causes = dict(zip(CAUSES, lost, strict=True))
    counts = {"sent": delivered + sum(lost), "delivered": delivered}
    return {"t_us": t_s * SECOND, "interval_us": 60 * SECOND, "device": device, "range_bin_m": range_m} | counts | causes


def test_sums_by_distance_and_by_unit(tmp_path: Path) -> None:
    """Bins and units are summed over the intervals after the warm-up; the ratio is delivered of sent."""
    run = write_log(
        tmp_path / "run",
        delivery_stat=[
            _row(0, 7, 0, 0, 0, 1000, 0, 0),  # before the warm-up's end
            _row(60, 7, 0, 98, 2, 0, 0, 0),
            _row(60, 8, 0, 100, 0, 0, 0, 0),
            _row(60, 7, 300, 20, 1, 60, 4, 15),
            _row(120, 7, 250, 50, 0, 30, 10, 10),
        ],
    )
    found = delivery_figures(run, 60.0)
    assert found.total == Delivery(400, 268, 3, 90, 14, 25)
    assert list(found.by_range_m) == [0, 250, 300]
    assert found.by_range_m[0] == Delivery(200, 198, 2, 0, 0, 0)
    assert found.by_range_m[0].delivery_ratio == 0.99
    assert list(found.by_device) == [7, 8]
    assert found.by_device[7].sent == 300


def test_within_takes_the_bins_that_begin_nearer(tmp_path: Path) -> None:
    """The bin that begins at the range itself lies beyond it."""
    run = write_log(tmp_path / "run", delivery_stat=[_row(0, 1, 250, 3, 1, 0, 0, 0), _row(0, 1, 300, 5, 0, 0, 0, 5)])
    found = delivery_figures(run)
    assert found.within(300.0) == Delivery(4, 3, 1, 0, 0, 0)
    assert found.within(300.5) == found.total
    assert found.within(0.0) == Delivery(0, 0, 0, 0, 0, 0)


def test_nothing_sent_has_no_ratio(tmp_path: Path) -> None:
    """Without a message there is no ratio."""
    found = delivery_figures(write_log(tmp_path / "run"))
    assert found.total.sent == 0
    assert found.total.delivery_ratio is None
    assert found.by_range_m == found.by_device == {}


_COUNT = st.integers(0, 10**6)
_ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from((0, 50, 100)), _COUNT, _COUNT, _COUNT, _COUNT, _COUNT), max_size=12
)


@settings(max_examples=25, deadline=None)
@given(rows=_ROWS)
def test_every_message_is_accounted_for(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, ...]]) -> None:
    """Sent is delivered and the four causes, in the total, in every bin and unit; bins and units add up to the total."""
    log = [_row(0, device, range_m, *counts) for device, range_m, *counts in rows]
    found = delivery_figures(write_log(tmp_path_factory.mktemp("log") / "run", delivery_stat=log))
    for one in (found.total, *found.by_range_m.values(), *found.by_device.values()):
        assert one.sent == one.delivered + sum(getattr(one, cause) for cause in CAUSES)
    for parts in (found.by_range_m, found.by_device):
        assert sum(one.sent for one in parts.values()) == found.total.sent
    assert found.within(1e9) == found.total
