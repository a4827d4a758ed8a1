"""The player's texts: complete in both languages, and everything it needs is on this machine."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.playback.small_run import write_run

from twin.errors import TwinError
from twin.messages import speaking
from twin.playback import player
from twin.playback.catalogue import LANGUAGES, texts
from twin.playback.frames import SIGNAL_STATES, Playback
from twin.playback.payload import unpack
from twin.traffic.signal_states import SIGNAL_STATE_NAMES


def _used() -> set[str]:
    """Return the keys of all texts that the player's sources name."""
    found = set(re.findall(r'data-(?:text|title)="(\w+)"', player.html()))
    return found | set(re.findall(r"(?:this\.|\b)words\.(\w+)", player.javascript()))


def test_every_text_of_the_player_is_in_the_catalogue() -> None:
    """No key that the page or the script asks for is missing, in either language."""
    for language in LANGUAGES:
        assert _used() <= texts(language).keys()
        assert all(texts(language).values())


def test_every_column_of_the_sensor_table_has_a_name() -> None:
    """The table's script names columns, and each has its heading in the catalogue."""
    script = player.sensor_table()[2]
    columns = re.findall(r'^  \["(\w+)", ', script, flags=re.MULTILINE)
    assert len(columns) > 9
    for language in LANGUAGES:
        assert {f"column_{name}" for name in columns} | {"sensors_hint"} <= texts(language).keys()


def test_every_state_of_a_signal_has_a_colour_and_a_name() -> None:
    """Whatever a signal can show, a right turn on red among it, is drawn in a colour of its own and named in the legend."""
    colours = re.findall(r"\[\d+, \d+, \d+\]", player.javascript().partition("SIGNAL_COLOURS = [")[2].partition("];")[0])
    assert len(set(colours)) == len(colours) == len(SIGNAL_STATES)
    assert set(SIGNAL_STATE_NAMES[1:]) == set(SIGNAL_STATES[1:])
    for language in LANGUAGES:
        assert {f"signal_{code}" for code in range(1, len(SIGNAL_STATES))} <= texts(language).keys()


def test_languages_use_the_same_placeholders() -> None:
    """A text that is filled in takes the same values in both languages."""
    for key, chinese in texts("zh").items():
        assert re.findall(r"{(\w+)", chinese) == re.findall(r"{(\w+)", texts("en")[key])


def test_chinese_never_mixes_up_words_that_must_differ() -> None:
    """Radar is never left bare, recall has one word, latency is not delay (the glossary's pairs)."""
    chinese = texts("zh")
    assert all(re.search("激光雷达|毫米波雷达", text) for text in chinese.values() if "雷达" in text)
    assert chinese["figure_precision"] == "精确率"
    assert "时延" not in chinese["figure_mean_delay_s"]
    assert all("延误" not in text for key, text in chinese.items() if "latency" in key)
    assert all("coverage" in key for key, text in chinese.items() if "覆盖率" in text), "coverage is of road length"
    assert all("perceived" in key for key, text in chinese.items() if "感知率" in text), "perceived is of vehicle time"
    assert not any("部署" in text or "准确率" in text for text in chinese.values())


def test_player_names_no_other_machine() -> None:
    """Neither the page, nor the style, nor the script holds an address: everything travels from Python."""
    for source in (player.html(), player.css(), player.javascript(), *player.sensor_table()):
        assert not re.search(r"https?:|//[a-z]+\.", source)
        assert "fetch(" not in source


def test_deck_gl_comes_from_the_installed_wheel() -> None:
    """The bundle sets the global ``deck``, with the layer that draws trails."""
    source = player.deck_javascript()
    assert "TripsLayer" in source
    assert source.endswith("export default function () {}\n")


def test_without_deck_gl_the_page_is_told_in_its_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No pydeck, or one that has its bundle elsewhere: what is missing and how to install it, not in English alone."""
    monkeypatch.setattr(importlib.util, "find_spec", {}.get)
    with speaking("zh"), pytest.raises(TwinError, match=r"未安装.*guangzhou-twin\[viewer\]"):
        player.deck_javascript()
    monkeypatch.setattr(importlib.util, "find_spec", {"pydeck": SimpleNamespace(origin=str(tmp_path / "__init__.py"))}.get)
    with speaking("en"), pytest.raises(TwinError, match=r"index\.js: deck\.gl is not there .*guangzhou-twin\[viewer\]"):
        player.deck_javascript()


@pytest.mark.parametrize("state", ["complete", "incomplete"])
def test_payload_says_whether_the_run_is_complete(tmp_path: Path, state: str) -> None:
    """The notice is empty for a complete run, and says how much there is of another."""
    playback = Playback(write_run(tmp_path / "run", state=state))
    header, arrays = unpack(player.payload(playback, 1, "en"))
    assert header["window"] == 1
    assert {"edge_xy", "track_xy"} <= arrays.keys()
    assert header["notice"] == ("" if state == "complete" else "This run is incomplete: only the 150 s on disk are played")
