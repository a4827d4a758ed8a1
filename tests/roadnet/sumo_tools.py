"""SUMO's own programs, for tests that hold our reading and writing against them."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

import pytest


def run_tool(name: str, *words: str, folder: Path) -> str:
    """Run a program of SUMO in a folder; return what it says. Skips the test where SUMO is not installed."""
    tool = Path(sysconfig.get_path("scripts")) / name
    if not tool.exists():
        pytest.skip(f"{name} is not installed (extra 'peers')")
    done = subprocess.run([str(tool), *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout + done.stderr


def generated_grid(folder: Path, *more: str) -> Path:
    """Return the file of a grid of 3 x 3 signalised crossings with turning lanes, drawn by netgenerate."""
    words = ["--grid", "--grid.number", "3", "--grid.length", "200", "--grid.attach-length", "150", "-L", "2"]
    run_tool("netgenerate", *words, "--tls.guess", "true", "--turn-lanes", "1", *more, "-o", "grid.net.xml", folder=folder)
    return folder / "grid.net.xml"
