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

VISIT_TABLES: Final = (
    Table(
        "facility",
        "one parking facility over one interval",
        (
            truth("t_us", pa.int64(), "us", "start of the interval"),
            truth("interval_us", pa.int64(), "us", "length of the interval"),
            truth("facility", pa.int32(), "-", "facility, see table facility_spec"),
            truth("occupied", pa.int32(), "-", "bays with a vehicle in them at the end of the interval"),
            truth("occupied_s", pa.float64(), "s", "bay-seconds with a vehicle in it; / interval = mean number taken"),
            truth("queue", pa.int16(), "-", "vehicles that wait before the entrance at the end of the interval"),
            truth("came", pa.int32(), "-", "vehicles that came to the entrance, or took a bay at the kerb"),
            truth("parked", pa.int32(), "-", "vehicles that came to stand in a bay"),
            truth("left", pa.int32(), "-", "vehicles that left, past the gate or from the kerb"),
            truth("found_full", pa.int32(), "-", "vehicles that were not let in because no bay was free"),
            truth("found_queue", pa.int32(), "-", "vehicles that drove on because too many were waiting"),
            truth("gave_up_waiting", pa.int32(), "-", "vehicles that left the queue before the gate"),
            truth("found_closed", pa.int32(), "-", "vehicles that came when it was closed"),
            column("sign", pa.int32(), "-", "free spaces that the sign at its entrance shows; null without one", null=True),
        ),
    ),
    Table(
        "parking",
        "one driver who came to look for a space",
        (
            truth("vehicle", pa.int32(), "-", "vehicle that came, see table vehicle"),
            truth("leaves_as", pa.int32(), "-", "number that it has in traffic once it has left again", null=True),
            truth("purpose", LABEL, "-", "what the visit is for, as in the scenario"),
            truth("outcome", LABEL, "-", "parked, balked (never let in), illegal, gave_up, or looking when the run ended"),
            truth("facility", pa.int32(), "-", "facility where it parked, see table facility_spec", null=True),
            truth("bay", pa.int32(), "-", "bay, see table bay_spec", null=True),
            truth("began_us", pa.int64(), "us", "began to look: at the first facility that the driver had set out for"),
            truth("parked_us", pa.int64(), "us", "stood; null for those who never did", null=True),
            truth(
                "left_us", pa.int64(), "us", "drove off again; null for those still there and those who never parked", null=True
            ),
            truth("search_s", pa.float32(), "s", "time from the begin of the search to standing", null=True),
            truth("search_m", pa.float32(), "m", "distance driven on roads meanwhile"),
            truth("tried", pa.int32(), "-", "facilities at which no space was found"),
            truth("turned_away", pa.int32(), "-", "of these, car parks that did not let the driver in"),
            truth("loops", pa.int32(), "-", "edges entered again while looking"),
            truth("walk_m", pa.float32(), "m", "way on foot from the bay to the destination", null=True),
            truth("price_cny", pa.float32(), "CNY", "price of the whole stay", null=True),
        ),
        sort_by=("vehicle",),
    ),
)
"""What happens at facilities and to drivers."""

FACILITY_TABLES: Final = (
    Table(
        "facility_spec",
        "one parking facility: the bays along one side of a road edge, or a car park",
        (
            column("facility", pa.int32(), "-", "facility number"),
            column("name", pa.string(), "-", "its name"),
            column("group", pa.string(), "-", "entry of the scenario that it comes from; from_map for car parks of the map"),
            column("kind", LABEL, "-", "on_street, off_street or underground"),
            column("capacity", pa.int32(), "-", "bays"),
            column("x_cm", pa.int32(), "cm", "its middle, east of the map's origin"),
            column("y_cm", pa.int32(), "cm", "its middle, north of the map's origin"),
            column("entry_edge", pa.int32(), "-", "edge from which one comes in, see table edge"),
            column("entry_cm", pa.int32(), "cm", "where along it"),
            column("price_cny", pa.float64(), "CNY", "price of an hour"),
        ),
        static=True,
    ),
    Table(
        "bay_spec",
        "one bay",
        (
            column("bay", pa.int32(), "-", "bay number"),
            column("facility", pa.int32(), "-", "facility, see table facility_spec"),
            column("edge", pa.int32(), "-", "edge along whose kerb it lies, see table edge; null in car parks", null=True),
            column("along_cm", pa.int32(), "cm", "where along the edge a vehicle's front stands in it", null=True),
            column("x_cm", pa.int32(), "cm", "east of the map's origin"),
            column("y_cm", pa.int32(), "cm", "north of the map's origin"),
        ),
        static=True,
    ),
)
"""Facilities and bays of a run."""
