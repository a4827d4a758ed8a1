"""Files that appear whole: a reader sees all of a file, or the one that was there before; an error leaves nothing behind."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path


@contextmanager
def whole_file(path: Path, *, durable: bool = False) -> Iterator[BufferedWriter]:
    """Lend a file that stands at ``path`` once the block has ended; when the block raises, ``path`` stays as it was.

    ``durable`` waits until the disk has it, so that it outlives a power cut. Raises OSError where the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as sink:
            yield sink
            if durable:
                sink.flush()
                os.fsync(sink.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
