"""Pictures of bridges from logs written by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.metrics.logs import SECOND, write_log

from twin.errors import InputError
from twin.eventlog.reader import Run
from twin.metrics import bridge_pictures
from twin.metrics.bridge_pictures import draw_alarm, draw_day, draw_passage

MINUTE = 60 * SECOND
QUANTITIES = ("displacement", "strain", "acceleration", "temperature")
CHANNELS = [
    {"channel": number, "bridge": 0, "device": 10 + number, "name": f"b/{quantity}", "quantity": quantity}
    for number, quantity in enumerate(QUANTITIES)
]


def dip(number: int, depth: float) -> dict[str, Any]:
    """Return a block of ten seconds from 20 s on, with a dip at 25 s."""
    t_s = 20.0 + np.arange(500) / 50.0
    samples = np.rint(1000.0 * depth * np.exp(-((t_s - 25.0) ** 2))).astype(np.int64).tolist()
    return {"t_us": 20 * SECOND, "channel": number, "period_us": 20_000, "scale": 1e-3, "samples": samples}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return an hour of one bridge: samples of a truck, features each ten minutes, a vibration that is rightly told."""
    features = [
        {
            "t_us": 10 * number * MINUTE, "interval_us": 10 * MINUTE, "channel": channel, "mean": 20.0 + number,
            "rms": 0.1 * number, "peak": 0.5, "frequency_hz": 1.5 - 0.001 * number if channel == 2 else None,
        }
        for number in range(6)
        for channel in range(4)
    ]  # fmt: skip
    loads = [
        {"t_us": 10 * number * MINUTE, "interval_us": 10 * MINUTE, "bridge": 0, "frequency_hz": 1.5} for number in range(6)
    ]
    row = {"bridge": 0, "device": 30, "limit_kg": 18_000, "overloaded": True, "truly_overloaded": True}
    weigh = [
        row | {"t_us": t_s * SECOND, "gross_kg": kg, "axle_kg": [kg // 2, kg // 2]} for t_s, kg in ((25, 30_000), (1000, 8_000))
    ]
    alarms = [
        {"t_us": 40 * MINUTE, "device": 12, "cause": "vibration", "level": "level_1", "state": "raised", "value": 0.4},
        {"t_us": 60 * MINUTE, "device": 12, "cause": "vibration", "level": "level_1", "state": "cleared", "value": 0.1},
        {"t_us": 25 * SECOND, "device": 30, "cause": "overload", "level": "level_2", "state": "raised", "value": 1.7},
    ]
    events = [
        {"t_us": 30 * MINUTE, "bridge": 0, "cause": "vortex", "state": "begins"},
        {"t_us": 39 * MINUTE, "bridge": 0, "cause": "vortex", "state": "over"},
    ]
    made = write_log(
        tmp_path / "run", bridge=[{"bridge": 0, "name": "east"}], bridge_channel=CHANNELS, bridge_feature=features,
        bridge_load=loads, weigh=weigh, alarm=alarms, bridge_event=events,
        bridge_block=[dip(0, 5.0), dip(1, 3.0), dip(2, 2.0), dip(2, 9.0) | {"t_us": 39 * MINUTE}],
    )  # fmt: skip
    return Run(made.path, replace(made.manifest, simulated_s=3600.0))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that gets the figures which are drawn."""
    figures: list[Any] = []

    class Kept(bridge_pictures.Sheet):
        """A sheet whose figure is kept."""

        def __enter__(self) -> tuple[Any, Any]:
            figure, axes = super().__enter__()
            figures.append(figure)
            return figure, axes

    monkeypatch.setattr(bridge_pictures, "Sheet", Kept)
    return figures


def test_a_passage_shows_what_moved_while_the_heaviest_passed(run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    """Three rows with the dips about 25 s; the words give the weight that was measured."""
    draw_passage(run, tmp_path / "passage.png")
    assert (tmp_path / "passage.png").stat().st_size > 10_000
    lines = [axes.lines[1] for axes in drawn[0].axes]
    assert [round(float(np.max(line.get_ydata()))) for line in lines] == [5000, 3_000_000, 2]
    assert all(24.9 < float(line.get_xdata()[np.argmax(line.get_ydata())]) < 25.1 for line in lines)
    assert any("30.0 t on 2 axles" in text.get_text() for text in drawn[0].axes[0].texts)


def test_a_day_shows_temperature_and_both_frequencies(run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    """Six means of the thermometer above, six identified frequencies and the model's below."""
    draw_day(run, tmp_path / "day.svg", "east")
    above, below = drawn[0].axes
    assert above.lines[0].get_ydata() == pytest.approx([20.0, 21.0, 22.0, 23.0, 24.0, 25.0])
    assert below.lines[0].get_ydata() == pytest.approx([1.5, 1.499, 1.498, 1.497, 1.496, 1.495])
    assert below.lines[1].get_ydata() == pytest.approx([1.5] * 6)


def test_an_alarm_shows_what_it_looked_at_and_what_happened(run: Run, tmp_path: Path, drawn: list[Any]) -> None:
    """The root mean square of its channel, both changes of the alarm, the event shaded, the samples before it."""
    draw_alarm(run, tmp_path / "alarm.png", cause="vibration")
    above, below = drawn[0].axes
    assert above.lines[0].get_ydata() == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert [float(line.get_xdata()[0]) for line in above.lines[1:]] == pytest.approx([40 / 60, 1.0])
    assert above.patches[0].get_width() == pytest.approx(9 / 60)
    assert float(np.max(below.lines[0].get_ydata())) == pytest.approx(9.0, rel=1e-3)
    draw_alarm(run, tmp_path / "worst.png")
    assert drawn[1].axes[0].lines[0].get_ydata() == pytest.approx([30 / 18, 8 / 18])


def test_what_cannot_be_drawn_is_told(run: Run, tmp_path: Path) -> None:
    """Runs without bridges, unknown names, no alarm of a cause, no samples, no frequency, no such form."""
    out = tmp_path / "out.png"
    bare = write_log(tmp_path / "bare")
    empty = write_log(tmp_path / "empty", bridge=[{"bridge": 0, "name": "east"}])
    with pytest.raises(InputError, match="watches no bridge"):
        draw_day(bare, out)
    with pytest.raises(InputError, match="no bridge is called 'west'"):
        draw_day(run, out, "west")
    with pytest.raises(InputError, match="no such alarm"):
        draw_alarm(run, out, cause="shock")
    with pytest.raises(InputError, match="no samples"):
        draw_passage(empty, out)
    with pytest.raises(InputError, match="no first frequency"):
        draw_day(empty, out)
    with pytest.raises(InputError, match="cannot draw"):
        draw_passage(run, tmp_path / "out.txt")
    assert not out.exists()
