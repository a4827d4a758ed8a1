"""The player as text and bytes: what a page embeds, without knowing which page."""

from __future__ import annotations

import importlib.util
from importlib import resources
from pathlib import Path
from typing import Any

from twin.errors import TwinError
from twin.messages import say
from twin.playback.catalogue import Language, texts
from twin.playback.frames import Playback
from twin.playback.payload import pack

SMOOTH_S = 5.0
"""Vehicles that are logged less often are seen to leave the road in bends. Choice: 80 m at 60 km/h, a block."""

_SCRIPTS = (
    "player_data.js",
    "player_colours.js",
    "player_coverage.js",
    "player_links.js",
    "player_municipal.js",
    "player_parking.js",
    "player_scene.js",
    "player_layers.js",
    "player_camera.js",
    "player_panel.js",
    "player.js",
)


def html() -> str:
    """Return the player's elements."""
    return _own("player.html")


def css() -> str:
    """Return the player's style."""
    return _own("player.css")


def javascript() -> str:
    """Return the player as one ES module whose default export mounts it; it waits for the global ``deck``."""
    return "\n".join(_own(name) for name in _SCRIPTS)


def sensor_table() -> tuple[str, str, str]:
    """Return the elements, the style and the ES module of the table of sensors, whose rows make the player fly."""
    return _own("sensor_table.html"), _own("sensor_table.css"), _own("sensor_table.js")


def deck_javascript() -> str:
    """Return deck.gl, as pydeck's wheel carries it, as an ES module that sets the global ``deck`` once per page.

    Raises ``TwinError`` when pydeck is not installed, or ships its bundle elsewhere.
    """
    spec = importlib.util.find_spec("pydeck")
    if spec is None or spec.origin is None:
        raise TwinError(say("viewer.missing"))
    bundle = Path(spec.origin).parent / "nbextension" / "static" / "index.js"
    try:
        text = bundle.read_text(encoding="utf-8")
    except OSError as error:
        raise TwinError(say("viewer.bundle", file=bundle, reason=error.strerror)) from error
    return f"if (!globalThis.deck) {{\n{text}\n}}\nexport default function () {{}}\n"


def payload(playback: Playback, window: int, language: Language) -> bytes:
    """Return what the player needs to show ``window`` of a run: the scene, the window, and every text in ``language``.

    The scene (0.1 to 0.5 MB) comes along each time: a page may be mounted anew at any time, and the player keeps what it has.
    """
    words = texts(language) | playback.kind_words(language)
    scene_header, scene = playback.scene
    header, moving = playback.window(window)
    notice = _notice(playback, words, scene_header)
    run = f"{playback.run.path} {playback.run.manifest.wall_s} {playback.last_us}"
    identity = {"run": run, "language": language, "words": words, "notice": notice}
    return pack({**identity, **scene_header, **header}, {**scene, **moving})


def _notice(playback: Playback, words: dict[str, str], header: dict[str, Any]) -> str:
    """Return what has to be known of what is shown; empty for a complete run with vehicles logged often enough."""
    if not playback.run.complete:
        return words["incomplete_notice"].format(simulated_s=header["duration_s"])
    return words["coarse_notice"].format(period_s=header["period_s"]) if header["period_s"] > SMOOTH_S else ""


def _own(name: str) -> str:
    return resources.files("twin.playback").joinpath(name).read_text(encoding="utf-8")
