"""Presets of devices and kits: what is shipped, how a scenario takes and changes them, what is wrong with a file of them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from twin.errors import ScenarioError
from twin.scenario.json_schema import json_schema
from twin.scenario.load import load_spec
from twin.sensors.deployment_spec import DeploymentSpec, KitSpec, _wrong_device
from twin.sensors.kinds import MODELS
from twin.sensors.presets import PresetError, shipped, with_files

POINTS_PER_S = {
    "hesai_at128": 1.53e6,
    "hesai_pandar128": 3.456e6,
    "hesai_pandar64": 1.152e6,
    "robosense_ruby_plus": 2.3e6,
    "robosense_helios_32": 0.6e6,
    "ouster_os1_64": 1.311e6,
    "livox_horizon": 0.24e6,
    "livox_mid_360": 0.2e6,
}
"""Published point rates (vendor's text of the AT128; presets of PJLab's LiDARSimLib; Helios and Livox as recalled there)."""

OWN = """\
devices:
  my_lidar: {source: mine, values: {kind: lidar, range_m: 77}}
  bad_lidar: {source: mine, values: {kind: lidar, range_m: -1}}
kits:
  my_corners:
    source: mine
    values:
      mounts:
        - {at: corner, which: diagonal, devices: [{preset: my_lidar, mounting_height_m: 9}]}
      rsu: 2
"""


def load(tmp_path: Path, text: str, files: dict[str, str] | None = None) -> DeploymentSpec:
    """Return a deployment read from a file, beside files of presets."""
    for name, content in (files or {}).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    path = tmp_path / "deployment.yaml"
    path.write_text(text, encoding="utf-8")
    return load_spec(path, DeploymentSpec).spec


def problems(tmp_path: Path, text: str, files: dict[str, str] | None = None) -> list[str]:
    """Return what the loader says of a file, each as ``line:column key: found; remedy``."""
    with pytest.raises(ScenarioError) as error:
        load(tmp_path, text, files)
    return [str(problem).removeprefix(f"{tmp_path / 'deployment.yaml'}:") for problem in error.value.problems]


@pytest.mark.parametrize("name", shipped().devices)
def test_shipped_devices_fit_their_kind_and_have_a_source(name: str) -> None:
    """Every shipped device is valid as its kind, and says where its values come from."""
    preset = shipped().devices[name]
    assert len(preset.source) > 40
    if preset.values["kind"] in MODELS:
        assert _wrong_device(preset.values) is None


@pytest.mark.parametrize(("name", "points_per_s"), POINTS_PER_S.items())
def test_resolutions_give_the_published_point_rate(name: str, points_per_s: float) -> None:
    """Field of view over resolution, times 10 Hz, is the published point rate within 10 %.

    The Pandar128's 0.125 degrees are the coarse end of 0.1 to 0.125, its other channels are sparser still.
    """
    spec = MODELS["lidar"].model_validate(shipped().devices[name].values)
    rows = math.floor((spec.highest_elevation_deg - spec.lowest_elevation_deg) / spec.elevation_resolution_deg) + 1  # type: ignore[attr-defined]
    columns = spec.field_of_view_deg / spec.azimuth_resolution_deg  # type: ignore[attr-defined]
    assert rows * columns * spec.rate_hz == pytest.approx(points_per_s, rel=0.1)  # type: ignore[attr-defined]


def test_shipped_kits_hold_what_the_specification_says() -> None:
    """Configuration IV has 2 LiDARs on a diagonal, 4 of each camera and radar, an RSU and a computer (Guangzhou, 2021).

    The first to third are assumed, and each holds at least the RSU.
    """
    kits = shipped().kits
    assert list(kits) == ["guangzhou_i", "guangzhou_ii", "guangzhou_iii", "guangzhou_iv"]
    four = kits["guangzhou_iv"].values
    held = {
        device["preset"]: (mount["at"], mount.get("which", "every")) for mount in four["mounts"] for device in mount["devices"]
    }
    assert held == {
        "hesai_pandar128": ("corner", "diagonal"),
        "narrow_camera": ("cross_arm", "every"),
        "long_range_radar": ("cross_arm", "every"),
        "wide_camera": ("corner", "every"),
        "short_range_radar": ("corner", "every"),
    }
    assert (four["rsu"], four["compute"]) == (1, 1)
    for name, kit in kits.items():
        assert kit.values["rsu"] == 1
        assert ("Assumption:" in kit.source) or name == "guangzhou_iv"
        for mount in kit.values["mounts"]:
            assert all(device["preset"] in shipped().devices for device in mount["devices"])


def test_a_device_takes_its_preset_and_changes_it(tmp_path: Path) -> None:
    """Keys beside ``preset`` win over its values; the kind comes from the preset; other devices stay as they are."""
    spec = load(tmp_path, "kits:\n  pole: [{preset: hesai_at128, range_m: 150}, {kind: lidar}]\n")
    first, second = spec.kits["pole"]
    assert (first.kind, first.range_m, first.field_of_view_deg) == ("lidar", 150.0, 120.0)
    assert second.field_of_view_deg == 360.0


def test_own_files_come_first(tmp_path: Path) -> None:
    """A scenario's own presets are found beside it, and kits take theirs with the devices in them."""
    text = "presets: [own.yaml]\nkits:\n  corners: {preset: my_corners, rsu: 1}\n  pole: [{preset: my_lidar}]\n"
    spec = load(tmp_path, text, {"own.yaml": OWN})
    corners = spec.kits["corners"]
    assert isinstance(corners, KitSpec)
    assert (corners.rsu, corners.mounts[0].at, corners.mounts[0].which) == (1, "corner", "diagonal")
    assert (corners.mounts[0].devices[0].range_m, corners.mounts[0].devices[0].mounting_height_m) == (77.0, 9.0)
    assert spec.kits["pole"][0].range_m == 77.0
    again = DeploymentSpec.model_validate_json(spec.model_dump_json(), strict=True, context={"base": tmp_path})
    assert again == spec


def test_what_is_wrong_is_told_at_its_key(tmp_path: Path) -> None:
    """Unknown presets, other kinds and values that do not fit are told at their place, with what is meant."""
    text = (
        "presets: [own.yaml]\nkits:\n  a: [{kind: lidar}, {preset: hesai_at12}]\n  b: {preset: guangzhou_v}\n"
        "  c: [{preset: hesai_at128, kind: camera}]\n  d: [{preset: bad_lidar}]\n"
    )
    found = problems(tmp_path, text, {"own.yaml": OWN})
    assert found[0].startswith("3:31: kits.a[1].preset: there is no preset 'hesai_at12'; did you mean 'hesai_at128'?")
    assert found[1].startswith("4:15: kits.b.preset: there is no preset 'guangzhou_v'; did you mean 'guangzhou_i")
    assert "kits.c[0].kind: preset 'hesai_at128' is of another kind" in found[2]
    assert "kits.d[0].preset: the preset at own.yaml:3 does not fit its kind (" in found[3]
    assert "range_m" in found[3]
    exchanged = problems(tmp_path, "kits:\n  a: {preset: hesai_at128}\n  b: [{preset: guangzhou_iv}]\n")
    assert "'hesai_at128' is a preset of a device, not of a kit; write a list: [{preset: hesai_at128}]" in exchanged[0]
    assert "'guangzhou_iv' is a preset of a kit, not of a device; write {preset: guangzhou_iv}" in exchanged[1]
    values = problems(tmp_path, "kits:\n  a: [{preset: hesai_at128, range_m: far}]\n  b: {mounts: [{at: roof, devices: []}]}\n")
    assert values[0].startswith("2:38: kits.a[0].range_m: found the text 'far'")
    assert any("kits.b.mounts[0].at" in line for line in values)
    assert any("kits.b.mounts[0].devices" in line for line in values)
    assert "neither mounts nor a preset" in problems(tmp_path, "kits:\n  a: {compute: 1}\n")[0]


def test_the_schema_takes_presets_without_a_kind() -> None:
    """Editors are told that a device may name a preset in the place of its kind, and a kit one in the place of its mounts."""
    schema = json_schema(DeploymentSpec, "Deployment")
    kits: dict[str, Any] = {"a": [{"preset": "hesai_at128", "range_m": 90}], "b": {"preset": "guangzhou_iv"}}
    assert list(jsonschema.Draft202012Validator(schema).iter_errors({"kits": kits})) == []
    assert list(jsonschema.Draft202012Validator(schema).iter_errors({"kits": {"a": [{"range_m": 90}]}}))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("devices: {x: [}", "cannot be read at own.yaml:1"),
        ("- 1\n", "holds something else"),
        ("kitz: {}\n", "holds something else"),
        ("devices: 3\n", "holds something else"),
        ("devices:\n  x: {values: {}}\n", "preset 'x' at own.yaml:2 has other keys"),
        ("devices:\n  x: {source: s, values: 3}\n", "preset 'x' at own.yaml:2 has other keys"),
    ],
)
def test_bad_files_are_told_with_their_line(tmp_path: Path, content: str, text: str) -> None:
    """A file that holds no presets is refused with file and line, at its key."""
    (line,) = problems(tmp_path, "presets: [own.yaml]\n", {"own.yaml": content})
    assert "presets" in line
    assert text in line


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file, a folder, other bytes than UTF-8 and a huge file are refused in a sentence."""
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "huge.yaml").write_bytes(b"#" * (2**20 + 1))
    for name in ("none.yaml", ".", "bytes.yaml", "huge.yaml"):
        with pytest.raises(PresetError, match=name.replace(".", r"\.")):
            with_files([name], tmp_path)
