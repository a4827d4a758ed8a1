"""Message sizes and the grouping of sites."""

from __future__ import annotations

import numpy as np
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.v2x.queues.hop_spec import MessageSpec
from twin.v2x.queues.queue import Outage
from twin.v2x.topology import HOPS, LinksSpec, MecSpec, OutageSpec, assign_mecs, nearest_mec, outages_of, unknown_sites

PLACES = st.lists(st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000)), max_size=40)


def test_sizes_are_those_measured():
    """16 participants make 480 B in one fragment, a 17th a second fragment; bytes below are added to each."""
    body = MessageSpec(bytes_lower_layers=0.0, own_participants=0)
    objects = np.array([0, 1, 16, 17, 40], np.int32)
    assert body.size_bytes(objects).tolist() == [20, 49, 480, 528, 1208]
    assert body.fragments(objects).tolist() == [1, 1, 1, 2, 3]
    wire = MessageSpec()
    assert wire.fragments(objects).tolist() == [1, 1, 2, 2, 3]
    assert wire.size_bytes(np.array([15])).tolist() == [480 + 66]


def groups(mec):
    """Return the grouping as a set of sets of site numbers."""
    return {frozenset(np.flatnonzero(mec == number).tolist()) for number in np.unique(mec)}


@settings(max_examples=100, deadline=None)
@given(places=PLACES, most=st.integers(1, 9), seed=st.integers(0, 99))
def test_grouping(places, most, seed):
    """Groups are no larger than asked for, independent of the order of the sites, and untouched by a site far away."""
    x_m, y_m = np.array(places, np.float64).reshape(-1, 2).T
    mec, centre_m = assign_mecs(x_m, y_m, most)
    assert sorted(set(mec.tolist())) == list(range(len(centre_m)))
    for group in groups(mec):
        spread_m = max(np.ptp(x_m[list(group)]), np.ptp(y_m[list(group)]))
        assert len(group) <= most or spread_m <= 0.5
        assert spread_m <= 2000.0
    order = np.random.default_rng(seed).permutation(x_m.size)
    shuffled, shuffled_centre_m = assign_mecs(x_m[order], y_m[order], most)
    assert shuffled.tolist() == mec[order].tolist()
    assert shuffled_centre_m.tolist() == centre_m.tolist()
    more, _ = assign_mecs(np.append(x_m, 9000.0), np.append(y_m, 9000.0), most)
    assert groups(more) == groups(mec) | {frozenset([x_m.size])}


def test_a_mec_takes_as_many_sites_as_it_is_told():
    """Four sites far apart in one tile share a MEC for four; a fifth one cuts the tile in two."""
    x_m, y_m = np.array([100.0, 1900.0, 100.0, 1900.0, 1800.0]), np.array([100.0, 100.0, 1900.0, 1900.0, 1000.0])
    assert groups(assign_mecs(x_m[:4], y_m[:4], 4)[0]) == {frozenset(range(4))}
    assert groups(assign_mecs(x_m, y_m, 4)[0]) == {frozenset({0, 2}), frozenset({1, 3, 4})}


def test_nearest():
    """Each site reports to the nearest MEC, the first of equally near ones."""
    mec = nearest_mec(np.array([0.0, 9.0, 5.0]), np.zeros(3), np.array([0.0, 10.0]), np.zeros(2))
    assert mec.tolist() == [0, 1, 0]
    with pytest.raises(ValueError, match="no MEC"):
        nearest_mec(np.zeros(1), np.zeros(1), np.zeros(0), np.zeros(0))
    with pytest.raises(ValueError, match="at least one site"):
        assign_mecs(np.zeros(1), np.zeros(1), 0)


def test_specs_round_trip_and_refuse_nonsense():
    """A spec survives a round trip through plain data; unknown kinds, zero rates and repeated names are refused."""
    data = LinksSpec().model_dump()
    assert LinksSpec.model_validate(data) == LinksSpec()
    hop = data["site_to_mec"]
    for broken in (hop | {"rate_mbps": 0.0}, hop | {"delay_s": {"kind": "telepathy"}}, hop | {"queue_messages": 0}):
        with pytest.raises(pydantic.ValidationError):
            LinksSpec.model_validate(data | {"site_to_mec": broken})
    mec = MecSpec(name="m", lon_deg=113.3, lat_deg=23.1)
    with pytest.raises(pydantic.ValidationError, match="more than once: m"):
        LinksSpec(mecs=(mec, mec))


def test_outages_find_their_lines():
    """A site names its uplink, or its MEC on the second hop; a MEC itself; neither means every line of the hop."""
    mecs = tuple(MecSpec(name=name, lon_deg=113.3, lat_deg=23.1) for name in ("m0", "m1"))
    whole = {"from_s": 1.5, "until_s": 2}
    outages = (
        OutageSpec(hop="site_to_mec", site="b", **whole),
        OutageSpec(hop="mec_to_cloud", site="b", **whole),
        OutageSpec(hop="mec_to_cloud", mec="m0", from_s=7, until_s=8),
        OutageSpec(hop="site_to_mec", from_s=9, until_s=10),
        OutageSpec(hop="mec_to_cloud", from_s=9, until_s=10),
    )
    found = outages_of(LinksSpec(mecs=mecs, outages=outages), ["a", "b", "c"], np.array([0, 1, 1]))
    nine = (9_000_000, 10_000_000)
    assert {hop: lines for hop, lines in found.items() if lines} == {
        HOPS[0]: [Outage(1, 1_500_000, 2_000_000), *(Outage(site, *nine) for site in range(3))],
        HOPS[2]: [Outage(1, 1_500_000, 2_000_000), Outage(0, 7_000_000, 8_000_000), Outage(0, *nine), Outage(1, *nine)],
    }
    assert unknown_sites(LinksSpec(outages=outages[:2]), ["a", "c"]) == [(0, "b"), (1, "b")]
    assert unknown_sites(LinksSpec(outages=outages[3:]), []) == []


def test_a_site_s_second_hop_is_that_of_its_mec_not_of_its_own_number():
    """Site c is the third, its MEC the second: an outage of its line to the cloud befalls MEC 1, and there is no MEC 2."""
    spec = LinksSpec(outages=(OutageSpec(hop="mec_to_cloud", site="c", from_s=1, until_s=2),))
    found = outages_of(spec, ["a", "b", "c"], np.array([0, 1, 1]))
    assert found == {hop: [] for hop in HOPS} | {HOPS[2]: [Outage(1, 1_000_000, 2_000_000)]}


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"from_s": 3, "until_s": 3}, "give a later until_s"),
        ({"site": "a", "mec": "m", "hop": "mec_to_cloud"}, "give one of them"),
        ({"mec": "m"}, "whose lines belong to sites"),
        ({"hop": "cloud"}, "site_to_mec"),
        ({"from_s": -1}, "greater than or equal"),
    ],
)
def test_impossible_outages_are_refused(keys, word):
    """Empty windows, two places at once, and MECs on the sites' hop are refused with what to do; unknown MECs as well."""
    usual = {"hop": "site_to_mec", "from_s": 1, "until_s": 3}
    with pytest.raises(pydantic.ValidationError, match=word):
        OutageSpec.model_validate(usual | keys)
    with pytest.raises(pydantic.ValidationError, match="'m9', which is not in mecs"):
        LinksSpec(outages=(OutageSpec(hop="mec_to_cloud", mec="m9", from_s=1, until_s=2),))


@pytest.mark.parametrize("spec", [LinksSpec, MessageSpec, MecSpec, OutageSpec])
def test_every_field_is_documented(spec):
    """The docstring under each field is its reference text."""
    assert all(field.description for field in spec.model_fields.values())
