"""Clients of departments that read the platform's tables, one that reads beyond, and what tells it from the others."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Protocol, get_args

import simpy
from pydantic import Field
from simpy.events import Event

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.eventlog.tables import TABLES
from twin.kernel.alerts import LayerAlert, alert_rows
from twin.kernel.clock import Phase, in_phase
from twin.rng import stream_key, uniform4
from twin.spec import Spec
from twin.units import US_PER_S, to_us
from twin.v2x.platform.permissions import AccessLog, Permissions
from twin.v2x.security.layer_attack_spec import ReadBeyond

ReadDetector = Literal["denials", "volume"]
"""``denials``: asks for what is closed; ``volume``: asks for more than in its own history."""

READ_DETECTORS: Final[tuple[ReadDetector, ...]] = get_args(ReadDetector)
"""The bit of a detector in an alert of layer ``application`` is its place here."""

DENIALS, VOLUME = (1 << bit for bit in range(len(READ_DETECTORS)))

_LEAST_WAIT_US: Final = 1000
"""Choice: nobody asks twice in a millisecond."""


class ClientSpec(Spec):
    """A program of a department that reads the platform's tables again and again."""

    name: str = Field(min_length=1)
    """Its name."""

    department: str = Field(min_length=1)
    """For whom it reads: a department of ``links.permissions``."""

    tables: tuple[str, ...] = Field(min_length=1)
    """Tables that it reads, in turn."""

    regions: tuple[str, ...] = ("central",)
    """Regions whose tables it reads, in turn; ``central`` is the central cloud's picture."""

    period_s: Annotated[float, Assumed.times(0.2, 5.0), Field(ge=0.01, le=86_400.0)] = 10.0
    """Mean time between two requests. Assumption: a display that is renewed six times a minute; the times are random, so that
    requests make a Poisson stream."""


class ReadCheckSpec(Spec):
    """How the platform watches over who reads."""

    use: tuple[ReadDetector, ...] = READ_DETECTORS
    """What is looked at."""

    denials: Annotated[int, OF_THE_DESIGN, Field(ge=1, le=1000)] = 3
    """``denials``: so many denied requests within ``within_s``. Assumption: one or two are slips of the pen."""

    within_s: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=86_400.0)] = 300.0
    """Over so long denied requests count. Assumption: five minutes."""

    window_s: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=86_400.0)] = 60.0
    """``volume``: requests are counted over so long. Assumption: a minute."""

    learning_windows: Annotated[int, OF_THE_DESIGN, Field(ge=1, le=100_000)] = 10
    """``volume``: over so many windows from the start the usual number is learnt. Assumption: ten; in service, weeks."""

    drift_spreads: Annotated[float, OF_THE_DESIGN, Field(ge=0.0, le=10.0)] = 0.5
    """``volume``: reference value of a CUSUM, in standard deviations of the count. Assumption: half of a shift by one, which it
    finds fastest (Page 1954)."""

    alarm_spreads: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=100.0)] = 6.0
    """``volume``: the CUSUM's threshold, in standard deviations. Assumption: 6, with one false alarm in some 1000 windows by
    Siegmund's formula for normal counts; the learnt mean's own error makes more."""


class Recorder(Protocol):
    """What takes rows of the log."""

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table."""


class ReadWatch:
    """Watches the requests of every client against its own history."""

    def __init__(self, spec: ReadCheckSpec, clients: int) -> None:
        """Begin with no history of any of the clients, numbered from 0."""
        self._spec = spec
        self._use = sum(1 << READ_DETECTORS.index(name) for name in spec.use)
        self._denied: list[deque[int]] = [deque(maxlen=spec.denials) for _ in range(clients)]
        self._window = [0] * clients
        self._count = [0] * clients
        self._learnt: list[list[int]] = [[] for _ in range(clients)]
        self._sum = [0.0] * clients

    def see(self, t_us: int, client: int, *, granted: bool) -> int:
        """Take a request; return the detectors that find fault with the client now, a bit each."""
        spec, bits = self._spec, 0
        window = t_us // to_us(spec.window_s)
        while self._window[client] < window:
            bits |= VOLUME * self._close(client)
            self._window[client] += 1
        self._count[client] += 1
        if not granted:
            denied = self._denied[client]
            denied.append(t_us)
            if len(denied) == spec.denials and denied[0] > t_us - to_us(spec.within_s):
                bits |= DENIALS
        return bits & self._use

    def _close(self, client: int) -> bool:
        """Judge a client's window that is over; return whether its volume is out of the usual."""
        spec, count, learnt = self._spec, self._count[client], self._learnt[client]
        self._count[client] = 0
        if len(learnt) < spec.learning_windows:
            learnt.append(count)
            return False
        mean = sum(learnt) / len(learnt)
        spread = math.sqrt((mean + 1.0) * (1.0 + 1.0 / len(learnt)))
        # the learnt mean is off for good, by more than two of its own standard deviations in one case of twenty
        allowance = spec.drift_spreads + 2.0 / math.sqrt(len(learnt))
        self._sum[client] = max(0.0, self._sum[client] + (count - mean) / spread - allowance)
        high = self._sum[client] > spec.alarm_spreads
        if high:
            self._sum[client] = spec.alarm_spreads / 2.0  # goes on at half way, so that what lasts is told again
        return high


class Clients:
    """All clients of a run: each a SimPy process that asks, is given or denied, and is watched."""

    def __init__(
        self,
        specs: Sequence[ClientSpec],
        attacks: Sequence[ReadBeyond],
        permissions: Permissions,
        regions: Sequence[str],
        seed: int,
        recorder: Recorder,
        check: ReadCheckSpec | None,
    ) -> None:
        """Take the clients, who of them reads beyond, what is open, the names of all regions, and how they are watched."""
        self._specs, self._attacks, self._permissions = tuple(specs), tuple(attacks), permissions
        self._regions, self._seed, self._recorder = tuple(regions), seed, recorder
        self._log = AccessLog(permissions, recorder)
        self._watch = None if check is None else ReadWatch(check, len(specs))
        self._told: dict[tuple[int, int], int] = {}

    def processes(self, env: simpy.Environment) -> list[Generator[Event, None, None]]:
        """Return the processes: one a client, one an attack."""
        number = {one.name: row for row, one in enumerate(self._specs)}
        honest = [self._run(env, row, one) for row, one in enumerate(self._specs)]
        return honest + [self._beyond(env, row, number[one.client], one) for row, one in enumerate(self._attacks)]

    def _run(self, env: simpy.Environment, client: int, one: ClientSpec) -> Generator[Event, None, None]:
        asked = [(region, table) for region in one.regions for table in one.tables]
        key, turn = stream_key(self._seed, "v2x/client", one.name), 0
        while True:
            yield in_phase(env, _wait_us(key, turn, one.period_s), Phase.PLATFORM)
            self._ask(int(env.now), client, *asked[turn % len(asked)], None)
            turn += 1

    def _beyond(self, env: simpy.Environment, number: int, client: int, one: ReadBeyond) -> Generator[Event, None, None]:
        wanted = self._wanted(client, one)
        from_us, until_us = one.span_us
        key, turn = stream_key(self._seed, f"v2x/attack/read_beyond/{number}", one.client), 0
        yield in_phase(env, from_us, Phase.PLATFORM)
        while wanted:
            minutes = (int(env.now) - from_us) / (60.0 * US_PER_S)
            growth = math.exp(one.growth_per_min * minutes) if one.way == "widening" else 1.0
            yield in_phase(env, _wait_us(key, turn, 60.0 / (one.per_min * growth)), Phase.PLATFORM)
            if int(env.now) >= until_us:
                return
            self._ask(int(env.now), client, *wanted[turn % len(wanted)], one.kind)
            turn += 1

    def _wanted(self, client: int, one: ReadBeyond) -> list[tuple[str, str]]:
        """Return the regions and tables that an attack asks for, in turn: all that is closed, or all that is open."""
        department = self._specs[client].department
        every = [(region, table) for region in self._regions for table in TABLES]
        return [what for what in every if self._permissions.may_read(department, *what) == (one.way == "widening")]

    def _ask(self, t_us: int, client: int, region: str, table: str, attack: str | None) -> None:
        one = self._specs[client]
        granted = self._log.request(t_us, one.department, region, table, one.name, attack)
        bits = 0 if self._watch is None else self._watch.see(t_us, client, granted=granted)
        if not bits:
            return
        times = self._told[client, bits] = self._told.get((client, bits), 0) + 1
        level: Literal["warning", "critical"] = "warning" if times == 1 else "critical"
        if times > 2:
            return
        true = next((beyond.kind for beyond in self._attacks if beyond.client == one.name and beyond.on(t_us)), None)
        alert = LayerAlert(
            t_us, "application", bits, level, "block" if level == "critical" else "notify", sender=client, attack=true
        )
        self._recorder.append("alert", alert_rows([alert]))


def _wait_us(key: Any, turn: int, mean_s: float) -> int:
    """Return an exponential time to the next request (us)."""
    chance, _, _, _ = uniform4(key, turn, 0, 0)
    return max(int(-math.log(chance) * mean_s * US_PER_S), _LEAST_WAIT_US)
