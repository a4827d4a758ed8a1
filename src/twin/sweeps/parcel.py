"""The files of a scenario on their way to machines that do not see them: each by its content, once a machine.

A run's hash and manifest hold the names of files as the scenario writes them and what is in them, never where they lie. So a
scenario that runs beside copies of its files makes the same run, and only its ``base`` is another folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import posixpath
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from twin.compilation import CACHE_FOLDER, KEEP_UNUSED_S

_ABOVE: Final = ".."


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a machine needs beside a scenario."""

    files: tuple[tuple[str, str], ...]
    """Names as the scenario writes them, and the SHA-256 of each file's content."""

    @property
    def name(self) -> str:
        """Name of the folder in which it is unpacked."""
        return hashlib.blake2b(json.dumps(self.files).encode(), digest_size=16).hexdigest()


def pack(names: Iterable[str], base: Path, take: Callable[[str, bytes], None]) -> Parcel:
    """Return the parcel of files that are relative to ``base``; ``take`` is given each content with its SHA-256.

    Files with an absolute name stay where they are: machines that do not see them there cannot run the scenario. One that
    cannot be read is left out, and the run says what is missing.
    """
    files = []
    for name in names:
        if PurePosixPath(name).is_absolute():
            continue
        with contextlib.suppress(OSError):
            content = (base / name).read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            take(digest, content)
            files.append((name, digest))
    return Parcel(tuple(files))


def unpack(parcel: Parcel, fetch: Callable[[str], bytes], folder: Path | None = None) -> Path:
    """Return the folder to which the scenario's paths are relative on this machine, writing the files where it is new here.

    ``fetch`` returns a content by its SHA-256; it is asked once a machine and parcel. One process writes, under a lock; others
    wait and find it done. Below ``folder``, which is by default beside the user's other caches.
    """
    parcels = folder or CACHE_FOLDER.parent.parent / "parcels"
    parcels.mkdir(parents=True, exist_ok=True)
    whole = parcels / parcel.name
    if not whole.exists():
        with _locked(parcels / ".lock"):
            _remove_unused(parcels, whole)
            if not whole.exists():
                _write(parcel, fetch, whole)
    with contextlib.suppress(OSError):
        os.utime(whole)
    return whole / _depth(parcel)


def _depth(parcel: Parcel) -> Path:
    """Return a path as deep as the names climb up, so that ``../../maps/city.osm`` stays inside of the parcel's folder."""
    climbs = [posixpath.normpath(name).split("/").count(_ABOVE) for name, _ in parcel.files]
    return Path(*["base"] * max([1, *climbs]))


def _write(parcel: Parcel, fetch: Callable[[str], bytes], whole: Path) -> None:
    """Write under a temporary name and rename: a folder that is there is whole."""
    with tempfile.TemporaryDirectory(dir=whole.parent, prefix=".part-") as part:
        inside = Path(part) / "whole"
        base = inside / _depth(parcel)
        base.mkdir(parents=True)
        for name, digest in parcel.files:
            file = base / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(fetch(digest))
        inside.rename(whole)


def _remove_unused(parcels: Path, keep: Path) -> None:
    for folder in parcels.iterdir():
        if folder.is_dir() and folder != keep and time.time() - folder.stat().st_mtime > KEEP_UNUSED_S:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # freed by the kernel when its holder dies
        yield
