"""Where a run lives: ``DIR/<name>-<hash>/``, made, reused, set aside or refused.

The hash names what decides over the bytes, so the folder says whether the work is already done:

==================================  ==========================================================================
found                               done
==================================  ==========================================================================
nothing                             the run is made
the same run, complete              reused; with ``overwrite`` made anew, the old one kept until the new one is complete
the same run, incomplete or failed  renamed to ``<name>-<hash>.incomplete-1``, ``-2`` … (the first free number), then made
the same run, being written         RunError; a lock beside the folder says so, which the kernel frees when the writer dies
==================================  ==========================================================================

When the user's input turns out to be bad (InputError), nothing is left behind. After any other error the manifest says
``failed`` and why, unless the run is to be made again at once; after a kill or an interruption it says ``incomplete``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from twin.errors import InputError, RunError, RunInUseError
from twin.eventlog.manifest import FILE_NAME, Manifest, read_manifest, write_manifest
from twin.eventlog.schema import SCHEMA_VERSION
from twin.messages import say

_NAME: Final = re.compile(r"\w[\w.-]*")


def run_hash(scenario: Mapping[str, Any], seed: int, map_sha256: str, presets: Mapping[str, Any], package_version: str) -> str:
    """Return 12 hexadecimal digits over what decides over a run's bytes; the log's schema version is added here.

    ``scenario`` is the resolved one (JSON values), ``presets`` the tables of defaults that it does not spell out.
    BLAKE2b over JSON with sorted keys, so that the order of keys in the file does not matter.
    """
    parts = [dict(scenario), seed, map_sha256, dict(presets), package_version, SCHEMA_VERSION]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


class RunFolder:
    """The folder of one run while its writer holds it; given out by ``run_folder``."""

    def __init__(self, path: Path, manifest: Manifest, *, reused: bool, set_aside: Path | None) -> None:
        """Hold ``path``, locked."""
        self.path = path
        self.manifest = manifest
        """As it stands on disk."""
        self.reused = reused
        """True when the same run was already complete: there is nothing to do."""
        self.set_aside = set_aside
        """Where an incomplete or failed run of the same hash was moved, else None."""

    def checkpoint(self, simulated_s: float, rows: Mapping[str, int]) -> None:
        """Say in the manifest how far the closed segments reach; call it after each ``close_segment``."""
        self._write(simulated_s=simulated_s, rows=dict(rows))

    def complete(
        self, *, simulated_s: float, wall_s: float, compile_s: float, rows: Mapping[str, int], summary: Mapping[str, Any]
    ) -> None:
        """Finish the run; nothing in its folder changes from here on."""
        self._write(
            state="complete",
            simulated_s=simulated_s,
            wall_s=wall_s,
            compile_s=compile_s,
            rows=dict(rows),
            summary=dict(summary),
        )

    def fail(self, error: BaseException) -> None:
        """Say in the manifest that the run failed, and why."""
        self._write(state="failed", error=f"{type(error).__name__}: {error}")

    def _write(self, **changes: Any) -> None:
        if self.manifest.state != "incomplete":
            raise RunError(say("run.finished", path=self.path, state=self.manifest.state))
        self.manifest = dataclasses.replace(self.manifest, **changes)
        write_manifest(self.path, self.manifest)


@contextlib.contextmanager
def run_folder(
    parent: Path, key: str, manifest: Manifest, *, overwrite: bool = False, keep_failed: bool = True
) -> Iterator[RunFolder]:
    """Make, reuse or refuse the run folder ``parent/<manifest.name>-<key>`` and hold its lock meanwhile.

    ``manifest`` is written at once, with ``state`` incomplete. Ask ``reused`` first; call ``checkpoint`` after each segment and
    ``complete`` at the end. Without ``keep_failed`` any error leaves as little behind as bad input does. RunInUseError when
    another process writes this run, RunError when the folder cannot be written, InputError when the name cannot be that of a
    folder.
    """
    if not _NAME.fullmatch(manifest.name):
        raise InputError(say("run.name", name=manifest.name))
    path = parent / f"{manifest.name}-{key}"
    with _parent(parent), _lock(path):
        found = _state(path)
        if found == "complete" and not overwrite:
            yield RunFolder(path, read_manifest(path), reused=True, set_aside=None)
            return
        aside = None if found == "none" else _rename_aside(path, "replaced" if found == "complete" else "incomplete")
        with _refuse(path):
            path.mkdir()
            write_manifest(path, manifest)
        folder = RunFolder(path, manifest, reused=False, set_aside=aside if found != "complete" else None)
        replaced = aside if found == "complete" else None
        try:
            yield folder
        except Exception as error:
            if isinstance(error, InputError) or not keep_failed:
                shutil.rmtree(path)
                if aside is not None:
                    aside.rename(path)
            elif folder.manifest.state == "incomplete":
                folder.fail(error)
            raise
        if replaced is not None and folder.manifest.state == "complete":
            shutil.rmtree(replaced)


def _state(path: Path) -> str:
    """Return ``none``, ``complete`` or ``incomplete`` (for everything else that stands at ``path``)."""
    if not path.exists():
        return "none"
    try:
        return "complete" if read_manifest(path).state == "complete" else "incomplete"
    except InputError:
        return "incomplete"  # killed before the manifest was there; never deleted, so a foreign folder is safe too


def _rename_aside(path: Path, word: str) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.{word}-{number}")).exists():
        number += 1
    with _refuse(path):
        path.rename(aside)
    return aside


@contextlib.contextmanager
def _parent(parent: Path) -> Iterator[None]:
    """Make ``parent`` where needed, and remove what was made for nothing."""
    with _refuse(parent):
        made = [folder for folder in (parent, *parent.parents) if not folder.exists()]
        parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for folder in made:  # the innermost first; one that holds something stays
            with contextlib.suppress(OSError):
                folder.rmdir()


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold the lock of the run at ``path``: a file beside it, so that the folder itself can be renamed meanwhile.

    The kernel frees the lock when its holder dies, however it dies; the file then left over is taken over by the next run.
    """
    file = path.with_name(f".{path.name}.lock")
    while True:
        with _refuse(file):
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            number = os.pread(descriptor, 100, 0).decode(errors="replace").strip()
            os.close(descriptor)
            holder = say("run.process", number=number) if number else say("run.another_process")
            raise RunInUseError(say("run.in_use", path=path, holder=holder)) from error
        except OSError as error:
            os.close(descriptor)
            raise RunError(say("run.lock", file=file, reason=error.strerror)) from error
        if _same_file(descriptor, file):
            break
        os.close(descriptor)  # its last holder has just removed it: another one may stand there now
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        file.unlink(missing_ok=True)  # still locked, so nobody else's
        os.close(descriptor)


def _same_file(descriptor: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def _refuse(path: Path) -> Iterator[None]:
    """Turn a file system's refusal into a message."""
    try:
        yield
    except OSError as error:
        raise RunError(say("run.cannot_write", path=path, reason=error.strerror)) from error


def find_runs(parent: Path) -> list[Path]:
    """Return the run folders directly below ``parent``, by name; those set aside included."""
    return sorted(path.parent for path in parent.glob(f"*/{FILE_NAME}"))
