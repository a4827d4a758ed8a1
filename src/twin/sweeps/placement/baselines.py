"""What planners usually do with a budget: sites along roads at one spacing, or the busiest junctions first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from twin.roadnet.projection import to_local
from twin.roadnet.road_network import RoadNetwork
from twin.sensors.deployment_spec import AlongRoadsRule, DeploymentSpec, RoadClass, SignalisedJunctionsRule, SiteSpec
from twin.sweeps.placement.bound import ROUNDING
from twin.sweeps.placement.candidates import Candidates, candidates, given, with_rules
from twin.sweeps.placement.incidence import Longs
from twin.sweeps.placement.placement_spec import BaselineSpec, UniformSpec

DENSE_M: Final = 50
"""Spacing of the row of which every n-th site is taken. Fine enough beside the spacings that budgets pay for."""

JUNCTION_REACH_M: Final = 30.0
"""A junction whose site would stand this near to one that stands already has its site: as rules along roads keep clear."""

Classes = tuple[RoadClass, ...]


@dataclass(frozen=True, slots=True)
class Practice:
    """What one practice builds for a budget."""

    sites: tuple[SiteSpec, ...]
    """Those that stand already included."""
    cost_cny: float
    spacing_m: int | None = None
    """Length of the roads over the number of sites along them, where any are built there."""


class Practices:
    """Deployments by the rules of thumb, beside the sites that stand already."""

    def __init__(
        self, deployment: DeploymentSpec, standing: Sequence[SiteSpec], network: RoadNetwork, base: Path, entries: Longs
    ) -> None:
        """Take kits and prices of ``deployment``; ``entries`` says how many vehicles came onto each edge."""
        self._bare, self._standing = given(deployment, ()), tuple(standing)
        self._network, self._base, self._entries = network, base, entries
        self._row = cache(self._along)
        self._by_flow = cache(self._busiest_first)

    def of(self, baseline: BaselineSpec, budget_cny: float) -> Practice:
        """Return what a practice builds for a budget; raise ScenarioError where its sites cannot be placed."""
        if isinstance(baseline, UniformSpec):
            return self._densest(Practice(self._standing, 0.0), baseline.kit, tuple(baseline.classes), budget_cny)
        order, chosen, cost_cny = self._by_flow(baseline.kit), list(self._standing), 0.0
        for site, price_cny in order:
            if cost_cny + price_cny <= budget_cny * (1.0 + ROUNDING):
                chosen.append(site)
                cost_cny += price_cny
        junctions = Practice(tuple(chosen), cost_cny)
        if not baseline.then_classes or len(chosen) < len(self._standing) + len(order):
            return junctions
        return self._densest(junctions, baseline.kit, tuple(baseline.then_classes), budget_cny)

    def _densest(self, first: Practice, kit: str, classes: Classes, budget_cny: float) -> Practice:
        """Return ``first`` and as many sites along roads as the budget pays for, one road after the other at one spacing.

        They are every n-th site of a dense row, so that any number of them is evenly spread over all roads together.
        """
        row, left_cny = self._row(first.sites, kit, classes), budget_cny - first.cost_cny
        least_cny = min((price_cny for _, price_cny in row), default=0.0)
        most = len(row) if least_cny <= 0.0 else min(len(row), int((left_cny + ROUNDING * budget_cny) / least_cny))
        for count in range(most, 0, -1):
            chosen = [row[(2 * nth + 1) * len(row) // (2 * count)] for nth in range(count)]
            cost_cny = sum(price_cny for _, price_cny in chosen)
            if cost_cny <= left_cny + ROUNDING * budget_cny:
                sites = (*first.sites, *(site for site, _ in chosen))
                return Practice(sites, first.cost_cny + cost_cny, round(DENSE_M * len(row) / count))
        return first

    def _along(self, first: tuple[SiteSpec, ...], kit: str, classes: Classes) -> list[tuple[SiteSpec, float]]:
        """Return the dense row beside ``first``, by road and chainage, and what each site costs."""
        rule = AlongRoadsRule(kind="along_roads", kit=kit, spacing_m=DENSE_M, classes=list(classes))
        found = self._placed(first, rule)
        return list(zip(found.sites, found.cost_cny.tolist(), strict=True))[len(first) :]

    def _busiest_first(self, kit: str) -> list[tuple[SiteSpec, float]]:
        """Return the sites at signalised junctions and their costs, by the vehicles that came onto the approaches."""
        found = self._placed(self._standing, SignalisedJunctionsRule(kind="signalised_junctions", kit=kit))
        places = list(zip(*self._local(found.sites), strict=True))
        there = places[: len(self._standing)]
        numbered = []
        for row in range(len(there), len(found.sites)):
            junction = found.junction[row]
            if junction is None or any(math.dist(places[row], one) < JUNCTION_REACH_M for one in there):
                continue
            flow = int(self._entries[list(self._network.junctions[junction].approaches)].sum())
            numbered.append((-flow, row))
        return [(found.sites[row], float(found.cost_cny[row])) for _, row in sorted(numbered)]

    def _placed(self, first: tuple[SiteSpec, ...], rule: AlongRoadsRule | SignalisedJunctionsRule) -> Candidates:
        deployment = with_rules(self._bare, [rule]).model_copy(update={"sites": list(first)})
        return candidates(deployment, self._network, self._base)

    def _local(self, sites: Sequence[SiteSpec]) -> tuple[list[float], list[float]]:
        lon_deg, lat_deg = [site.lon_deg for site in sites], [site.lat_deg for site in sites]
        x_m, y_m = to_local(self._network.crs, self._network.origin_m, lon_deg, lat_deg)
        return x_m.tolist(), y_m.tolist()
