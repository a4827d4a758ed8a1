"""What a scenario says of devices in the road: water level gauges, settlement gauges, tilt sensors of manhole covers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.spec import Spec

NetworkName = Literal["nb_iot", "lorawan", "lorawan_near", "lorawan_far", "redcap", "5g", "fibre"]
"""Access networks, as in docs/cellular.md."""

Levels = tuple[float, float, float]


class _InRoadSpec(Spec):
    network: NetworkName = "nb_iot"
    """Its access network. Choice: what makers of such devices offer beside LoRaWAN."""

    report_bytes: Annotated[int, Assumed.between(20, 200), Field(ge=1, le=1600)] = 50
    """Size of a report. Assumption: 50 bytes, a header and a few values."""

    battery_mah: Annotated[float | None, Assumed.times(0.5, 3.0), Field(gt=0.0, le=1e7)] = 14_000.0
    """Charge of a new battery (mAh); null on mains. Assumption: 14 Ah at 3.6 V, as of NB-IoT parking sensors (Fleximodo)."""


class WaterGaugeSpec(_InRoadSpec):
    """A water level gauge at the lowest point of an underpass."""

    range_m: Annotated[float, Field(gt=0.0, le=100.0)] = 5.0
    """It measures from 0 to this level; deeper water reads this. Source: 0 to 5 m, data sheets of level sensors for
    manholes and roads."""

    accuracy_share: Annotated[float, Field(ge=0.0, le=0.1)] = 0.005
    """Limit of its constant error as a share of the range, evenly drawn between both signs by its name. Source: 0.5 % of full
    scale, data sheets of the same."""

    noise_m: Annotated[float, Field(ge=0.0, le=1.0), Assumed.times(0.3, 3.0)] = 0.005
    """Standard deviation of one measurement. Assumption: 5 mm of waves and spray."""

    measure_s: Annotated[float, Field(ge=1.0, le=86_400.0), OF_THE_DESIGN] = 30.0
    """It looks so often, in whole seconds. Assumption: half a minute; a flooded underpass rises by centimetres meanwhile."""

    report_s: Annotated[float, Field(ge=1.0, le=604_800.0), OF_THE_DESIGN] = 600.0
    """It reports so often while the water is low. Assumption: ten minutes, for the battery's sake."""

    fast_above_m: Annotated[float, Field(ge=0.0, le=100.0), OF_THE_DESIGN] = 0.05
    """Above this level every measurement is reported. Assumption: 5 cm, beyond a puddle and the constant error."""

    levels_m: Annotated[Levels, OF_THE_DESIGN] = (0.1, 0.15, 0.25)
    """Reported levels of the three alarms. Assumption: 10 cm half of a kerb, 15 cm a kerb, 25 cm the warning line of
    Shanghai's underpasses."""


class SettlementGaugeSpec(_InRoadSpec):
    """A settlement gauge below the pavement: how far it has sunk since it was placed."""

    noise_m: Annotated[float, Field(ge=0.0, le=0.1)] = 0.000_25
    """Standard deviation of one measurement. Source: 0.5 mm asked of settlement of bridges; taken as its 95 % limit."""

    drift_m_per_k: Annotated[float, Field(ge=0.0, le=0.01), Assumed.times(0.3, 3.0)] = 0.000_02
    """Apparent settlement by a kelvin of the pavement's temperature. Assumption: 0.02 mm, partly compensated."""

    report_s: Annotated[float, Field(ge=1.0, le=604_800.0), OF_THE_DESIGN] = 3600.0
    """It measures and reports so often, in whole seconds. Assumption: hourly."""

    window_h: Annotated[float, Field(gt=0.0, le=8766.0), OF_THE_DESIGN] = 24.0
    """The rate is the slope of a straight line through the reports of so many hours. Assumption: a day, which takes out the
    temperature's course."""

    levels_m_per_day: Annotated[Levels, OF_THE_DESIGN] = (0.002, 0.003, 0.005)
    """Reported rates of the three alarms. Assumption: 2, 3 and 5 mm a day, as beside deep excavations."""


class CoverSensorSpec(_InRoadSpec):
    """A tilt sensor below a manhole cover."""

    noise_deg: Annotated[float, Field(ge=0.0, le=90.0), Assumed.times(0.3, 3.0)] = 0.5
    """Standard deviation of one measurement. Assumption: half a degree while traffic shakes it."""

    measure_s: Annotated[float, Field(ge=1.0, le=86_400.0)] = 2.0
    """It looks so often, in whole seconds. Source: alarms of makers ask for a tilt that lasts 2 s or more."""

    alarm_deg: Annotated[float, Field(gt=0.0, le=90.0)] = 10.0
    """It reports at once when two looks in a row are above this. Source: 10 degrees, settable, of makers of such sensors."""

    heartbeat_s: Annotated[float, Field(ge=1.0, le=604_800.0), OF_THE_DESIGN] = 86_400.0
    """Period of its signs of life. Assumption: daily."""
