"""Presets of devices and kits: named sets of values, shipped with the package or written by a planner.

A file of presets is YAML with two groups, each entry with its ``source`` and its ``values``::

    devices:
      my_lidar: {source: vendor's data sheet, values: {kind: lidar, range_m: 180}}
    kits:
      my_pole: {source: own design, values: {mounts: [{devices: [{preset: my_lidar}]}]}}

A device of a scenario takes the values of its ``preset`` and changes some of them; so does a kit. What is read here is plain
data; the models of the kinds check it where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails

from twin.errors import InputError, closest
from twin.messages import say

MAX_BYTES: Final = 2**20
"""Larger files of presets are refused: some thousand devices."""

_GROUPS: Final = ("devices", "kits")
_ENTRY: Final = ("source", "values")

Values = dict[str, Any]


class PresetError(InputError):
    """A file of presets cannot be used; the text is ``what was found; the remedy``."""


@dataclass(frozen=True, slots=True)
class Preset:
    """One named set of values."""

    place: str
    """Where it stands, as ``lidar.yaml:12``."""
    source: str
    """Where the values come from, and which are assumed."""
    values: Values


@dataclass(frozen=True, slots=True)
class Presets:
    """Every preset that a deployment may name."""

    devices: Mapping[str, Preset]
    kits: Mapping[str, Preset]

    def with_file(self, text: str, name: str) -> Presets:
        """Return these with those of a file, which come first where names are the same. Raise PresetError."""
        devices, kits = (dict(group) for group in (self.devices, self.kits))
        for group, found in (("devices", devices), ("kits", kits)):
            for entry, preset in _read(text, name, group):
                found[entry] = preset
        return Presets(devices, kits)


@cache
def shipped() -> Presets:
    """Return the presets of the package, ``twin/presets/*.yaml``."""
    presets = Presets({}, {})
    folder = resources.files("twin") / "presets"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            presets = presets.with_file(file.read_text(encoding="utf-8"), file.name)
    return presets


def with_files(files: Iterable[str], base: Path) -> Presets:
    """Return the shipped presets with those of a scenario's own files, relative to ``base``; later files come first.

    Raises PresetError for the first file that cannot be used.
    """
    presets = shipped()
    for file in files:
        try:
            data = (base / file).read_bytes()
        except OSError as error:
            raise PresetError(say("preset.file", file=file, reason=error.strerror or str(error))) from error
        if len(data) > MAX_BYTES:
            raise PresetError(say("preset.large", file=file, limit=MAX_BYTES // 2**20))
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise PresetError(say("preset.encoding", file=file)) from error
        presets = presets.with_file(text, file)
    return presets


def _read(text: str, name: str, group: str) -> Iterable[tuple[str, Preset]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        whole: Any = YAML(typ="rt", pure=True).load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        place = f"{name}:{mark.line + 1}" if mark is not None else name
        problem = error.problem if isinstance(error, MarkedYAMLError) else str(error)
        raise PresetError(say("preset.yaml", place=place, detail=problem)) from error
    if not isinstance(whole, dict) or not set(whole) <= set(_GROUPS):
        raise PresetError(say("preset.groups", file=name, names=", ".join(_GROUPS)))
    entries: Any = whole.get(group)
    if entries is None:
        return
    if not isinstance(entries, dict):
        raise PresetError(say("preset.groups", file=name, names=", ".join(_GROUPS)))
    line_of: Callable[[Any], tuple[int, int]] = whole[group].lc.key
    for entry, content in entries.items():
        place = f"{name}:{line_of(entry)[0] + 1}"
        if not isinstance(content, dict) or set(content) != set(_ENTRY) or not isinstance(content["values"], dict):
            raise PresetError(say("preset.entry", place=place, name=entry, names=", ".join(_ENTRY)))
        yield str(entry), Preset(place, " ".join(str(content["source"]).split()), _plain(content["values"]))


def _plain(value: Any) -> Any:
    """Return what the round-trip reader gives as plain dicts, lists and scalars."""
    if isinstance(value, dict):
        return {str(key): _plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return str(value)


class Filling:
    """Fills in what the presets of a deployment's kits say, and gathers what is wrong with them."""

    def __init__(self, presets: Presets, models: Mapping[str, type[BaseModel]], check: Callable[[Values], str | None]) -> None:
        """Take the presets and the devices' models by kind; ``check`` returns what is wrong with a device's values, or None."""
        self._presets, self._models, self._check = presets, models, check
        self._label = ("any",) if len(models) > 1 else ()  # where kinds differ, pydantic puts the kind before a device's keys
        self._errors: list[InitErrorDetails] = []

    def kits(self, given: Mapping[Any, Any]) -> dict[Any, Any]:
        """Return the kits with every ``preset`` filled in. Raise ValidationError with every unknown one at its key."""
        filled = {name: self._kit(kit, (name,)) for name, kit in given.items()}
        if self._errors:
            raise ValidationError.from_exception_data("presets", self._errors)
        return filled

    def _kit(self, kit: Any, at: tuple[Any, ...]) -> Any:
        if isinstance(kit, list):
            return [self._device(device, (*at, "list", i)) for i, device in enumerate(kit)]
        if not isinstance(kit, dict):
            return kit
        whole = self._merged(kit, self._presets.kits, (*at, "KitSpec"), self._presets.devices, "preset.device")
        if not isinstance(whole.get("mounts"), list):
            return whole
        mounts = [self._mount(mount, (*at, "KitSpec", "mounts", i)) for i, mount in enumerate(whole["mounts"])]
        return {**whole, "mounts": mounts}

    def _mount(self, mount: Any, at: tuple[Any, ...]) -> Any:
        devices = mount.get("devices") if isinstance(mount, dict) else None
        if not isinstance(devices, list):
            return mount
        return {**mount, "devices": [self._device(device, (*at, "devices", i)) for i, device in enumerate(devices)]}

    def _device(self, device: Any, at: tuple[Any, ...]) -> Any:
        if not isinstance(device, dict) or "preset" not in device:
            return device
        here = (*at, *self._label)
        whole = self._merged(device, self._presets.devices, here, self._presets.kits, "preset.kit")
        name = device["preset"]
        preset = self._presets.devices.get(name) if isinstance(name, str) else None
        if preset is None:
            return whole
        kind = preset.values.get("kind")
        if device.get("kind", kind) != kind:
            self._wrong((*here, "kind"), device["kind"], say("preset.kind", name=name, kind=kind))
        elif (wrong := self._check(preset.values)) is not None:
            self._wrong((*here, "preset"), name, say("preset.values", place=preset.place, detail=wrong))
        model = self._models.get(str(kind))
        if model is not None and "preset" not in model.model_fields:
            whole.pop("preset")
        return whole

    def _merged(
        self,
        given: Mapping[str, Any],
        known: Mapping[str, Preset],
        at: tuple[Any, ...],
        elsewhere: Mapping[str, Preset],
        hint: str,
    ) -> Values:
        name = given.get("preset")
        if not name:
            return dict(given)
        preset = known.get(name) if isinstance(name, str) else None
        if preset is None:
            self._wrong((*at, "preset"), name, _unknown(str(name), known, elsewhere, hint))
            return dict(given)
        return {**preset.values, **given}

    def _wrong(self, at: tuple[Any, ...], value: Any, text: str) -> None:
        self._errors.append(InitErrorDetails(type="value_error", loc=at, input=value, ctx={"error": ValueError(text)}))


def _unknown(name: str, known: Mapping[str, Preset], elsewhere: Mapping[str, Preset], hint: str) -> str:
    """Return what is wrong with a preset that is not ``known``: ``hint`` says so of one that belongs ``elsewhere``."""
    if name in elsewhere:
        return say(hint, name=name)
    near = closest(name, known, alike=0.5)
    meant = say("remedy.did_you_mean", name=near) if near else say("preset.known", names=", ".join(known))
    return say("preset.unknown", name=name, remedy=meant)
