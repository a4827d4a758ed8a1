"""The viewer: choose a run and play it in the browser. Start it with ``make view``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import streamlit as st

import bridge_panel
import link_panel
import parking_panel
import run_panel
import shown_tables
from twin.errors import TwinError
from twin.eventlog.manifest import FILE_NAME
from twin.messages import say, speaking, use_language
from twin.playback import player
from twin.playback.catalogue import LANGUAGES, Language, texts
from twin.playback.frames import Playback
from twin.terminal.link_tables import link_tables


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


@st.cache_resource(max_entries=4, show_spinner=False)
def _parking_view(run: str, written_ns: int, _playback: Playback) -> parking_panel.ParkingView | None:  # noqa: ARG001
    return parking_panel.parking_view(_playback.run)


@st.cache_resource(max_entries=4, show_spinner=False)
def _bridge_view(run: str, written_ns: int, _playback: Playback) -> bridge_panel.BridgeView:  # noqa: ARG001
    return bridge_panel.BridgeView(_playback.run)


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
    """Show one of the sections; what is not looked at costs nothing."""
    chosen = st.segmented_control(
        words["sections"],
        ["sensors", "charts", "links", "parking", "bridges"],
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
    if chosen in ("parking", "bridges"):
        with speaking(language):  # a fragment that is run alone does not know which
            if chosen == "parking":
                _parking(_parking_view(*key, playback))
            else:
                _bridges(_bridge_view(*key, playback))
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
        charts, tables = link_panel.charts(rows), shown_tables.tables_html(link_tables(rows))
    for place, chart in zip(st.columns(len(charts)) if charts else (), charts, strict=True):
        place.altair_chart(chart, width="stretch")
    st.html(tables)


def _parking(view: parking_panel.ParkingView | None) -> None:
    """Show how full facilities are and how long searches take."""
    if view is None:
        st.caption(say("parking_report.picture.none"))
        return
    options = parking_panel.choices(view)
    chosen = st.selectbox(say("parking_report.picture.choose"), options, format_func=parking_panel.choice_text)
    charts = parking_panel.charts(view, chosen)
    for place, chart in zip(st.columns(len(charts)), charts, strict=True):
        place.altair_chart(chart, width="stretch")
    st.html(shown_tables.tables_html(parking_panel.tables(view)))


def _bridges(view: bridge_panel.BridgeView) -> None:
    """Show one bridge: a passage and a day of it, one of its channels, its alarms."""
    if not view.names:
        st.caption(say("bridge_report.none"))
        return
    left, right = st.columns(2)
    bridge = left.selectbox(say("bridge_report.choose"), [*view.names], format_func=view.names.__getitem__)
    channels = view.channels(bridge)
    channel = right.selectbox(
        say("bridge_report.choose_channel"), [*channels], format_func=lambda one: bridge_panel.channel_text(channels[one])
    )
    passage = view.passage(bridge)
    if passage is None:
        left.caption(say("bridge_report.no_passage"))
    else:
        left.markdown(f"**{bridge_panel.passage_text(passage)}**")
        for chart in bridge_panel.passage_charts(passage):
            left.altair_chart(chart, width="stretch")
    alarms = view.alarms(bridge)
    course = view.course(channel) if channel is not None else []
    if course:
        right.altair_chart(bridge_panel.course_chart(course, channels[channel], alarms), width="stretch")
    courses = bridge_panel.day_charts(view.day(bridge))
    for one in courses:
        right.altair_chart(one, width="stretch")
    if not courses:
        right.caption(say("bridge_report.no_features"))
    st.html(shown_tables.tables_html([bridge_panel.alarm_table(alarms)]))


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
