"""Forged object lists on their way to an edge computer, and the gate that every list passes there."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.eventlog.columns import Labels
from twin.kernel.alerts import alert_rows
from twin.kernel.clock import Phase, in_phase
from twin.kernel.records import FrameBatch
from twin.units import US_PER_S
from twin.v2x.queues.chain import Delivery
from twin.v2x.security.access_control import UNKNOWN, AccessControl
from twin.v2x.security.layer_attack_spec import AccessAttack, ClonedDevice
from twin.v2x.topology import SITE_TO_MEC

Ints = npt.NDArray[np.int64]

SHIFT: Final = 3
"""Choice: a clone out of step begins a third of its period after the full one, where no real list stands."""


class Recorder(Protocol):
    """What takes rows of the log."""

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table."""


class Forgers:
    """Everybody who sends forged lists. On the lines they have numbers of their own, after those of the registered devices."""

    def __init__(self, specs: Sequence[AccessAttack], devices: Sequence[str], sites: Sequence[str]) -> None:
        """Take the attacks and the names of registered devices and of sites; raises ValueError for one that is not there."""
        self.specs, self.first = tuple(specs), len(devices)
        number = {name: row for row, name in enumerate(devices)}
        self.claimed = [number[one.device] if isinstance(one, ClonedDevice) else number.get(one.name, UNKNOWN) for one in specs]
        """Number of the device that each claims to be."""
        self.sites = [list(sites).index(one.site) for one in specs]
        """Site by whose line each sends."""
        self.names = [f"forger/{row}" for row in range(len(specs))]
        """Names on the lines, which their draws there hang on."""

    def processes(self, env: simpy.Environment, send: Callable[[FrameBatch], None]) -> list[Generator[Event, None, None]]:
        """Return a SimPy process for each, which hands its lists to ``send``."""
        return [self._run(env, row, one, send) for row, one in enumerate(self.specs)]

    def _run(
        self, env: simpy.Environment, row: int, one: AccessAttack, send: Callable[[FrameBatch], None]
    ) -> Generator[Event, None, None]:
        period_us = round(US_PER_S / one.rate_hz)
        from_us, until_us = one.span_us
        late_us = period_us // 2 if isinstance(one, ClonedDevice) and one.in_step else 0
        first = -(-from_us // period_us)
        shift_us = late_us or period_us // SHIFT
        yield in_phase(env, first * period_us + shift_us - int(env.now), Phase.SENSORS)
        frame = first
        while int(env.now) < until_us:
            now = int(env.now)
            send(
                FrameBatch(
                    t_us=now - late_us,
                    device=np.array([self.first + row], np.int32),
                    frame=np.array([frame], np.int64),
                    objects=np.array([one.objects], np.int32),
                    result_time_us=np.array([now], np.int64),
                )
            )
            frame += 1
            yield in_phase(env, period_us, Phase.SENSORS)


class OnlyRegistered:
    """A recorder that leaves out the messages of forgers: the platform's list of devices does not have them."""

    def __init__(self, recorder: Recorder, devices: int) -> None:
        """Hand on to ``recorder`` what registered devices, numbered below ``devices``, have sent."""
        self._recorder, self._devices = recorder, devices

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table."""
        if table == "message":
            kept = np.asarray(columns["device"]) < self._devices
            if not kept.all():
                if not kept.any():
                    return
                columns = {name: _chosen(values, kept) for name, values in columns.items()}
        self._recorder.append(table, columns)


def _chosen(values: Any, kept: npt.NDArray[np.bool_]) -> Any:
    """Return the kept rows of a column; a single value, which stands for all rows, stays."""
    if isinstance(values, np.ndarray) and values.ndim:
        return values[kept]
    if isinstance(values, Labels):
        return Labels(values.codes[kept], values.vocabulary)
    if isinstance(values, list | tuple):
        return [value for value, one in zip(values, kept.tolist(), strict=True) if one]
    return values


class Gate:
    """What every list passes at the edge computer before anybody there hears of it.

    Lists that are refused have used the line that they came by, and use those behind it: they are thrown away where they are
    read, not where they arrive. Forged lists that are taken are counted, but say nothing of traffic.
    """

    def __init__(
        self, control: AccessControl | None, forgers: Forgers, device_site: Ints, recorder: Recorder, on: Delivery
    ) -> None:
        """Take the checks, None for none, who forges, the site of each registered device, and whom to tell of deliveries."""
        self._control, self._forgers, self._recorder, self._tell = control, forgers, recorder, on
        self._site = np.concatenate((device_site, np.array(forgers.sites, np.int64)))
        count = forgers.first
        self._claimed = np.concatenate((np.arange(count), np.array(forgers.claimed, np.int64)))
        self._refused: set[tuple[int, int]] = set()
        self.names: Sequence[str] = ()
        """Names of the registered devices, for the log."""

    def on_delivery(self, hop: str, device: Ints, t_us: Ints, delivered_us: Ints) -> None:
        """Take deliveries at the end of a hop, as ``twin.v2x.queues.chain.Delivery``; hand on those that are taken."""
        honest = device < self._forgers.first
        taken = honest
        if hop == SITE_TO_MEC:
            bits = np.zeros(device.size, np.int64)
            if self._control is not None:
                bits = self._control.check(self._claimed[device], self._site[device], t_us, delivered_us)
            self._log(device, t_us, delivered_us, bits)
            taken = honest & (bits == 0)
            refused = honest & (bits != 0)
            self._refused.update(zip(device[refused].tolist(), t_us[refused].tolist(), strict=True))
        elif self._refused:
            known = zip(device.tolist(), t_us.tolist(), strict=True)
            taken = honest & np.array([one not in self._refused for one in known], np.bool_)
        self._tell(hop, device[taken], t_us[taken], delivered_us[taken])

    def _log(self, device: Ints, t_us: Ints, delivered_us: Ints, bits: Ints) -> None:
        """Write every list that is forged or refused, and the alerts that come of it."""
        forgers = self._forgers
        rows = np.flatnonzero((device >= forgers.first) | (bits != 0))
        if not rows.size:
            return
        rows = rows[np.argsort(delivered_us[rows], kind="stable")]
        kinds = [forgers.specs[device[row] - forgers.first].kind if device[row] >= forgers.first else None for row in rows]
        names = [self._name(int(device[row])) for row in rows]
        self._recorder.append(
            "access_attempt",
            {
                "t_us": delivered_us[rows],
                "name": names,
                "site": self._site[device[rows]],
                "shown_us": t_us[rows],
                "accepted": bits[rows] == 0,
                "detectors": bits[rows],
                "attack": kinds,
            },
        )
        if self._control is None:
            return
        found = []
        for row, name, kind in zip(rows.tolist(), names, kinds, strict=True):
            who = int(device[row])
            if bits[row]:
                behind = kind or self._cloned(who)
                found.append(self._control.alert(int(delivered_us[row]), name, self._number(who), int(bits[row]), behind))
        alerts = [one for one in found if one is not None]
        if alerts:
            self._recorder.append("alert", alert_rows(alerts))

    def _cloned(self, device: int) -> str | None:
        """Return what stands behind the refusal of a real device's list: its clone, where it has one."""
        claims = zip(self._forgers.claimed, self._forgers.specs, strict=True)
        return next((one.kind for claimed, one in claims if claimed == device), None)

    def _name(self, device: int) -> str:
        claimed = int(self._claimed[device])
        if claimed != UNKNOWN:
            return self.names[claimed]
        one = self._forgers.specs[device - self._forgers.first]
        return one.device if isinstance(one, ClonedDevice) else one.name

    def _number(self, device: int) -> int | None:
        claimed = int(self._claimed[device])
        return None if claimed == UNKNOWN else claimed
