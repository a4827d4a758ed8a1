"""The viewer in a real browser: Streamlit on a free local port, Debian's Chromium without a screen, no network."""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.playback.small_run import padded, where, write_run
from tests.playback.test_coverage import write_coverage
from tests.playback.test_links import write_links
from tests.playback.test_municipal import add_municipal
from tests.playback.test_parking import add_parking

from twin.eventlog.recorder import Recorder

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
# A software renderer on a busy machine draws about one frame a second.
PATIENCE_MS = 120_000
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
QUESTION = "Do vehicles move where the log says?"
LOCAL_SCHEMES = ("blob", "data")


def _missing(what: str) -> None:
    """Skip the test; fail it where continuous integration promises a browser."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI=true promises it")
    pytest.skip(f"{what} is missing: the viewer is not tested in a browser")


@contextmanager
def _viewer(runs: Path) -> Iterator[str]:
    """Serve the viewer for the runs in ``runs``; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "apps/streamlit_app.py", "--server.port", str(port), "--", str(runs)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


TEXTS = """() => {
  const found = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE && node.textContent.trim()) found.push(node.textContent.trim());
    if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE) return;
    if (["STYLE", "SCRIPT", "NOSCRIPT", "TITLE"].includes(node.tagName)) return;
    if (node.nodeType === Node.ELEMENT_NODE) {
      const { display, visibility } = getComputedStyle(node);
      if (display === "none" || visibility === "hidden") return;
      found.push(...["title", "placeholder"].map((name) => node.getAttribute(name)).filter(Boolean));
    }
    if (node.shadowRoot) walk(node.shadowRoot);
    node.childNodes.forEach(walk);
  };
  walk(document.body);
  return found;
}"""
"""Every text that can be seen on the page, with the hints of its elements; also within components."""


class Visit:
    """A page in Chromium, with what it asked for and what it complained about."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda websocket: self.requests.append(websocket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def wait(self, expression: str) -> None:
        """Wait until a JavaScript expression is true."""
        self.page.wait_for_function(expression, timeout=PATIENCE_MS)

    def shown(self) -> tuple[float, dict[int, dict[str, float]]]:
        """Return the time that is shown and what is drawn of each vehicle, both of one frame."""
        time_s, vehicles = self.page.evaluate("[twinPlayer.time_s, twinPlayer.positions()]")
        return time_s, {entry["vehicle"]: entry for entry in vehicles}

    def pixel(self, vehicle: dict[str, float]) -> tuple[int, int, int]:
        """Return the colour on the screen where a vehicle is drawn."""
        from PIL import Image

        box = self.page.locator("[data-part=map]").bounding_box()
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        colour = picture.getpixel((round(box["x"] + vehicle["left_px"]), round(box["y"] + vehicle["top_px"])))
        assert isinstance(colour, tuple)
        return colour[0], colour[1], colour[2]

    def place(self, x_m: float, y_m: float) -> dict[str, float]:
        """Return where a point of the ground is drawn."""
        left, top = self.page.evaluate(f"twinPlayer.project({x_m}, {y_m})")
        return {"left_px": left, "top_px": top}

    def scrub(self, time_s: float) -> None:
        """Drag the time slider to a second, and wait until it is drawn."""
        self.page.locator("[data-part=time]").evaluate(
            "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }", time_s
        )
        self.wait(f"twinPlayer.ready && twinPlayer.time_s === {time_s}")


@contextmanager
def _visit(address: str) -> Iterator[Visit]:
    """Open a page on the viewer; afterwards it must have spoken to this machine alone, and without errors."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright")
    chromium = shutil.which("chromium")
    if chromium is None:
        _missing("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        try:
            page = browser.new_page(viewport={"width": 900, "height": 720})
            page.set_default_timeout(PATIENCE_MS)
            visit = Visit(page)
            page.goto(address)
            yield visit
            foreign = [url for url in visit.requests if urlsplit(url).scheme not in LOCAL_SCHEMES]
            assert {urlsplit(url).hostname for url in foreign} == {"127.0.0.1"}
            assert visit.errors == []
        finally:
            browser.close()


def _check(time_s: float, vehicles: dict[int, dict[str, float]]) -> None:
    """Compare what is drawn with the motion that the log was written from: within 1 cm."""
    expected = {vehicle: place for vehicle in (10, 20, 30, 47) if (place := where(vehicle, time_s)) is not None}
    assert vehicles.keys() == expected.keys()
    for vehicle, place in expected.items():
        assert (vehicles[vehicle]["x_m"], vehicles[vehicle]["y_m"]) == pytest.approx(place, abs=0.01)


def test_play_moves_vehicles_to_where_the_log_says(tmp_path: Path) -> None:
    """Pressing play moves the vehicles along their logged paths, on screen too, over a window's border, without a network.

    A car standing at the roadside and the bus are looked for in the picture itself: their pixels have their class's
    colour, and the place that the bus left has it no more.
    """
    write_run(tmp_path / "small")
    with _viewer(tmp_path) as address, _visit(address) as visit:
        visit.wait("window.twinPlayer && twinPlayer.ready")
        visit.page.locator("[data-part=fit]").click()
        visit.wait("twinPlayer.ready")
        _check(*visit.shown())
        assert visit.shown()[0] == 0.0

        visit.page.locator("[data-part=play]").click()
        visit.wait("twinPlayer.time_s > 1")
        for _ in range(3):
            _check(*visit.shown())
        visit.page.locator("[data-part=play]").click()
        visit.wait("!twinPlayer.playing && twinPlayer.ready")
        paused, _ = visit.shown()
        assert paused > 1

        visit.page.locator("[data-layer=trails]").uncheck()
        visit.page.locator("[data-layer=labels]").uncheck()
        visit.scrub(58.75)
        _check(*visit.shown())
        before = visit.shown()[1][20]
        assert _is_green(visit.pixel(before))
        assert not _is_green(visit.pixel(visit.shown()[1][30]))
        visit.scrub(80.25)
        _check(*visit.shown())
        after = visit.shown()[1][20]
        assert before["top_px"] - after["top_px"] > 20, "north is up"
        assert _is_green(visit.pixel(after))
        assert not _is_green(visit.pixel(before))
        assert visit.page.locator("[data-part=clock]").inner_text() == "2026-05-20 07:46:20"
        assert visit.page.locator("[data-part=player]").get_by_text("ODbL 1.0").is_visible()


def _is_green(colour: tuple[int, int, int]) -> bool:
    """Tell the bus's bluish green from roads, ground and other vehicles."""
    red, green, blue = colour
    return green > 110 and green > red + 60 and green > blue


def test_language_and_incomplete_run(tmp_path: Path) -> None:
    """The page speaks Chinese first, English on a click, keeps its place meanwhile, and says that a run is incomplete."""
    write_run(tmp_path / "killed", state="incomplete")
    with _viewer(tmp_path) as address, _visit(address) as visit:
        visit.wait("window.twinPlayer && twinPlayer.ready")
        assert "未完成" in visit.page.locator("[data-part=notice]").inner_text()
        visit.scrub(130.0)
        visit.page.get_by_text("English").click()
        visit.page.get_by_text("This run is incomplete").wait_for()
        visit.wait("twinPlayer.ready")
        assert visit.page.locator("[data-part=play]").get_attribute("aria-label") == "Play"
        time_s, vehicles = visit.shown()
        assert time_s == 130.0
        _check(time_s, vehicles)


def test_another_run_brings_its_own_notice_and_switches(tmp_path: Path) -> None:
    """A run chosen while another one plays stands still at its beginning, and the page says and offers what this run has."""
    write_run(tmp_path / "bare", state="incomplete", sensing=False)
    write_run(tmp_path / "whole")
    with _viewer(tmp_path) as address, _visit(address) as visit:
        visit.wait("window.twinPlayer && twinPlayer.ready")
        assert not visit.page.locator("[data-part=notice]").is_visible()
        assert visit.page.locator("[data-layer=signals]").is_enabled()
        visit.page.locator("[data-part=play]").click()
        visit.wait("twinPlayer.time_s > 1")
        visit.page.locator("[data-testid=stSelectbox] input").click()
        visit.page.get_by_role("option", name="bare").click()
        visit.page.locator("[data-part=player]").get_by_text("未完成").wait_for()
        visit.wait("twinPlayer.ready && !twinPlayer.playing && twinPlayer.time_s === 0")
        assert visit.page.locator("[data-part=play]").get_attribute("aria-label") == "播放"
        assert visit.page.locator("[data-layer=signals]").is_disabled()
        assert "红灯" not in visit.page.locator("[data-part=legend]").inner_text()


def _recorded(folder: Path) -> None:
    """Add to the small run what its figures, sensors and charts are made of."""
    log = Recorder(folder)
    for t_us in (0, 60_000_000):
        log.append(
            "detection_stat",
            {
                "t_us": [t_us],
                "interval_us": [60_000_000],
                "device": [8],
                "class": ["car"],
                "range_bin_m": [20],
                "present": [200],
            }
            | {"visible": [180], "detected": [150], "false": [0], "sum_error_m": [75.0], "sum_squared_error_m2": [50.0]},
        )
        message = {"t_us": [t_us], "device": [8], "frame": [t_us // 100_000], "mec_age_us": [51_000], "cloud_age_us": [62_500]}
        log.append("message", padded("message", message))
        log.append(
            "edge_state",
            {"t_us": [t_us], "interval_us": [60_000_000], "edge": [100], "entered": [1], "left": [1], "vehicle_s": [60.0]}
            | {"distance_m": [480.0], "halted_s": [0.0]},
        )
    log.close_segment()


UNITS_AND_NAMES = {
    "km",
    "h",
    "m",
    "s",
    "ms",
    "min",
    "MEC",
    "OpenStreetMap",
    "ODbL",
    "T",
    "D",
    "English",
    "small",
    "north",
    "east",
}
"""Letters that a Chinese page may show: units, names and abbreviations of the glossary, the other language's name, ids."""


def test_every_text_is_in_the_language_chosen(tmp_path: Path) -> None:
    """The Chinese page shows no English word besides units, names and ids, the English one no Chinese besides street names.

    Both with the table of sensors and with the charts; the scenario's own question is the user's.
    """
    folder = write_run(tmp_path / "small")
    _recorded(folder)
    with _viewer(tmp_path) as address, _visit(address) as visit:
        visit.wait("window.twinPlayer && twinPlayer.ready")
        for language, section in (("zh", "图表"), ("en", "Charts")):
            visit.page.locator("[data-part=player] summary").wait_for()
            visit.page.locator("tbody tr").first.wait_for()
            sensors = visit.page.evaluate(TEXTS)
            visit.page.get_by_text(section, exact=True).click()
            visit.page.locator("svg.marks, canvas.marks").nth(2).wait_for()
            visit.page.wait_for_timeout(500)
            shown = [text for text in sensors + visit.page.evaluate(TEXTS) if QUESTION not in text]
            if language == "zh":
                words = {word for text in shown for word in re.findall(r"[A-Za-z]+", text)}
                assert words <= UNITS_AND_NAMES | {"lidar"}, words - UNITS_AND_NAMES
                assert {"花城大道 / 华夏路", "激光雷达", "检出率", "时延分布"} <= set(shown) | {
                    text.strip(" ·") for text in shown
                }
                visit.page.get_by_text("English", exact=True).click()
                visit.page.get_by_text("Sensing", exact=True).wait_for()
                visit.wait("twinPlayer.ready")
                visit.page.get_by_text("Sensors", exact=True).wait_for()
            else:
                chinese = [text for text in shown if re.search(r"[\u3000-\u9fff\uff00-\uffef]", text)]
                assert set(chinese) <= {"中文", "花城大道 / 华夏路"}
                assert {"Recall", "Distribution of latency", "LiDAR"} <= set(shown)


def test_row_of_a_sensor_makes_the_player_fly_to_it(tmp_path: Path) -> None:
    """The page opens on the small deployment; from the whole map a click on the row flies back and marks the field of view.

    The row is marked too, says what the log says, and a second click unmarks both.
    """
    folder = write_run(tmp_path / "small")
    _recorded(folder)
    with _viewer(tmp_path) as address, _visit(address) as visit:
        visit.wait("window.twinPlayer && twinPlayer.ready")
        home = visit.page.evaluate("twinPlayer.view")
        visit.page.locator("[data-part=fit]").click()
        whole = visit.page.evaluate("twinPlayer.view")
        assert home["zoom"] > whole["zoom"] + 1
        assert whole["target"][:2] == [0, 0]

        row = visit.page.locator("tbody tr").first
        row.wait_for()
        cells = row.locator("td").all_inner_texts()
        assert cells[:3] == ["north-east", "激光雷达", "花城大道 / 华夏路"]
        assert cells[3:] == ["400", "360", "300", "75.0 %", "100.0 %", "0.50", "62.5", "100.000 %"]
        row.click()
        visit.wait("twinPlayer.focused === 8 && !twinPlayer.flying && twinPlayer.ready")
        there = visit.page.evaluate("twinPlayer.view")
        assert there["zoom"] > whole["zoom"] + 1
        west, south, east, north = -70.0, -62.3, 30.0, 15.1  # around the sector of 80 m, 165 to 285 degrees, from (10, 15)
        assert west <= there["target"][0] <= east
        assert south <= there["target"][1] <= north
        assert row.get_attribute("aria-selected") == "true"
        row.click()
        visit.wait("twinPlayer.focused === null")
        assert row.get_attribute("aria-selected") == "false"


def test_blind_spots_are_shown_on_the_map(tmp_path: Path) -> None:
    """Roads by coverage: red where no device looks, amber and green where one and more do; by perceived share, in between.

    Pixels of the picture on the roads: blind (100, -2), seen once (-100, -2), twice (-100, 2), perceived by 3 / 8 (2, 100).
    """
    write_coverage(tmp_path / "small")
    spots = [(100.0, -2.0), (-100.0, -2.0), (-100.0, 2.0), (2.0, 100.0)]
    with _viewer(tmp_path) as address, _visit(address) as visit:
        visit.wait("window.twinPlayer && twinPlayer.ready")
        for layer in ("trails", "labels", "fields", "signals"):
            visit.page.locator(f"[data-layer={layer}]").uncheck()
        visit.page.locator("[data-part=fit]").click()
        visit.scrub(0.5)
        plain = [visit.pixel(visit.place(*spot)) for spot in spots]
        assert all(max(colour) - min(colour) < 90 for colour in plain)

        visit.page.locator("[name=roads][value=coverage]").check()
        visit.wait("twinPlayer.ready")
        visit.page.wait_for_timeout(2000)
        blind, once, twice, _ = (visit.pixel(visit.place(*spot)) for spot in spots)
        assert blind[0] > 150
        assert max(blind[1:]) < 100
        assert min(once[:2]) > 120 > once[2]
        assert twice[1] > 110
        assert twice[0] < 70
        assert "盲区：无设备可见" in visit.page.locator("[data-part=legend]").inner_text()

        visit.page.locator("[name=roads][value=perceived]").check()
        visit.wait("twinPlayer.ready")
        visit.page.wait_for_timeout(2000)
        *untouched, shared = (visit.pixel(visit.place(*spot)) for spot in spots)
        assert untouched == plain[:3]
        assert shared[0] > 150
        assert 70 < shared[1] < 150
        assert "感知率 0 %" in visit.page.locator("[data-part=legend]").inner_text()


def test_links_are_shown_on_the_map(tmp_path: Path) -> None:
    """Stations on demand, a ring round who was heard, alerts where the sender claimed to be; the section below in words.

    Pixels: an alert of level critical is red at the claimed place and gone some seconds later; a regional cloud is yellow.
    """
    write_links(tmp_path / "linked")
    with _viewer(tmp_path) as address, _visit(address) as visit:
        visit.wait("window.twinPlayer && twinPlayer.ready")
        for layer in ("trails", "labels", "fields", "signals"):
            visit.page.locator(f"[data-layer={layer}]").uncheck()
        visit.page.locator("[data-part=fit]").click()
        visit.scrub(40.9)
        visit.page.wait_for_timeout(2000)
        assert visit.page.evaluate("twinPlayer.connected()") == [
            {"vehicle": 10, "used": False},
            {"vehicle": 30, "used": True},
        ]
        assert [alert["level"] for alert in visit.page.evaluate("twinPlayer.alerts()")] == ["warning", "critical"]
        claimed, cloud = visit.place(120.0, -2.0), visit.place(-90.0, 90.0)
        red, green, blue = visit.pixel(claimed)
        assert red > green + 60
        assert red > blue + 60
        assert max(visit.pixel(cloud)) < 120
        visit.page.locator("[data-layer=stations]").check()
        visit.wait("twinPlayer.ready")
        visit.page.wait_for_timeout(2000)
        red, green, blue = visit.pixel(cloud)
        assert min(red, green) > blue + 60
        legend = visit.page.locator("[data-part=legend]").inner_text()
        assert all(word in legend for word in ("路侧单元", "区域云", "1 秒内收到其消息", "告警：严重（阻断）"))
        visit.scrub(49.0)
        visit.page.wait_for_timeout(2000)
        assert visit.page.evaluate("twinPlayer.alerts()") == []
        red, green, _ = visit.pixel(claimed)
        assert red < green + 60


def test_parking_and_bridges_are_shown_on_the_map(tmp_path: Path) -> None:
    """Facilities by how full they are, true and reported; a bridge by the alarm that stands; who looks for a space is marked.

    Pixels: the bridge is red while an alarm of the third level stands and yellow when the first is left; a garage that is half
    full is blue.
    """
    add_municipal(add_parking(write_run(tmp_path / "small")))
    bridge, garage = (2.0, -45.0), (91.5, -90.0)
    with _viewer(tmp_path) as address, _visit(address) as visit:
        visit.wait("window.twinPlayer && twinPlayer.ready")
        for layer in ("trails", "labels", "fields", "signals", "municipal", "alarms"):
            visit.page.locator(f"[data-layer={layer}]").uncheck()
        visit.page.locator("[data-part=fit]").click()
        visit.scrub(42.0)
        visit.page.wait_for_timeout(2000)
        assert visit.page.evaluate("twinPlayer.bridges()") == [{"name": "华夏桥", "alarm": "level_3"}]
        assert [one["taken"] for one in visit.page.evaluate("twinPlayer.facilities()")] == [0, 1]
        assert visit.page.evaluate("twinPlayer.searching()") == [20]
        red, green, blue = visit.pixel(visit.place(*bridge))
        assert red > max(green, blue) + 60
        red, _, blue = visit.pixel(visit.place(*garage))
        assert blue > red + 40
        legend = visit.page.locator("[data-part=legend]").inner_text()
        assert all(word in legend for word in ("已占用 0 %", "寻找泊位的车辆", "桥梁：无告警", "三级告警"))

        visit.page.locator("[name=occupancy][value=told]").check()
        visit.scrub(100.0)
        visit.page.wait_for_timeout(2000)
        assert visit.page.evaluate("twinPlayer.bays()") == ["free", "occupied", "unknown"]
        assert [one["taken"] for one in visit.page.evaluate("twinPlayer.facilities()")] == [2, 3]
        red, green, blue = visit.pixel(visit.place(*bridge))
        assert min(red, green) > blue + 40

        visit.page.get_by_text("停车", exact=True).click()
        visit.page.get_by_text("全部停车设施（按占用率排序）").wait_for()
        visit.page.get_by_text("桥梁监测", exact=True).click()
        visit.page.get_by_text("该桥的告警：1 次").wait_for()
        visit.page.get_by_text("English", exact=True).click()
        visit.page.get_by_text("Bridges", exact=True).click()
        visit.page.get_by_text("Alarms of this bridge: 1").wait_for()


def test_section_of_links_and_platform(tmp_path: Path) -> None:
    """Tables and a chart stand below the player, in the language chosen."""
    folder = write_run(tmp_path / "small")
    _recorded(folder)
    with _viewer(tmp_path) as address, _visit(address) as visit:
        visit.wait("window.twinPlayer && twinPlayer.ready")
        visit.page.get_by_text("通信与平台", exact=True).click()
        visit.page.get_by_text("各跳时延、丢失与排队").wait_for()
        visit.page.get_by_text("English", exact=True).click()
        visit.page.get_by_text("Links and platform", exact=True).click()
        visit.page.get_by_text("By hop: delay, loss, queue").wait_for()


def test_page_without_runs_says_what_to_do(tmp_path: Path) -> None:
    """An empty folder is no error: the page names the command that makes a run."""
    with _viewer(tmp_path / "none") as address, _visit(address) as visit:
        visit.page.get_by_text("make demo").wait_for()
        assert visit.page.get_by_text("还没有可回放的仿真运行").is_visible()


def test_folder_that_is_no_run_is_said_and_another_can_be_chosen(tmp_path: Path) -> None:
    """A broken manifest gives a message in place of the player, not a traceback."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_text("{", encoding="utf-8")
    with _viewer(tmp_path) as address, _visit(address) as visit:
        visit.page.get_by_text("无法打开这次运行").wait_for()
        assert visit.page.get_by_text("不是 JSON").is_visible()
        visit.page.get_by_text("English", exact=True).click()
        visit.page.get_by_text("not JSON").wait_for()
