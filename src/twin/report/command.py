"""``twin report``: a run on the terminal; a run or a sweep as a document to print."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from twin.errors import InputError, RunError, TwinError
from twin.eventlog.reader import open_run
from twin.messages import say
from twin.whole_files import whole_file


def print_report(folder: Path, options: Sequence[str], *, as_json: bool) -> str:
    """Return what a run measured, for the terminal; InputError for a sweep, or where ``options`` of a document were given."""
    from twin.metrics.report import report
    from twin.sweeps.results import is_sweep
    from twin.terminal.run_report import report_text

    if is_sweep(folder):
        raise InputError(say("document.sweep_only", folder=folder))
    if options:
        raise InputError(say("document.options", option=", ".join(options)))
    found = report(open_run(folder))
    return json.dumps(found, ensure_ascii=False, allow_nan=False, indent=2) if as_json else report_text(found)


def check_forms(forms: Sequence[str], out: str) -> None:
    """Refuse documents that could not be written when a sweep into ``out`` ends.

    Raises InputError for a remote store, TwinError without Matplotlib or python-docx.
    """
    from twin.sweeps.store import LocalStore, open_store

    if forms and not isinstance(open_store(out), LocalStore):
        raise InputError(say("sweep.outputs.remote", out=open_store(out)))
    if forms and find_spec("matplotlib") is None:
        raise TwinError(say("draw.missing"))
    if "docx" in forms and find_spec("docx") is None:
        raise TwinError(say("document.missing"))


def write_document(
    folder: Path, to: Literal["html", "docx"], out: Path | None, calibration: Path | None, study: Path | None
) -> Path:
    """Write the document of the run or sweep in ``folder``; return the file, by default ``<folder's name>.<form>`` here.

    Raises InputError for a folder that is neither, for a note or a study that cannot be read, RunError where nothing can be
    written, TwinError without Matplotlib or python-docx.
    """
    from twin.report.build import run_document, sweep_document
    from twin.report.calibration import read_calibration
    from twin.report.html import html_of
    from twin.report.word import word_of
    from twin.sweeps.results import is_sweep, read_results

    note = None if calibration is None else read_calibration(calibration)
    if is_sweep(folder):
        document = sweep_document(read_results(folder), note, study)
    elif study is not None:
        raise InputError(say("document.run_only", folder=folder))
    else:
        document = run_document(open_run(folder), note)
    content = html_of(document) if to == "html" else word_of(document)
    file = out or Path(f"{folder.resolve().name}.{to}")
    try:
        with whole_file(file) as sink:
            sink.write(content)
    except OSError as error:
        raise RunError(say("document.write", file=file, reason=error.strerror)) from error
    return file
