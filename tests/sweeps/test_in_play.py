"""Which assumptions are in play, and that a draw changes what really is used."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.assumed import assumed
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.sweeps.assumptions import changed, chosen, in_play, pattern_problems, value_at
from twin.sweeps.in_play import Place, places
from twin.sweeps.sweep_spec import AssumptionsSpec

TOWN = Path(__file__).parent.parent / "golden" / "town.yaml"
SHIPPED = sorted((TOWN.parent.parent.parent / "scenarios").glob("*.yaml"))


def _scenario(**settings: str) -> Scenario:
    return load_spec(TOWN, Scenario, {key.replace("__", "."): value for key, value in settings.items()}).spec


def _names(scenario: Scenario) -> set[str]:
    return {place.assumption for place in places(scenario)}


@pytest.mark.parametrize(
    ("key", "value", "assumption"),
    [
        ("weather__rain_mmph", "20", "demand.weather.rain[].speed"),
        ("weather__fog_visibility_m", "200", "demand.weather.fog[].speed"),
        ("faults__random", "true", "faults.dirt.mtbf_h"),
        ("demand__pedestrians__per_crossing_per_hour", "100", "demand.pedestrians.give_way_s"),
        ("demand__vehicle_types__electric_bicycle__share", "0.1", "demand.vehicle_types.electric_bicycle.length_m"),
        ("demand__informed_share", "0.1", "demand.rerouting.period_s"),
        ("demand__informed_share", "0.1", "links.forgotten_after_s"),
        ("signals__actuated__enabled", "true", "signals.actuated.zone_m"),
        ("signals__actuated__enabled", "true", "links.forgotten_after_s"),
        ("adaptation__reduce_rate", "true", "adaptation.overload_queue"),
        ("fusion", "{}", "fusion.slip_deg"),
        ("connected", "{}", "security.detectors.gate_m"),
        ("connected", "{}", "connected.wait_s"),
    ],
)
def test_what_nothing_asks_for_is_left_out(key: str, value: str, assumption: str) -> None:
    """The assumption comes into play with what makes use of it."""
    assert assumption not in _names(_scenario())
    assert assumption in _names(_scenario(**{key: value}))


def test_light_and_kits_decide_over_devices() -> None:
    """Cameras only where a site carries them; the factor of the light that there is, and no other."""
    kits = "{pole: [{kind: camera}], spare: [{kind: radar}]}"
    day, night = _scenario(deployment__kits=kits), _scenario(deployment__kits=kits, light="lit_night")
    lit = "deployment.kits.*(camera).detection_by_light.lit_night"
    assert lit in _names(night) - _names(day)
    assert "deployment.kits.*(camera).detection_by_light.unlit_night" not in _names(night)
    assert not any("(radar)" in name or "(lidar)" in name for name in _names(night))
    nobody = _names(_scenario(deployment="{}"))
    assert not any(name.startswith(("deployment.kits", "links", "decks", "coverage")) for name in nobody)


def test_a_range_lies_about_the_value_that_holds() -> None:
    """The town's LiDAR reaches 150 m, not the default's 200: 15 % of that to either side."""
    (place,) = [place for place in places(_scenario()) if place.assumption == "deployment.kits.*(lidar).range_m"]
    assert (place.low, place.mid, place.high) == pytest.approx((127.5, 150.0, 172.5))


def test_a_preset_s_own_values_are_varied() -> None:
    """A kit of presets: the draw lands in the device that the preset filled in, for all devices of the kind alike."""
    scenario = _scenario(deployment__kits="{pole: {preset: guangzhou_iv}}")
    name = "deployment.kits.*(camera).field_of_view_deg"
    ours = [place for place in places(scenario) if place.assumption == name]
    assert {place.mid for place in ours} == {30.0, 100.0}
    spec, overrides = changed(scenario, TOWN.parent, {name: 1.0})
    after = {place.path: place.mid for place in places(spec) if place.assumption == name}
    assert {place.mid: after[place.path] for place in ours} == pytest.approx({30.0: 36.0, 100.0: 120.0})
    assert sorted(overrides.values()) == ["120.0", "36.0"]
    assert all(key.startswith("deployment.kits.pole.mounts[") for key in overrides)
    rest = _names(scenario) - {name}
    before = [place for place in places(scenario) if place.assumption in rest]
    assert [place for place in places(spec) if place.assumption in rest] == before


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_holds_at_both_ends(path: Path) -> None:
    """All assumptions at their low ends together, and at their high ends, make valid scenarios; no change, the same one."""
    scenario = load_spec(path, Scenario).spec
    assert changed(scenario, path.parent, {}) == (scenario, {})
    for share in (0.0, 1.0):
        names = _names(scenario)
        spec, _ = changed(scenario, path.parent, dict.fromkeys(names, share))
        for before, after in zip(places(scenario), places(spec), strict=True):
            assert after.path == before.path
            end = before.low if share == 0.0 else before.high
            found = after.mid.mid if before.way == "own" else after.mid
            assert found == pytest.approx(tuple(end) if isinstance(end, list) else end)


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_any_draw_is_a_valid_scenario(data: st.DataObject) -> None:
    """Wherever in their ranges the assumptions lie together."""
    scenario = _scenario()
    names = sorted(_names(scenario))
    shares = data.draw(st.lists(st.floats(0.0, 1.0), min_size=len(names), max_size=len(names)))
    spec, overrides = changed(scenario, TOWN.parent, dict(zip(names, shares, strict=True)))
    assert len(overrides) >= len(names)
    assert spec.name == scenario.name


def _place(way: str, low: float, mid: float, high: float) -> Place:
    return Place("a", ("a",), way, low, mid, high)


def test_half_and_double_are_equally_likely() -> None:
    """A range of factors is drawn on the logarithm: its median is its middle. Other ranges are not; integers stay whole."""
    assert value_at(_place("times", 5.0, 10.0, 20.0), 0.5) == pytest.approx(10.0)
    assert value_at(_place("times", 5.0, 10.0, 20.0), 0.125) == pytest.approx(10.0 / 2.0**0.5)
    assert value_at(_place("between", 0.0, 0.0, 4.0), 0.75) == pytest.approx(2.0)
    assert value_at(_place("between", 1, 8, 16), 1.0) == 16
    assert isinstance(value_at(_place("between", 1, 8, 16), 0.3), int)


def test_patterns_choose() -> None:
    """``include`` and ``exclude`` by name with *, brackets and all; prices last; a pattern that matches nothing is an error."""
    scenario = _scenario(weather__rain_mmph="20")
    spec = AssumptionsSpec(include=["deployment.*", "demand.weather.rain[].*"], exclude=["*(lidar).position*"])
    known = in_play([scenario])
    names = chosen(spec, known)
    assert "demand.weather.rain[].speed" in names
    assert not any("position" in name or name.startswith("signals") for name in names)
    prices = [name.startswith("deployment.costs.") for name in names]
    assert prices == sorted(prices)
    (problem,) = pattern_problems(AssumptionsSpec(exclude=["*(camera)*"]), known)
    assert problem.key == "assumptions.exclude[0]"
    assert "camera" in problem.found
    (problem,) = pattern_problems(AssumptionsSpec(exclude=["*"]), known)
    assert "no assumption is left" in problem.found


def test_every_rule_of_idleness_names_something() -> None:
    """A rule whose keys were renamed would silently let idle assumptions in."""
    from twin.scenario.reference import keys
    from twin.sweeps.in_play import _IDLE

    marked = [key for key in keys(Scenario) if assumed(key.field)]
    for rule, _ in _IDLE:
        assert any(rule.fullmatch(key.path) for key in marked), rule.pattern
