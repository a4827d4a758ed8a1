"""docs/adding-a-sensor.md is followed word for word: its file and its entry are all that a new kind takes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KINDS = ROOT / "src" / "twin" / "sensors" / "kinds.py"
TOWN = ROOT / "tests" / "golden" / "town.osm"

_USE = """
import json, runpy, sys
from pathlib import Path

import twin.sensors
folder = Path(sys.argv[1])
twin.sensors.__path__.insert(0, str(folder / "sensors"))  # as if its files lay in the package

from twin.eventlog.reader import open_run
from twin.messages import use_language
from twin.metrics.report import report
from twin.playback import player
from twin.playback.frames import Playback
from twin.playback.payload import unpack
from twin.scenario.load import load_spec
from twin.scenario.pages import pages
from twin.scenario.scenario import Scenario
from twin.simulation.run import run
from twin.sweeps.in_play import places
from twin.terminal.run_report import report_text

for name, test in runpy.run_path(str(folder / "test_thermal.py")).items():
    if name.startswith("test_"):
        test()

loaded = load_spec(folder / "thermal.yaml", Scenario)
finished = open_run(run(loaded, folder / "runs").folder)
playback = Playback(finished.path)
header = unpack(player.payload(playback, 0, "en"))[0]
shown = {}
for language in ("en", "zh"):
    use_language(language)
    shown[language] = report_text(report(finished))
devices = finished.table("device_spec").to_pylist()
print(json.dumps({
    "rows": finished.manifest.rows,
    "summary": finished.manifest.summary,
    "devices": [[row["kind"], row["unit_cny"]] for row in devices],
    "found": sum(row["detected"] for row in finished.table("frame").to_pylist() if row["device"] in (0, 1)),
    "items": finished.table("bill")["item"].to_pylist(),
    "legend": header["words"]["kind_thermal"],
    "legend_zh": playback.kind_words("zh")["kind_thermal"],
    "colours": header["kind_colours"],
    "report": shown,
    "fused": [zone.kinds for zone in loaded.spec.fusion.zones],
    "assumptions": sorted({place.assumption for place in places(loaded.spec) if "thermal" in place.assumption}),
    "pages": {name: text.count("thermal") for name, text in pages().items()},
}))
"""


def _block(page: str, before: str) -> str:
    """Return the first block of code of the page after a text."""
    found = re.search(r"```\w*\n(.*?)```", page.partition(before)[2], re.DOTALL)
    assert found is not None, before
    return found[1]


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Add the page's example, run its tests and its scenario in a process of its own; return what shows up where."""
    folder = tmp_path_factory.mktemp("adding")
    page = (ROOT / "docs" / "adding-a-sensor.md").read_text(encoding="utf-8")
    kinds = KINDS.read_text(encoding="utf-8")
    lines = _block(page, "## 2. The entry").splitlines()
    (removed,) = (line[1:] for line in lines if line.startswith("-"))
    brought, entry = (line[1:] for line in lines if line.startswith("+"))
    assert removed in kinds
    last_import = "from twin.sensors.radar_video import RadarVideoSpec\n"
    (folder / "sensors").mkdir()
    (folder / "sensors" / "kinds.py").write_text(
        kinds.replace(removed, entry).replace(last_import, f"{last_import}{brought}\n"), encoding="utf-8"
    )
    (folder / "sensors" / "thermal.py").write_text(_block(page, "`src/twin/sensors/thermal.py`:"), encoding="utf-8")
    (folder / "test_thermal.py").write_text(_block(page, "`tests/sensors/test_thermal.py`:"), encoding="utf-8")
    (folder / "thermal.yaml").write_text(_block(page, "`thermal.yaml`, beside"), encoding="utf-8")
    (folder / TOWN.name).write_bytes(TOWN.read_bytes())
    used = subprocess.run([sys.executable, "-c", _USE, str(folder)], capture_output=True, text=True, check=False)
    assert used.returncode == 0, used.stderr
    found: dict[str, Any] = json.loads(used.stdout.splitlines()[-1])
    return found


def test_a_new_kind_is_simulated_and_priced(added: dict[str, Any]) -> None:
    """Its devices find vehicles at night, their middle price and the bill's line are there."""
    assert added["devices"] == [["thermal", 40_000.0], ["thermal", 40_000.0], ["camera", 8_000.0]]
    assert added["found"] > 0
    assert "thermal" in added["items"]
    assert added["summary"]["recall"] > 0.0
    assert added["rows"]["fused_object"] > 0
    assert "thermal" in added["fused"][0]


def test_a_new_kind_has_its_name_and_colour(added: dict[str, Any]) -> None:
    """In the viewer's legend and in the report, in both languages."""
    assert (added["legend"], added["legend_zh"]) == ("thermal camera", "热成像摄像机")
    assert added["colours"]["thermal"] == [0xFF, 0x5F, 0x9E]
    assert "thermal camera" in added["report"]["en"]
    assert "热成像摄像机" in added["report"]["zh"]


def test_a_new_kind_is_on_every_page_and_among_the_assumptions(added: dict[str, Any]) -> None:
    """The reference pages and the schema gain it by ``make docs``; what it assumes can be varied."""
    assert all(added["pages"][name] for name in ("assumptions.md", "prices.csv", "prices.md", "scenario.md"))
    assert added["pages"]["scenario.schema.json"]
    assert "deployment.kits.*(thermal).pixels_for_half_detection" in added["assumptions"]
    assert {"deployment.costs.thermal", "deployment.costs.power_draw.thermal_w"} <= set(added["assumptions"])
