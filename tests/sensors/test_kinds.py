"""Kinds of devices: each says all of itself, and nobody else names one, so that a new kind is one file and one entry."""

from __future__ import annotations

import ast
import inspect
import math
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

import twin
from twin.assumed import assumed
from twin.playback import player
from twin.scenario.reference import MARK
from twin.sensors.cost_spec import CostsSpec, PowerSpec
from twin.sensors.fusion_spec import FusionSpec, FusionZoneSpec
from twin.sensors.kinds import KINDS, MODELS
from twin.sensors.mounting import MountedSpec

PACKAGE = Path(twin.__file__).parent
APPS = PACKAGE.parents[1] / "apps"
HOMES = {Path(inspect.getfile(model)) for model in MODELS.values()}
"""The files of the kinds' specifications."""

OWN = HOMES | {path for kind in KINDS for path in (PACKAGE / "sensors").glob(f"{kind}_*.py")}
"""All files of a kind: that, and those whose name begins with the kind's, as of loops."""

ALLOWED = {PACKAGE / "sensors" / "kinds.py", PACKAGE / "glossary.py", PACKAGE / "parking" / "bay_sensor_spec.py"}
"""The union; the glossary, whose words are no kinds; and the sensors of parking, a union of their own with a camera."""


def test_every_kind_says_all_of_itself() -> None:
    """Names, colours and prices are whole, and no two kinds are called or drawn alike."""
    for kind in KINDS.values():
        assert re.fullmatch("#[0-9a-f]{6}", kind.colour)
        assert re.search("[\u4e00-\u9fff]", kind.name_zh)
        assert kind.price_10k_cny == tuple(sorted(kind.price_10k_cny))
        assert all(price > 0.0 for price in kind.price_10k_cny)
        assert all(len(source) > 20 for source in (kind.price_source, kind.power_source))
        assert MARK not in kind.power_source or kind.power_range.way in ("between", "times", "plus")
    for name in ("name_en", "name_zh", "colour"):
        assert len({getattr(kind, name) for kind in KINDS.values()}) == len(KINDS), name


def test_prices_and_power_have_a_key_for_each_kind() -> None:
    """With the values, the text and the range that the kind states."""
    costs = CostsSpec()
    for name, kind in KINDS.items():
        price, watts = costs.device(name), PowerSpec.model_fields[f"{name}_w"]
        assert (price.low, price.mid, price.high) == pytest.approx([1e4 * part for part in kind.price_10k_cny])
        assert kind.price_source in (CostsSpec.model_fields[name].description or "")
        assert costs.power_draw.of(name) == kind.power_w
        assert kind.power_source in (watts.description or "")
        assert assumed(watts) == kind.power_range


def test_fusion_uses_each_kind_as_far_as_it_says() -> None:
    """Guangzhou's zones come out of what the kinds say; a kind without objects cannot be named in one."""
    told = {name: kind.fused_up_to_m for name, kind in KINDS.items() if kind.fused_up_to_m is not None}
    zones = FusionSpec().zones
    for name, reach_m in told.items():
        ends = [zone.up_to_m or math.inf for zone in zones if name in zone.kinds]
        assert max(ends) == reach_m
        assert [name in zone.kinds for zone in zones] == [(zone.up_to_m or math.inf) <= reach_m for zone in zones]
    assert [zone.up_to_m for zone in zones[:2]] == [80.0, 200.0]
    for name in KINDS.keys() - told:
        with pytest.raises(ValidationError):
            FusionZoneSpec(kinds=(name,))


def _names_a_kind(text: str) -> bool:
    """Tell whether a text is a kind's name, or a key that ends with it, as ``kind_lidar``."""
    return any(re.fullmatch(rf"([\w.]*[._])?{kind}(_w)?", text) for kind in KINDS)


def _named(source: Path) -> set[str]:
    """Return the kinds, and the classes of mounted kinds, that a module names in texts, fields, keywords or imports."""
    classes = {model.__name__ for model in MODELS.values() if issubclass(model, MountedSpec)}
    found: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _names_a_kind(node.value):
            found.add(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and _names_a_kind(node.target.id):
            found.add(node.target.id)
        elif isinstance(node, ast.Attribute) and _names_a_kind(node.attr):
            found.add(node.attr)
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names} & classes
    return found


def test_no_module_but_its_own_names_a_kind() -> None:
    """Neither a list, a key, a message nor the class of a kind stands anywhere but in its file and in the union."""
    sources = {*PACKAGE.rglob("*.py"), *APPS.rglob("*.py")} - OWN - ALLOWED
    wrong = {str(source.relative_to(PACKAGE.parent.parent)): _named(source) for source in sources if _named(source)}
    assert not wrong
    assert all(_named(source) for source in HOMES), "the search finds nothing"


def test_no_script_names_a_kind() -> None:
    """The player has neither a name nor a colour of a kind: both come with the log."""
    script = player.javascript() + player.sensor_table()[2]
    colours = "CLASS_COLOURS = {\n  car: ["
    assert colours in script, "what the pattern below would find of kinds has another form"
    assert not [kind for kind in KINDS if re.search(rf"""["'`](kind_)?{kind}["'`]|\b{kind}:\s*\[""", script)]
