"""Failover: the sites of a MEC that is cut off report to another one until it is back."""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.clock import Phase, in_phase
from twin.units import to_us
from twin.v2x.queues.failover_spec import FailoverSpec
from twin.v2x.queues.line_events import LineEvents
from twin.v2x.topology import MEC_TO_CLOUD, SITE_TO_MEC

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Redirected(Protocol):
    """What messages travel through, as ``chain.Chain``."""

    def redirect(self, t_us: int, device: Ints, mec: int | None) -> None:
        """Send what reaches its MEC after ``t_us`` over this one, None for that of its site."""


def mec_of_each(distance_m: Floats, home: Ints, now: Ints, usable: Bools, most_sites: int | None = None) -> Ints:
    """Return the MEC that each site reports to, (sites,).

    ``distance_m`` is (sites, MECs); ``home`` (sites,) are the sites' own MECs, ``now`` (sites,) those that they report to so
    far; ``usable`` (MECs,) those that are not given up. A site is at home where that is usable, else it stays with the one
    that took it over while that is usable, else it goes to the nearest usable one that has taken over fewer than
    ``most_sites``, sites near to a usable one first, and keeps to its own where there is none.
    """
    kept = np.where(usable[now], now, home)
    found: Ints = np.where(usable[home], home, kept)
    guests = np.bincount(found[found != home], minlength=usable.size)
    away_m = np.where(usable, distance_m, np.inf)
    lost = np.flatnonzero(~usable[found])
    for site in lost[np.argsort(away_m[lost].min(axis=1, initial=np.inf), kind="stable")]:
        for mec in np.argsort(away_m[site], kind="stable"):
            if usable[mec] and (most_sites is None or guests[mec] < most_sites):
                found[site] = mec
                guests[mec] += 1
                break
    return found


class Failover:
    """Watches the lines of the MECs to the regional clouds, and redirects the sites of those that are out for too long.

    An outage that ends at the instant at which it would be noticed is not; nor has a line that goes out again at the instant
    at which its sites would return been back for long enough. What several lines do at one instant is looked at together.
    """

    def __init__(
        self, spec: FailoverSpec, events: LineEvents, chain: Redirected, distance_m: Floats, site_mec: Ints, device_site: Ints
    ) -> None:
        """Listen to ``events``; redirect devices, which stand on sites (devices,), whose MECs are ``site_mec`` (sites,).

        ``distance_m`` (sites, MECs) says who is near.
        """
        self._spec, self._events, self._chain = spec, events, chain
        self._distance_m, self._home, self._device_site = distance_m, site_mec, device_site
        self.site_mec = site_mec.copy()
        """The MEC that each site reports to now, (sites,)."""
        self._usable = np.ones(distance_m.shape[1], np.bool_)
        self._changes = np.zeros(self._usable.size, np.int64)
        events.listeners.append(self._hear)

    def _hear(self, env: simpy.Environment, hop: str, line: int, out: bool) -> None:  # noqa: FBT001  (one listener's signature)
        if hop == MEC_TO_CLOUD:
            self._changes[line] += 1
            env.process(self._notice(env, line, out=out))

    def _notice(self, env: simpy.Environment, mec: int, *, out: bool) -> Generator[Event, None, None]:
        """Give a MEC up, or take it back, unless its line changes again before that is due."""
        change = self._changes[mec]
        yield in_phase(env, to_us(self._spec.detect_s if out else self._spec.back_s), Phase.CONTROL)
        if self._changes[mec] != change or self._usable[mec] != out:
            return
        self._usable[mec] = not out
        self._events.tell(int(env.now), MEC_TO_CLOUD, mec, "given_up" if out else "taken_back")
        yield in_phase(env, 0, Phase.LINKS)
        self._redirect(int(env.now))

    def _redirect(self, t_us: int) -> None:
        found = mec_of_each(self._distance_m, self._home, self.site_mec, self._usable, self._spec.most_sites)
        moved = np.flatnonzero(found != self.site_mec)
        self.site_mec = found
        for site in moved.tolist():
            mec = int(found[site])
            self._events.tell(t_us, SITE_TO_MEC, site, "redirected", mec)
            own = mec == self._home[site]
            self._chain.redirect(t_us, np.flatnonzero(self._device_site == site), None if own else mec)
