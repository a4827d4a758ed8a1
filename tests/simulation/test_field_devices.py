"""Field devices of several owners: numbered one after the other, named apart, written once."""

from __future__ import annotations

import pytest

from twin.errors import ScenarioError
from twin.kernel.device_life_spec import DeviceLifeSpec
from twin.kernel.reporting import FieldDevice, Gateway
from twin.simulation.field_devices import NETWORKS, FieldFleet


class Kept:
    """A recorder that keeps static tables."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, list[object]]] = {}

    def write_static(self, table, columns) -> None:
        """Keep a table."""
        assert table not in self.tables
        self.tables[table] = columns

    def append(self, table, columns) -> None:
        """Keep nothing."""


def _device(name: str, network: str = "nb_iot", gateway: int = -1) -> FieldDevice:
    return FieldDevice(name, "gauge", "road", 3, 1.0, -2.0, network, 50, gateway, 60.0 if gateway < 0 else None, 100.0)


def test_owners_follow_one_another_in_the_log() -> None:
    """Numbers begin where the roadside units end; gateways come after their owner's devices, and devices know their number."""
    kept = Kept()
    fleet = FieldFleet(1, kept, 40, 10**9)
    first = fleet.add([_device("a"), _device("b", "lorawan", 0)], [Gateway("g", 0.0, 0.0, "fibre")], DeviceLifeSpec())
    second = fleet.add([_device("c", network) for network in NETWORKS[:1]], [], DeviceLifeSpec())
    assert (first.first_number, second.first_number, second.next_number) == (40, 43, 44)
    fleet.write()
    rows = kept.tables["municipal_device"]
    assert rows["device"] == [40, 41, 42, 43]
    assert rows["name"] == ["a", "b", "g", "c"]
    assert rows["gateway"] == [None, 42, None, None]
    assert rows["heartbeat_s"] == [60.0, None, None, 60.0]
    assert (rows["x_cm"][0], rows["y_cm"][0]) == (100, -200)


def test_every_access_network_can_be_used() -> None:
    """A device on each network reports, and what arrives arrives later than it was sent."""
    fleet = FieldFleet(1, Kept(), 0, 10**9)
    owner = fleet.add([_device(f"d-{network}", network) for network in NETWORKS], [], DeviceLifeSpec())
    arrived_us = owner.send(1000, range(len(NETWORKS)))
    assert ((arrived_us == -1) | (arrived_us > 1000)).all()
    assert (arrived_us > 0).sum() >= len(NETWORKS) - 1


def test_no_two_owners_share_a_name() -> None:
    """Draws hang on names, so a name that is there already is refused in words that a user can act on."""
    fleet = FieldFleet(1, Kept(), 0, 10**9)
    fleet.add([_device("a")], [], DeviceLifeSpec())
    with pytest.raises(ScenarioError, match="'a'"):
        fleet.add([_device("b")], [Gateway("a", 0.0, 0.0, "fibre")], DeviceLifeSpec())


def test_a_run_without_field_devices_writes_no_table() -> None:
    """Nothing is written where nobody adds any."""
    kept = Kept()
    FieldFleet(1, kept, 0, 10**9).write()
    assert kept.tables == {}
