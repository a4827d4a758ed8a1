"""Connected vehicles at work: nothing is lost unaccounted, nobody's draws depend on others, who is blocked is not handed on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from pyarrow import ipc
from tests.sensors.test_fleet import traffic

from twin.eventlog.recorder import Recorder
from twin.geometry.walls import outline_walls
from twin.kernel.records import FrameBatch, RoadsideUnit
from twin.traffic.ground_truth import GroundTruth
from twin.v2x.cells.cellular import Sent
from twin.v2x.platform.contents import Sightings
from twin.v2x.radio.delivery_table import DeliveryTable
from twin.v2x.radio.heard import OUTCOMES
from twin.v2x.radio.sidelink import Sidelink
from twin.v2x.security import attack_spec
from twin.v2x.security.attacks import Attackers, Jammers
from twin.v2x.security.vehicle_messages import Received
from twin.v2x.vehicles.connected import PERIOD_US, ConnectedVehicles
from twin.v2x.vehicles.connected_spec import ConnectedSpec
from twin.v2x.vehicles.on_board_units import OnBoardUnits

RANGE_M = 500.0
TABLE = DeliveryTable(10.0, 23.0, 4)
UNITS = (RoadsideUnit(5, "west/rsu-0", 0, -200.0, 0.0, 0), RoadsideUnit(6, "east/rsu-0", 1, 200.0, 0.0, 0))
VEHICLES = 30
EVERYBODY = np.arange(VEHICLES)


class Blocks:
    """A judge that believes everybody but some vehicles."""

    def __init__(self, *vehicles: int) -> None:
        """Take whom it does not believe."""
        self._ids = OnBoardUnits.ids(np.array(vehicles, np.int32))

    def judge(self, received: Received, t_us: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.bool_]]:
        """Return no findings, and whom to use."""
        return np.zeros(len(received), np.uint16), self.used(received.messages.sender, t_us)

    def used(self, sender: npt.NDArray[np.int64], _: int) -> npt.NDArray[np.bool_]:
        """Return whom to use."""
        return ~np.isin(sender, self._ids)


def connected(
    folder: Path,
    units: Sequence[RoadsideUnit] = UNITS,
    attacks: Sequence[Any] = (),
    judge: Blocks | None = None,
    share: float = 1.0,
) -> tuple[ConnectedVehicles, Recorder]:
    """Return connected vehicles with these units, without buildings."""
    folder.mkdir(exist_ok=True)
    spec, recorder = ConnectedSpec(share=share), Recorder(folder)
    x_m, y_m = np.array([unit.x_m for unit in units]), np.array([unit.y_m for unit in units])
    sidelink = Sidelink(
        1, [unit.name for unit in units], x_m, y_m, np.full(len(units), 5.5), outline_walls([]), TABLE,
        range_m=RANGE_M, correlation_m=10.0,
    )  # fmt: skip
    vehicles = ConnectedVehicles(
        spec, 1, units, sidelink, recorder,
        attackers=Attackers(attacks, 1), jammers=Jammers(attacks), area=(-500.0, -50.0, 500.0, 50.0),
        match=lambda x, _, __: (np.zeros(x.size, np.int32), x), judge=judge, every=1, bytes_of=(66.0, 100.0),
    )  # fmt: skip
    return vehicles, recorder


def road(t_us: int, chosen: npt.NDArray[np.int64] = EVERYBODY) -> GroundTruth:
    """Return vehicles on a road along the x axis, all at 10 m/s."""
    x_m = np.linspace(-480.0, 480.0, VEHICLES) + 10.0 * t_us / 1e6
    return traffic(
        x_m[chosen].tolist(),
        [0.0] * chosen.size,
        t_us=t_us,
        vehicle=chosen.astype(np.int32),
        speed_mps=np.full(chosen.size, 10.0),
    )


def rows_of(folder: Path, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    return pa.concat_tables([ipc.open_file(part).read_all() for part in sorted((folder / table).glob("*.arrow"))]).to_pylist()


def drive(
    folder: Path, ticks: int = 10, chosen: npt.NDArray[np.int64] = EVERYBODY, **keys: Any
) -> tuple[list[FrameBatch], ConnectedVehicles]:
    """Return what is handed on over some ticks, with the log closed."""
    vehicles, recorder = connected(folder, **keys)
    batches = [vehicles.step(road(tick * PERIOD_US, chosen)) for tick in range(ticks)]
    vehicles.close_interval(ticks * PERIOD_US)
    recorder.close_segment()
    return batches, vehicles


def handed_on(batch: FrameBatch, device: int) -> list[int]:
    """Return the vehicles in the list of a unit."""
    content = batch.content
    assert content is not None
    at = batch.device.tolist().index(device)
    return content.vehicle[content.offset[at] : content.offset[at + 1]].tolist()


def test_every_message_in_range_is_heard_or_lost_of_one_cause(tmp_path: Path) -> None:
    """What is sent within range of each unit is delivered + lost by cause; what was delivered is what is heard and logged."""
    batches, vehicles = drive(tmp_path)
    stat = rows_of(tmp_path, "delivery_stat")
    assert vehicles.sent == 10 * VEHICLES
    for unit in UNITS:
        mine = [row for row in stat if row["device"] == unit.number]
        in_range = sum(int((np.abs(road(tick * PERIOD_US).x_m - unit.x_m) <= RANGE_M).sum()) for tick in range(10))
        assert sum(row["sent"] for row in mine) == in_range
        assert all(row["sent"] == sum(row[outcome] for outcome in OUTCOMES) for row in mine)
    delivered = sum(row["delivered"] for row in stat)
    assert 0 < delivered < 2 * vehicles.sent
    assert delivered == vehicles.heard == len(rows_of(tmp_path, "vehicle_report"))
    assert delivered == sum(int(batch.objects.sum()) for batch in batches)


def test_a_unit_s_receptions_do_not_depend_on_other_units_or_on_the_order_of_vehicles(tmp_path: Path) -> None:
    """The east unit alone hears what it hears beside the west one, and so with the rows of traffic turned round."""
    both, _ = drive(tmp_path / "both")
    alone, _ = drive(tmp_path / "alone", units=UNITS[1:])
    turned, _ = drive(tmp_path / "turned", chosen=EVERYBODY[::-1])
    swapped, _ = drive(tmp_path / "swapped", units=UNITS[::-1])
    for one, *others in zip(both, alone, turned, swapped, strict=True):
        assert all(handed_on(one, 6) == handed_on(other, 6) for other in others)
    reports = [rows_of(tmp_path / name, "vehicle_report") for name in ("both", "turned")]
    assert reports[0] == reports[1]


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    """Two runs of the same write the same files."""
    for name in ("a", "b"):
        drive(tmp_path / name, attacks=[attack_spec.Dos(kind="dos"), attack_spec.Sybil(kind="sybil")], share=0.7)
    files = [sorted(path.relative_to(tmp_path / name) for path in (tmp_path / name).rglob("*.arrow")) for name in ("a", "b")]
    assert files[0] == files[1] != []
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files[0])


def test_blocked_senders_are_heard_and_not_handed_on(tmp_path: Path) -> None:
    """Their messages are in the log as not used; nobody else's are missing from the lists, and lists say their true sizes."""
    open_to_all, _ = drive(tmp_path / "open")
    batches, vehicles = drive(tmp_path / "blocked", judge=Blocks(3, 10))
    for before, after in zip(open_to_all, batches, strict=True):
        for unit in UNITS:
            assert handed_on(after, unit.number) == [one for one in handed_on(before, unit.number) if one not in (3, 10)]
        assert after.objects.tolist() == [len(handed_on(after, device)) for device in after.device.tolist()]
        assert after.bytes is not None
        assert after.bytes.tolist() == [66 + 100 * count for count in after.objects.tolist()]
    reports = rows_of(tmp_path / "blocked", "vehicle_report")
    assert len(reports) == vehicles.heard
    assert {row["vehicle"] for row in reports if not row["used"]} == {3, 10}
    assert not any(row["used"] for row in reports if row["vehicle"] in (3, 10))


def test_a_flood_is_handed_on_once(tmp_path: Path) -> None:
    """Copies are sent and heard, but a list holds each sender once."""
    batches, vehicles = drive(tmp_path, attacks=[attack_spec.Dos(kind="dos", share=1.0)])
    assert vehicles.sent >= 2 * 10 * VEHICLES
    assert vehicles.heard > sum(int(batch.objects.sum()) for batch in batches)
    heard = {(row["device"], row["vehicle"], row["t_us"] // PERIOD_US) for row in rows_of(tmp_path, "vehicle_report")}
    assert len(heard) == sum(int(batch.objects.sum()) for batch in batches)


def test_units_of_vehicles_that_left_are_silent(tmp_path: Path) -> None:
    """Who sends three seconds late and has left meanwhile is heard by nobody, at nobody else's place."""
    late = attack_spec.Delay(kind="delay", vehicles=(3, VEHICLES - 1), delay_s=(0.5, 0.6))
    vehicles, recorder = connected(tmp_path, attacks=[late])
    stay = np.array([n for n in range(VEHICLES - 1) if n != 3])
    for tick in range(10):
        vehicles.step(road(tick * PERIOD_US, EVERYBODY if tick < 3 else stay))
    vehicles.close_interval(10 * PERIOD_US)
    recorder.close_segment()
    assert vehicles.sent == 3 * (VEHICLES - 2) + 7 * stay.size
    assert not {3, VEHICLES - 1} & {row["vehicle"] for row in rows_of(tmp_path, "vehicle_report")}


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_nobody_and_nothing(tmp_path: Path, share: float) -> None:
    """Without units in vehicles, or without vehicles, empty batches come back."""
    vehicles, _ = connected(tmp_path, share=share)
    nobody = np.empty(0, np.int64)
    batch = vehicles.step(road(0, EVERYBODY if share == 0.0 else nobody))
    assert batch.device.size == 0
    assert (vehicles.sent, vehicles.heard) == (0, 0)


class Network:
    """A cell network that carries every message in a millisecond."""

    def send(self, t_us: int, vehicle: npt.NDArray[np.int64], *_: Any) -> Sent:
        """Return everything delivered."""
        return Sent(np.full(vehicle.size, t_us + 1000), np.ones(vehicle.size, np.bool_))


def test_lies_stand_on_the_road_that_they_claim_and_tell_of_nobody(tmp_path: Path) -> None:
    """Of liars alone: no row names a vehicle, and the place along the road is that which the claimed place is matched to."""
    lie = attack_spec.RandomPosition(kind="random_position", share=1.0)
    batches, _ = drive(tmp_path, ticks=3, attacks=[lie])
    for batch in batches:
        content = batch.content
        assert content is not None
        assert content.x_m.size > 10
        assert (content.vehicle == -1).all()
        assert (content.s_m == content.x_m).all()  # as this road's matcher says


def test_who_is_blocked_is_not_used_in_the_cloud_either(tmp_path: Path) -> None:
    """Over the network everybody arrives, and the cloud is told of all but those whom nobody listens to."""
    vehicles, _ = connected(tmp_path, judge=Blocks(3, 10))
    told: list[Sightings] = []
    vehicles._cellular, vehicles._in_the_cloud = Network(), told.append  # type: ignore[assignment]
    vehicles.step(road(0))
    assert sorted(told[0].vehicle.tolist()) == [one for one in EVERYBODY.tolist() if one not in (3, 10)]
    assert set(told[0].arrival_us.tolist()) == {1000}
