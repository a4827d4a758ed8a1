"""Field devices that report over access networks: their lives, and an account of every report that is expected of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
import numpy.typing as npt
import simpy
from simpy.events import Event

from twin.kernel.batteries import Batteries
from twin.kernel.clock import Phase, every, in_phase
from twin.kernel.device_life_spec import DeviceCause, DeviceLifeSpec
from twin.kernel.gateways import Gateways
from twin.kernel.lifecycle import LATEST_US, Episode, episodes, life_key, live
from twin.kernel.report_accounts import LOSSES, LOST_US, ReportAccounts
from twin.rng import stream_key, uniform4
from twin.units import US_PER_S, to_us

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Kind = Literal["event", "heartbeat", "periodic"]
"""Why a report is sent: something happened, a sign of life, or its time has come."""

Loss = Literal["device_fault", "battery", "missed", "radio", "too_long", "duty_cycle", "gateway", "store_full"]

OUTCOMES: Final = ("delivered", "error", "too_long", "duty_cycle")
"""What a network says of a report, by number; of the last two none was sent."""

_OK, _ERROR = 0, 1
_NO_LOSS: Final = -1
_LOSS_OF_OUTCOME: Final = np.array([_NO_LOSS, *(LOSSES.index(name) for name in ("radio", "too_long", "duty_cycle"))], np.int8)
_BATTERY_LOOK_US: Final = 10 * US_PER_S
"""Batteries are looked at so often. Choice: the end of one is known to 10 s, of years."""


class Network(Protocol):
    """An access network; ``v2x.cells.access.AccessNetwork`` is one. ``device`` counts the names that it was made with."""

    def send(self, t_us: int, device: Ints, size_bytes: Ints) -> tuple[Ints, npt.NDArray[np.int8]]:
        """Send one report of each device (n,); return delay in us (-1 for lost) and the number of the outcome, (n,)."""


NetworkOf = Callable[[Sequence[str]], Network]
"""Connects devices, by their names, to a network of one kind."""


class Recorder(Protocol):
    """What takes rows of the log."""

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table."""


@dataclass(frozen=True, slots=True)
class FieldDevice:
    """One device as it was planned. Devices are told apart by position within their owner, in the log by number."""

    name: str
    """What its draws hang on; unlike those of all other field devices of the run."""

    kind: str
    place: Literal["facility", "bridge", "road"]
    place_number: int
    """Which facility or bridge; of a road the edge."""

    x_m: float
    y_m: float
    network: str
    """Its access network, by the name of the preset."""

    report_bytes: int
    """Size of a report where nobody says another one."""

    gateway: int = -1
    """Position among the owner's gateways; -1 for a device that reports without one."""

    heartbeat_s: float | None = None
    """Period of its signs of life; None where it sends none."""

    battery_mah: float | None = None
    """Charge of a new battery; None on mains."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that devices of one owner report through."""

    name: str
    x_m: float
    y_m: float
    network: str
    """How it reaches the platform; part of its devices' network as far as delays go."""


@dataclass(frozen=True, slots=True)
class LifeChange:
    """A device breaks or is back; ``row`` is its position, or the gateway's."""

    t_us: int
    row: int
    cause: DeviceCause
    began: bool


SentListener = Callable[[int, Ints, Ints, Kind], None]
"""Told of reports: phenomenon time, positions (n,), arrival in us or -1 (n,), and why they were sent."""


class FieldDevices:
    """All field devices of one owner (parking, bridges, roads). Positions ("rows") count the devices from 0.

    Every report that is expected goes through ``send``, ``miss`` or ``skip``, so that nothing is silently missing. Reports that
    devices send while their battery or they themselves are down are lost with that cause.
    """

    def __init__(
        self,
        devices: Sequence[FieldDevice],
        gateways: Sequence[Gateway],
        life: DeviceLifeSpec,
        networks: Mapping[str, NetworkOf],
        seed: int,
        recorder: Recorder,
        *,
        first_number: int,
        duration_us: int,
    ) -> None:
        """Connect the devices; in the log they are numbered from ``first_number``, gateways after them.

        Raises ValueError where two share a name, KeyError for a network that is not among ``networks``.
        """
        self.devices, self.gateways, self.life = tuple(devices), tuple(gateways), life
        names = [device.name for device in devices]
        if len(set(self.names)) != len(names) + len(gateways):
            raise ValueError("two field devices share a name")
        self.first_number = first_number
        self.row: dict[str, int] = {name: row for row, name in enumerate(names)}
        """Position by name."""
        self.up = np.ones(len(names), np.bool_)
        """Which devices work, (n,): neither broken nor without charge. Read only."""
        self.changes: list[Callable[[LifeChange], None]] = []
        """Told of each change after it has happened."""
        self.sent: list[SentListener] = []
        """Told of all reports, signs of life among them."""
        self.batteries = Batteries(life.battery, names, [device.battery_mah for device in devices], seed)
        self.accounts = ReportAccounts(len(names))
        self._seed, self._recorder = seed, recorder
        self._broken = np.zeros(len(names), np.int64)
        self._flat = np.zeros(len(names), np.bool_)
        self._outages = Gateways(life, [gateway.name for gateway in gateways], seed, duration_us)
        self._gateway = np.array([device.gateway for device in devices], np.int64)
        self._bytes = np.array([device.report_bytes for device in devices], np.int64)
        self._heartbeat_us = np.array([to_us(device.heartbeat_s or 0.0) for device in devices], np.int64)
        kinds = sorted({device.network for device in devices})
        self._network = np.array([kinds.index(device.network) for device in devices], np.int64)
        self._at = np.zeros(len(names), np.int64)
        self._networks: list[Network] = []
        for number, kind in enumerate(kinds):
            mine = np.flatnonzero(self._network == number)
            self._at[mine] = np.arange(mine.size)
            self._networks.append(networks[kind]([names[row] for row in mine.tolist()]))
        self._env: simpy.Environment | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all devices, then of all gateways."""
        return (*(device.name for device in self.devices), *(gateway.name for gateway in self.gateways))

    @property
    def next_number(self) -> int:
        """First number that is free after these devices and gateways."""
        return self.first_number + len(self.devices) + len(self.gateways)

    def numbers(self, rows: Ints) -> Ints:
        """Return the log's numbers of devices (n,)."""
        return rows + self.first_number

    def send(self, t_us: int, rows: npt.ArrayLike, size_bytes: npt.ArrayLike | None = None, *, kind: Kind = "event") -> Ints:
        """Let each of several different devices (n,) send one report at ``t_us``; return when each arrives, -1 for never.

        ``t_us`` does not decrease from call to call. Raises ValueError for a device that is given twice.
        """
        who = np.asarray(rows, np.int64)
        if np.unique(who).size != who.size:
            raise ValueError("a device sends one report at an instant")
        size = self._bytes[who] if size_bytes is None else np.broadcast_to(np.asarray(size_bytes, np.int64), who.shape)
        self._settle(t_us)
        loss = self._down(who, _NO_LOSS)
        arrived_us = np.full(who.size, LOST_US, np.int64)
        for attempt in range(self.life.retries + 1):
            at_us = t_us + attempt * to_us(self.life.retry_after_s)
            trying = np.flatnonzero((loss == _NO_LOSS) & (arrived_us == LOST_US))
            for number, network in enumerate(self._networks):
                mine = trying[self._network[who[trying]] == number]
                if mine.size:
                    self._attempt(network, at_us, who, mine, size, arrived_us, loss, last=attempt == self.life.retries)
        self.accounts.expect(who, arrived_us, loss)
        self._settle(t_us)
        for listener in self.sent:
            listener(t_us, who, arrived_us, kind)
        return arrived_us

    def miss(self, rows: npt.ArrayLike, cause: Loss = "missed") -> None:
        """Account for expected reports that the devices did not even make; a device that is down lost them by that."""
        who = np.asarray(rows, np.int64)
        self.accounts.expect(who, np.full(who.size, LOST_US, np.int64), self._down(who, LOSSES.index(cause)))

    def skip(self, rows: npt.ArrayLike) -> None:
        """Account for reports that are usual but not due, such as of a facility that is closed."""
        self.accounts.skip(np.asarray(rows, np.int64))

    def drain(self, rows: npt.ArrayLike, mah: float | npt.NDArray[np.float64]) -> None:
        """Take charge from batteries beyond what reports and time cost: detections, attempts to attach."""
        self.batteries.drain(np.asarray(rows, np.int64), mah)

    def heard_us(self, t_us: int) -> Ints:
        """Return when each device (n,) was last heard up to ``t_us``, be it by a sign of life; -1 for never."""
        return self.accounts.heard_us(t_us)

    def out(self, gateway: int) -> bool:
        """Return whether a gateway is out now."""
        return bool(self._outages.until_us[gateway] >= 0)

    def processes(self, env: simpy.Environment) -> Iterator[Generator[Event, None, None]]:
        """Yield the bodies of the SimPy processes: lives, batteries, outages, signs of life."""
        self._env = env
        for one in self.life.scheduled:
            if one.cause != "gateway_outage":
                until_us = None if one.until_s is None else to_us(one.until_s)
                yield self._scheduled(env, self.row[one.device], one.cause, to_us(one.from_s), until_us)
        for gateway, windows in enumerate(self._outages.windows):
            if windows:
                yield self._gateway_life(env, gateway, windows)
        if self.life.random:
            for row, device in enumerate(self.devices):
                life = episodes(
                    life_key(self._seed, "device_fault", device.name), self.life.rate("device_fault"), self.life.start
                )
                yield live(env, life, self._breaks(env, row))
        if self.batteries.has.any():
            yield every(env, _BATTERY_LOOK_US, Phase.CONTROL, self._settle, first_us=_BATTERY_LOOK_US)
        if (self._heartbeat_us > 0).any():
            yield self._heartbeats(env)

    def close_interval(self, t_us: int) -> None:
        """Write the accounts of the interval that ends at ``t_us``, what is sent at that instant not included."""
        self._settle(t_us)
        columns = self.accounts.close(t_us)
        if columns is None:
            return
        row = columns.pop("row")
        share = self.batteries.share()[row]
        left = np.ma.masked_array(np.nan_to_num(share), mask=np.isnan(share))
        self._recorder.append("report_stat", {"device": self.numbers(row), **columns, "battery": left})

    def _attempt(
        self,
        network: Network,
        t_us: int,
        who: Ints,
        mine: Ints,
        size: Ints,
        arrived_us: Ints,
        loss: npt.NDArray[np.int8],
        *,
        last: bool,
    ) -> None:
        """Send the reports ``mine`` of ``who`` once, and note what becomes of them."""
        delay_us, outcome = network.send(t_us, self._at[who[mine]], size[mine])
        self.batteries.drain(who[mine[outcome <= _ERROR]], self.life.battery.report_mah)
        final = (outcome != _ERROR) | last
        loss[mine[final]] = _LOSS_OF_OUTCOME[outcome[final]]
        through = mine[outcome == _OK]
        leaves_us, lost, full = self._outages.pass_on(self._gateway[who[through]])
        loss[through[lost]] = LOSSES.index("gateway")
        loss[through[full]] = LOSSES.index("store_full")
        kept = ~lost
        arrived_us[through[kept]] = (np.maximum(leaves_us, t_us) + delay_us[outcome == _OK])[kept]

    def _down(self, who: Ints, else_: int) -> npt.NDArray[np.int8]:
        """Return the number of the loss by which devices (n,) send nothing; ``else_`` for those that work."""
        loss = np.full(who.size, else_, np.int8)
        loss[self._flat[who]] = LOSSES.index("battery")
        loss[self._broken[who] > 0] = LOSSES.index("device_fault")
        return loss

    def _settle(self, t_us: int) -> None:
        """Let batteries end that have nothing left at ``t_us``."""
        self.batteries.sleep_until(t_us)
        for row in np.flatnonzero(self.batteries.empty & ~self._flat).tolist():
            self._ends(row, t_us)
            if self._env is not None:
                self._env.process(self._replaced(self._env, row, self.batteries.replacement_us(row)))

    def _ends(self, row: int, t_us: int) -> None:
        self._flat[row] = True
        self._change(t_us, row, "battery", began=True)

    def _replaced(self, env: simpy.Environment, row: int, after_us: int) -> Generator[Event, None, None]:
        yield in_phase(env, after_us, Phase.CONTROL)
        self.batteries.sleep_until(int(env.now))
        self.batteries.replace(row)
        self._flat[row] = False
        self._change(int(env.now), row, "battery", began=False)

    def _breaks(self, env: simpy.Environment, row: int) -> Callable[[Episode, bool], None]:
        def changed(_: Episode, began: bool) -> None:  # noqa: FBT001  (the life's interface)
            self._break(row, int(env.now), began=began)

        return changed

    def _break(self, row: int, t_us: int, *, began: bool) -> None:
        self._broken[row] += 1 if began else -1
        self._change(t_us, row, "device_fault", began=began)

    def _scheduled(
        self, env: simpy.Environment, row: int, cause: DeviceCause, from_us: int, until_us: int | None
    ) -> Generator[Event, None, None]:
        yield in_phase(env, from_us - int(env.now), Phase.CONTROL)
        if cause == "battery":
            if self._flat[row]:
                return
            self.batteries.end(row)
            self._ends(row, from_us)
            after_us = self.batteries.replacement_us(row) if until_us is None else until_us - from_us
            yield from self._replaced(env, row, after_us)
            return
        self._break(row, from_us, began=True)
        if until_us is not None:
            yield in_phase(env, until_us - from_us, Phase.CONTROL)
            self._break(row, until_us, began=False)

    def _gateway_life(
        self, env: simpy.Environment, gateway: int, windows: Sequence[tuple[int, int]]
    ) -> Generator[Event, None, None]:
        for begin_us, end_us in windows:
            yield in_phase(env, begin_us - int(env.now), Phase.CONTROL)
            self._outages.begin(gateway, end_us)
            self._change(begin_us, gateway, "gateway_outage", began=True)
            if end_us >= LATEST_US:
                return
            yield in_phase(env, end_us - begin_us, Phase.CONTROL)
            self._outages.end(gateway)
            self._change(end_us, gateway, "gateway_outage", began=False)

    def _heartbeats(self, env: simpy.Environment) -> Generator[Event, None, None]:
        """Send signs of life at whole seconds; each device's phase within its period hangs on its name."""
        rows = np.flatnonzero(self._heartbeat_us > 0)
        period_us = self._heartbeat_us[rows]
        keys = [stream_key(self._seed, "kernel/heartbeat", self.devices[row].name) for row in rows.tolist()]
        phase = np.array([uniform4(key, 0, 0, 0)[0] for key in keys])
        next_us = (phase * period_us).astype(np.int64) // US_PER_S * US_PER_S
        while True:
            yield in_phase(env, int(next_us.min()) - int(env.now), Phase.SENSORS)
            due = next_us <= int(env.now)
            self.send(int(env.now), rows[due], kind="heartbeat")
            next_us[due] += period_us[due]

    def _change(self, t_us: int, row: int, cause: DeviceCause, *, began: bool) -> None:
        number = row + self.first_number
        if cause == "gateway_outage":
            number += len(self.devices)
        else:
            self.up[row] = not (self._broken[row] or self._flat[row])
        value = float(not began) if cause == "battery" else 1.0
        state = "fault" if began else "up"
        self._recorder.append(
            "device", {"t_us": [t_us], "device": [number], "state": [state], "cause": [cause], "value": [value]}
        )
        for listener in self.changes:
            listener(LifeChange(t_us, row, cause, began))
