"""``manifest.json``: what a run is, and whether it is complete."""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

from twin.errors import InputError
from twin.eventlog.schema import SCHEMA_VERSION
from twin.messages import say
from twin.whole_files import whole_file

FILE_NAME: Final = "manifest.json"

State = Literal["complete", "incomplete", "failed"]

_LIBRARIES = ("guangzhou-twin", "numpy", "numba", "llvmlite", "pyarrow", "scipy", "shapely", "pyproj", "osmnx", "simpy")


@dataclass(frozen=True, slots=True)
class Projection:
    """What the positions of the log (x_cm east, y_cm north) are counted in and from."""

    crs: str
    """Projected CRS, as ``EPSG:32649``."""
    origin_easting_m: float
    origin_northing_m: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """One run, as ``manifest.json`` keeps it; the keys in this order."""

    state: State
    """``incomplete`` while it is written and after a kill, ``failed`` after an error, ``complete`` at its end."""
    name: str
    scenario: Mapping[str, Any]
    """The resolved scenario: every default filled in, overrides applied."""
    overrides: Mapping[str, Any]
    seed: int
    versions: Mapping[str, str]
    """Software and log schema that wrote it, see ``software_versions``."""
    map_sha256: str
    projection: Projection
    start: str
    """Time 0 of the run, ISO 8601 with offset."""
    simulated_s: float = 0.0
    """Simulated seconds that the closed segments cover."""
    wall_s: float = 0.0
    compile_s: float = 0.0
    """Of ``wall_s``, seconds spent compiling kernels."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows by table."""
    summary: Mapping[str, Any] = field(default_factory=dict)
    """Closing figures of a complete run, see ``metrics/summary.py``."""
    error: str = ""
    """What a failed run stumbled over."""


def software_versions() -> dict[str, str]:
    """Return the versions that decide over the bytes of a log: schema, package, libraries, Python, processor."""
    return dict(_versions())


@functools.cache
def _versions() -> dict[str, str]:
    import llvmlite.binding as llvm

    versions = {"schema": str(SCHEMA_VERSION)}
    versions |= {library: importlib.metadata.version(library) for library in _LIBRARIES}
    return versions | {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpu": str(llvm.get_host_cpu_name()),
    }


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of the run in ``folder``; a reader sees the old one or the new one, never a part."""
    text = json.dumps(dataclasses.asdict(manifest), ensure_ascii=False, indent=2, allow_nan=False)
    with whole_file(folder / FILE_NAME, durable=True) as sink:
        sink.write(f"{text}\n".encode())


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of the run in ``folder``; InputError when there is none or it cannot be understood."""
    path = folder / FILE_NAME
    try:
        content = path.read_bytes()
    except OSError as error:
        remedy = say("run.remedy")
        raise InputError(say("run.no_folder", folder=folder, file=FILE_NAME, reason=error.strerror, remedy=remedy)) from error
    return manifest_of(content, path)


def manifest_of(content: bytes, path: str | Path) -> Manifest:
    """Return the manifest that the bytes of a file are; InputError, which names ``path``, when they cannot be understood."""
    remedy = say("run.remedy")
    try:
        values = json.loads(content.decode())
    except ValueError as error:
        raise InputError(say("run.not_json", path=path, reason=error, remedy=remedy)) from error
    try:
        manifest = Manifest(**{**values, "projection": Projection(**values["projection"])})
    except (TypeError, KeyError) as error:
        raise InputError(say("run.no_manifest", path=path, reason=error, remedy=remedy)) from error
    if manifest.state not in get_args(State):
        raise InputError(say("run.state", path=path, state=manifest.state, names=", ".join(get_args(State)), remedy=remedy))
    return manifest
