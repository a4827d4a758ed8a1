"""Samples of bridges read back from their blocks, and thinned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.metrics.logs import SECOND, write_log

from twin.eventlog.reader import Run
from twin.eventlog.recorder import Recorder
from twin.metrics.waveforms import MISSING, Blocks, envelope

PERIOD_US = SECOND // 10
BLOCK_S = 10
SEGMENT_S = 60


def _code(channel: int, t_us: int) -> int:
    """Return the count of a sample, unlike those of all others near."""
    return (channel * 1000 + t_us // PERIOD_US) % 30_000


@pytest.fixture(scope="module", name="run")
def _run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a run of ten minutes with two channels of 10 Hz in blocks of ten seconds; channel 3 lacks its third block."""
    run = write_log(tmp_path_factory.mktemp("runs") / "run")
    recorder = Recorder(run.path)
    for begin_s in range(0, 600, BLOCK_S):
        channels = [channel for channel in (3, 8) if (channel, begin_s) != (3, 20)]
        at_us = begin_s * SECOND + PERIOD_US * np.arange(BLOCK_S * SECOND // PERIOD_US)
        samples = [np.array([_code(channel, int(t_us)) for t_us in at_us]) for channel in channels]
        for one in samples:
            one[5] = MISSING
        rows: dict[str, Any] = {"channel": channels, "t_us": begin_s * SECOND, "arrived_us": begin_s * SECOND}
        rows |= {"period_us": PERIOD_US, "scale": [0.5 * channel for channel in channels], "samples": samples}
        recorder.append("bridge_block", rows)
        if (begin_s + BLOCK_S) % SEGMENT_S == 0:
            recorder.close_segment()
    return run


@given(st.integers(0, 6500), st.integers(1, 900))
def test_samples_are_those_that_were_written(run: Run, first: int, count: int) -> None:
    """Whatever the stretch of time: each sample at its instant, in its unit, in order, missing ones as NaN, none besides."""
    begin_us, end_us = first * PERIOD_US, (first + count) * PERIOD_US
    found = Blocks(run).between([3, 8], begin_us, end_us)
    for channel in (3, 8):
        asked = np.arange(first, min(first + count, 6000))
        there = asked if channel == 8 else asked[(asked < 200) | (asked >= 300)]
        if not there.size:
            assert channel not in found
            continue
        np.testing.assert_allclose(found[channel].t_s, there / 10.0)
        expected = np.array([_code(channel, int(at) * PERIOD_US) * 0.5 * channel for at in there])
        expected[there % 100 == 5] = np.nan
        np.testing.assert_allclose(found[channel].value, expected)


def test_other_segments_stay_closed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds of a run of ten segments are read from those that may meet them; of the others nothing but their time."""
    opened: list[tuple[str, ...]] = []
    read = Blocks._read

    def counted(segment: object, columns: Any) -> Any:
        opened.append(tuple(columns))
        return read(segment, columns)

    monkeypatch.setattr(Blocks, "_read", staticmethod(counted))
    blocks = Blocks(run)
    blocks.between([8], 400 * SECOND, 410 * SECOND)
    assert [columns for columns in opened if columns == ("t_us",)] == [("t_us",)] * 10
    assert len([columns for columns in opened if "samples" in columns]) == 3
    assert blocks.has(0, SECOND)
    assert not blocks.has(800 * SECOND, 900 * SECOND)


def test_a_run_without_blocks_has_none(tmp_path: Path) -> None:
    """No bridge is no error."""
    assert Blocks(write_log(tmp_path / "run")).between([0], 0, SECOND) == {}


@given(st.lists(st.one_of(st.integers(-9, 9), st.just(None)), min_size=1, max_size=300), st.integers(2, 60))
def test_a_thinned_line_keeps_its_extremes(values: list[int | None], most: int) -> None:
    """It has no more points than asked for, in order, all of them points of the line, its least and largest among them."""
    t_s = np.arange(len(values), dtype=np.float64)
    value = np.array([np.nan if one is None else one for one in values], np.float64)
    thin_s, thin = envelope(t_s, value, most)
    assert thin.size <= max(most, 2)
    assert (np.diff(thin_s) > 0).all()
    np.testing.assert_array_equal(thin, value[thin_s.astype(np.int64)])
    if not np.isnan(value).all():
        assert (np.nanmin(thin), np.nanmax(thin)) == (np.nanmin(value), np.nanmax(value))
