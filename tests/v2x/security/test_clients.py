"""Clients that read, one that reads beyond, and who notices."""

from __future__ import annotations

from types import SimpleNamespace

import simpy

from twin.units import to_us
from twin.v2x.platform.permissions import Permissions, PermissionSpec
from twin.v2x.security.clients import DENIALS, VOLUME, Clients, ClientSpec, ReadCheckSpec
from twin.v2x.security.layer_attack_spec import ReadBeyond

SPECS = (PermissionSpec(department="police", tables=("alarm", "trajectory")),)


def ran(duration_s=1800, seed=1, period_s=5.0, **beyond):
    """Return rows of access and of alert after a run with two clients of the police, the second of which reads beyond."""
    rows: dict[str, list[dict[str, object]]] = {"access": [], "alert": []}

    def append(table, columns):
        rows[table] += [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    clients = [ClientSpec(name=name, department="police", tables=("alarm",), period_s=period_s) for name in ("a", "b")]
    attacks = [ReadBeyond.model_validate({"kind": "read_beyond", "client": "b", **beyond})] if beyond else []
    recorder = SimpleNamespace(append=append)
    env = simpy.Environment()
    group = Clients(clients, attacks, Permissions(SPECS), ["central"], seed, recorder, ReadCheckSpec())
    for process in group.processes(env):
        env.process(process)
    env.run(until=to_us(duration_s))
    return rows["access"], rows["alert"]


def test_honest_clients_ask_as_often_as_they_say() -> None:
    """A Poisson stream of 1800 s / 5 s = 360 requests each, within 4 standard deviations; all granted, no alert."""
    access, alerts = ran()
    assert all(row["granted"] and row["attack"] is None for row in access)
    for name in ("a", "b"):
        assert abs(sum(row["client"] == name for row in access) - 360) < 4 * 360**0.5
    assert not alerts


def test_who_asks_for_what_is_closed_is_denied_and_told_of() -> None:
    """The third denial raises the alert."""
    access, alerts = ran(way="closed", from_s=600.0)
    denied = [row for row in access if not row["granted"]]
    assert {row["attack"] for row in denied} == {"read_beyond"}
    assert {row["client"] for row in denied} == {"b"}
    assert alerts[0]["detectors"] == DENIALS
    assert alerts[0]["t_us"] == denied[2]["t_us"]
    assert all(alert["sender"] == 1 and alert["attack"] == "read_beyond" for alert in alerts)


def test_slowly_widening_is_noticed_from_the_own_history() -> None:
    """All is granted, but there is more and more of it; noticed within twelve minutes (fixed seed: ten), and of nobody else."""
    access, alerts = ran(way="widening", from_s=600.0, per_min=2.0)
    assert all(row["granted"] for row in access)
    assert alerts[0]["detectors"] == VOLUME
    assert to_us(600) < alerts[0]["t_us"] < to_us(1320)
    assert {alert["sender"] for alert in alerts} == {1}


def test_a_client_more_changes_nobody_elses_requests() -> None:
    """Draws hang on names."""
    without, _ = ran()
    beside, _ = ran(way="closed", from_s=600.0)
    assert [row for row in beside if row["attack"] is None] == without
