"""Tables of the log about parking: bays as they are and as they are reported, counts at gates, advice to drivers."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from twin.eventlog.declaring import column, truth
from twin.eventlog.schema import LABEL, Table

PARKING_TABLES: Final = (
    Table(
        "bay_truth",
        "a vehicle begins or ends to stand in a bay; at 0, a row for every bay",
        (
            truth("t_us", pa.int64(), "us", "time since the scenario's start"),
            truth("bay", pa.int32(), "-", "bay, see table bay_spec"),
            truth("occupied", pa.bool_(), "-", "whether a vehicle stands in it from now on"),
            truth("vehicle", pa.int32(), "-", "vehicle that came or went, see table vehicle; null at 0 without one", null=True),
        ),
    ),
    Table(
        "bay",
        "the reported state of a bay with a sensor changes; bays without one are always unknown",
        (
            column("t_us", pa.int64(), "us", "when the platform knew; 0 for what it knew at the start"),
            column("bay", pa.int32(), "-", "bay, see table bay_spec"),
            column("state", LABEL, "-", "free, occupied, unknown or closed (the states of FIWARE's ParkingSpot)"),
            column("since_us", pa.int64(), "us", "phenomenon time; of unknown, when it was given up"),
            truth("occupied", pa.bool_(), "-", "whether a vehicle stood in it when the platform knew"),
        ),
    ),
    Table(
        "bay_session",
        "one stay as the records of a bay's sensor tell it, with the faults that such records have",
        (
            column("t_us", pa.int64(), "us", "begin as recorded; before 0 where it was put to the midnight before"),
            column("left_us", pa.int64(), "us", "end as recorded; before the begin where the clock was set in between"),
            column("bay", pa.int32(), "-", "bay, see table bay_spec"),
            column("sign", pa.string(), "-", "OLD where the sensor was replaced since; else empty"),
            truth("fault", LABEL, "-", "negative, no_arrival or no_departure; null for a right record", null=True),
        ),
    ),
    Table(
        "gate_count",
        "the report of a gate counter: how many vehicles it holds to be inside; more than there are spaces, or fewer than none",
        (
            column("t_us", pa.int64(), "us", "when it arrived at the platform"),
            column("facility", pa.int32(), "-", "car park, see table facility_spec"),
            column("since_us", pa.int64(), "us", "phenomenon time"),
            column("inside", pa.int32(), "-", "vehicles inside as counted"),
            truth("standing", pa.int32(), "-", "vehicles that stood in bays when it arrived"),
        ),
    ),
    Table(
        "parking_guidance",
        "a driver who looks for a space set out for a facility: what that rested on, and what became of it",
        (
            column("t_us", pa.int64(), "us", "when the driver set out"),
            truth("ended_us", pa.int64(), "us", "when that was over"),
            truth("vehicle", pa.int32(), "-", "vehicle, see table vehicle"),
            column("facility", pa.int32(), "-", "facility, see table facility_spec"),
            column("bay", pa.int32(), "-", "bay that the driver was sent to; null for any", null=True),
            column("source", LABEL, "-", "app, sign, or own (guesses and eyes)"),
            column("chance", pa.float32(), "-", "probability of a space as believed; null where nobody asked", null=True),
            column("free", pa.float32(), "-", "spaces believed free; null where nobody asked", null=True),
            column("age_s", pa.float32(), "s", "age of the newest report that it rested on; null for guesses", null=True),
            truth("outcome", LABEL, "-", "parked, turned_away, changed, refused, expired, no_show, or open at the end"),
        ),
    ),
)
"""What sensors and guidance write."""
