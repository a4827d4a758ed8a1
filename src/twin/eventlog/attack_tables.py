"""Tables of the log about attacks on devices, their access and their reports."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from twin.eventlog.declaring import T_US, column, truth
from twin.eventlog.schema import LABEL, Table

ATTACK_TABLES: Final = (
    Table(
        "access_attempt",
        "a list that reached an edge computer and was forged, or was refused",
        (
            T_US,
            column("name", pa.string(), "-", "device that it claims to come from"),
            column("site", pa.int32(), "-", "site by whose line it came, see table site"),
            column("shown_us", pa.int64(), "us", "instant that it claims to show"),
            column("accepted", pa.bool_(), "-", "whether it was taken"),
            column("detectors", pa.uint16(), "-", "checks that found fault with it, a bit each: see docs/security-layers.md"),
            truth("attack", LABEL, "-", "the attack that it is; null for an honest list", null=True),
        ),
    ),
    Table(
        "report_check",
        "a report of a device, altered on its way or found fault with",
        (
            T_US,
            column("device", pa.int32(), "-", "device, see table device_spec"),
            column("channel", pa.int16(), "-", "which of its values: the lane of a loop"),
            column("value", pa.float64(), "-", "value that arrived"),
            column("detectors", pa.uint16(), "-", "checks that found fault with it, a bit each: see docs/security-layers.md"),
            truth("true_value", pa.float64(), "-", "value that was sent"),
            truth("attack", LABEL, "-", "the attack that it is; null for an honest report", null=True),
        ),
    ),
    Table(
        "attack",
        "an attack on a device, an access, reports or data begins or is over",
        (
            truth("t_us", pa.int64(), "us", "time since the scenario's start"),
            truth("kind", LABEL, "-", "kind of the attack"),
            truth("number", pa.int16(), "-", "its place in the scenario's list, from 0"),
            truth("device", pa.int32(), "-", "device under attack, see table device_spec; null for none", null=True),
            truth("state", LABEL, "-", "begins or over"),
        ),
    ),
)
