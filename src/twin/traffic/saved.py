"""The state of traffic in a file: saved at an instant, taken on by the same scenario's traffic in another process."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin.errors import InputError
from twin.messages import say
from twin.whole_files import whole_file


def save_state(file: Path, state: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write ``Traffic.state()`` into a file of NumPy's npz format, a reader sees all of it or the old one."""
    with whole_file(file) as sink:
        np.savez_compressed(sink, allow_pickle=False, **state)


def load_state(file: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays that ``save_state`` wrote, for ``Traffic.restore``; InputError when the file is none of its."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, AttributeError) as error:
        raise InputError(say("traffic.state_file", file=file, reason=error)) from error
