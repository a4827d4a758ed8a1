"""The way of reports from devices to the platform: who may alter them there, and what the platform makes of what arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from twin.kernel.alerts import Escalation, LayerAlert, alert_rows
from twin.v2x.security.report_check import ReportCheck, ReportCheckSpec
from twin.v2x.security.tampering import HONEST, Tampering

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Recorder(Protocol):
    """What takes rows of the log."""

    def append(self, table: str, columns: Mapping[str, Any]) -> None:
        """Add rows to a table."""


class ReportChannel:
    """One stream of reports: devices of one kind and interval."""

    def __init__(
        self,
        tampering: Tampering,
        spec: ReportCheckSpec | None,
        names: Sequence[str],
        sites: Sequence[int],
        seed: int,
        recorder: Recorder,
    ) -> None:
        """Take who alters reports, how they are judged (None: not at all), and name and site of every device by number."""
        self._tampering, self._recorder = tampering, recorder
        self._site = np.array(sites, np.int64)
        self._check = None if spec is None else ReportCheck(spec, names, f"platform {seed}".encode())
        self._escalation = None if spec is None else Escalation(spec.escalation)
        self._holds_key = np.array([one.holds_key for one in tampering.specs] + [False], np.bool_)

    def pass_on(self, t_us: int, interval_us: int, device: Ints, channel: Ints, value: Floats) -> Floats:
        """Return what arrives of the values (n,) sent at ``t_us`` for the ``interval_us`` before; NaN is no report."""
        altered = self._tampering.alter(t_us, device, channel, value)
        bits = np.zeros(value.size, np.int64)
        if self._check is not None:
            forged_key = self._holds_key[altered.attack]
            bits = self._check.check(t_us, interval_us, device, channel, value, altered.value, forged_key, self._site[device])
        self._log(t_us, device, channel, value, altered.value, altered.attack, bits)
        return altered.value

    def _log(self, t_us: int, device: Ints, channel: Ints, sent: Floats, arrived: Floats, attack: Ints, bits: Ints) -> None:
        rows = np.flatnonzero((bits != 0) | (attack != HONEST))
        if not rows.size:
            return
        kinds = [self._tampering.specs[number].kind if number != HONEST else None for number in attack[rows]]
        self._recorder.append(
            "report_check",
            {
                "t_us": np.full(rows.size, t_us, np.int64),
                "device": device[rows],
                "channel": channel[rows],
                "value": arrived[rows],
                "detectors": bits[rows],
                "true_value": sent[rows],
                "attack": kinds,
            },
        )
        alerts = []
        for row, kind in zip(rows.tolist(), kinds, strict=True):
            if self._escalation is None or not bits[row]:
                continue
            level = self._escalation.find(int(device[row]), t_us)
            if level is not None:
                who = int(device[row])
                alerts.append(LayerAlert(t_us, "data", int(bits[row]), level, "quarantine", device=who, attack=kind))
        if alerts:
            self._recorder.append("alert", alert_rows(alerts))
