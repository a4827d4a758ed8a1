"""What the platform makes of readings from roads: alarms of three levels, and levels for who closes underpasses."""

from __future__ import annotations

from typing import Final

from twin.kernel.reporting import Recorder
from twin.municipal.alarms import ThreeLevels
from twin.municipal.flood_control import FloodControl
from twin.municipal.readings import Reading
from twin.municipal.roads_spec import RoadDevicesSpec
from twin.municipal.settlement import Rates

WATER_HYSTERESIS_M: Final = 0.02
"""An alarm of water is cleared so far below its level. Choice: four times the noise of a gauge."""

RATE_HYSTERESIS_M_PER_DAY: Final = 0.0005
"""An alarm of settlement is cleared so far below its rate. Choice: a quarter of the least level."""

TILT_HYSTERESIS_DEG: Final = 2.0
"""An alarm of a cover is cleared so far below its limit. Choice: four times the noise of a sensor."""


class Watching:
    """Judges each reading when it arrives. An alarm is real where the truth was no farther off than the device may err."""

    def __init__(self, spec: RoadDevicesSpec, control: FloodControl | None, recorder: Recorder, first_number: int) -> None:
        """Tell ``control``, if any, of water levels; devices are numbered from ``first_number`` in the log."""
        gauge, settling = spec.gauge, spec.settlement_gauge
        self._control, self._rates = control, Rates(settling.window_h)
        self._water = ThreeLevels(
            "water_level", gauge.levels_m, WATER_HYSTERESIS_M, gauge.accuracy_share * gauge.range_m, recorder, first_number
        )
        rate = settling.levels_m_per_day, RATE_HYSTERESIS_M_PER_DAY, RATE_HYSTERESIS_M_PER_DAY
        self._rate = ThreeLevels("settlement_rate", *rate, recorder, first_number)
        tilt = (spec.cover_sensor.alarm_deg,), TILT_HYSTERESIS_DEG, 0.0
        self._tilt = ThreeLevels("tilt", *tilt, recorder, first_number)

    def hear(self, reading: Reading) -> None:
        """Take a reading that has just arrived."""
        known = reading.arrived_us, reading.row
        if reading.quantity == "settlement":
            found = self._rates.add(reading)
            if found is not None:
                self._rate.judge(*known, *found)
            return
        if reading.quantity == "tilt":
            self._tilt.judge(*known, reading.value, reading.true_value)
            return
        self._water.judge(*known, reading.value, reading.true_value)
        if self._control is not None:
            self._control.hear(*known, reading.value)
