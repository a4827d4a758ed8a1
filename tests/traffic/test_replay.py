"""Recorded trajectories are played as they were: exact at the samples, on the line between them; bad files are one message."""

from __future__ import annotations

import gzip
import math
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twin.errors import InputError
from twin.eventlog.recorder import Recorder
from twin.roadnet.road_network import RoadNetwork
from twin.traffic.replay import Replay, ReplaySpec
from twin.traffic.trajectory_files import read_samples
from twin.traffic.vehicle_types import VehicleTypes, class_table

sys.path.insert(0, str(Path(__file__).parent))
from networks import build

HEAD = "timestep_time;vehicle_angle;vehicle_id;vehicle_speed;vehicle_type;vehicle_x;vehicle_y"
ROWS = (
    "0.00;90.00;a;10.0;passenger;10.0;0.0",
    "0.00;0.00;b;5.0;bus;100.0;20.0",
    "1.00;90.00;a;12.0;passenger;21.0;0.0",
    "1.00;350.00;b;5.0;bus;100.0;25.0",
    "2.00;90.00;a;12.0;passenger;33.0;0.0",
    "9.00;90.00;a;12.0;passenger;117.0;0.0",
)
CAR_M, BUS_M = 4.7, 12.0


@pytest.fixture
def network() -> RoadNetwork:
    """Return a road to the east and one to the north from its middle."""
    return build([(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (100.0, 100.0)], [(0, 1, 1), (1, 2, 1), (1, 3, 1)])


def write(folder: Path, rows: tuple[str, ...] = ROWS, head: str = HEAD) -> Path:
    """Write a CSV file as SUMO does."""
    file = folder / "fcd.csv"
    file.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return file


def replay(network: RoadNetwork, file: Path, **more: object) -> Replay:
    """Return the replay of a file."""
    spec = ReplaySpec.model_validate({"file": file.name, **more})
    return Replay(network, spec, class_table(VehicleTypes(), 0.1), Recorder(Path()), file.parent)


def as_xml() -> str:
    """Return the same rows as SUMO's XML."""
    times: dict[str, list[str]] = {}
    for row in ROWS:
        time, angle, key, speed, kind, x, y = row.split(";")
        times.setdefault(time, []).append(
            f'<vehicle id="{key}" x="{x}" y="{y}" angle="{angle}" type="{kind}" speed="{speed}" pos="1" lane="n_0" slope="0"/>'
        )
    steps = "".join(f'<timestep time="{time}">{"".join(rows)}</timestep>' for time, rows in times.items())
    return f"<fcd-export>{steps}</fcd-export>"


def test_all_formats_hold_the_same(tmp_path: Path) -> None:
    """CSV, packed CSV, XML, packed XML and Parquet give the same rows."""
    first = read_samples(write(tmp_path))
    (tmp_path / "p.csv.gz").write_bytes(gzip.compress(write(tmp_path).read_bytes()))
    (tmp_path / "a.xml").write_text(as_xml(), encoding="utf-8")
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(as_xml().encode()))
    cells = [row.split(";") for row in ROWS]
    columns = {name: [row[i] for row in cells] for i, name in enumerate(HEAD.split(";"))}
    numbers = {k: v if k in ("vehicle_id", "vehicle_type") else [float(x) for x in v] for k, v in columns.items()}
    pq.write_table(pa.table(numbers), tmp_path / "a.parquet")
    for name in ("p.csv.gz", "a.xml", "a.xml.gz", "a.parquet"):
        other = read_samples(tmp_path / name)
        assert (other.key, other.kind) == (first.key, first.kind) == (("a", "b"), ("passenger", "bus"))
        for field in ("offset", "t_us", "x_m", "y_m", "speed_mps", "angle_deg"):
            assert np.array_equal(getattr(other, field), getattr(first, field)), (name, field)


def test_at_and_between_the_samples(network: RoadNetwork, tmp_path: Path) -> None:
    """Boxes lie half a length behind the bumper; half-way between samples everything is half-way; angles turn the short way."""
    played = replay(network, write(tmp_path))
    truth = played.now(0)
    assert truth.vehicle.tolist() == [0, 1]
    assert truth.klass.tolist() == [0, 2]
    assert truth.x_m == pytest.approx([10.0 - CAR_M / 2.0, 100.0])
    assert truth.y_m == pytest.approx([0.0, 20.0 - BUS_M / 2.0])
    assert truth.heading_rad == pytest.approx([0.0, math.pi / 2.0])
    assert truth.edge.tolist() == [0, 2]
    assert truth.s_m == pytest.approx([10.0, 20.0])
    truth = played.now(500_000)
    assert truth.x_m[0] == pytest.approx(15.5 - CAR_M / 2.0)
    assert truth.speed_mps == pytest.approx([11.0, 5.0])
    assert truth.s_m == pytest.approx([15.5, 22.5])
    assert truth.heading_rad[1] == pytest.approx(math.radians(95.0))


def test_gaps_are_counted_and_empty(network: RoadNetwork, tmp_path: Path) -> None:
    """A vehicle is not there inside of a long gap, is there in one that may be bridged, and gone after its last sample."""
    played = replay(network, write(tmp_path))
    assert played.gaps == 1
    assert len(played.notices()) == 1
    assert [played.now(t_us).vehicle.tolist() for t_us in (1_000_000, 2_000_000, 5_000_000, 9_000_000, 9_000_001)] == [
        [0, 1], [0], [], [0], [],
    ]  # fmt: skip
    assert (played.begun, played.arrived, played.active) == (2, 2, 0)
    bridged = replay(network, write(tmp_path), longest_gap_s=8.0)
    truth = bridged.now(5_500_000)
    assert truth.vehicle.tolist() == [0]
    assert truth.x_m[0] == pytest.approx(75.0 - CAR_M / 2.0)


def test_other_tables(network: RoadNetwork, tmp_path: Path) -> None:
    """Time, id, x and y are enough: speed and angle come from the way driven; unknown types are cars and are counted."""
    rows = ("100,t1,0,0,tank", "101,t1,8,0,tank", "102,t1,8,0,tank")
    played = replay(network, write(tmp_path, rows, "time,id,x,y,type"), begin_s=100.0)
    truth = played.now(250_000)
    assert truth.x_m[0] == pytest.approx(2.0 - CAR_M / 2.0)
    assert played.now(0).speed_mps[0] == pytest.approx(8.0)
    assert played.now(1_500_000).heading_rad[0] == pytest.approx(0.0)
    assert any("tank" in line for line in played.notices())
    truth = replay(network, write(tmp_path, rows, "time,id,x,y,type"), classes={"tank": "heavy_truck"}).now(100_000_000)
    assert truth.klass.tolist() == [4]


class Kept(Recorder):
    """Keeps the rows that are written."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.rows: dict[str, dict[str, np.ndarray]] = {}

    def append(self, table: str, columns: dict[str, np.ndarray]) -> None:
        """Keep the rows."""
        self.rows[table] = columns


def test_totals_and_trips(network: RoadNetwork, tmp_path: Path) -> None:
    """Edges' times are those between samples, lengths those driven, delays those against the speed limit."""
    write(tmp_path)
    log = Kept()
    played = Replay(network, ReplaySpec(file="fcd.csv"), class_table(VehicleTypes(), 0.1), log, tmp_path)
    played.log_interval(10_000_000)
    played.log_trips()
    state, trip = log.rows["edge_state"], log.rows["trip"]
    seconds = dict(zip(state["edge"].tolist(), state["vehicle_s"].tolist(), strict=True))
    assert (seconds[0], seconds[2]) == (2.0, 1.0)
    assert state["distance_m"][0] == pytest.approx(10.0 + 12.0)
    assert state["entered"].sum() == 3
    assert trip["route_length_m"][0] == pytest.approx(107.0)
    assert trip["delay_s"][0] == pytest.approx(9.0 - 107.0 / (50.0 / 3.6))
    assert trip["arrival_us"].tolist() == [9_000_000, 1_000_000]
    assert (trip["origin_edge"].tolist(), trip["destination_edge"].tolist()) == ([0, 2], [1, 2])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((ROWS[0], ROWS[2], ROWS[0]), r"row 4: the time of vehicle a goes backwards, from 1 s to 0 s"),
        ((ROWS[0], ROWS[1], ROWS[1]), r"row 4: vehicle b is there twice at 0 s"),
        ((ROWS[0], "1.00;90;a;10;passenger;east;0"), r"row 3: x is 'east'"),
        ((ROWS[0], "1.00;90;a;10;passenger;nan;0"), r"row 3: x is 'nan'"),
        ((ROWS[0], "1.00;90;a;10;passenger"), r":3: the row has too few cells"),
        ((ROWS[0], "0.50;;;;;;", "1.00;90;a;10;passenger"), r":4: the row has too few cells"),
        ((), "no row with a vehicle"),
    ],
)
def test_bad_rows(tmp_path: Path, rows: tuple[str, ...], words: str) -> None:
    """What is wrong with a row is said with its number."""
    with pytest.raises(InputError, match=words) as caught:
        read_samples(write(tmp_path, rows))
    assert "fcd.csv" in str(caught.value)


def test_bad_files(tmp_path: Path) -> None:
    """Missing columns, unknown kinds, missing and damaged files are one message each."""
    with pytest.raises(InputError, match=r"columns x, y are missing; found are: time, id"):
        read_samples(write(tmp_path, (), "time,id"))
    (tmp_path / "a.txt").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match=r"\.parquet; save"):
        read_samples(tmp_path / "a.txt")
    with pytest.raises(InputError, match="no such file"):
        read_samples(tmp_path / "none.csv")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(InputError, match="damaged"):
        read_samples(tmp_path / "a.parquet")
    (tmp_path / "a.xml").write_text('<fcd-export><timestep time="1"><vehicle id="a" x="1"/>', encoding="utf-8")
    with pytest.raises(InputError, match="'y' is missing"):
        read_samples(tmp_path / "a.xml")
