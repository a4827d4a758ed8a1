"""The sizes that the simulation uses against real encodings."""

from __future__ import annotations

import numpy as np
import pytest

from twin.v2x.message_set import codec
from twin.v2x.message_set.place import Station
from twin.v2x.message_set.representative import AT_UNIX_US, FRAME, representative, road_users
from twin.v2x.message_set.rsm import rsm_values
from twin.v2x.message_set.sizes import CPM_LEAST, RSM_ALL, RSM_LEAST, SIZES, SizeLaw, size_bytes
from twin.v2x.queues.hop_spec import MessageSpec


def encoded(kind: str, items: int, detail: str = "tracked") -> int:
    """Return the bytes of a message with ``items`` as ``SIZES`` counts them."""
    beside = 1 if kind in ("rsm", "cam_low_frequency") else 0
    kind = kind.partition("_")[0]
    return len(codec.encode(kind, representative(kind, items + beside, detail=detail)))


RANGES = {
    "bsm": (0,),
    "rsm": range(16),
    "spat": range(1, 17),
    "map": range(1, 9),
    "rsi": range(2, 33),
    "cam": (0,),
    "cam_low_frequency": range(24),
    "cpm": (0, 1, 2, 5, 10, 20, 40, 100, 200),
}


@pytest.mark.parametrize("kind", SIZES)
def test_sizes_are_those_of_encodings(kind: str) -> None:
    """Each line lies within 1 byte of what is encoded, for any number of items; RSI within 5, CPM of 200 objects within 2.

    The path of an RSI is longer the farther it goes, so that its offsets take more bits; UPER itself is deterministic.
    """
    law, allowed = SIZES[kind], {"rsi": 5.0, "cpm": 2.0}.get(kind, 1.0)
    for items in RANGES[kind]:
        assert abs(law.fixed_bytes + law.item_bytes * items - encoded(kind, items)) <= allowed, items
        assert 0 <= size_bytes(kind, items) - (law.fixed_bytes + law.item_bytes * items) < 1.0


@pytest.mark.parametrize(
    ("law", "kind", "detail"), [(RSM_LEAST, "rsm", "least"), (RSM_ALL, "rsm", "all"), (CPM_LEAST, "cpm", "least")]
)
def test_sizes_of_other_detail(law: SizeLaw, kind: str, detail: str) -> None:
    """The lines for the least and for all content, within 1.1 bytes."""
    for items in range(16):
        assert abs(law.fixed_bytes + law.item_bytes * items - encoded(kind, items, detail)) <= 1.1


def test_perceived_objects_take_what_others_measured() -> None:
    """Object container of 1, 5, 10, 20, 40 typical objects: 32, 149, 295, 588, 1173 B, and 13.0 B for each minimal object.

    Measured on ms-van3t (d9b89b1b), another encoder; tolerance 1.5 B and 0.5 % (one bit an object), since which fields were
    taken as typical is known only by the sum.
    """
    etsi = codec._modules()[1]
    for objects, size in ((1, 32), (5, 149), (10, 295), (20, 588), (40, 1173)):
        container = representative("cpm", objects)["payload"]["cpmContainers"][-1]["containerData"]
        assert abs(len(etsi.encode("PerceivedObjectContainer", container)) - size) <= max(1.5, 0.005 * size), objects
    assert CPM_LEAST.item_bytes == pytest.approx(13.0, abs=0.05)


def test_the_scenario_s_default_is_near_the_encoding() -> None:
    """``MessageSpec`` charges what was measured on another reconstruction: some 10 B more a message than ours takes.

    Ours is within 10 % of it on the wire, with the lower layers, for any list of up to 60 objects, and never larger; it is
    kept, so that runs remain comparable (docs/messages.md).
    """
    spec, rsu = MessageSpec(), Station(1, 40.0, -25.0)
    for objects in range(60):
        messages = rsm_values(FRAME, AT_UNIX_US, rsu, road_users(objects))
        wire = sum(len(codec.encode("rsm", one)) + spec.bytes_lower_layers for one in messages)
        charged = int(spec.size_bytes(np.array([objects]))[0])
        assert len(messages) == int(spec.fragments(np.array([objects]))[0])
        assert 1.0 <= charged / wire <= 1.10, objects


def test_own_bytes_of_a_bsm() -> None:
    """The BSM's core takes 41 B; 42 B were measured on another reconstruction of T/CSAE 53 with one optional field more."""
    assert encoded("bsm", 0) == 41


def test_too_many_items_are_refused() -> None:
    """What one message cannot hold has no size; nor has an unknown kind."""
    assert size_bytes("cpm", np.array([[0, 1], [2, 3]])).shape == (2, 2)
    with pytest.raises(ValueError, match="0 to 16 items"):
        size_bytes("spat", 17)
    with pytest.raises(ValueError, match="items"):
        size_bytes("rsm", -1)
    with pytest.raises(KeyError):
        size_bytes("denm", 0)
