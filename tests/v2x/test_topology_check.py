"""Bad topologies: every mistake is named at once, with its key, line and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from twin.errors import ScenarioError
from twin.scenario.load import load_spec
from twin.scenario.scenario import Scenario
from twin.simulation.preparation import prepare
from twin.v2x.region_spec import RegionSpec
from twin.v2x.topology import LinksSpec, OutageSpec
from twin.v2x.topology_check import reach_problems, topology_problems

MAP = Path(__file__).parent.parent.parent / "maps" / "tianhe_cbd.osm"
BEGIN = """\
name: small
map: map.osm
start: 2026-05-20T07:45:00+08:00
duration_s: 5
demand: {inflow_vph: 600}
deployment:
  kits: {pole: [{kind: lidar}]}
  sites:
    - {name: east, lon_deg: 113.3255, lat_deg: 23.1190, kit: pole}
links:
"""


@pytest.fixture
def problems(tmp_path: Path):
    """Return what is wrong with a scenario that has these lines under ``links``, as (line, key, found; remedy)."""
    shutil.copy(MAP, tmp_path / "map.osm")

    def look(links: str) -> list[tuple[int, str, str]]:
        (tmp_path / "x.yaml").write_text(BEGIN + links, encoding="utf-8")
        try:
            prepare(load_spec(tmp_path / "x.yaml", Scenario))
        except ScenarioError as error:
            return [(int(one.where.split(":")[-2]), one.key, f"{one.found}; {one.remedy}") for one in error.problems]
        return []

    return look


ALL_AT_ONCE = """\
  mecs:
    - {name: m0, lon_deg: 113.33, lat_deg: 23.12, uplink: nrth}
  sites: {west: m0, east: m7}
  regions:
    - {name: north, uplink: south}
    - {name: south, uplink: north}
    - {name: west, uplink: souht}
    - {name: north}
  base_stations:
    - {name: m0, lon_deg: 113.33, lat_deg: 23.12}
  outages:
    - {hop: mec_to_cloud, region: norht, from_s: 1, until_s: 2}
  permissions:
    - {department: police, tables: [mesage], regions: [est]}
"""


def test_every_mistake_of_a_topology_is_named_at_once(problems) -> None:
    """Unknown uplinks, sites, MECs, regions, tables, a circle, repeated names: one line each, in the order of the file."""
    expected = [
        (12, "links.mecs[0].uplink", "no regional cloud 'nrth'; did you mean 'north'?"),
        (13, "links.sites.west", "no site 'west'; did you mean 'east'?"),
        (13, "links.sites.east", "no MEC 'm7'; give one of links.mecs (m0)"),
        (15, "links.regions[0].uplink", "circle and never reach the central cloud: north -> south -> north; give one"),
        (15, "links.regions[0]", "nearest: north, south, west, north has no place; give every region"),
        (17, "links.regions[2].uplink", "no regional cloud 'souht'; did you mean 'south'?"),
        (18, "links.regions[3].name", "the name 'north' is used more than once; give each"),
        (20, "links.base_stations[0].name", "the name 'm0' is used more than once; give each"),
        (22, "links.outages[0].region", "no regional cloud 'norht'; did you mean 'north'?"),
        (24, "links.permissions[0].tables[0]", "no table 'mesage'; did you mean 'message'?"),
        (24, "links.permissions[0].regions[0]", "no regional cloud 'est'; did you mean 'west'?"),
    ]
    found = problems(ALL_AT_ONCE)
    assert sorted((line, key) for line, key, _ in found) == sorted((line, key) for line, key, _ in expected)
    words = {key: text for _, key, text in found}
    assert all(text in words[key] for _, key, text in expected), words


@pytest.mark.parametrize(
    ("links", "key", "words"),
    [
        ("  preset: fiber\n", "links.preset", "did you mean 'fibre'?"),
        ("  uu: {preset: 6g}\n", "links.uu.preset", "found the text '6g'; "),
        ("  site_to_mec: {rate_mbps: 0}\n", "links.site_to_mec.rate_mbps", "found the number 0; give a number of at least"),
        ("  uu: {uplink_mbps: 0}\n", "links.uu.uplink_mbps", "found the number 0; give a number above 0"),
        (
            "  uu: {transport: {gnb_m1_gbps: 0}}\n",
            "links.uu.transport.gnb_m1_gbps",
            "found the number 0; give a number above 0",
        ),
        ("  sites: {east: m0}\n", "links.sites.east", "no MEC 'm0'; describe it under links.mecs"),
        ("  outages: [{hop: cloud_to_central, from_s: 1, until_s: 2}]\n", "links.outages[0].hop", "no such line; describe it"),
        ("  regions: []\n", "links.regions", "no regional cloud at all; give at least 1"),
        ("  regions: [{name: a, lon_deg: 113}]\n", "links.regions[0]", "give both or neither"),
        ("  regions: [{name: a}, {name: b}]\n", "links.regions[0]", "a, b has no place"),
        ("  mec_reach_m: 100\n  mecs: [{name: m, lon_deg: 113.33, lat_deg: 23.12}]\n", "links.mec_reach_m", "east (474 m)"),
    ],
)
def test_one_mistake(problems, links: str, key: str, words: str) -> None:
    """Unknown presets, lines without bandwidth, MECs that are not there, nothing near: key and remedy."""
    found = problems(links)
    assert [one[1] for one in found] == [key]
    assert words in found[0][2]


def test_good_topologies_pass(problems) -> None:
    """A site beyond the reach may be given a line, regions may pass on, MECs may name regions that stand nowhere."""
    mec = "mecs: [{name: m, lon_deg: 113.33, lat_deg: 23.12, uplink: a}]"
    assert (
        problems(f"  mec_reach_m: 100\n  sites: {{east: m}}\n  regions: [{{name: a, uplink: b}}, {{name: b}}]\n  {mec}\n") == []
    )
    assert problems("  uu: {preset: reserved_slice}\n  permissions: [{department: police, tables: ['*']}]\n") == []


def test_the_example_of_the_docs_is_good(problems) -> None:
    """The topology of docs/cellular.md has nothing wrong with it."""
    page = (MAP.parent.parent / "docs" / "cellular.md").read_text(encoding="utf-8")
    example = page.split("```yaml\nlinks:\n")[1].split("```")[0]
    assert problems(example) == []


def test_circles_are_named_once_each() -> None:
    """Two circles, one of them of a single region, and a tail that leads into one: two problems."""
    uplinks = {"a": "b", "b": "c", "c": "b", "d": "d", "e": "central", "f": "e"}
    spec = LinksSpec(regions=tuple(RegionSpec(name=name, uplink=up, lon_deg=113, lat_deg=23) for name, up in uplinks.items()))
    assert [one.key for one in topology_problems(spec)] == ["links.regions[1].uplink", "links.regions[3].uplink"]


def test_many_sites_out_of_reach_are_counted() -> None:
    """Five are named and the rest counted."""
    names = [f"s{n}" for n in range(9)]
    (problem,) = reach_problems(LinksSpec(mec_reach_m=10), names, np.arange(9.0) * 5)
    assert problem.found.startswith("6 of 9 sites")
    assert problem.found.endswith("s7 (35 m), …")


@pytest.mark.parametrize(("more", "words"), [({"site": "a"}, "one of the three"), ({"hop": "site_to_mec"}, "another hop")])
def test_a_region_s_outage_concerns_its_own_lines(more: dict[str, str], words: str) -> None:
    """A region is neither a site nor at the end of a site's line."""
    with pytest.raises(ValueError, match=words):
        OutageSpec.model_validate({"hop": "mec_to_cloud", "region": "r", "from_s": 1, "until_s": 2} | more)
