"""The fused object lists of all sites, written to the log: table ``fused_object``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from twin.eventlog.quantise import centimetres, compass_centidegrees
from twin.eventlog.recorder import Recorder, labels
from twin.kernel.alerts import alert_rows
from twin.sensors.cross_check import CrossCheck
from twin.sensors.fusion import SiteFusion
from twin.sensors.fusion_spec import FusionSpec
from twin.sensors.inbox import Inbox
from twin.sensors.place_check import PlaceCheck
from twin.sensors.reports import Reports
from twin.sensors.self_check import alarm_rows
from twin.sensors.sites import Device
from twin.traffic.ground_truth import VEHICLE_CLASSES

CM2_PER_M2 = 1e4

Longs = npt.NDArray[np.int64]


class SiteLists:
    """Takes what devices report, fuses it site by site once a period."""

    def __init__(
        self,
        spec: FusionSpec,
        sites: int,
        devices: Sequence[Device],
        recorder: Recorder,
        places: PlaceCheck | None = None,
    ) -> None:
        """Set up the sites, numbered from 0, and all devices of the run in the order of their numbers.

        ``places`` watches over the places that the devices report, and corrects them.
        """
        self._places = places
        self.cross_check: CrossCheck | None = None
        """Compares what the devices report of each other, where anybody does."""
        self.period_us = spec.period_us
        self._recorder = recorder
        self._inbox = Inbox()
        self._fusion = SiteFusion(
            spec,
            sites,
            [device.site for device in devices],
            [device.spec.kind for device in devices],
            [device.x_m for device in devices],
            [device.y_m for device in devices],
            len(VEHICLE_CLASSES),
        )

    def put(self, reports: Reports, ready_us: Longs) -> None:
        """Take object lists, devices by number, and when each is ready at the site's computer."""
        self._inbox.put(reports, ready_us)

    def close_check(self, t_us: int) -> None:
        """Judge the places of the window that ends at ``t_us``; write the alarms raised and cleared."""
        alarms = [] if self._places is None else self._places.close(t_us)
        if alarms:
            self._recorder.append("alarm", alarm_rows(alarms))

    def close(self, t_us: int) -> None:
        """Fuse what is ready at ``t_us`` and write every site's list of that instant."""
        reports = self._inbox.take(t_us)
        if self._places is not None:
            reports = self._places.corrected(reports)
        fused = self._fusion.fuse(t_us, reports)
        if self._places is not None:
            self._places.see(t_us, reports, self._fusion.supported)
        if self.cross_check is not None:
            alerts = self.cross_check.see(t_us, fused, reports, self._fusion.supported)
            if alerts:
                self._recorder.append("alert", alert_rows(alerts))
        told = fused.klass >= 0
        sized = np.isfinite(fused.length_m) & np.isfinite(fused.width_m)
        self._recorder.append(
            "fused_object",
            {
                "t_us": np.full(fused.site.size, t_us, np.int64),
                "site": fused.site,
                "track": fused.track,
                "x_cm": centimetres(fused.x_m),
                "y_cm": centimetres(fused.y_m),
                "xx_cm2": CM2_PER_M2 * fused.xx_m2,
                "xy_cm2": CM2_PER_M2 * fused.xy_m2,
                "yy_cm2": CM2_PER_M2 * fused.yy_m2,
                "speed_cmps": centimetres(fused.speed_mps),
                "heading_cdeg": compass_centidegrees(fused.heading_rad),
                "class": labels(np.where(told, fused.klass, len(VEHICLE_CLASSES)), (*VEHICLE_CLASSES, "unknown")),
                "length_cm": centimetres(np.ma.masked_array(np.where(sized, fused.length_m, 0.0), mask=~sized)),
                "width_cm": centimetres(np.ma.masked_array(np.where(sized, fused.width_m, 0.0), mask=~sized)),
                "age_us": fused.age_us,
                "devices": fused.devices,
                "vehicle": np.ma.masked_array(fused.vehicle, mask=fused.vehicle < 0),
            },
        )
