"""One thread a run, so that as many runs as there are cores go side by side, and sums are formed in one order."""

from __future__ import annotations

import os


def use_one_thread() -> None:
    """Keep BLAS, OpenMP, Numba and Arrow on one core; to be called before NumPy is imported, or it comes too late for BLAS."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    import pyarrow as pa

    pa.set_cpu_count(1)
    pa.set_io_thread_count(2)  # with one, Dataset.count_rows waits for itself for ever
