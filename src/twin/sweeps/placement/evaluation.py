"""Judges deployments on traffic that they were not chosen for: one simulation a seed tells about all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from twin.scenario.load import Loaded
from twin.scenario.scenario import Scenario
from twin.sensors.deployment_spec import SiteSpec
from twin.simulation.preparation import prepare
from twin.sweeps.placement.incidence import Incidence, load, save
from twin.sweeps.placement.observation import observe
from twin.sweeps.placement.plan import Plan
from twin.traffic.ground_truth import DRIVEN_CLASSES

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Roster:
    """Every site of several deployments once."""

    sites: tuple[SiteSpec, ...]
    rows: tuple[tuple[int, ...], ...]
    """Rows of each deployment."""

    def deployment(self, number: int) -> tuple[SiteSpec, ...]:
        """Return the sites of a deployment, with the names that they have here."""
        return tuple(self.sites[row] for row in self.rows[number])


def roster(deployments: Iterable[Sequence[SiteSpec]]) -> Roster:
    """Return the sites of all ``deployments``; of different sites with one name the later ones get ``~2``, ``~3`` behind it."""
    row_of: dict[SiteSpec, int] = {}
    sites: list[SiteSpec] = []
    names: set[str] = set()
    rows = []
    for deployment in deployments:
        for site in deployment:
            if site in row_of:
                continue
            name, number = site.name, 1
            while name in names:
                number += 1
                name = f"{site.name[:70]}~{number}"
            names.add(name)
            row_of[site] = len(sites)
            sites.append(site.model_copy(update={"name": name}))
        rows.append(tuple(row_of[site] for site in deployment))
    return Roster(tuple(sites), tuple(rows))


def seen(
    plan: Plan,
    loaded: Loaded[Scenario],
    seed: int,
    sites: Sequence[SiteSpec],
    kept: Path,
    progress: Callable[[float], None],
) -> tuple[Incidence, str]:
    """Return who of ``sites`` perceives whom in one seed, from ``kept`` where it is there; and the hash of that run.

    ``progress`` is told the simulated seconds. Raises what ``observe`` raises, and RunError where nothing can be kept.
    """
    of_seed, key = plan.traffic(loaded, seed, sites)
    file = kept / f"{key}.npz"
    found = load(file)
    if found is None:
        found = observe(prepare(of_seed), progress)
        save(file, found)
    progress(loaded.spec.duration_s)
    return found, key


def weights_of(class_weights: dict[str, float]) -> Floats:
    """Return what a second of each class is worth, (classes,)."""
    return np.array([class_weights.get(name, 1.0) for name in DRIVEN_CLASSES])


def shares(matrices: Sequence[Incidence], roster: Roster, weights: Floats, seen_by: int) -> Floats:
    """Return which share of the weighted vehicle-seconds each deployment perceives, (deployments, matrices)."""
    return np.array([[matrix.perceived_share(rows, weights, seen_by) for matrix in matrices] for rows in roster.rows])
