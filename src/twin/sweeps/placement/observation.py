"""Simulates the traffic of one seed with every site at once, and takes down who perceives whom.

What a device detects depends on traffic, weather and its own draws, never on which others there are; so one run with all sites
tells what every choice of them perceives. That needs traffic that does not depend on reports, and is tested against separate
runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin.errors import InputError
from twin.eventlog.recorder import Recorder
from twin.kernel.clock import Phase, every
from twin.messages import say
from twin.sensors.perceived import PERIOD_US
from twin.simulation import assembly
from twin.simulation.preparation import Prepared
from twin.sweeps.placement.incidence import Incidence, incidence
from twin.traffic.ground_truth import DRIVEN_CLASSES, GroundTruth
from twin.units import to_s, to_us

NOBODY: Final = -1


class _Unlogged(Recorder):
    """Takes all rows and writes none."""

    def write_static(self, table: str, columns: Mapping[str, Any]) -> None:
        pass

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        pass


class Sightings:
    """A witness of ``Perceived``: every pair of site and vehicle, second by second, after the warm-up."""

    def __init__(self, site_of_device: npt.NDArray[np.int64], sites: int, edges: int, warm_up_us: int) -> None:
        """Begin with nothing seen."""
        self._site_of_device, self._sites, self._warm_up_us = site_of_device, sites, warm_up_us
        self._pairs: list[npt.NDArray[np.int64]] = []
        self._site: list[npt.NDArray[np.int32]] = []
        self._item: list[npt.NDArray[np.int64]] = []
        self._klass: list[npt.NDArray[np.int8]] = []
        self._items = 0
        self._row_of = np.full(0, NOBODY, np.int64)
        self._last_edge = np.full(0, NOBODY, np.int32)
        self._entries = np.zeros(edges, np.int64)

    def see(self, device: npt.NDArray[np.int32], vehicle: npt.NDArray[np.int32]) -> None:
        """Take the objects of a scan, as ``Perceived.see`` does."""
        true = vehicle >= 0
        pairs = vehicle[true].astype(np.int64) * self._sites + self._site_of_device[device[true]]
        self._pairs.append(np.unique(pairs))

    def close_second(self, truth: GroundTruth) -> None:
        """End the second at the instant of ``truth``: who drives then counts for the whole of it, as in ``Perceived``."""
        pairs = np.unique(np.concatenate(self._pairs)) if self._pairs else np.empty(0, np.int64)
        self._pairs.clear()
        driven = truth.klass < len(DRIVEN_CLASSES)
        vehicle = truth.vehicle[driven]
        self._make_room(max(int(vehicle.max(initial=-1)), int(pairs.max(initial=-1)) // self._sites) + 1)
        self._count_entries(vehicle, truth.edge[driven])
        if truth.t_us - PERIOD_US < self._warm_up_us:
            return
        self._row_of[vehicle] = np.arange(vehicle.size)
        by, site = np.divmod(pairs, self._sites)
        row = self._row_of[by]
        there = row != NOBODY
        self._row_of[vehicle] = NOBODY
        self._site.append(site[there].astype(np.int32))
        self._item.append(self._items + row[there])
        self._klass.append(truth.klass[driven])
        self._items += vehicle.size

    def matrix(self) -> Incidence:
        """Return what was seen."""
        nothing = np.empty(0, np.int32)
        klass = np.concatenate([nothing.astype(np.int8), *self._klass])
        present_s = np.bincount(klass, minlength=len(DRIVEN_CLASSES)).astype(np.int64)
        site, item = np.concatenate([nothing, *self._site]), np.concatenate([nothing, *self._item])
        return incidence(site, item, klass, present_s, self._entries, self._sites)

    def _count_entries(self, vehicle: npt.NDArray[np.int32], edge: npt.NDArray[np.int32]) -> None:
        came = edge[self._last_edge[vehicle] != edge]
        self._entries += np.bincount(came, minlength=self._entries.size)
        self._last_edge[vehicle] = edge

    def _make_room(self, size: int) -> None:
        more = max(size, 2 * self._row_of.size) - self._row_of.size if size > self._row_of.size else 0
        self._row_of = np.append(self._row_of, np.full(more, NOBODY, np.int64))
        self._last_edge = np.append(self._last_edge, np.full(more, NOBODY, np.int32))


def observe(prepared: Prepared, progress: Callable[[float], None]) -> Incidence:
    """Simulate a scenario without writing it down; return who of its sites perceives whom, sites in their order.

    ``progress`` is told the simulated seconds about once each. Raise InputError where no site has a device that sees,
    ValueError where traffic listens to devices.
    """
    if prepared.listens:
        raise ValueError("traffic that listens to devices is another one with other sites")
    scenario = prepared.scenario
    log = scenario.log.model_copy(update={"observation_every_n_frames": 0, "trajectory_period_s": scenario.duration_s})
    bare = scenario.model_copy(update={"fusion": None, "self_check": None, "log": log})
    runs = [replace(prepared, loaded=replace(prepared.loaded, spec=bare))]
    world = assembly.build(runs, [prepared.base], _Unlogged)
    (sensing,) = world.sensing
    if sensing.perceived is None:
        raise InputError(say("placement.no_devices"))
    site_of_device = np.array([device.site for device in prepared.deployment.every_device], np.int64)
    sites, edges = len(prepared.deployment.sites), prepared.network.edge_count
    sightings = Sightings(site_of_device, sites, edges, to_us(scenario.warm_up_s))
    sensing.perceived.witness = sightings
    # links, lists and loops change nothing about who is detected
    alone = replace(sensing, chain=None, rates=None, site_lists=None, loops=())
    assembly.start(replace(world, sensing=(alone,)), runs)
    told = every(world.env, assembly.PROGRESS_US, Phase.RECORDER, lambda t_us: progress(to_s(t_us)))
    world.env.process(told)
    world.env.run(until=to_us(scenario.duration_s))
    return sightings.matrix()
