"""Self-diagnosis: what a site's computer can tell of its devices from their data alone, without the truth.

Four looks, each with a false-alarm rate that follows from theory:

* frames that are missing: silence for some seconds (``power_loss``), and a CUSUM of the likelihood ratio of lost against
  arrived frames (``frame_loss``; E. S. Page, Biometrika 41, 1954; its mean time between false alarms is at least e^h frames,
  G. Lorden, Ann. Math. Stat. 42, 1971);
* objects per frame that become fewer than the device's own history and its neighbours of the same hours let expect
  (``dirt``; a one-sided CUSUM of standardised logarithms);
* time stamps: the least age of frames on arrival moves (``clock_drift``; the minimum is least touched by queues: the clock
  filter of RFC 5905, section 10).

Wrong places (``misalignment``, ``wrong_calibration``) show only in what several devices report of one object: ``place_check``.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.sensors.alignment import chi_square_quantile
from twin.sensors.fault_effects import CAUSES, Cause
from twin.spec import Spec
from twin.units import US_PER_S, to_us

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

DAY_S: Final = 86_400.0
DRIFT: Final = 0.5
"""Reference value k of the count's CUSUM in standard deviations: half of the shift that it finds fastest, 1 (Page 1954)."""

_EMPTY: Final = 0.1
"""Objects a frame that are added before the logarithm is taken, so that an empty street is no infinite fault."""

_LEAST_SPREAD: Final = 0.01
"""A level is not taken to be steadier than 1 %."""

_DIRT, _CLOCK, _FRAMES, _POWER = (CAUSES.index(cause) for cause in ("dirt", "clock_drift", "frame_loss", "power_loss"))


class SelfCheckSpec(Spec):
    """How devices are watched over from their data alone."""

    false_alarms_per_day: Annotated[float, Field(gt=0.0, le=100.0), OF_THE_DESIGN] = 0.01
    """False alarms that each look at each device may give a day; the thresholds follow. Assumption: one in 100 days, a few a
    day in a city of a thousand devices with three looks each."""

    usual_loss: Annotated[float, Field(gt=0.0, lt=0.5), Assumed.between(0.001, 0.02)] = 0.005
    """Share of frames that a device in order loses. Assumption: 0.5 %."""

    noticed_loss: Annotated[float, Field(gt=0.0, lt=1.0), OF_THE_DESIGN] = 0.1
    """Share of lost frames that must be found. Assumption: 10 %, as a track then survives but its speed suffers."""

    silence_s: Annotated[float, Field(gt=0.0, le=3600.0), OF_THE_DESIGN] = 5.0
    """Without any frame for so long, a device is taken to be without power. Assumption: 5 s, fifty frames."""

    window_s: Annotated[float, Field(ge=1.0, le=3600.0), OF_THE_DESIGN] = 120.0
    """Over so long objects, ages and places are gathered before they are judged. Assumption: a signal cycle or more, so that
    the waves of traffic do not look like faults."""

    learning_s: Annotated[float, Field(ge=10.0, le=31_536_000.0), OF_THE_DESIGN] = 3600.0
    """From the start, or after a repair, a device is taken to be in order for so long, and its history is learnt.
    Assumption: an hour, 30 windows; days are better where the run is long enough, see ``slot_s``."""

    slot_s: Annotated[float, Field(ge=60.0, le=86_400.0), OF_THE_DESIGN] = 86_400.0
    """The history is kept by slots of the day of this length; a slot that was not learnt takes the mean of those that were.
    Assumption: one for the whole day, since neighbours account for the hour; shorter where the learning lasts for days."""

    neighbour_m: Annotated[float, Field(ge=0.0, le=10_000.0), OF_THE_DESIGN] = 400.0
    """Devices within this distance see the same ups and downs of traffic. Assumption: the widest spacing of 200 to 400 m
    that Guangzhou's specification of 2021 names."""

    clock_tolerance_s: Annotated[float, Field(gt=0.0, le=10.0)] = 0.01
    """A clock is wrong where ages move by more than this. Source: Guangzhou's specification of 2021, synchronisation within
    10 ms."""

    least_turn_deg: Annotated[float, Field(gt=0.0, le=90.0), OF_THE_DESIGN] = 0.2
    """Turns below this are let be. Assumption: 0.35 m at 100 m, well inside the 1.5 m that Guangzhou's specification allows."""

    least_shift_m: Annotated[float, Field(gt=0.0, le=100.0), OF_THE_DESIGN] = 0.3
    """Shifts below this are let be. Assumption: a fifth of the 1.5 m that Guangzhou's specification allows."""

    place_period_s: Annotated[float, Field(ge=0.01, le=3600.0), OF_THE_DESIGN] = 1.0
    """So often the places that the devices of a site report of one object are compared, where sites fuse. Assumption: once a
    second, since in a tenth of it objects hardly move and tell little that is new."""

    place_search_m: Annotated[float, Field(ge=0.0, le=100.0), OF_THE_DESIGN] = 4.0
    """A device that reports an object this far from where the others report it may still mean the same one. Assumption: 4 m,
    a shift of 2 m by half as much again and a lane's half."""


def loss_threshold(false_alarms_per_day: float, frames_per_day: float) -> float:
    """Return h of a CUSUM of log-likelihood ratios so that false alarms come no oftener: e^h frames apart (Lorden 1971)."""
    return max(math.log(frames_per_day / false_alarms_per_day), 0.0)


def run_length(threshold: float, reference: float = DRIFT) -> float:
    """Return the mean number of standard normals until a one-sided CUSUM with ``reference`` k passes ``threshold`` h.

    (e^(2 k b) - 2 k b - 1) / (2 k^2) with b = h + 1.166 (D. Siegmund, Sequential Analysis, 1985; also D. C. Montgomery,
    Introduction to Statistical Quality Control, section 9.1).
    """
    exponent = 2.0 * reference * (threshold + 1.166)
    return (math.expm1(exponent) - exponent) / (2.0 * reference**2)


def count_threshold(false_alarms_per_day: float, window_s: float, reference: float = DRIFT) -> float:
    """Return h of the count's CUSUM so that ``run_length`` is the wanted time between false alarms, in windows."""
    windows = DAY_S / window_s / false_alarms_per_day
    if run_length(0.0, reference) >= windows:
        return 0.0
    from scipy.optimize import brentq

    return float(brentq(lambda h: run_length(h, reference) - windows, 0.0, 100.0))


@dataclass(frozen=True, slots=True)
class Alarm:
    """A device fault that the self-check raises or withdraws: one row of table ``alarm``."""

    t_us: int
    device: int
    cause: Cause
    state: Literal["raised", "cleared"]
    level: Literal["device_fault"] = "device_fault"


def alarm_rows(alarms: Sequence[Alarm]) -> dict[str, Any]:
    """Return alarms as columns of table ``alarm``."""
    return {
        "t_us": [alarm.t_us for alarm in alarms],
        "device": [alarm.device for alarm in alarms],
        "cause": [alarm.cause for alarm in alarms],
        "level": [alarm.level for alarm in alarms],
        "state": [alarm.state for alarm in alarms],
        "value": None,
        "real": None,
    }


class SelfCheck:
    """Watches the frames of devices, one row each, of one frame rate. Call ``frames`` each frame, ``close`` each window."""

    def __init__(self, spec: SelfCheckSpec, numbers: Ints, x_m: Floats, y_m: Floats, period_us: int) -> None:
        """Keep the devices: their numbers in the log and their places, each (n,), and the time between two frames."""
        count = numbers.size
        self._spec, self._number, self._period_us = spec, numbers, period_us
        away = np.hypot(x_m[:, None] - x_m[None, :], y_m[:, None] - y_m[None, :])
        np.fill_diagonal(away, math.inf)
        self._neighbours = [np.flatnonzero(row <= spec.neighbour_m) for row in away]
        per_day = DAY_S * US_PER_S / period_us
        self._loss_limit = loss_threshold(spec.false_alarms_per_day, per_day)
        self._lost_step = math.log(spec.noticed_loss / spec.usual_loss)
        self._got_step = math.log((1.0 - spec.noticed_loss) / (1.0 - spec.usual_loss))
        self._count_limit = count_threshold(spec.false_alarms_per_day, spec.window_s)
        self._silence = max(round(to_us(spec.silence_s) / period_us), 1)
        self._learning = max(round(spec.learning_s / spec.window_s), 5)
        slots = math.ceil(DAY_S / spec.slot_s)
        self._loss = np.zeros(count)
        self._missing = np.zeros(count, np.int64)
        self._sum = np.zeros(count)
        self._frames = np.zeros(count, np.int64)
        self._least_age_us = np.full(count, np.iinfo(np.int64).max)
        self._learnt = np.zeros(count, np.int64)
        self._slot_sum, self._slot_windows = np.zeros((count, slots)), np.zeros((count, slots), np.int64)
        self._past: deque[tuple[int, Floats]] = deque(maxlen=self._learning)
        self._scale = np.ones(count)
        self._centre = np.zeros(count)
        self._few = np.zeros(count)
        self._ages: list[list[int]] = [[] for _ in range(count)]
        self.raised = np.zeros((count, len(CAUSES)), np.bool_)
        """Alarms that stand, device x cause."""
        self.age_shift_us = np.zeros(count, np.int64)
        """What the ages of the last window are less than in the history: how far the clock is ahead."""

    def frames(self, t_us: int, got: Bools, objects: Ints, age_us: Ints) -> list[Alarm]:
        """Take the frames of one instant; return alarms raised or cleared by them.

        ``got`` (n,): which devices' frames arrived; ``objects`` (n,): how many objects are in them; ``age_us`` (n,): time of
        arrival by the site's computer minus the time stamped on the frame. The last two count only where a frame arrived.
        """
        silent = self._missing >= self._silence
        self._missing = np.where(got, 0, self._missing + 1)
        back = got & silent  # the frames lost in the silence are explained by it
        self._loss = np.maximum(0.0, self._loss + np.where(got, self._got_step, self._lost_step))
        self._loss[back] = 0.0
        self._sum += np.where(got, objects, 0)
        self._frames += got
        self._least_age_us = np.where(got, np.minimum(self._least_age_us, age_us), self._least_age_us)
        alarms = self._set(t_us, _POWER, self._missing >= self._silence, back)
        limit = self._loss_limit
        # as long as nothing comes it may be a silence; an alarm ends when the evidence for it is used up
        alarms += self._set(t_us, _FRAMES, got & (self._loss > limit), got & (self._loss <= 0.0))
        self._loss = np.minimum(self._loss, limit + self._lost_step)
        return alarms

    def close(self, t_us: int) -> list[Alarm]:
        """Judge the window that ends at ``t_us`` and begin the next; return alarms raised or cleared by it."""
        wanted = to_us(self._spec.window_s) // self._period_us
        enough = self._frames * 2 >= wanted
        slot = int(t_us / US_PER_S % DAY_S // self._spec.slot_s)
        fresh = enough & (self._learnt < self._learning)
        level = np.where(enough, np.log(self._sum / np.maximum(self._frames, 1) + _EMPTY), math.nan)
        alarms = self._judge_counts(t_us, enough & ~fresh, level, slot)
        alarms += self._judge_ages(t_us, enough, fresh)
        self._past.append((slot, level))
        self._slot_sum[fresh, slot] += level[fresh]
        self._slot_windows[fresh, slot] += 1
        self._learnt[fresh] += 1
        for row in np.flatnonzero(fresh & (self._learnt == self._learning)):
            self._settle(int(row))
        self._sum[:] = 0.0
        self._frames[:] = 0
        self._least_age_us[:] = np.iinfo(np.int64).max
        return alarms

    def repaired(self, device: int) -> None:
        """Forget the history of a device, by its number, because it was cleaned, turned or set anew: it is learnt afresh."""
        row = int(np.flatnonzero(self._number == device)[0])
        self._learnt[row] = 0
        self._slot_sum[row], self._slot_windows[row] = 0.0, 0
        self._few[row] = 0.0
        self._ages[row].clear()

    def _set(self, t_us: int, cause: int, on: Bools, off: Bools) -> list[Alarm]:
        new, gone = on & ~self.raised[:, cause], off & self.raised[:, cause] & ~on
        self.raised[new, cause] = True
        self.raised[gone, cause] = False
        return [Alarm(t_us, int(self._number[row]), CAUSES[cause], "raised") for row in np.flatnonzero(new)] + [
            Alarm(t_us, int(self._number[row]), CAUSES[cause], "cleared") for row in np.flatnonzero(gone)
        ]

    def _usual(self, slot: int) -> Floats:
        """Return the learnt level of each device in a slot of the day, NaN where nothing was learnt, (n,)."""
        windows = self._slot_windows[:, slot]
        known = np.where(windows > 0, windows, self._slot_windows.sum(axis=1))
        total = np.where(windows > 0, self._slot_sum[:, slot], self._slot_sum.sum(axis=1))
        return np.where(known > 0, total / np.maximum(known, 1), math.nan)

    def _shift(self, row: int, own: Floats) -> float:
        """Return how far a device's level is above its history, less the median of the same of its neighbours."""
        near = own[self._neighbours[row]]
        near = near[~np.isnan(near)]
        return float(own[row] - np.median(near)) if near.size else float(own[row])

    def _settle(self, row: int) -> None:
        """End the learning of a device: mean and spread of its shift in the windows gone by.

        The spread is the upper 95 % bound that they leave open (chi-square), so that false alarms do not come from a short
        learning. Where the device was away for so long that more than half of its windows lie too far back, it is learnt on.
        """
        shifts = np.array([self._shift(row, level - self._usual(slot)) for slot, level in self._past])
        shifts = shifts[~np.isnan(shifts)]
        if 2 * shifts.size < self._learning:
            self._learnt[row] = shifts.size
            return
        free = shifts.size - 1
        self._centre[row] = shifts.mean()
        self._scale[row] = max(shifts.std(ddof=1) * math.sqrt(free / chi_square_quantile(0.05, free)), _LEAST_SPREAD)

    def _judge_counts(self, t_us: int, usable: Bools, level: Floats, slot: int) -> list[Alarm]:
        own = level - self._usual(slot)
        allowance = DRIFT + 1.0 / math.sqrt(self._learning)  # the learnt mean has an error of its own
        for row in np.flatnonzero(usable):
            z = (self._shift(int(row), own) - self._centre[row]) / self._scale[row]
            self._few[row] = max(0.0, self._few[row] - z - allowance)
        alarms = self._set(t_us, _DIRT, self._few > self._count_limit, usable & (self._few <= 0.0))
        self._few = np.minimum(self._few, self._count_limit + 2.0)
        return alarms

    def _judge_ages(self, t_us: int, enough: Bools, fresh: Bools) -> list[Alarm]:
        for row in np.flatnonzero(fresh):
            self._ages[row].append(int(self._least_age_us[row]))
        known = np.array([bool(ages) for ages in self._ages])
        usual = np.array([np.median(ages) if ages else 0.0 for ages in self._ages])
        self.age_shift_us = np.where(enough & known, usual - self._least_age_us, 0).astype(np.int64)
        wrong = np.abs(self.age_shift_us) > to_us(self._spec.clock_tolerance_s)
        # a frame cannot arrive before it was taken: that is wrong without any history
        wrong |= enough & (self._least_age_us < 0)
        return self._set(t_us, _CLOCK, wrong, enough & ~wrong)
