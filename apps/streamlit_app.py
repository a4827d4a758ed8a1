"""The viewer: choose a run and play it in the browser. Start it with ``make view``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import streamlit as st

import link_panel
import run_panel
from twin.errors import TwinError
from twin.eventlog.manifest import FILE_NAME
from twin.messages import speaking, use_language
from twin.playback import player
from twin.playback.catalogue import LANGUAGES, Language, texts
from twin.playback.frames import Playback


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


@st.cache_resource(max_entries=4, show_spinner=False)
def _sensor_rows(run: str, written_ns: int, _playback: Playback) -> run_panel.Rows:  # noqa: ARG001
    return run_panel.sensor_rows(_playback.run)


@st.cache_resource(max_entries=4, show_spinner=False)
def _chart_rows(run: str, written_ns: int, _playback: Playback) -> dict[str, run_panel.Rows]:  # noqa: ARG001
    return run_panel.chart_rows(_playback.run)


@st.cache_resource(max_entries=4, show_spinner=False)
def _link_rows(run: str, written_ns: int, _playback: Playback) -> dict[str, Any] | None:  # noqa: ARG001
    return link_panel.link_rows(_playback.run)


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
    st.html(run_panel.figures_html(manifest.summary, words) or "<span></span>")
    skipped_s = run_panel.warm_up_s(playback.run)
    if manifest.summary and skipped_s:
        st.caption(words["after_warm_up"].format(warm_up_s=skipped_s))


@st.fragment
def _sections(playback: Playback, words: dict[str, str], key: tuple[str, int], language: Language) -> None:
    """Show the sensors, the charts, or links and platform; what is not looked at costs nothing."""
    chosen = st.segmented_control(
        words["sections"],
        ["sensors", "charts", "links"],
        default="sensors",
        format_func=lambda section: words[f"section_{section}"],
        label_visibility="collapsed",
    )
    if chosen == "charts":
        charts = run_panel.charts(_chart_rows(*key, playback), words)
        for place, chart in zip(st.columns(len(charts)) if charts else (), charts, strict=True):
            place.altair_chart(chart, width="stretch")
        return
    if chosen == "links":
        _links(_link_rows(*key, playback), words, language)
        return
    rows = _sensor_rows(*key, playback)
    if not rows:
        st.caption(words["no_sensors"])
        return
    elements, style, script = player.sensor_table()
    table = st.components.v2.component("twin_sensors", html=elements, css=style, js=script)
    table(key="sensors", data={"run": key[0], "rows": rows, "words": words})


def _links(rows: dict[str, Any] | None, words: dict[str, str], language: Language) -> None:
    """Show what links and platform did."""
    if rows is None:
        st.caption(words["no_links"])
        return
    with speaking(language):  # a fragment that is run alone does not know which
        charts, tables = link_panel.charts(rows), link_panel.tables_html(rows)
    for place, chart in zip(st.columns(len(charts)) if charts else (), charts, strict=True):
        place.altair_chart(chart, width="stretch")
    st.html(tables)


def main() -> None:
    """Lay out the page."""
    st.set_page_config(page_title="guangzhou-twin", page_icon="🚦", layout="wide")
    # Streamlit's own header and its link for keyboards speak English only; the player is the first thing on the page.
    hidden = "header[data-testid=stHeader],[data-testid=stSkipToContent]{display:none}"
    st.html(f"<style>.stMainBlockContainer{{padding:1.4rem 2rem 1rem}}{hidden}</style>")
    first = st.container()
    heading, chooser, switch = st.columns([5, 4, 1.4], vertical_alignment="bottom")
    codes: list[Language] = list(LANGUAGES)
    language = switch.segmented_control(
        "Language", codes, default="zh", format_func=LANGUAGES.__getitem__, label_visibility="collapsed"
    )
    language = language or "zh"
    use_language(language)  # of the messages of errors
    try:
        with first:
            _deck()
    except TwinError as error:
        st.error(str(error))
        return
    words = texts(language)
    heading.markdown(f"### {words['title']}")
    folder = _runs_folder()
    runs = _runs(folder)
    if not runs:
        _no_runs(folder, words)
        return
    chosen = st.session_state.get("run")  # kept when the language changes or another run appears
    index = runs.index(chosen) if chosen in runs else 0
    run = chooser.selectbox(words["run"], runs, index, format_func=lambda path: path.name, placeholder=words["run"])
    st.session_state["run"] = run
    key = str(run), (run / FILE_NAME).stat().st_mtime_ns
    try:
        playback = _playback(*key)
    except TwinError as error:
        st.error(f"{words['unreadable']}: {error}")
        return
    _player(playback, language)
    _about(playback, words)
    _sections(playback, words | playback.kind_words(language), key, language)


main()
