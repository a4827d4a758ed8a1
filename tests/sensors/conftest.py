"""What the tests of sensors share: the CBD's road network."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.roadnet.cache import load_network
from twin.roadnet.road_network import RoadNetwork

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def cbd() -> RoadNetwork:
    """Return the shipped map of the Tianhe CBD."""
    return load_network(ROOT / "maps" / "tianhe_cbd.osm")
