"""The envelope: what goes in comes out, at places where JavaScript can read it."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from twin.playback.payload import pack, unpack

_ARRAY = st.sampled_from([np.float32, np.int8, np.int16, np.uint8, np.uint16, np.uint32]).flatmap(
    lambda kind: arrays(kind, st.integers(0, 9))
)


@given(st.dictionaries(st.text(max_size=5), st.integers()), st.dictionaries(st.text(max_size=5), _ARRAY, max_size=5))
def test_round_trip(header: dict[str, int], given_arrays: dict[str, np.ndarray]) -> None:
    """`unpack` is the inverse of `pack`, bit for bit, for every header and every array type."""
    header.pop("arrays", None)
    back, back_arrays = unpack(pack(header, given_arrays))
    assert back == header
    assert list(back_arrays) == list(given_arrays)
    for name, array in given_arrays.items():
        assert back_arrays[name].dtype == array.dtype
        assert back_arrays[name].tobytes() == array.tobytes()


@given(st.dictionaries(st.text(max_size=5), _ARRAY, max_size=5))
def test_every_array_starts_at_a_multiple_of_eight(given_arrays: dict[str, np.ndarray]) -> None:
    """JavaScript's typed arrays refuse other offsets."""
    data = pack({"name": "花城大道"}, given_arrays)
    (length,) = struct.unpack_from("<I", data, 4)
    directory = json.loads(data[8 : 8 + length])["arrays"]
    assert all((8 + length + entry["offset"]) % 8 == 0 for entry in directory.values())


def test_types_that_a_browser_lacks_are_refused() -> None:
    """An int64 array would need BigInt on the other side; it is refused by name."""
    with pytest.raises(TypeError, match="array t_us is int64"):
        pack({}, {"t_us": np.zeros(2, np.int64)})


def test_other_bytes_are_refused() -> None:
    """What does not start with the magic is no payload."""
    with pytest.raises(ValueError, match="not a playback payload"):
        unpack(b"PK\x03\x04")
