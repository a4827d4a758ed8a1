"""Received messages before they are believed: detectors, sensors as witnesses, alerts, and who is not listened to any more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from twin.eventlog.recorder import Recorder, labels
from twin.v2x.platform.picture import Picture
from twin.v2x.security.alerts import LEVELS, RESPONSES, AlertRows, Alerts
from twin.v2x.security.attack_spec import ATTACKS
from twin.v2x.security.cross_sensor import Evidence
from twin.v2x.security.detectors import Detectors
from twin.v2x.security.vehicle_messages import Received
from twin.v2x.vehicles.witnesses import Witnesses

MESSAGES = "messages"
"""Layer of the alerts that vehicles' messages raise."""


class Judging:
    """What the roadside units and their edge computers do about forged messages."""

    def __init__(
        self,
        detectors: Detectors,
        alerts: Alerts,
        device: npt.NDArray[np.int64],
        recorder: Recorder,
        picture: Picture,
        witnesses: Witnesses | None,
    ) -> None:
        """Join the parts; ``device`` (units,) are the units' device numbers, ``witnesses`` the sensors, where there are any."""
        self._detectors, self._alerts = detectors, alerts
        self._device, self._recorder = device, recorder
        self._picture, self._witnesses = picture, witnesses

    def judge(self, received: Received, t_us: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.bool_]]:
        """Return for each message (n,) what was found, a bit a detector, and whether it is used; write the alerts."""
        evidence = None
        if self._witnesses is not None:
            shown_us, seen = self._picture.of(t_us)
            evidence = Evidence(shown_us, seen.x_m, seen.y_m, self._witnesses.of(seen.x_m, seen.y_m))
        verdict = self._detectors.judge(received, evidence)
        self._write(self._alerts.update(received, verdict))
        return verdict, self._alerts.used(received.messages.sender, t_us)

    def used(self, sender: npt.NDArray[np.int64], t_us: int) -> npt.NDArray[np.bool_]:
        """Return whose messages (n,) are used at ``t_us``: of senders that are neither in quarantine nor blocked."""
        return self._alerts.used(sender, t_us)

    def _write(self, rows: AlertRows) -> None:
        if not len(rows):
            return
        self._recorder.append(
            "alert",
            {
                "t_us": rows.t_us,
                "layer": MESSAGES,
                "device": self._device[rows.receiver],
                "sender": rows.sender,
                "detectors": rows.detectors,
                "level": labels(rows.level, LEVELS),
                "response": labels(rows.response, RESPONSES),
                "vehicle": rows.vehicle,
                "attack": labels(rows.attack.astype(np.int64) - 1, ATTACKS),
            },
        )
