"""Tables of the log about attacks on devices, their access and their reports."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from twin.eventlog.schema import LABEL, Column, Table


def _c(name: str, type_: pa.DataType, unit: str, meaning: str, *, null: bool = False) -> Column:
    return Column(name, type_, unit, meaning, nullable=null)


def _truth(name: str, type_: pa.DataType, unit: str, meaning: str, *, null: bool = False) -> Column:
    return Column(name, type_, unit, meaning, truth=True, nullable=null)


_T_US = _c("t_us", pa.int64(), "us", "time since the scenario's start")

ATTACK_TABLES: Final = (
    Table(
        "access_attempt",
        "a list that reached an edge computer and was forged, or was refused",
        (
            _T_US,
            _c("name", pa.string(), "-", "device that it claims to come from"),
            _c("site", pa.int32(), "-", "site by whose line it came, see table site"),
            _c("shown_us", pa.int64(), "us", "instant that it claims to show"),
            _c("accepted", pa.bool_(), "-", "whether it was taken"),
            _c("detectors", pa.uint16(), "-", "checks that found fault with it, a bit each: see docs/security-layers.md"),
            _truth("attack", LABEL, "-", "the attack that it is; null for an honest list", null=True),
        ),
    ),
    Table(
        "report_check",
        "a report of a device, altered on its way or found fault with",
        (
            _T_US,
            _c("device", pa.int32(), "-", "device, see table device_spec"),
            _c("channel", pa.int16(), "-", "which of its values: the lane of a loop"),
            _c("value", pa.float64(), "-", "value that arrived"),
            _c("detectors", pa.uint16(), "-", "checks that found fault with it, a bit each: see docs/security-layers.md"),
            _truth("true_value", pa.float64(), "-", "value that was sent"),
            _truth("attack", LABEL, "-", "the attack that it is; null for an honest report", null=True),
        ),
    ),
    Table(
        "attack",
        "an attack on a device, an access, reports or data begins or is over",
        (
            _truth("t_us", pa.int64(), "us", "time since the scenario's start"),
            _truth("kind", LABEL, "-", "kind of the attack"),
            _truth("number", pa.int16(), "-", "its place in the scenario's list, from 0"),
            _truth("device", pa.int32(), "-", "device under attack, see table device_spec; null for none", null=True),
            _truth("state", LABEL, "-", "begins or over"),
        ),
    ),
)
