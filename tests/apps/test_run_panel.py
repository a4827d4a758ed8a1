"""What stands below the player, without a browser: figures as a reader wants them, tables and charts without the warm-up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from apps.run_panel import CLASS_COLOURS, GROUPS, chart_rows, figures_html, sensor_rows, shown
from tests.metrics.logs import SECOND, Rows, write_log
from tests.metrics.test_metrics import MANIFEST

from twin.eventlog.reader import Run
from twin.playback.catalogue import LANGUAGES, texts
from twin.traffic.ground_truth import VEHICLE_CLASSES

MINUTE = 60 * SECOND
WARM_UP_S = 60.0


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> Run:
    """Return a run of two minutes, the first of which is warm-up: there nobody was detected and every message was lost."""
    counts: Rows = [
        {"t_us": minute * MINUTE, "interval_us": MINUTE, "device": 3, "class": name, "range_bin_m": range_m}
        | {"present": 10, "visible": 8, "detected": minute * detected}
        for minute in (0, 1)
        for name, range_m, detected in (("car", 0, 8), ("car", 20, 4), ("bus", 20, 6))
    ]
    messages: Rows = [{"t_us": second * SECOND, "device": 3, "frame": second} for second in range(10)]
    messages += [
        {"t_us": MINUTE + frame * SECOND, "device": 3, "frame": 60 + frame, "mec_age_us": 10_500}
        | ({"cloud_age_us": 20_500} if frame % 4 == 0 else {})
        for frame in range(40)
    ]
    states = [{"t_us": 0, "edge": 0, "vehicle_s": 100.0, "distance_m": 1000.0}]
    device = {"device": 3, "name": "pole-1/lidar", "kind": "lidar", "site": 0}
    run = write_log(
        tmp_path / "run",
        detection_stat=counts,
        message=messages,
        edge_state=states,
        device_spec=[device],
        site=[{"site": 0, "name": "pole-1"}],
    )
    return Run(run.path, replace(MANIFEST, scenario={"warm_up_s": WARM_UP_S}))


def test_a_sensor_s_row_leaves_the_warm_up_out(run: Run) -> None:
    """18 of the 30 present in the second minute were detected, and ten of its forty messages came to the cloud."""
    (row,) = sensor_rows(run)
    assert (row["name"], row["site"], row["kind"]) == ("pole-1/lidar", "pole-1", "lidar")
    assert (row["present"], row["visible"], row["detected"]) == (30, 24, 18)
    assert (row["recall"], row["delivered_share"], row["latency_p95_ms"]) == (0.6, 0.25, 20.5)


def test_charts_show_shares_of_what_arrived_at_each_place(run: Run) -> None:
    """The bars of a place sum to one, however few messages came so far; recall is by class and of all."""
    rows = chart_rows(run)
    bars = [(row["place"], row["from_ms"], row["share"]) for row in rows["latency"] if row["share"]]
    assert bars == [("mec", 10.0, 1.0), ("cloud", 20.0, 1.0)]
    recall = {(row["class"], row["range_m"]): row["recall"] for row in rows["recall"]}
    assert recall == {("car", 0): 0.8, ("car", 20): 0.4, ("bus", 20): 0.6, ("all", 0): 0.8, ("all", 20): 0.5}
    assert rows["speed"] == [{"minute": 0.0, "speed_kmh": pytest.approx(36.0)}]


def test_a_run_without_messages_has_no_bars(tmp_path: Path) -> None:
    """No message is no division by nothing."""
    assert chart_rows(write_log(tmp_path / "run")) == {"recall": [], "latency": [], "speed": []}


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("delivered_share", 0.9996, "99.960%"),
        ("lost_share", 0.0004, "0.040%"),
        ("perceived_share", 0.51249, "51.2%"),
        ("recall", 0.5, "50.0%"),
        ("vehicles", 12345, "12,345"),
        ("mean_speed_kmh", 31.4159, "31.4"),
        ("cost_cny", 1234567.8, "1,234,568"),
        ("mec_age_p95_ms", None, "–"),
    ],
)
def test_figures_are_shown_as_a_reader_wants_them(key: str, value: object, text: str) -> None:
    """Shares in percent, those that are held against 99.9 % with more digits; whole numbers with separators."""
    assert shown(key, value) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_has_words_and_every_class_a_colour(language: str) -> None:
    """In both languages; a run without any of the figures shows nothing."""
    words = texts(language)
    html = figures_html(dict.fromkeys((key for keys in GROUPS.values() for key in keys), 1), words)
    assert all(words[f"group_{group}"] in html for group in GROUPS)
    assert html.count("<dd>") == sum(map(len, GROUPS.values()))
    assert figures_html({}, words) == ""
    assert set(VEHICLE_CLASSES) <= set(CLASS_COLOURS)
