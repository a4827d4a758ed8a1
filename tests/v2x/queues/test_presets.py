"""Presets of the chain: what they fill in, what overrides them, what the published figures say of them."""

from __future__ import annotations

from pathlib import Path

import pydantic
import pytest

from twin.spec import completed
from twin.v2x.queues.delay import LognormalDelay, ShiftedGammaDelay
from twin.v2x.queues.presets import PRESETS
from twin.v2x.topology import LinksSpec


def given(**links: object) -> LinksSpec:
    """Return the links of a scenario file that gives these keys."""
    return LinksSpec.model_validate(completed(LinksSpec, links, LinksSpec()))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_both_hops(name: str) -> None:
    """A file that names a preset has its hops; every name that the key takes is a preset and the other way round."""
    links = given(preset=name)
    assert (links.site_to_mec, links.mec_to_cloud) == (PRESETS[name].site_to_mec, PRESETS[name].mec_to_cloud)
    assert links.preset == name


def test_without_a_preset_it_is_the_first() -> None:
    """The default is fibre, the first, in the file as in Python."""
    assert next(iter(PRESETS)) == given().preset == "fibre"
    assert given() == LinksSpec() == given(preset="fibre")


def test_single_keys_override_a_preset() -> None:
    """A key changes that key alone; a delay of another kind starts afresh."""
    links = given(preset="cellular", site_to_mec={"rate_mbps": 5, "delay_s": {"mean_s": 0.2}})
    usual = PRESETS["cellular"].site_to_mec
    assert links.site_to_mec.rate_mbps == 5
    assert links.site_to_mec.delay_s == ShiftedGammaDelay(minimum_s=0.05, mean_s=0.2)
    assert links.site_to_mec.loss_probability == usual.loss_probability
    assert links.mec_to_cloud == PRESETS["cellular"].mec_to_cloud
    other = given(preset="reserved_slice", mec_to_cloud={"delay_s": {"kind": "lognormal", "median_s": 0.01, "p95_s": 0.02}})
    assert other.mec_to_cloud.delay_s == LognormalDelay(median_s=0.01, p95_s=0.02)
    with pytest.raises(pydantic.ValidationError):
        given(preset="telepathy")
    with pytest.raises(pydantic.ValidationError):
        given(preset="reserved_slice", mec_to_cloud={"delay_s": {"kind": "lognormal", "median_s": 0.01}})


def mean_s(name: str, hop: str) -> float:
    """Return the mean delay of a preset's hop, for the gamma ones."""
    delay = getattr(PRESETS[name], hop).delay_s
    assert isinstance(delay, ShiftedGammaDelay)
    return delay.mean_s


def test_the_values_are_those_of_the_sources() -> None:
    """Sums over the published parts (Coll-Perales et al.), MOSAIC's expectation, half of the round trip within Germany."""
    slice_ = PRESETS["reserved_slice"]
    assert mean_s("reserved_slice", "site_to_mec") == pytest.approx(0.45e-3 + 2.0e-3 / 2 + 1.5e-3 / 2, abs=1e-5)
    assert mean_s("reserved_slice", "mec_to_cloud") == pytest.approx(1.21e-3 + 200e3 / 2e8 + 2.0e-3 / 2, abs=1e-5)
    assert slice_.site_to_mec.rate_mbps == slice_.mec_to_cloud.rate_mbps == 10_000 * 0.01
    assert (PRESETS["cellular"].site_to_mec.delay_s.model_dump()["minimum_s"], mean_s("cellular", "site_to_mec")) == (
        0.05,
        0.15,
    )
    wired = PRESETS["fibre"].mec_to_cloud.delay_s
    assert isinstance(wired, LognormalDelay)
    assert (wired.median_s, wired.p95_s) == (8.8e-3 / 2, 23.8e-3 / 2)
    assert mean_s("fibre", "site_to_mec") < mean_s("reserved_slice", "site_to_mec") < mean_s("5g_backhaul", "site_to_mec")


def test_a_preset_may_be_chosen_from_the_command_line(tmp_path: Path) -> None:
    """``--set links.preset=…`` changes both hops of a file that says nothing of its links."""
    from twin.scenario.load import load_spec
    from twin.scenario.scenario import Scenario

    (tmp_path / "m.osm").touch()
    file = tmp_path / "x.yaml"
    file.write_text("name: x\nmap: m.osm\nstart: 2026-05-20T07:45:00+08:00\nduration_s: 9\ndemand: {inflow_vph: 1}\n")
    loaded = load_spec(file, Scenario, {"links.preset": "cellular", "links.site_to_mec.rate_mbps": "7"})
    assert loaded.spec.links.site_to_mec.delay_s == PRESETS["cellular"].site_to_mec.delay_s
    assert loaded.spec.links.site_to_mec.rate_mbps == 7
