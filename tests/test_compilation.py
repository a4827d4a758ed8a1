"""The cache of compiled kernels: what is removed from it, and by whom."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from numba import types

import twin
from twin.compilation import (
    KEEP_UNUSED_S,
    _remove_unused,
    as_records,
    inline_kernel,
    kernel,
    prefetch,
    source_hash,
    sources_of,
    within_reach,
)

ROW = np.dtype([("position", "f8"), ("number", "i4")], align=True)


def test_only_what_was_long_unused_is_removed_even_where_another_process_removes_it_too(tmp_path: Path) -> None:
    """The folder in use and young ones stay, old ones go; an entry that has just vanished is passed over."""
    old, young, own = (tmp_path / name for name in ("old", "young", "own"))
    for folder in (old, young, own):
        folder.mkdir()
    long_ago_s = time.time() - KEEP_UNUSED_S - 60.0
    for folder in (old, own):
        os.utime(folder, (long_ago_s, long_ago_s))
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    _remove_unused(tmp_path, own)
    assert (old.exists(), young.exists(), own.exists()) == (False, True, True)


@kernel
def hint_at_all(raw: Any) -> int:
    """Ask for every record of a table and many behind it."""
    table = as_records(raw, ROW)
    for row in range(table.size + 1000):
        prefetch(table, row, 2)
    return int(table.size)


def test_prefetching_reads_and_writes_nothing() -> None:
    """A hint for memory is harmless within a table, at its end and far beyond it."""
    table = np.arange(24 * ROW.itemsize, dtype=np.uint8)
    before = table.copy()
    assert hint_at_all(table) == 24
    assert (table == before).all()


@inline_kernel
def doubled(number: int) -> int:
    """Return twice a number."""
    return 2 * number


@kernel
def doubled_in_every_width(small: Any, number: int) -> int:
    """Return twice the sum of a narrow number, a wide one and a literal."""
    return doubled(small[0]) + doubled(number) + doubled(3)


def test_one_compilation_serves_whole_numbers_of_every_width() -> None:
    """A helper is not compiled anew for literals and narrower numbers, and takes them for what they are."""
    assert doubled_in_every_width(np.array([-5], np.int8), 2**40) == 2 * (-5 + 2**40 + 3)
    # what callers ask for as they are compiled
    for kind in (types.int8, types.int32, types.int64, types.literal(3)):
        doubled.get_call_template((kind,), {})  # type: ignore[attr-defined]
    assert len(doubled.signatures) == 1  # type: ignore[attr-defined]


def test_the_cache_is_keyed_by_what_kernels_can_reach_and_by_nothing_else() -> None:
    """A callee two imports away counts, one imported within a function, a text or a module that nobody imports does not."""
    sources = {
        "town.compilation": b"def kernel(f): ...\n",
        "town.far": b"LIMIT = 3\n",
        "town.folder.near": b"from town.far import (\n    LIMIT,\n)\n",
        "town.hot": b"from town.compilation import kernel\nfrom town.folder import near\nfrom town.messages import say\n",
        "town.lazy": b"def later():\n    from town.hot import step\n",
        "town.messages": b"def say(): ...\n",
    }
    reach = within_reach(sources)
    assert reach == ["town.compilation", "town.far", "town.folder.near", "town.hot"]
    before = source_hash(sources, reach)
    for name, source in sources.items():
        changed = source_hash({**sources, name: source + b"#"}, reach) != before
        assert changed == (name in reach), name


def test_every_kernel_of_the_package_is_within_reach() -> None:
    """However a module writes its import: one with a kernel in it is hashed."""
    sources = sources_of(Path(twin.__file__).parent)
    with_kernels = [name for name, source in sources.items() if b"\n@kernel" in source or b"\n@inline_kernel" in source]
    assert len(with_kernels) > 30
    assert set(with_kernels) <= set(within_reach(sources))
