"""Who may read what, and the log of what was asked for."""

from __future__ import annotations

from types import SimpleNamespace

from twin.v2x.platform.permissions import AccessLog, Permissions, PermissionSpec

SPECS = (
    PermissionSpec(department="police", tables=("trajectory", "alarm")),
    PermissionSpec(department="transport", regions=("north",), tables=("*",)),
    PermissionSpec(department="transport", regions=("central",), tables=("edge_state",)),
)


def test_entries_add_up_and_open_nothing_else() -> None:
    """A star stands for all; several entries add up; a department without an entry reads nothing."""
    may_read = Permissions(SPECS).may_read
    assert may_read("police", "south", "alarm")
    assert not may_read("police", "south", "message")
    assert may_read("transport", "north", "message")
    assert may_read("transport", "central", "edge_state")
    assert not may_read("transport", "central", "message")
    assert not may_read("operator", "north", "alarm")


def test_without_entries_everything_is_open() -> None:
    """Nobody is restricted where nothing is said."""
    assert Permissions(()).may_read("anybody", "north", "trajectory")


def test_every_request_is_recorded() -> None:
    """Granted or denied, each makes a row; a table that is not there is denied even to who may read all."""
    rows: list[dict[str, list[object]]] = []
    recorder = SimpleNamespace(append=lambda _, columns: rows.append(columns))
    log = AccessLog(Permissions(SPECS), recorder)
    asked = [("police", "south", "alarm"), ("police", "south", "message"), ("transport", "north", "nonsense")]
    assert [log.request(7, *one) for one in asked] == [True, False, False]
    assert [row["granted"] for row in rows] == [[True], [False], [False]]
    assert (log.granted, log.denied) == (1, 2)
