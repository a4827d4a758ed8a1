"""The loader: every problem at once, each with its place, and never a traceback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, Field, model_validator

from twin.errors import Problem, ScenarioError
from twin.messages import use_language
from twin.scenario.load import Loaded, load_spec
from twin.spec import Spec


class Lidar(Spec):
    """A sensor."""

    kind: Literal["lidar"]
    range_m: Annotated[float, Field(gt=0)] = 120.0
    """Range (m)."""


class Camera(Spec):
    """Another sensor."""

    kind: Literal["camera"]
    pixels: Annotated[int, Field(ge=1)]
    """Pixels across. And more."""


class Demand(Spec):
    """How many vehicles."""

    inflow_vph: Annotated[float, Field(ge=0)]
    """Vehicles an hour that drive in."""
    profile: tuple[tuple[str, float], ...] = ()


class Toy(Spec):
    """A scenario in small."""

    name: str
    start: AwareDatetime
    duration_s: Annotated[float, Field(gt=0)]
    warm_up_s: Annotated[float, Field(ge=0)] = 0.0
    seed: int = 1
    weather: Literal["clear", "rain", "fog"] = "clear"
    demand: Demand
    sensors: tuple[Annotated[Lidar | Camera, Field(discriminator="kind")], ...] = ()
    where: float | tuple[float, ...] = 0.0
    only: Lidar | None = None

    @model_validator(mode="after")
    def _fits(self) -> Toy:
        if self.warm_up_s >= self.duration_s:
            raise ValueError(f"warm_up_s is {self.warm_up_s:g}; make it shorter than duration_s")
        return self


GOOD = """\
# a scenario
name: 早高峰
start: 2025-06-03T07:30:00+08:00
duration_s: 120
demand:
  inflow_vph: 900
  profile:
    - [17:30, 1.5]
sensors:
  - kind: lidar
    range_m: 80
  - {kind: camera, pixels: 1920}
"""


def _load(folder: Path, text: str | bytes, **overrides: str) -> Loaded[Toy]:
    path = folder / "toy.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_spec(path, Toy, {key.replace("__", "."): value for key, value in overrides.items()})


def _problems(folder: Path, text: str | bytes, overrides: dict[str, str] | None = None) -> list[tuple[str, str, str, str]]:
    path = folder / "toy.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ScenarioError) as raised:
        load_spec(path, Toy, overrides)
    return [(p.where.replace(f"{folder}/", ""), p.key, p.found, p.remedy) for p in raised.value.problems]


def test_a_valid_file_is_read_by_yaml_1_2(tmp_path: Path) -> None:
    """An instant keeps its offset, 17:30 stays a text (YAML 1.1 reads 1050), a whole number is a float where one is needed."""
    spec = _load(tmp_path, GOOD).spec
    assert spec.name == "早高峰"
    assert spec.start == datetime(2025, 6, 3, 7, 30, tzinfo=timezone(timedelta(hours=8)))
    assert spec.demand.profile == (("17:30", 1.5),)
    assert spec.sensors == (Lidar(kind="lidar", range_m=80.0), Camera(kind="camera", pixels=1920))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, text) for text in ("yes", "on", "no", "No", "NO", "off", "n", "1_000", "17:30", "0b1")),
        *(("0123", "123"), ("0o10", "8"), ("0x1F", "31")),
    ],
)
def test_plain_scalars_follow_the_core_schema(tmp_path: Path, text: str, value: str) -> None:
    """YAML 1.2.2, section 10.3.2: yes, on and Norway's NO are texts, a leading zero is decimal, 1_000 is a text."""

    class One(Spec):
        x: str | int

    path = tmp_path / "one.yaml"
    path.write_text(f"x: {text}\n")
    assert str(load_spec(path, One).spec.x) == value


def test_every_problem_is_said_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Thirteen mistakes of one file come in one error, each with file:line:column, key, finding and remedy."""
    text = """\
name: 3
start: yesterday
durations_s: 120
warm_up_s: "5"
seed: 1.5
weather: snow
demand:
  inflow_vph: -1
  inflow_vph: 2
sensors:
  - kind: lidr
  - range_m: 3
  - kind: lidar
    range_m: .nan
  - kind: camera
only: 5
"""
    assert _problems(tmp_path, text) == [
        ("toy.yaml:1:7", "name", "found the number 3", "give a text (quote it if it looks like a number)"),
        ("toy.yaml:2:8", "start", "found the text 'yesterday'", "give date, time and offset, as 2025-06-03T07:30:00+08:00"),
        ("toy.yaml:3:1", "durations_s", "unknown key", "did you mean 'duration_s'?"),
        ("toy.yaml:4:12", "warm_up_s", "found the text '5'", "give a number"),
        ("toy.yaml:5:7", "seed", "found the number 1.5", "give a whole number"),
        ("toy.yaml:6:10", "weather", "found the text 'snow'", "give one of clear, rain, fog"),
        ("toy.yaml:8:15", "demand.inflow_vph", "found the number -1", "give a number of at least 0"),
        (
            "toy.yaml:9:3",
            "demand.inflow_vph",
            f"the key stands here a second time (first: {tmp_path}/toy.yaml:8:3)",
            "keep one of the two",
        ),
        ("toy.yaml:11:11", "sensors[0].kind", "unknown kind 'lidr'", "did you mean 'lidar'? give one of lidar, camera"),
        ("toy.yaml:12:5", "sensors[1].kind", "the key is missing", "add `kind:`, one of lidar, camera"),
        ("toy.yaml:14:14", "sensors[2].range_m", "found the number nan", "give a finite number"),
        ("toy.yaml:15:5", "sensors[3].pixels", "the key is missing", "add it (Pixels across)"),
        ("toy.yaml:16:7", "only", "found the number 5", "give a group of keys"),
    ]


def test_a_missing_key_is_placed_at_its_parent(tmp_path: Path) -> None:
    """A key missing from a group is reported at the line where the group's own key stands."""
    text = GOOD.replace("  inflow_vph: 900\n", "")
    assert [(where, key) for where, key, *_ in _problems(tmp_path, text)] == [("toy.yaml:5:1", "demand.inflow_vph")]


def test_a_model_s_own_check_keeps_its_words(tmp_path: Path) -> None:
    """A validator's ValueError 'found; remedy' becomes finding and remedy."""
    assert _problems(tmp_path, GOOD + "warm_up_s: 300\n") == [
        ("toy.yaml:2:1", "", "warm_up_s is 300", "make it shorter than duration_s")
    ]


def test_members_of_a_plain_union_are_one_problem(tmp_path: Path) -> None:
    """A value that fits no member of a union is one problem whose remedy names the members."""
    assert _problems(tmp_path, GOOD + "where: here\n") == [
        ("toy.yaml:13:8", "where", "found the text 'here'", "give a number or give a list")
    ]


@pytest.mark.parametrize(
    ("text", "where", "found"),
    [
        ("", "toy.yaml", "the file holds no keys"),
        ("# nothing\n", "toy.yaml", "the file holds no keys"),
        ("- 1\n- 2\n", "toy.yaml:1:1", "found a list of 2 where the file's keys should be"),
        ("just words", "toy.yaml:1:1", "found the text 'just words' where the file's keys should be"),
        ("name: x\n\tdemand: 1\n", "toy.yaml:2:1", "found a tab character"),
        ("name: [1, 2\nseed: 3\n", "toy.yaml:1:7", "a bracket opened here is never closed"),
        ("name: 'x\n", "toy.yaml:1:7", "a quotation mark opened here is never closed"),
        ("name: a: b\n", "toy.yaml:1:8", "found a second `key:` in a value"),
        ("name: x\n  seed: 1\n", "toy.yaml:2:7", "found a second `key:` in a value"),
        ("name:x\nseed: 1\n", "toy.yaml:1:5", "found a key without `: ` after it"),
        ("seed: 1\nname：x\nmap: y\n", "toy.yaml:2:5", "found a key without `: ` after it"),
        ("- a\nb: 1\n", "toy.yaml:2:1", "the indentation fits no line above"),
        ("name: \x07\n", "toy.yaml:1:7", "found the unprintable character U+0007"),
        ('name: "\\q"\n', "toy.yaml:1:9", "found an unknown escape in a quoted text"),
        ('name: "\\ud800"\n', "toy.yaml:1:7", "found half of a character (a lone surrogate)"),
        ("name: !python/object x\n", "toy.yaml:1:7", "found the tag `!python/object`"),
        ("name: x\n---\nname: y\n", "toy.yaml:2:1", "a second document begins here"),
        ("name: *who\n", "toy.yaml:1:7", "the alias `*who` has no anchor above"),
        ("name: &n [*n]\n", "toy.yaml:1:11", "the alias `*n` stands inside what it stands for"),
        ("a: &a {seed: 1}\n<<: *a\n", "toy.yaml:2:1", "found the merge key `<<`"),
        ("[1]: 2\n", "toy.yaml:1:1", "found a list or a group of keys as a key"),
        ("name: " + "[" * 200, "toy.yaml:1:57", "values are nested more than 50 deep"),
        (b"name: \xff\xfe\n", "toy.yaml", "line 1 is not UTF-8 text"),
        ("name: x\n".encode("utf-16"), "toy.yaml", "line 1 is not UTF-8 text"),
    ],
)
def test_what_is_not_a_scenario_is_said_with_its_place(tmp_path: Path, text: str | bytes, where: str, found: str) -> None:
    """Text that is no YAML, or YAML that is no mapping, gives one sentence with file, line and column."""
    assert any(problem[0] == where and problem[2].startswith(found) for problem in _problems(tmp_path, text)), _problems(
        tmp_path, text
    )


def test_files_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    """A missing file, a folder and an impossible name are one problem each."""
    for path, found in [
        (tmp_path / "none.yaml", "there is no such file"),
        (tmp_path, "this is a folder"),
        (tmp_path / "toy.yaml" / "x", "the file cannot be read"),
        (Path("\0"), "the file cannot be read"),
        (Path("/dev/null"), "this is not an ordinary file"),
    ]:
        (tmp_path / "toy.yaml").touch()
        with pytest.raises(ScenarioError, match=found):
            load_spec(path, Toy)


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    """Ten levels of ten aliases (10**10 values) are refused by their count, before anything is built; so is a huge file."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 11)]
    assert _problems(tmp_path, "\n".join(lines))[0][2] == "with its aliases written out the file has more than 500000 values"
    assert _problems(tmp_path, "name: " + "x" * 9 * 2**20)[0][2] == "the file is larger than 8 MiB"


def test_aliases_of_whole_values_work(tmp_path: Path) -> None:
    """An alias stands for the anchored value; its places are those of the anchor."""
    text = GOOD + "only: &one {kind: lidar, range_m: -1}\n"
    assert [p[0] for p in _problems(tmp_path, text)] == ["toy.yaml:13:35"]
    loaded = _load(tmp_path, GOOD.replace("- kind: lidar", "- &l\n    kind: lidar") + "  - *l\nonly: *l\n")
    assert loaded.spec.only == loaded.spec.sensors[0] == loaded.spec.sensors[2]


# overrides


def test_overrides_are_applied_before_validation_and_recorded(tmp_path: Path) -> None:
    """--set replaces values, entries of lists, and adds keys that the file leaves out; values are YAML."""
    chosen = {
        "demand.inflow_vph": "1.2e3",
        "sensors[0].range_m": "60",
        "weather": "rain",
        "only.kind": "lidar",
        "where": "[1, 2]",
    }
    path = tmp_path / "toy.yaml"
    path.write_text(GOOD)
    loaded = load_spec(path, Toy, chosen)
    assert loaded.overrides == chosen
    assert loaded.spec.demand.inflow_vph == 1200.0
    assert loaded.spec.sensors[0] == Lidar(kind="lidar", range_m=60.0)
    assert (loaded.spec.weather, loaded.spec.where, loaded.spec.only) == ("rain", (1.0, 2.0), Lidar(kind="lidar"))
    assert loaded.locate("demand.inflow_vph") == "--set demand.inflow_vph=1.2e3"


def test_an_override_of_an_aliased_value_changes_only_the_named_place(tmp_path: Path) -> None:
    """An override through an alias leaves the anchor's other uses alone."""
    text = GOOD.replace("  - kind: lidar", "  - &l\n    kind: lidar") + "only: *l\n"
    path = tmp_path / "toy.yaml"
    path.write_text(text)
    loaded = load_spec(path, Toy, {"only.range_m": "5"})
    assert loaded.spec.only == Lidar(kind="lidar", range_m=5.0)
    assert loaded.spec.sensors[0] == Lidar(kind="lidar", range_m=80.0)


@pytest.mark.parametrize(
    ("key", "value", "found", "remedy"),
    [
        ("demand.inflw_vph", "3", "unknown key", "did you mean 'inflow_vph'?"),
        ("dmand.inflow_vph", "3", "unknown key", "did you mean 'demand'?"),
        ("sensors[7].range_m", "3", "'sensors' has 2 entries, there is no number 7", "count from 0; give an entry that exists"),
        ("sensors.range_m", "3", "'sensors' is a list", "name an entry, as sensors[0]"),
        ("demand[0]", "3", "'demand' is a group of keys, not a list", "name a key, as demand.key"),
        ("name.first", "3", "'name' is the text '早高峰', it has no keys or entries", "set 'name' itself"),
        ("demand.inflow_vph", "lots", "found the text 'lots'", "give a number"),
        ("demand.inflow_vph", "[1", "a bracket opened here is never closed", "close it, and put a comma between the entries"),
        ("a..b", "3", "'a..b' is not an override", "write --set key.key[0].key=value"),
        ("[0]", "3", "'[0]' is not an override", "write --set key.key[0].key=value"),
    ],
)
def test_a_wrong_override_is_named(tmp_path: Path, key: str, value: str, found: str, remedy: str) -> None:
    """A path that does not exist or a value that does not fit names the override itself as its place."""
    problems = _problems(tmp_path, GOOD, {key: value})
    assert [(where, *rest) for where, _, *rest in problems] == [(f"--set {key}={value}", found, remedy)]


# places for later checks


def test_later_checks_find_the_place_of_a_key(tmp_path: Path) -> None:
    """Locate gives a value's place, a group's own key, and the nearest group for what the file leaves out."""
    loaded = _load(tmp_path, GOOD)
    file = str(tmp_path / "toy.yaml")
    assert loaded.locate("demand.inflow_vph") == f"{file}:6:15"
    assert loaded.locate("sensors[0].range_m") == f"{file}:11:14"
    assert loaded.locate("sensors[1]") == f"{file}:12:5"
    assert loaded.locate("demand") == f"{file}:5:1"
    assert loaded.locate("sensors[0].lon_deg") == f"{file}:10:5"
    assert loaded.locate("links.uplink") == f"{file}:2:1"
    assert loaded.locate("not a [key") == loaded.locate("") == f"{file}:2:1"


def test_problems_are_placed_and_sorted(tmp_path: Path) -> None:
    """Placed fills in empty places only, and orders by line."""
    loaded = _load(tmp_path, GOOD)
    late, early = Problem("", "sensors[0].range_m", "a", "b"), Problem("", "demand", "c", "d")
    elsewhere = Problem("map.osm", "", "e", "f")
    placed = loaded.placed([late, elsewhere, early])
    assert [p.found for p in placed] == ["e", "c", "a"]
    assert placed[0] == elsewhere
    assert placed[1].where.endswith("toy.yaml:5:1")


def test_problems_speak_chinese(tmp_path: Path) -> None:
    """With Chinese chosen the findings and remedies are Chinese."""
    use_language("zh")
    assert _problems(tmp_path, GOOD.replace("900", "-1")) == [
        ("toy.yaml:6:15", "demand.inflow_vph", "实际是数字 -1", "请给出不小于 0 的数")
    ]


# any bytes

_PIECES = [
    *[
        b"\t",
        b"\n",
        b"  ",
        b": ",
        b"- ",
        b"[",
        b"]",
        b"{",
        b"}",
        b"'",
        b'"',
        b"&a ",
        b"*a",
        b"!x ",
        b"|\n",
        b">",
        b"%YAML 9.9\n",
        b"#",
    ],
    *[
        b"---\n",
        b"...\n",
        b"<<: *a\n",
        b"? ",
        b"\\",
        b"\\UFFFFFFFF",
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b"\r",
        b".nan",
    ],
    *[
        b"-1",
        b"1e999",
        b"9" * 5000,
        b"null",
        b"kind: ",
        b"lidar",
        b"sensors:\n",
        b"demand: ",
        b"0o8",
        b"~",
        b"@",
        b"`",
        b"%TAG ! x\n",
    ],
]


def _outcome(path: Path, overrides: dict[str, str]) -> list[Problem] | None:
    """Return the problems, or None when the file is valid."""
    try:
        load_spec(path, Toy, overrides)
    except ScenarioError as error:
        return error.problems
    return None


@st.composite
def _mutations(draw: st.DrawFn) -> bytes:
    text = GOOD.encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 3, 12, 60])))
        piece = draw(st.one_of(st.sampled_from(_PIECES), st.binary(max_size=6)))
        text = text[:start] + piece + text[end:]
    return text


@given(data=_mutations())
@settings(max_examples=250)
def test_any_bytes_give_a_scenario_or_a_scenario_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever is done to the file, the result is a scenario or problems that each have place, finding and remedy."""
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(data)
    problems = _outcome(path, {})
    assert problems is None or problems
    assert all(p.where.startswith(str(path)) and p.found and p.remedy for p in problems or [])


@given(key=st.text(max_size=12), value=st.text(max_size=12))
@settings(max_examples=100)
def test_any_override_gives_a_scenario_or_a_scenario_error(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: str
) -> None:
    """Whatever stands after --set, there is no other error."""
    path = tmp_path_factory.getbasetemp() / "good.yaml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(ScenarioError):
        load_spec(path, Toy, {key: value})
    problems = _outcome(path, {"name": value})
    assert problems is None or problems


def test_an_instant_needs_its_offset(tmp_path: Path) -> None:
    """A start without an offset is refused: it would mean another instant on every machine."""
    problems = _problems(tmp_path, GOOD.replace("+08:00", ""))
    assert [(p[1], p[3]) for p in problems] == [("start", "give date, time and offset, as 2025-06-03T07:30:00+08:00")]
    assert _load(tmp_path, GOOD.replace("+08:00", "Z")).spec.start == datetime(2025, 6, 3, 7, 30, tzinfo=UTC)


def test_a_group_given_in_part_keeps_the_rest_of_its_default(tmp_path: Path) -> None:
    """One key of a group changes that key alone, at any depth, from the file and from an override."""
    from twin.scenario.scenario import Scenario

    (tmp_path / "m.osm").touch()
    file = tmp_path / "part.yaml"
    file.write_text(
        "name: part\nmap: m.osm\nstart: 2026-05-20T08:00:00+08:00\nduration_s: 10\n"
        "demand: {inflow_vph: 100, vehicle_types: {bus: {length_m: 18.0}}}\n"
        "links: {site_to_mec: {rate_mbps: 10}}\n",
        encoding="utf-8",
    )
    usual = load_spec(file, Scenario, {"links": "{}", "demand.vehicle_types": "{}"}).spec
    changed = load_spec(file, Scenario, {"demand.vehicle_types.car.share": "0.5"}).spec
    bus, usual_bus = changed.demand.vehicle_types.bus, usual.demand.vehicle_types.bus
    assert bus == usual_bus.model_copy(update={"length_m": 18.0})
    assert changed.demand.vehicle_types.car.share == 0.5
    assert changed.links.site_to_mec == usual.links.site_to_mec.model_copy(update={"rate_mbps": 10.0})
    assert changed.links.mec_to_cloud == usual.links.mec_to_cloud
