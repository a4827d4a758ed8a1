"""Where the runs and tables of a sweep lie: a folder that all workers see, or whatever ``pyarrow.fs`` reaches by a URI.

A run in the store is complete when its manifest is there and says so: the manifest is what a worker writes last.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import pyarrow as pa
from pyarrow import fs

from twin.errors import InputError, RunError
from twin.eventlog.manifest import FILE_NAME, Manifest, manifest_of, read_manifest
from twin.eventlog.run_folder import find_runs
from twin.messages import say
from twin.whole_files import whole_file

OBJECT_STORES: Final = ("s3", "gcs", "abfs")
"""Kinds of ``pyarrow.fs`` where a file appears whole when it is closed; they need no folders made and no renaming."""

LOOKED_AT_TOGETHER: Final = 16
"""Manifests of a remote store that are asked for side by side: each costs a round trip of some tens of milliseconds."""

PIECE_BYTES: Final = 2**22
"""What is held in memory of a file on its way to the store."""

SCRATCH: Final = "twin-run-"
"""How the scratch folders of workers begin, below the system's temporary folder (``TMPDIR``)."""


class Store(Protocol):
    """A place for run folders and files. ``str`` names it for people, without keys that a URI may hold."""

    uri: str
    """What ``open_store`` opens it again with, elsewhere too."""

    def check(self) -> None:
        """Write and delete a file; raise ``RunError`` when that is refused."""

    def below(self, name: str) -> Store:
        """Return the store that is the folder ``name`` of this one."""

    def exists(self) -> bool:
        """Return whether there is anything here."""

    def write(self, name: str, data: bytes) -> None:
        """Write a file; a reader sees the old one or the new one, never a part. ``RunError`` when it is refused."""

    def complete_runs(self, folders: Sequence[str]) -> dict[str, Manifest]:
        """Return the manifests of those run folders that are here and complete."""

    def working_folder(self) -> contextlib.AbstractContextManager[Path]:
        """Give a local folder to make runs in; those that are complete at its end are in the store then.

        ``RunError`` when the store takes none.
        """


def open_store(place: str | Path) -> Store:
    """Return the store at a path, or at a URI (``s3://``, ``gs://``, ``hdfs://``, ``file://`` …); nothing is written yet.

    Raises ``InputError`` for a URI that cannot be one. Through ``file://`` a folder is treated as a remote store: runs are made
    elsewhere and copied.
    """
    if isinstance(place, Path) or "://" not in place:
        return LocalStore(Path(place))
    return RemoteStore(place)


class LocalStore:
    """A folder of this machine, or one that all machines see under the same path: runs are made in it."""

    def __init__(self, path: Path) -> None:
        """Remember the folder; it need not be there yet."""
        self.path = path.resolve()
        self.uri = str(self.path)

    def __str__(self) -> str:
        """Return the path as it is."""
        return str(self.path)

    def check(self) -> None:
        """Write and delete a file, making the folder where needed."""
        with self._refusals(), tempfile.NamedTemporaryFile(dir=self._made(), prefix=".twin-probe-"):
            pass

    def below(self, name: str) -> LocalStore:
        """Return the folder ``name`` in this one."""
        return LocalStore(self.path / name)

    def exists(self) -> bool:
        """Return whether there is such a folder."""
        return self.path.is_dir()

    def write(self, name: str, data: bytes) -> None:
        """Write a file that appears whole."""
        with self._refusals(), whole_file(self._made() / name) as sink:
            sink.write(data)

    def complete_runs(self, folders: Sequence[str]) -> dict[str, Manifest]:
        """Read the manifests one after the other."""
        found = {}
        for folder in folders:
            with contextlib.suppress(InputError):
                manifest = read_manifest(self.path / folder)
                if manifest.state == "complete":
                    found[folder] = manifest
        return found

    @contextlib.contextmanager
    def working_folder(self) -> Iterator[Path]:
        """Give this very folder; ``RunError`` where it is not, which is on a machine that does not share it."""
        if not self.exists():
            raise RunError(say("sweep.store.unshared", path=self.path, node=os.uname().nodename))
        yield self.path

    def _made(self) -> Path:
        self.path.mkdir(parents=True, exist_ok=True)
        return self.path

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RunError(say("sweep.unwritable", path=self.path, reason=_reason(error))) from error


class RemoteStore:
    """A store behind ``pyarrow.fs``: runs are made in a scratch folder of the machine at hand and then copied."""

    def __init__(self, uri: str, below: str = "") -> None:
        """Open the file system of ``uri`` and stand at the folder ``below``; raise ``InputError`` when it cannot be one."""
        self.uri = uri
        try:
            self._files, root = fs.FileSystem.from_uri(uri)
        except (OSError, ValueError, TypeError, pa.ArrowException) as error:
            raise InputError(say("sweep.store.uri", uri=_without_keys(uri), reason=_reason(error))) from error
        self._below = below
        self._root = f"{root.rstrip('/')}/{below}".rstrip("/")

    def __str__(self) -> str:
        """Return the URI without what may be secret in it."""
        return "/".join(part for part in (_without_keys(self.uri).rstrip("/"), self._below) if part)

    def check(self) -> None:
        """Write and delete a file."""
        name = f".twin-probe-{uuid.uuid4().hex}"
        self.write(name, b"probe")
        with self._refusals():
            self._files.delete_file(f"{self._root}/{name}")

    def below(self, name: str) -> RemoteStore:
        """Return the folder ``name`` of this store."""
        return RemoteStore(self.uri, f"{self._below}/{name}".lstrip("/"))

    def exists(self) -> bool:
        """Return whether there is anything below this name."""
        with self._refusals():
            return bool(self._files.get_file_info(fs.FileSelector(self._root, allow_not_found=True)))

    def write(self, name: str, data: bytes) -> None:
        """Write at once where files appear whole, else under a temporary name that is then changed."""
        final = f"{self._root}/{name}"
        with self._refusals():
            if self._files.type_name in OBJECT_STORES:
                self._write(final, data)
                return
            self._files.create_dir(self._root, recursive=True)
            temporary = f"{self._root}/.{name}.{uuid.uuid4().hex}.tmp"
            self._write(temporary, data)
            self._files.move(temporary, final)

    def complete_runs(self, folders: Sequence[str]) -> dict[str, Manifest]:
        """List the store once, then read the manifests of what is there, several at a time."""
        with self._refusals():
            entries = self._files.get_file_info(fs.FileSelector(self._root, allow_not_found=True))
            there = {entry.base_name for entry in entries}
            asked = [folder for folder in folders if folder in there]
            with ThreadPoolExecutor(LOOKED_AT_TOGETHER) as threads:
                manifests = [*threads.map(self._manifest, asked)]
        return {
            folder: one for folder, one in zip(asked, manifests, strict=True) if one is not None and one.state == "complete"
        }

    @contextlib.contextmanager
    def working_folder(self) -> Iterator[Path]:
        """Give a scratch folder; copy what is complete in it to the store, then remove it.

        Nothing in the store is deleted: runs of the same name have the same bytes, whoever copies them.
        """
        with tempfile.TemporaryDirectory(prefix=SCRATCH) as scratch:
            yield Path(scratch)
            for run in find_runs(Path(scratch)):
                if read_manifest(run).state == "complete":
                    self._copy(run)

    def _copy(self, run: Path) -> None:
        below = self.below(run.name)
        for file in sorted(path for path in run.rglob("*") if path.is_file() and path != run / FILE_NAME):
            below._copy_file(file, file.relative_to(run))  # noqa: SLF001  (its own kind)
        below.write(FILE_NAME, (run / FILE_NAME).read_bytes())

    def _copy_file(self, file: Path, name: Path) -> None:
        final = f"{self._root}/{name.as_posix()}"
        with self._refusals():
            if self._files.type_name not in OBJECT_STORES:
                self._files.create_dir(final.rpartition("/")[0], recursive=True)
            with file.open("rb") as source, self._files.open_output_stream(final) as sink:
                shutil.copyfileobj(source, sink, PIECE_BYTES)

    def _write(self, path: str, data: bytes) -> None:
        with self._files.open_output_stream(path) as sink:
            sink.write(data)

    def _manifest(self, folder: str) -> Manifest | None:
        path = f"{self._root}/{folder}/{FILE_NAME}"
        try:
            with self._files.open_input_stream(path) as source:
                return manifest_of(source.read(), path)
        except (FileNotFoundError, InputError):
            return None  # being copied, or cut off in the middle of it

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except (OSError, pa.ArrowException) as error:
            raise RunError(say("sweep.store.refused", store=self, reason=_reason(error))) from error


def _reason(error: BaseException) -> str:
    """Return a file system's words on one line; those of Arrow have no ``strerror``."""
    return getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__


def _without_keys(uri: str) -> str:
    """Return scheme, host and path of a URI: user, password and options are left out."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
