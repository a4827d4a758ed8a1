"""Files appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.whole_files import whole_file


@pytest.mark.parametrize("durable", [False, True])
def test_file_is_there_when_the_block_has_ended(tmp_path: Path, *, durable: bool) -> None:
    """Until then the old one is read; nothing else is left in the folder."""
    file = tmp_path / "table.bin"
    file.write_bytes(b"old")
    with whole_file(file, durable=durable) as sink:
        sink.write(b"new")
        assert file.read_bytes() == b"old"
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
def test_an_error_leaves_what_was_there(tmp_path: Path, error: BaseException) -> None:
    """A full disk or an interruption changes nothing and leaves no half file."""
    file = tmp_path / "table.bin"
    file.write_bytes(b"old")

    def interrupted() -> None:
        with whole_file(file) as sink:
            sink.write(b"ne")
            raise error

    with pytest.raises(type(error)):
        interrupted()
    assert [(path, path.read_bytes()) for path in tmp_path.iterdir()] == [(file, b"old")]


def test_writers_of_one_file_do_not_meet(tmp_path: Path) -> None:
    """Two that write the same file at a time do not write into each other's; the last one to end wins."""
    file = tmp_path / "map.npz"
    with whole_file(file) as first, whole_file(file) as second:
        first.write(b"first")
        second.write(b"second")
    assert file.read_bytes() == b"first"
