"""Pictures of bridges in the document of a run: a passage, a day and the worst alarm of each, as far as the log has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from twin.errors import InputError
from twin.eventlog.reader import Run
from twin.messages import say
from twin.metrics.bridge_pictures import draw_alarm, draw_day, draw_passage
from twin.metrics.document_pictures import Form
from twin.report.content import Block, Picture

Draw = Callable[[Run, Path, str], None]

_DRAWN: tuple[tuple[str, Draw], ...] = (("passage", draw_passage), ("day", draw_day), ("alarm", draw_alarm))


def bridge_pictures(run: Run, names: Sequence[str]) -> list[Block]:
    """Return the pictures that can be drawn of bridges, by their names."""
    pictures: list[Block] = []
    for bridge in names:
        for name, draw in _DRAWN:
            try:
                drawn = _bytes(draw, run, bridge, "svg")
            except InputError:  # the log has nothing of that kind
                continue
            caption = say(f"bridge_report.picture.{name}", bridge=bridge)
            pictures.append(Picture(caption, partial(_again, drawn, draw, run, bridge)))
    return pictures


def _again(drawn: bytes, draw: Draw, run: Run, bridge: str, form: Form) -> bytes:
    return drawn if form == "svg" else _bytes(draw, run, bridge, form)


def _bytes(draw: Draw, run: Run, bridge: str, form: Form) -> bytes:
    with TemporaryDirectory() as scratch:
        file = Path(scratch) / f"picture.{form}"
        draw(run, file, bridge)
        return file.read_bytes()
