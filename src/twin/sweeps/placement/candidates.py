"""Where sites may stand: placed by the scenario's own rules, then written down one by one as given sites.

All that follows (training, evaluation, the file that is written) uses the given form, so that it speaks of the same poles to
the bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.errors import ScenarioError
from twin.roadnet.projection import to_wgs84
from twin.roadnet.road_network import RoadNetwork
from twin.sensors.costs import bill
from twin.sensors.deployment import place
from twin.sensors.deployment_spec import DeploymentSpec, Rule, SiteSpec
from twin.sensors.placing import Placing


@dataclass(frozen=True, slots=True)
class Candidates:
    """Sites, one row each."""

    sites: tuple[SiteSpec, ...]
    junction: tuple[int | None, ...]
    """Junction that a site was placed at by rule."""
    cost_cny: npt.NDArray[np.float64]
    """What building each costs by the middle prices; 0 for those that stand."""

    @property
    def standing(self) -> npt.NDArray[np.bool_]:
        """Which of them stand already."""
        return np.array([site.status == "existing" for site in self.sites], np.bool_)

    def rows(self, chosen: Sequence[int]) -> tuple[SiteSpec, ...]:
        """Return some of the sites."""
        return tuple(self.sites[row] for row in chosen)


def given(deployment: DeploymentSpec, sites: Sequence[SiteSpec]) -> DeploymentSpec:
    """Return a deployment of nothing but ``sites``, with the kits and prices of ``deployment``."""
    nothing_else: dict[str, object] = {"tables": [], "rules": [], "removed": [], "crs": "wgs84", "budget_cny": None}
    return deployment.model_copy(update={**nothing_else, "sites": list(sites)})


def with_rules(deployment: DeploymentSpec, rules: Sequence[Rule]) -> DeploymentSpec:
    """Return ``deployment`` with ``rules`` in the place of its own, but for those of sites that stand already."""
    kept = [rule for rule in deployment.rules if rule.status == "existing"]
    return deployment.model_copy(update={"rules": [*kept, *rules]})


def candidates(deployment: DeploymentSpec, network: RoadNetwork, base: Path) -> Candidates:
    """Return the sites of a deployment that are not pulled down, placed; files are relative to ``base``.

    Raise ScenarioError with everything wrong with it on this map.
    """
    placing = Placing(deployment, network, base)
    if placing.problems:
        raise ScenarioError(placing.problems)
    placed = [one for one in placing.sites if one.site.status != "removed"]
    x_m, y_m = ([getattr(one.site, name) for one in placed] for name in ("x_m", "y_m"))
    lon_deg, lat_deg = to_wgs84(network.crs, network.origin_m, x_m, y_m)
    sites = tuple(
        SiteSpec(
            name=one.site.name,
            lon_deg=lon,
            lat_deg=lat,
            kit=one.site.kit,
            heading_deg=one.site.heading_deg,
            height_m=one.height_m,
            level=one.site.level,
            status=one.site.status,
        )
        for one, lon, lat in zip(placed, lon_deg.tolist(), lat_deg.tolist(), strict=True)
    )
    return Candidates(sites, tuple(one.site.junction for one in placed), costs(deployment, sites, network))


def costs(deployment: DeploymentSpec, sites: Sequence[SiteSpec], network: RoadNetwork) -> npt.NDArray[np.float64]:
    """Return what building each of ``sites`` costs by the middle prices, CNY; raise ScenarioError as ``place`` does."""
    alone = given(deployment, sites)
    found: npt.NDArray[np.float64] = bill(place(alone, network), alone.costs).site_investment_cny[:, 1]
    return found
