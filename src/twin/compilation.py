"""One door to Numba: where compiled kernels are kept, how they are compiled, how long it took.

Numba's cache does not notice an edited callee in another file, so the cache folder is keyed by the hash of every source that
a kernel can reach, the versions of the compilers and the processor. Importing this module is what sets the folder; it must
therefore be the only module that imports Numba.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import numpy as np
import numpy.typing as npt

F = TypeVar("F", bound=Callable[..., Any])

CACHE_LINE_BYTES = 64
"""Of the processors that this runs on."""

KEEP_UNUSED_S = 14 * 24 * 3600.0
"""Compiled kernels of other versions that nobody used for this long are removed."""


def _cache_parent() -> Path:
    base = os.environ.get("TWIN_CACHE_DIR")
    if base:
        return Path(base) / "kernels"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guangzhou-twin" / "kernels"


def sources_of(package: Path) -> dict[str, bytes]:
    """Return every Python source under ``package`` by the name of its module, in the order of the names."""

    def module(source: Path) -> str:
        return ".".join((package.name, *source.relative_to(package).with_suffix("").parts)).removesuffix(".__init__")

    return dict(sorted((module(source), source.read_bytes()) for source in package.rglob("*.py")))


def within_reach(sources: dict[str, bytes]) -> list[str]:
    """Return the modules with kernels and all that these import, directly or not: what compiled code can depend on.

    A kernel sees the names at the head of its module, so imports within functions do not count. The catalogue of messages does
    not either: kernels have no texts.
    """
    imports, kernels = {}, []
    for name, source in sources.items():
        imported = set()
        for statement in _IMPORT.finditer(source):
            origin, names = statement[1].decode(), re.findall(r"\w+", statement[2].decode())
            imported |= {origin, *(f"{origin}.{one}" for one in names)}
            if origin.endswith(".compilation") and not _DECORATORS.isdisjoint(names):
                kernels.append(name)
        imports[name] = imported & sources.keys()
    found, waiting = set(kernels), kernels
    while waiting:
        new = {name for name in imports[waiting.pop()] if not name.endswith(".messages")} - found
        found |= new
        waiting += new
    return sorted(found)


_IMPORT = re.compile(rb"^from (\w+(?:\.\w+)*) import (\([^)]*\)|.*)", re.MULTILINE)
_DECORATORS = {"kernel", "inline_kernel"}


def source_hash(sources: dict[str, bytes], names: Iterable[str]) -> str:
    """Return a hash over the named sources, the compilers' versions, the interpreter and the processor."""
    digest = hashlib.blake2b(digest_size=12)
    for name in names:
        digest.update(name.encode())
        digest.update(sources[name])
    for name in ("numba", "llvmlite", "numpy"):
        digest.update(importlib.metadata.version(name).encode())
    digest.update(f"{sys.version} {platform.machine()} {_cpu_name()}".encode())
    return digest.hexdigest()


def _cpu_name() -> str:
    import llvmlite.binding as llvm

    return str(llvm.get_host_cpu_name())


def _remove_unused(parent: Path, keep: Path) -> None:
    for folder in parent.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process that starts now may be faster
            if folder != keep and time.time() - folder.stat().st_mtime > KEEP_UNUSED_S:
                shutil.rmtree(folder, ignore_errors=True)


def _set_cache_folder(key: str) -> Path:
    parent = _cache_parent()
    folder = parent / key
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    _remove_unused(parent, folder)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    return folder


_SOURCES = sources_of(Path(__file__).parent)

PROGRAM_HASH = source_hash(_SOURCES, _SOURCES)
"""Of everything that decides over the bytes of a run: all sources, the compilers' versions, the processor."""

CACHE_FOLDER = _set_cache_folder(source_hash(_SOURCES, within_reach(_SOURCES)))
"""Where Numba keeps what it compiled, and nothing that the present sources would not compile alike."""

import numba  # noqa: E402  (the folder must be set first)
from llvmlite import ir  # noqa: E402
from numba.core import cgutils, event  # noqa: E402
from numba.extending import intrinsic  # noqa: E402
from numba.np.arrayobj import populate_array  # noqa: E402

numba.config.CACHE_DIR = str(CACHE_FOLDER)  # a host program may have imported Numba before us


def _whole(kind: Any) -> Any:
    """Return the 64-bit type for literals and narrower types of signed whole numbers, ``kind`` itself for all else."""
    if isinstance(kind, numba.types.IntegerLiteral):
        kind = kind.literal_type
    return numba.types.int64 if isinstance(kind, numba.types.Integer) and kind.signed else kind


def _compiled(function: F, **options: Any) -> F:
    """Return ``function`` as a Numba dispatcher that is compiled once for whole numbers of any signed type.

    Numba else compiles what other kernels call anew for each literal and each width that a number comes in.
    """
    dispatcher = numba.njit(cache=True, fastmath=False, error_model="numpy", **options)(function)
    if not numba.config.DISABLE_JIT:
        exact = dispatcher.get_call_template
        dispatcher.get_call_template = lambda args, kws: exact(
            tuple(map(_whole, args)), {name: _whole(kind) for name, kind in kws.items()}
        )
    return cast("F", dispatcher)


def kernel(function: F) -> F:
    """Compile ``function`` with Numba: cached on disk, one thread, IEEE arithmetic (no fastmath)."""
    return _compiled(function, parallel=False)


def inline_kernel(function: F) -> F:
    """Compile a small helper that is only called from other kernels."""
    return _compiled(function, forceinline=True)


@inline_kernel
def unsigned(place: int) -> int:
    """Return a place in an array as an unsigned number: the compiler then need not ask whether it counts from the end."""
    return np.uint32(place)  # type: ignore[return-value]


@intrinsic  # type: ignore[untyped-decorator]
def _borrowed(_: Any, given: Any) -> Any:
    """Return an array, or a tuple of arrays and numbers, as one that nobody counts references to: for a kernel's own use.

    Numba counts at every hand-over of an array from function to function, with an atomic operation each, also between inlined
    ones; where a step costs some tens of nanoseconds that is most of the time. The caller of the kernel keeps the array alive.
    """

    def lend(context: Any, builder: Any, kind: Any, value: Any) -> Any:
        if isinstance(kind, numba.types.Array):
            view = context.make_array(kind)(context, builder, value)
            view.meminfo = view.meminfo.type(None)
            view.parent = view.parent.type(None)
            return view._getvalue()  # noqa: SLF001  (Numba's own way)
        if isinstance(kind, numba.types.BaseTuple):
            for place, one in enumerate(kind.types):
                member = builder.extract_value(value, place)
                value = builder.insert_value(value, lend(context, builder, one, member), place)
        return value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return lend(context, builder, signature.return_type, arguments[0])

    return given(given), generate


@intrinsic  # type: ignore[untyped-decorator]
def _as_records(_: Any, raw: Any, dtype: Any) -> Any:
    """Return the bytes ``raw`` as records of ``dtype`` that nobody counts references to.

    Numba works out the type of a record array anew at every call from Python, some 10 us each; that of plain bytes it knows.
    """
    record = dtype.dtype
    table = numba.types.Array(record, 1, "C", aligned=record.aligned)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        given = context.make_array(signature.args[0])(context, builder, arguments[0])
        view = context.make_array(signature.return_type)(context, builder)
        size = context.get_constant(numba.types.intp, record.size)
        data = builder.bitcast(given.data, view.data.type)
        shape = [builder.sdiv(given.nitems, size)]
        populate_array(view, data=data, shape=shape, strides=[size], itemsize=size, meminfo=None)
        return view._getvalue()  # noqa: SLF001  (Numba's own way)

    return table(raw, dtype), generate


@intrinsic  # type: ignore[untyped-decorator]
def _prefetch(_: Any, table: Any, row: Any, lines: Any) -> Any:
    """Ask the processor for ``lines`` cache lines of ``table`` from element ``row`` on: a hint, without any other effect.

    The table's elements, records or numbers, lie one after the other; ``lines`` is a literal.
    """
    if not isinstance(lines, numba.types.IntegerLiteral):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        long, word, byte = ir.IntType(64), ir.IntType(32), ir.IntType(8).as_pointer()
        number = context.cast(builder, arguments[1], signature.args[1], numba.types.int64)
        size = ir.Constant(long, context.get_abi_sizeof(context.get_data_type(signature.args[0].dtype)))
        begin = builder.add(builder.ptrtoint(view.data, long), builder.mul(number, size))
        hint = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [byte, word, word, word]), "llvm.prefetch.p0i8"
        )
        read, keep, data = (ir.Constant(word, value) for value in (0, 3, 1))
        for line in range(lines.literal_value):
            where = builder.add(begin, ir.Constant(long, line * CACHE_LINE_BYTES))
            builder.call(hint, [builder.inttoptr(where, byte), read, keep, data])
        return context.get_dummy_value()

    return numba.types.none(table, row, lines), generate


def _viewed(raw: Any, dtype: Any) -> Any:
    """Return the bytes ``raw`` as records of ``dtype``, in plain Python."""
    return raw.view(dtype).view(np.recarray)


as_records: Callable[[Any, Any], Any] = _viewed if numba.config.DISABLE_JIT else _as_records
"""How a kernel reads a table of records that it is given as plain bytes, see ``_as_records``."""


def _itself(array: Any) -> Any:
    """Return ``array``: plain Python has nothing to save."""
    return array


borrowed: Callable[[Any], Any] = _itself if numba.config.DISABLE_JIT else _borrowed
"""What kernels take their arguments through, see ``_borrowed``; with NUMBA_DISABLE_JIT they are the arguments themselves."""


def _no_hint(table: Any, row: int, lines: int) -> None:
    """Do nothing: plain Python has no use for hints."""


prefetch: Callable[[Any, int, int], None] = _no_hint if numba.config.DISABLE_JIT else _prefetch
"""How a kernel asks for memory that it will want soon, see ``_prefetch``."""


def line_aligned(size_bytes: int) -> npt.NDArray[np.uint8]:
    """Return so many zero bytes, the first of which begins a cache line."""
    raw = np.zeros(size_bytes + CACHE_LINE_BYTES, np.uint8)
    first = -raw.ctypes.data % CACHE_LINE_BYTES
    return raw[first : first + size_bytes]


class CompileWatch(event.Listener):  # type: ignore[misc]
    """Measure the seconds spent compiling while the watch is open; tell once that it happens."""

    def __init__(self, on_first: Callable[[], None] | None = None) -> None:
        """Call ``on_first`` when the first kernel has to be compiled (nothing came from the cache)."""
        self.seconds = 0.0
        self._on_first = on_first
        self._depth = 0
        self._began_s = 0.0

    def on_start(self, event: object) -> None:  # noqa: ARG002  (Numba's interface)
        """Start the clock at the outermost compilation."""
        if self._depth == 0:
            self._began_s = time.perf_counter()
            if self._on_first is not None:
                self._on_first()
                self._on_first = None
        self._depth += 1

    def on_end(self, event: object) -> None:  # noqa: ARG002
        """Stop the clock when the outermost compilation ends."""
        self._depth -= 1
        if self._depth == 0:
            self.seconds += time.perf_counter() - self._began_s

    def __enter__(self) -> Self:
        """Begin to listen."""
        event.register("numba:compile", self)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        event.unregister("numba:compile", self)
