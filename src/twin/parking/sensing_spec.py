"""What a scenario says of the sensors of its parking facilities: which stand where, how dense, on which network."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from twin.assumed import OF_THE_DESIGN
from twin.kernel.device_life_spec import DeviceLifeSpec
from twin.parking.bay_sensor_spec import BayCameraSpec, GeomagneticSpec, RadarMagneticSpec
from twin.parking.gate_counter import GateCounterSpec
from twin.spec import Spec

Share = Annotated[float, Field(ge=0.0, le=1.0)]

ParkingSensorSpec = Annotated[
    GeomagneticSpec | RadarMagneticSpec | BayCameraSpec | GateCounterSpec,
    Field(discriminator="kind"),
]
"""The kinds of sensors of parking facilities."""

FieldNetwork = Literal["nb_iot", "lorawan", "lorawan_near", "lorawan_far", "redcap", "5g", "fibre"]
"""Presets of access networks that devices in the field report over."""


class SensorRuleSpec(Spec):
    """Sensors of one kind at some facilities."""

    sensor: ParkingSensorSpec
    """The sensor: ``geomagnetic``, ``radar_magnetic`` and ``bay_camera`` watch a bay each, a ``gate_counter`` a car park."""

    at: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Facilities that get it, by name, by kind (``on_street``, ``off_street``, ``underground``), or by the name that the
    scenario gives them together; all where left out. Kerbs have no gates, and so no gate counters."""

    density: Share = 1.0
    """Share of the bays (of the car parks, for gate counters) that get one. Each bay has its draw by its name, so that those
    of a lower density are among those of a higher one. Choice: all."""

    network: FieldNetwork = "nb_iot"
    """What they report over. Choice: NB-IoT, which city-wide bay sensors mostly use."""

    gateway_m: Annotated[float, Field(gt=0.0, le=100_000.0)] | None = None
    """Side of the squares of the map that have a gateway each, through which all sensors in it report; left out, they report to
    base stations that do not fail here."""


USUAL_RULES: Final = (
    SensorRuleSpec(sensor=GeomagneticSpec(kind="geomagnetic"), at=("on_street",)),
    SensorRuleSpec(sensor=GateCounterSpec(kind="gate_counter"), at=("off_street", "underground"), network="fibre"),
)
"""Magnetometers at kerbs, counters at gates. Choice: the cheapest sensors that tell anything of all spaces."""


class DataFaultsSpec(Spec):
    """What else goes wrong in the records of parking events.

    Modes: those of the bay sensors of Melbourne's centre (37.5 million events of 2015), with negative durations, comings and
    goings clipped to midnight, and records of replaced sensors (sign ``OLD``).
    """

    negative_share: Share = 0.0
    """Share of the events whose end lies before its begin, as the sensor's clock was set in between. Choice: none."""

    no_arrival_share: Share = 0.0
    """Share of the events whose begin was lost and is put to the midnight before. Choice: none."""

    no_departure_share: Share = 0.0
    """Share of the events whose end was lost and is put to the midnight after. Choice: none."""

    replaced_share: Share = 0.0
    """Share of the bays whose events stand under the number of a sensor that was replaced, with the sign ``OLD``. Source:
    453,178 of Melbourne's 37.5 million events, 1.2 %, have it. Choice: none."""


class ParkingSensorsSpec(Spec):
    """Sensors of the parking facilities, and what becomes of their reports."""

    rules: tuple[SensorRuleSpec, ...] = USUAL_RULES
    """Which sensors stand where; of several rules for a bay or a car park the first one holds. Choice: magnetometers at all
    kerbs, counters at all gates."""

    life: DeviceLifeSpec = DeviceLifeSpec()
    """How the devices fail and are repaired, their batteries and gateways."""

    unknown_after_heartbeats: Annotated[float, Field(gt=0.0, le=1000.0), OF_THE_DESIGN] = 2.5
    """So many times a sensor's heartbeat without a word of it, and its bay counts as unknown. Assumption: two lost in a row,
    and half of the next one."""

    rain_mmph: Annotated[float, Field(ge=0.0, le=300.0)] | None = None
    """Rain on the bays; that of the scenario's weather where left out."""

    data_faults: DataFaultsSpec = DataFaultsSpec()
    """What goes wrong in the records of parking events."""
