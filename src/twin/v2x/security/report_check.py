"""What the platform looks at before it believes a device's report: signatures, or where there are none plausibility."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Final, Literal, get_args

import numpy as np
import numpy.typing as npt
from pydantic import Field

from twin.assumed import OF_THE_DESIGN
from twin.kernel.alerts import EscalationSpec
from twin.spec import Spec
from twin.v2x.security.signature import Verifier, device_key, sign

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ReportDetector = Literal["signature", "sequence", "range", "change", "frozen", "neighbours"]
"""``signature``, ``sequence``: of signed reports; ``range``: above what the road can carry; ``change``: more than chance from
one report to the next; ``frozen``: always the same; ``neighbours``: moves otherwise than those of the same site."""

REPORT_DETECTORS: Final[tuple[ReportDetector, ...]] = get_args(ReportDetector)
"""The bit of a detector in an alert of layer ``data`` is its place here."""

SIGNATURE, SEQUENCE, RANGE, CHANGE, FROZEN, NEIGHBOURS = (1 << bit for bit in range(len(REPORT_DETECTORS)))


DRIFT: Final = 0.5
"""Reference value of the CUSUM in standard deviations: half of the shift by 1 that it finds fastest. Source: Page 1954."""

MOST_SPREADS: Final = 4.0
"""Choice: one report counts for no more, so that a single strange one raises nothing."""


class ReportCheckSpec(Spec):
    """How reports of devices are judged."""

    signed: bool = False
    """Whether devices sign their reports, so that whoever has not their key is certain to be noticed."""

    use: tuple[ReportDetector, ...] = REPORT_DETECTORS
    """What is looked at."""

    most_per_lane_vph: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=10_000.0)] = 2400.0
    """``range``: a lane passes no more than this. Assumption: the capacity of a motorway lane at 120 km/h (HCM), and more."""

    change_spreads: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=100.0)] = 5.0
    """``change``: two counts in succession differ by more than so many standard deviations of two Poisson counts. Assumption:
    5, as counts behind signals vary more than Poisson's."""

    frozen_reports: Annotated[int, OF_THE_DESIGN, Field(ge=2, le=1000)] = 5
    """``frozen``: the same value, not 0, so many times in succession. Assumption: 5; a count of ten a report is the same as the
    one before in one case of eleven."""

    neighbour_spreads: Annotated[float, OF_THE_DESIGN, Field(gt=0.0, le=100.0)] = 6.0
    """``neighbours``: threshold of a two-sided CUSUM of how far a report is off its own learnt mean, scaled as the others'
    reports are off theirs, in standard deviations of a Poisson count. Assumption: 6, see ``ReadCheckSpec.alarm_spreads``."""

    learning_reports: Annotated[int, OF_THE_DESIGN, Field(ge=1, le=10_000)] = 10
    """``neighbours``: over so many reports from the start the means are learnt, and nothing is judged. Assumption: ten
    intervals are taken to be honest."""

    escalation: EscalationSpec = EscalationSpec(within_s=600.0)
    """When findings make alerts."""


class ReportCheck:
    """Judges one stream of counts; every call brings the reports of one instant, in the same order each time."""

    def __init__(self, spec: ReportCheckSpec, names: Sequence[str], secret: bytes) -> None:
        """Take the names of all devices by number, and the platform's secret, which their keys are made from."""
        self._spec = spec
        self._use = sum(1 << REPORT_DETECTORS.index(name) for name in spec.use)
        self._keys = {device: device_key(secret, name) for device, name in enumerate(names)}
        self._verifier = Verifier(self._keys)
        self._sequence = 0
        self._before = np.empty(0)
        self._same = np.empty(0, np.int64)
        self._learnt: list[Floats] = []
        self._high, self._low = np.empty(0), np.empty(0)

    def check(
        self,
        t_us: int,
        interval_us: int,
        device: Ints,
        channel: Ints,
        sent: Floats,
        arrived: Floats,
        forged_key: npt.NDArray[np.bool_],
        group: Ints,
    ) -> Ints:
        """Return the detectors that find fault with each report (n,), a bit each.

        ``sent`` is what the device has sent (and signed), ``arrived`` what came; NaN is no report. Where ``forged_key`` is true
        whoever altered the report signed it anew. ``group`` (n,): reports of one group are neighbours.
        """
        bits = np.zeros(arrived.size, np.int64)
        if self._spec.signed:
            bits |= self._signatures(t_us, device, channel, sent, arrived, forged_key)
        there = np.isfinite(arrived)
        if self._before.size != arrived.size:
            self._before, self._same = np.full(arrived.size, np.nan), np.zeros(arrived.size, np.int64)
        spec, value = self._spec, np.where(there, arrived, 0.0)
        most = spec.most_per_lane_vph * interval_us / 3.6e9
        bits |= RANGE * (there & ((value < 0.0) | (value > most + 3.0 * np.sqrt(most))))
        both = there & np.isfinite(self._before)
        before = np.where(both, self._before, 0.0)
        spread = np.sqrt(np.maximum(value + before, 0.0) + 1.0)
        bits |= CHANGE * (both & (np.abs(value - before) > spec.change_spreads * spread))
        self._same = np.where(both & (value == before) & (value > 0.0), self._same + 1, 0)
        bits |= FROZEN * (self._same >= spec.frozen_reports - 1)
        bits |= NEIGHBOURS * self._odd(value, there, group)
        self._before = np.where(there, arrived, self._before)
        return np.asarray(bits & self._use, np.int64)

    def _signatures(
        self, t_us: int, device: Ints, channel: Ints, sent: Floats, arrived: Floats, forged_key: npt.NDArray[np.bool_]
    ) -> Ints:
        """Sign what the devices send, and verify what arrives: both sides, message by message."""
        bits = np.zeros(arrived.size, np.int64)
        self._sequence += 1
        for row in np.flatnonzero(np.isfinite(arrived)).tolist():
            key, of = self._keys[int(device[row])], int(channel[row])
            signed = float(arrived[row] if forged_key[row] else sent[row])
            tag = sign(key, of, self._sequence, t_us, signed)
            genuine, fresh = self._verifier.verify(int(device[row]), of, self._sequence, t_us, float(arrived[row]), tag)
            bits[row] = SIGNATURE * (not genuine) + SEQUENCE * (not fresh)
        return bits

    def _odd(self, value: Floats, there: npt.NDArray[np.bool_], group: Ints) -> npt.NDArray[np.bool_]:
        """Return which reports go otherwise than those of their neighbours, from means that were learnt at the start."""
        spec = self._spec
        if len(self._learnt) < spec.learning_reports:
            self._learnt.append(np.where(there, value, np.nan))
            return np.zeros(value.size, np.bool_)
        with np.errstate(invalid="ignore"):
            mean = np.nanmean(np.stack(self._learnt), axis=0)
        usable = there & np.isfinite(mean)
        count = int(group.max(initial=-1)) + 1
        total = np.bincount(group, np.where(usable, value, 0.0), count)[group] - np.where(usable, value, 0.0)
        usual = np.bincount(group, np.where(usable, mean, 0.0), count)[group] - np.where(usable, mean, 0.0)
        # the others' own spread enters: their factor is known to sqrt(total) / usual
        factor = (total + 1.0) / (usual + 1.0)
        expected = np.where(usable, mean * factor, 0.0)
        learnt = expected * (1.0 + 1.0 / spec.learning_reports) + expected**2 / (total + 1.0)
        judged = usable & (usual > 0.0)
        score = np.where(judged, np.clip((value - expected) / np.sqrt(learnt + 1.0), -MOST_SPREADS, MOST_SPREADS), 0.0)
        if self._high.size != value.size:
            self._high, self._low = np.zeros(value.size), np.zeros(value.size)
        # the learnt mean is off for good, by more than two of its own standard deviations in one case of twenty
        allowance = DRIFT + 2.0 / math.sqrt(spec.learning_reports)
        self._high = np.maximum(self._high + score - allowance, 0.0)
        self._low = np.maximum(self._low - score - allowance, 0.0)
        odd = np.maximum(self._high, self._low) > spec.neighbour_spreads
        self._high, self._low = (np.minimum(side, spec.neighbour_spreads + 1.0) for side in (self._high, self._low))
        return np.asarray(odd & judged)
