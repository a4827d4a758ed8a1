"""Which run the viewer shows: without a browser, by Streamlit's own test of an app."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from tests.playback.small_run import write_run

APP = Path(__file__).parents[2] / "apps" / "streamlit_app.py"


def test_a_chosen_run_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The youngest run is shown; another that was chosen stays when the language changes and when a younger run appears."""
    monkeypatch.setenv("TWIN_RUNS", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["streamlit_app.py"])
    monkeypatch.setitem(
        sys.modules, "__main__", sys.modules["__main__"]
    )  # Streamlit puts the app there; workers are started from it
    monkeypatch.syspath_prepend(APP.parent)
    for second, name in enumerate(("first", "second")):
        write_run(tmp_path / name)
        os.utime(tmp_path / name / "manifest.json", (second, second))
    app = AppTest.from_file(str(APP), default_timeout=120).run()
    assert app.selectbox[0].value == tmp_path / "second"
    app.selectbox[0].set_value(tmp_path / "first").run()
    write_run(tmp_path / "third")
    app.segmented_control[0].set_value("en").run()
    assert app.selectbox[0].label == "Run"
    assert app.selectbox[0].value == tmp_path / "first"
