"""Reading a run: its manifest and its tables, closed segments only."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import ipc

from twin.errors import InputError
from twin.eventlog.manifest import Manifest, read_manifest
from twin.eventlog.recorder import SEGMENT_PATTERN
from twin.eventlog.schema import SCHEMA_VERSION
from twin.eventlog.tables import TABLES
from twin.messages import say

if TYPE_CHECKING:
    import pyarrow.dataset as ds  # imports pandas, which takes long

_log = logging.getLogger(__name__)


class Run:
    """One run folder, read only. Build it with ``open_run``."""

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Read the run in ``path``, whose manifest is ``manifest``."""
        self.path = path
        self.manifest = manifest

    @property
    def complete(self) -> bool:
        """True when the run reached its end."""
        return self.manifest.state == "complete"

    @property
    def notice(self) -> str:
        """One line for the user when the run is not complete, else empty."""
        if self.complete:
            return ""
        done_s, whole_s = self.manifest.simulated_s, self.manifest.scenario.get("duration_s")
        known = isinstance(whole_s, int | float)
        part = say("run.part_of", done=done_s, whole=whole_s) if known else say("run.part", done=done_s)
        if self.manifest.state == "failed":
            return say("run.failed", path=self.path, part=part, error=self.manifest.error)
        return say("run.incomplete", path=self.path, part=part)

    @property
    def warm_up_s(self) -> float:
        """Simulated seconds at the beginning that figures leave out."""
        return float(self.manifest.scenario.get("warm_up_s", 0.0))

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that have at least one segment, in the order of declaration."""
        return tuple(name for name in TABLES if self.segments(name))

    @property
    def bytes(self) -> int:
        """Bytes of all segments."""
        return sum(segment.stat().st_size for name in TABLES for segment in self.segments(name))

    def segments(self, table: str) -> list[Path]:
        """Return the closed segments of ``table``, in order; InputError when no such table is declared."""
        if table not in TABLES:
            raise InputError(say("run.no_table", path=self.path, table=table, names=", ".join(TABLES)))
        return sorted((self.path / table).glob(SEGMENT_PATTERN))

    def dataset(self, table: str) -> ds.Dataset:
        """Return ``table`` as a PyArrow dataset, to filter it and select columns without reading the rest."""
        import pyarrow.dataset as ds

        schema = TABLES[table].schema() if table in TABLES else None
        segments = self.segments(table)
        if not segments:
            return ds.dataset(pa.Table.from_batches([], schema=schema))
        return ds.dataset([str(segment) for segment in segments], schema=schema, format="ipc")

    @property
    def rows(self) -> dict[str, int]:
        """Rows by table, of the tables that have a segment; of each one column is read."""
        first = {name: TABLES[name].columns[0].name for name in self.tables}
        return {name: sum(batch.num_rows for batch in self.batches(name, (column,))) for name, column in first.items()}

    def batches(self, table: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the segments of ``table`` one by one, so that a long run need not fit into memory.

        Of the ``columns`` named (all when None), in the order of declaration; the others are not even decompressed.
        """
        segments = self.segments(table)
        names = [column.name for column in TABLES[table].columns]
        unknown = [name for name in columns or () if name not in names]
        if unknown:
            raise InputError(say("run.no_column", path=self.path, table=table, column=unknown[0], names=", ".join(names)))
        chosen = None if columns is None else [index for index, name in enumerate(names) if name in columns]
        options = ipc.IpcReadOptions(use_threads=False, included_fields=chosen)
        for segment in segments:
            with pa.memory_map(str(segment)) as source, ipc.open_file(source, options=options) as reader:
                for number in range(reader.num_record_batches):
                    yield reader.get_batch(number)

    def table(self, table: str) -> pa.Table:
        """Return all of ``table``, its label columns with one dictionary over all segments."""
        segments = list(self.batches(table))
        return pa.Table.from_batches(segments, schema=TABLES[table].schema()).unify_dictionaries()


def open_run(path: Path | str) -> Run:
    """Open the run folder ``path``; a notice is logged when the run is not complete.

    InputError when it is no run folder, or was written with another schema version.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    written = manifest.versions.get("schema", "?")
    if written != str(SCHEMA_VERSION):
        package = manifest.versions.get("guangzhou-twin", "?")
        raise InputError(say("run.schema", path=folder, written=written, reads=SCHEMA_VERSION, package=package))
    run = Run(folder, manifest)
    if run.notice:
        _log.warning(run.notice)
    return run
