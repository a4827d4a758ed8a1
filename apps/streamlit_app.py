"""The viewer: choose a run and play it in the browser. Start it with ``make view``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import streamlit as st

from twin.errors import TwinError
from twin.eventlog.manifest import FILE_NAME
from twin.playback import player
from twin.playback.catalogue import LANGUAGES, Language, texts
from twin.playback.frames import Playback

_FIGURES_PER_ROW = 7


def _runs_folder() -> Path:
    """Return the folder of runs: the argument after ``--``, else ``TWIN_RUNS``, else ``runs``."""
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TWIN_RUNS", "runs")
    return Path(given)


def _runs(folder: Path) -> list[Path]:
    """Return the run folders below ``folder`` (or itself), the youngest first."""
    manifests = [*folder.glob(FILE_NAME), *folder.glob(f"*/{FILE_NAME}")]
    return [path.parent for path in sorted(manifests, key=lambda path: (-path.stat().st_mtime_ns, str(path)))]


@st.cache_resource(max_entries=4, show_spinner=False)
def _playback(run: str, written_ns: int) -> Playback:  # noqa: ARG001  (a run still being written is opened anew)
    return Playback(run)


def _deck() -> None:
    """Put deck.gl into the page; apart from the player, so that its 4 MB travel once and not with every window."""
    st.components.v2.component("twin_deck", js=player.deck_javascript())(key="deck", height=1)


@st.fragment
def _player(playback: Playback, language: Language) -> None:
    """Show the player; it asks for the windows that it needs, which reruns this fragment alone."""
    component = st.components.v2.component("twin_player", html=player.html(), css=player.css(), js=player.javascript())
    asked = st.session_state.get("player")
    window = asked.window if asked and asked.window is not None else 0
    component(
        key="player",
        data=player.payload(playback, min(window, playback.windows - 1), language),
        on_window_change=lambda: None,
    )


def _no_runs(folder: Path, words: dict[str, str]) -> None:
    st.info(words["no_runs"].format(folder=folder))
    st.write(words["no_runs_remedy"])
    st.code("make demo", language="shell")


def _about(playback: Playback, words: dict[str, str]) -> None:
    """Show what the run is, and its key figures."""
    manifest = playback.run.manifest
    question = manifest.scenario.get("question")
    if question:
        st.markdown(f"**{words['question']}** · {question}")
    state = words[f"state_{manifest.state}"]
    facts = [
        f"`{playback.run.path.name}`",
        state if playback.run.complete else f":orange[{state}]",
        f"{words['started']} {manifest.start}",
        f"{words['simulated']} {manifest.simulated_s / 60:.1f} min",
        f"{words['seed']} {manifest.seed}",
        words["not_calibrated"],
    ]
    st.caption(" · ".join(facts))
    figures = [
        (words[f"figure_{key}"], _shown(key, value)) for key, value in manifest.summary.items() if f"figure_{key}" in words
    ]
    for first in range(0, len(figures), _FIGURES_PER_ROW):
        for place, (label, value) in zip(st.columns(_FIGURES_PER_ROW), figures[first : first + _FIGURES_PER_ROW], strict=False):
            place.metric(label, value)


def _shown(key: str, value: object) -> str:
    """Return a figure as a reader wants it: shares in percent, whole numbers with separators, else three significant digits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value is None else str(value)
    if key.endswith("_share") or key in ("recall", "precision"):
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}"


def main() -> None:
    """Lay out the page."""
    st.set_page_config(page_title="guangzhou-twin", page_icon="🚦", layout="wide")
    st.html("<style>.stMainBlockContainer{padding:1.4rem 2rem 1rem}header[data-testid=stHeader]{display:none}</style>")
    _deck()
    heading, chooser, switch = st.columns([5, 4, 1.4], vertical_alignment="bottom")
    codes: list[Language] = list(LANGUAGES)
    language = switch.segmented_control(
        "Language", codes, default="zh", format_func=LANGUAGES.__getitem__, label_visibility="collapsed"
    )
    language = language or "zh"
    words = texts(language)
    heading.markdown(f"### {words['title']}")
    folder = _runs_folder()
    runs = _runs(folder)
    if not runs:
        _no_runs(folder, words)
        return
    run = chooser.selectbox(words["run"], runs, format_func=lambda path: path.name)
    try:
        playback = _playback(str(run), (run / FILE_NAME).stat().st_mtime_ns)
    except TwinError as error:
        st.error(f"{words['unreadable']}: {error}")
        return
    _player(playback, language)
    _about(playback, words)


main()
