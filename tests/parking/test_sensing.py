"""Which sensors stand where, by the rules of a scenario."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from tests.parking.watched import SECOND_US, Watched, place

from twin.kernel.device_life_spec import DeviceLifeSpec, ScheduledLifeSpec
from twin.parking.bay_sensor_spec import GeomagneticSpec, RadarMagneticSpec
from twin.parking.gate_counter import GateCounterSpec
from twin.parking.parking_spec import ParkingSpec
from twin.parking.reported_bays import CLOSED, FREE
from twin.parking.sensing_spec import ParkingSensorsSpec, SensorRuleSpec
from twin.parking.sensor_plan import plan_sensors, sensor_problems

MAGNET, RADAR, COUNTER = (
    GeomagneticSpec(kind="geomagnetic"),
    RadarMagneticSpec(kind="radar_magnetic"),
    GateCounterSpec(kind="gate_counter"),
)


def test_the_first_rule_that_names_a_facility_holds() -> None:
    """A kerb by its own name goes before its kind; gates and bays of a car park are watched beside each other."""
    spec = ParkingSensorsSpec(
        rules=(
            SensorRuleSpec(sensor=RADAR, at=("kerb 1",)),
            SensorRuleSpec(sensor=MAGNET, at=("on_street",)),
            SensorRuleSpec(sensor=COUNTER),
            SensorRuleSpec(sensor=MAGNET, at=("parks",)),
        )
    )
    planned = plan_sensors(spec, place(kerbs=(3, 2), inside=(4,)), seed=1)
    assert [one.spec.kind for one in planned.bays] == ["geomagnetic"] * 3 + ["radar_magnetic"] * 2 + ["geomagnetic"] * 4
    assert [one.edge for one in planned.bays] == [0, 0, 0, 1, 1, -1, -1, -1, -1]
    assert [facility for facility, _ in planned.counters] == [2]
    assert [one.name for one in planned.devices][-2:] == ["bay_sensor/park 2/3", "gate_counter/park 2"]
    assert planned.gateways == ()


def test_sensors_of_one_square_share_a_gateway() -> None:
    """Kerbs a kilometre apart report through gateways of their own where squares are smaller, through one where larger."""
    facilities = place(kerbs=(3, 3))
    for side_m, gateways in ((500.0, 2), (5000.0, 1)):
        rules = (SensorRuleSpec(sensor=MAGNET, network="lorawan", gateway_m=side_m),)
        planned = plan_sensors(ParkingSensorsSpec(rules=rules), facilities, seed=1)
        assert len(planned.gateways) == gateways
        assert sorted({one.gateway for one in planned.devices}) == list(range(gateways))
        assert all(gateway.network == "lorawan" for gateway in planned.gateways)


def test_a_facility_that_is_not_there_is_told() -> None:
    """Every unknown name is a problem of its own, with what was perhaps meant."""
    rules = (SensorRuleSpec(sensor=MAGNET, at=("kerb 0", "kreb 1")), SensorRuleSpec(sensor=MAGNET, at=("on_street", "xyz")))
    first, second = sensor_problems(ParkingSensorsSpec(rules=rules), place(kerbs=(1, 1)), 1)
    assert (first.key, second.key) == ("parking.sensors.rules[0].at", "parking.sensors.rules[1].at")
    assert "kerb 1" in first.remedy
    assert "on_street" in second.remedy


def test_a_fault_of_a_sensor_that_is_not_there_is_told() -> None:
    """Of a bay without a sensor, of a gateway that nobody reports through."""
    faults = (
        ScheduledLifeSpec(device="bay_sensor/kerb 0/0", from_s=1.0),
        ScheduledLifeSpec(device="bay_sensor/kerb 0/7", from_s=1.0),
        ScheduledLifeSpec(device="gateway", cause="gateway_outage", from_s=1.0),
    )
    spec = ParkingSensorsSpec(rules=(SensorRuleSpec(sensor=MAGNET),), life=DeviceLifeSpec(scheduled=faults))
    bay, gateway = sensor_problems(spec, place(kerbs=(2,)), 1)
    assert [bay.key, gateway.key] == [f"parking.sensors.life.scheduled[{number}].device" for number in (1, 2)]
    assert "bay_sensor/kerb 0/" in bay.remedy


def test_bays_are_reported_closed_after_hours() -> None:
    """At half past eight a kerb that is open until then closes for the platform; the sensor's word is not lost."""
    watched = Watched(ParkingSensorsSpec(rules=(SensorRuleSpec(sensor=MAGNET),)), place(kerbs=(1,), open_until_h=8.5))
    sensing = watched.start()
    watched.env.run(until=1799 * SECOND_US)
    assert sensing.reported.state[0] == FREE
    watched.env.run(until=1801 * SECOND_US)
    assert sensing.reported.state[0] == CLOSED
    assert [(row["state"], row["t_us"]) for row in watched.rows.of("bay")] == [("free", 0), ("closed", 1800 * SECOND_US)]


def test_guidance_by_reports_needs_sensors() -> None:
    """A scenario that guides by what nobody reports is refused; by the truth it is not."""
    facilities = [{"kind": "on_street", "name": "a", "road": "a"}]
    with pytest.raises(ValidationError, match=r"parking\.sensors"):
        ParkingSpec.model_validate({"facilities": facilities, "guidance": {}})
    assert ParkingSpec.model_validate({"facilities": facilities, "guidance": {"information": "perfect"}}).guidance is not None
