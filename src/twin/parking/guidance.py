"""Guidance at work: what app users and readers of signs are told, and to which space each user is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin.kernel.reporting import Recorder
from twin.parking.availability import Availability
from twin.parking.facilities import Facilities
from twin.parking.guidance_spec import GuidanceSpec
from twin.parking.information import ANY_BAY, GUESSED_S, REFUSED, Belief, Information
from twin.parking.prediction import Prediction
from twin.parking.rates import Rates
from twin.parking.reservations import Reservations
from twin.rng import stream_key, uniforms
from twin.units import to_s, to_us

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

APP, SIGN, OWN = range(3)
SOURCES: Final = ("app", "sign", "own")
"""What a driver's belief of a facility rests on, by number: the app, a sign, own guesses and eyes."""

LEARN_US: Final = 120_000_000
"""Choice: the prediction takes new rates every two minutes; they change over half an hour."""


@dataclass(frozen=True, slots=True)
class _Advice:
    """What somebody set out with."""

    t_us: int
    facility: int
    bay: int
    source: int
    chance: float
    free: float
    age_s: float


class Guided:
    """An ``Information``: app users know what ``availability`` knows, others read signs and else go by themselves.

    Of two users of whom one set out before, the later one reckons with the earlier one's space as taken, whether places are
    kept or not; so nobody is sent to a bay that somebody else was sent to and has not given up.
    """

    def __init__(
        self,
        spec: GuidanceSpec,
        facilities: Facilities,
        availability: Availability,
        rates: Rates,
        otherwise: Information,
        recorder: Recorder,
        seed: int,
    ) -> None:
        """Guide to ``facilities``; drivers whom nothing tells of a facility go by ``otherwise``."""
        self._spec, self._facilities, self._availability = spec, facilities, availability
        self._rates, self._otherwise, self._recorder = rates, otherwise, recorder
        self._key = stream_key(seed, "parking/app")
        self._capacity = facilities.capacity.astype(np.float64)
        self._at_kerb = np.array([one.at_kerb for one in facilities.every], np.bool_)
        self.prediction = Prediction(facilities.capacity.astype(np.int64))
        self.reservations = Reservations(facilities.capacity.tolist())
        self._advice: dict[int, _Advice] = {}
        self._asked: dict[tuple[int, int], tuple[int, float, float, float]] = {}
        self._asked_us = -1
        self._told: dict[tuple[int, int], float] = {}
        self._sign_free, self._sign_age_s, self._sign_on = availability.free(0)
        self._sign_us = 0

    @property
    def step_us(self) -> int:
        """How often ``step`` wants to be called."""
        return LEARN_US

    def step(self, t_us: int) -> None:
        """Learn the rates anew and give places back whose time is over."""
        free, _, known = self._availability.free(t_us)
        inside = np.where(known, self._capacity - free, 0.0)
        self._rates.pass_time(to_s(t_us), inside)
        arrival, departure = self._rates.per_s(inside)
        for facility in np.flatnonzero(known).tolist():
            self.prediction.learn(facility, float(arrival[facility]), float(departure[facility]))
        self._expire(t_us)

    def renew_signs(self, t_us: int) -> None:
        """Let the signs show what is known now."""
        self._sign_free, self._sign_age_s, self._sign_on = self._availability.free(t_us)
        self._sign_us = t_us

    def shown(self) -> Ints:
        """Return the free spaces that the sign at each facility shows, (facilities,); -1 where it shows none."""
        on = self._sign_on & ~self._at_kerb & (self._spec.signs is not None)
        return np.where(on, np.rint(self._sign_free), -1.0).astype(np.int64)

    def uses_app(self, trip: Ints) -> Bools:
        """Return which drivers use the app, (n,): a draw by trip, nested over shares."""
        chosen: Bools = uniforms(self._key, trip.astype(np.int64))[:, 0] < self._spec.app_share
        return chosen

    def believed(self, t_us: int, trip: Ints, facility: Ints, arrive_us: Ints, away_m: Floats) -> Belief:
        """See ``Information``."""
        own = self._otherwise.believed(t_us, trip, facility, arrive_us, away_m)
        chance, free, age_s = own.chance.copy(), own.free.copy(), own.age_s.copy()
        source = np.full(trip.size, OWN)
        if self._spec.signs is not None:
            near = ~self._at_kerb[facility] & self._sign_on[facility] & (away_m <= self._spec.signs.range_m)
            free[near] = self._sign_free[facility[near]]
            chance[near] = np.clip(free[near], 0.0, 1.0)
            age_s[near] = self._sign_age_s[facility[near]] + to_s(t_us - self._sign_us)
            source[near] = SIGN
        now, news_s, known = self._availability.free(t_us)
        app = np.flatnonzero(self.uses_app(trip) & known[facility])
        if app.size:
            whose, where = trip[app], facility[app]
            ahead = np.array([self.reservations.kept(f, who) for f, who in zip(where.tolist(), whose.tolist(), strict=True)])
            free[app] = now[where] - ahead
            if self._spec.prediction == "now":
                chance[app] = np.clip(free[app], 0.0, 1.0)
            else:
                inside = np.asarray(self._capacity[where] - free[app], np.float64)
                drive_s = np.asarray(1e-6 * (arrive_us[app] - t_us), np.float64)
                chance[app] = self.prediction.chance(where, inside, drive_s)
            age_s[app] = news_s[where]
            source[app] = APP
        self._remember(t_us, trip, facility, source, Belief(chance, free, age_s))
        return Belief(chance, free, age_s)

    def _remember(self, t_us: int, trip: Ints, facility: Ints, source: Ints, belief: Belief) -> None:
        if t_us != self._asked_us:
            self._asked.clear()
            self._asked_us = t_us
        told = zip(source.tolist(), belief.chance.tolist(), belief.free.tolist(), belief.age_s.tolist(), strict=True)
        self._asked.update(zip(zip(trip.tolist(), facility.tolist(), strict=True), told, strict=True))

    def set_out(self, t_us: int, trip: Ints, facility: Ints, arrive_us: Ints) -> Ints:
        """See ``Information``."""
        self._expire(t_us)
        self._otherwise.set_out(t_us, trip, facility, arrive_us)
        app = self.uses_app(trip)
        free, age_s, known = self._availability.free(t_us)
        out = np.full(trip.size, ANY_BAY, np.int64)
        for row, (who, where) in enumerate(zip(trip.tolist(), facility.tolist(), strict=True)):
            self._close(t_us, who, "changed")
            told = self._asked.get((who, where)) if t_us == self._asked_us else None
            if not (app[row] and known[where]):
                self.reservations.release(who)
                source, chance, shown, age = (OWN, np.nan, np.nan, GUESSED_S) if told is None else told
                self._advice[who] = _Advice(t_us, where, ANY_BAY, source, chance, shown, age)
                continue
            spare = float(free[where]) - self.reservations.kept(where, who)
            bay = self._send(t_us, who, where, spare, free[where])
            if bay is None and told is not None and told[2] >= 1.0:
                out[row] = REFUSED
                self._write(t_us, who, _Advice(t_us, where, ANY_BAY, *told), "refused")
                continue
            out[row] = ANY_BAY if bay is None else bay
            chance = np.nan if told is None else told[1]
            self._advice[who] = _Advice(t_us, where, int(out[row]), APP, chance, spare, float(age_s[where]))
        return out

    def _send(self, t_us: int, who: int, where: int, spare: float, free: float) -> int | None:
        """Return the bay that a user is sent to, ``ANY_BAY``, or None where no space is left that nobody else was sent to."""
        bay = ANY_BAY
        if self._at_kerb[where]:
            holders = ((one, self.reservations.holder(one)) for one in self._availability.free_bays(where).tolist())
            bay = next((one for one, holder in holders if holder in (None, who)), ANY_BAY)
        until_us = t_us + to_us(self._spec.hold_s)
        if spare >= 1.0 and self.reservations.take(t_us, who, where, until_us, int(free), bay):
            return bay
        self.reservations.release(who)
        return None

    def ended(self, t_us: int, trip: Ints, parked: Bools) -> None:
        """See ``Information``."""
        self._otherwise.ended(t_us, trip, parked)
        for who, there in zip(trip.tolist(), parked.tolist(), strict=True):
            if there:
                self._close(t_us, who, "parked")
                self.reservations.release(who)
            elif self.reservations.of(who) is not None and self._stays_silent(who):
                self._close(t_us, who, "no_show")
            else:
                self._close(t_us, who, "turned_away")
                self.reservations.release(who)

    def kept(self, t_us: int, facility: int, trip: int) -> int:
        """See ``Information``."""
        self._expire(t_us)
        of_others = self.reservations.kept(facility, trip) if self._spec.reserve else 0
        return of_others + self._otherwise.kept(t_us, facility, trip)

    def keeps(self, bay: int, trip: int) -> bool:
        """Return whether ``bay`` is kept for somebody else than ``trip``, who therefore leaves it alone."""
        return self._spec.reserve and self.reservations.holder(bay) not in (None, trip)

    def finish(self, t_us: int) -> None:
        """Write of whom the end of the run leaves it open."""
        for who in sorted(self._advice):
            self._close(t_us, who, "open")

    def _stays_silent(self, trip: int) -> bool:
        drawn = uniforms(self._key, np.array([trip], np.int64))[0, 1]
        return bool(drawn < self._spec.no_show_share)

    def _expire(self, t_us: int) -> None:
        for one in self.reservations.expire(t_us):
            self._close(t_us, one.trip, "expired")

    def _close(self, t_us: int, who: int, outcome: str) -> None:
        advice = self._advice.pop(who, None)
        if advice is not None:
            self._write(t_us, who, advice, outcome)

    def _write(self, t_us: int, who: int, advice: _Advice, outcome: str) -> None:
        self._recorder.append(
            "parking_guidance",
            {
                "t_us": [advice.t_us],
                "ended_us": [t_us],
                "vehicle": [who],
                "facility": [advice.facility],
                "bay": [None if advice.bay < 0 else advice.bay],
                "source": [SOURCES[advice.source]],
                "chance": [_number(advice.chance)],
                "free": [_number(advice.free)],
                "age_s": [_number(advice.age_s)],
                "outcome": [outcome],
            },
        )


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
