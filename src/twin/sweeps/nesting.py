"""Whether denser variants keep the sites of sparser ones: only then is what they perceive more the gain of added sites."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from twin.sensors.sites import Site
from twin.units import CM_PER_M

Labels = tuple[str, ...]


def not_nested(variants: Sequence[tuple[Labels, Sequence[Site]]], axis: int) -> tuple[tuple[Labels, Labels], ...]:
    """Return the pairs (sparser, denser) of variants whose denser one lacks sites of the sparser one.

    Pairs are of neighbours by their number of sites, among the variants that differ in ``axis`` alone. A site is the same where
    kit and place, to the centimetre, are.
    """
    groups: dict[Labels, list[tuple[Labels, set[tuple[str, int, int, int]]]]] = {}
    for labels, sites in variants:
        there = {(site.kit, site.level, round(site.x_m * CM_PER_M), round(site.y_m * CM_PER_M)) for site in sites}
        groups.setdefault((*labels[:axis], *labels[axis + 1 :]), []).append((labels, there))
    rows = (itertools.pairwise(sorted(group, key=lambda one: len(one[1]))) for group in groups.values())
    return tuple((few[0], many[0]) for few, many in itertools.chain.from_iterable(rows) if not few[1] <= many[1])
