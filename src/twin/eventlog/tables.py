"""Every table of the log, declared once: columns, units, meanings, and which of them are ground truth.

Traffic and sensors here; ``link_tables``, ``attack_tables``, ``municipal_tables`` and ``static_tables`` beside it.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from twin.eventlog.attack_tables import ATTACK_TABLES
from twin.eventlog.bridge_tables import BRIDGE_TABLES
from twin.eventlog.declaring import T_US, column, truth
from twin.eventlog.link_tables import LINK_TABLES
from twin.eventlog.municipal_tables import MUNICIPAL_EVENT_TABLES
from twin.eventlog.parking_tables import PARKING_TABLES, VISIT_TABLES
from twin.eventlog.schema import LABEL, Column, Table
from twin.eventlog.static_tables import STATIC_TABLES

KNOWN_US: Final = {"100ms": 100_000, "200ms": 200_000}
"""Ages at which what is known counts as known in time. Source: 100 ms, the output of roadside perception (Guangzhou
specification of 2021) and of day-one applications (T/CSAE 53); 200 ms, roadside to regional cloud by radio (cloud-control
platform specification)."""

KNOWN_TIERS: Final = {"edge": "at the edge computers", "regional": "in the regional clouds"}
"""Tiers for which the time is counted in which vehicles are known in time."""

KNOWN_COLUMNS: Final = {(tier, age): f"known_{tier}_{age}_s" for tier in KNOWN_TIERS for age in KNOWN_US}
"""Columns of ``perception`` for that time."""


def _known() -> tuple[Column, ...]:
    return tuple(
        truth(name, pa.float32(), "s", f"time for which they were known {KNOWN_TIERS[tier]}, not older than {age}")
        for (tier, age), name in KNOWN_COLUMNS.items()
    )


EVENT_TABLES: Final = (
    Table(
        "trajectory",
        "a vehicle's position, speed, heading, edge and lane at a sampling instant",
        (
            truth("t_us", pa.int64(), "us", "time since the scenario's start"),
            truth("vehicle", pa.int32(), "-", "vehicle, see table vehicle"),
            truth("x_cm", pa.int32(), "cm", "east of the map's origin, centre of the vehicle"),
            truth("y_cm", pa.int32(), "cm", "north of the map's origin, centre of the vehicle"),
            truth("speed_cmps", pa.int16(), "cm/s", "speed along the lane"),
            truth("heading_cdeg", pa.uint16(), "0.01 deg", "compass heading, clockwise from north"),
            truth("edge", pa.int32(), "-", "road edge under the front bumper, see table edge"),
            truth("lane", pa.int8(), "-", "lane, 0 is the one at the kerb"),
        ),
        sort_by=("vehicle", "t_us"),
    ),
    Table(
        "trip",
        "one trip that ended, or was under way or still waiting when the run ended",
        (
            truth("vehicle", pa.int32(), "-", "vehicle, see table vehicle"),
            truth("depart_us", pa.int64(), "us", "planned departure; negative for vehicles the network was pre-filled with"),
            truth("insert_us", pa.int64(), "us", "entered the network; null while waiting outside", null=True),
            truth("arrival_us", pa.int64(), "us", "reached the destination; null when the run ended first", null=True),
            truth("route_length_m", pa.float32(), "m", "length of the whole route"),
            truth("free_flow_s", pa.float32(), "s", "travel time of the whole route at the speed limits, without signals"),
            truth("delay_s", pa.float32(), "s", "arrival - planned departure - free-flow time; null till then", null=True),
            truth("purpose", LABEL, "-", "through, inbound, outbound or internal"),
            truth("origin_edge", pa.int32(), "-", "first edge of the route"),
            truth("destination_edge", pa.int32(), "-", "last edge of the route"),
        ),
        sort_by=("vehicle",),
    ),
    Table(
        "edge_state",
        "one edge over one interval, with at least one vehicle on it (Edie's totals: flow, density and speed follow)",
        (
            truth("t_us", pa.int64(), "us", "start of the interval"),
            truth("interval_us", pa.int64(), "us", "length of the interval"),
            truth("edge", pa.int32(), "-", "road edge"),
            truth("entered", pa.int32(), "-", "vehicles that entered the edge"),
            truth("left", pa.int32(), "-", "vehicles that left the edge"),
            truth("vehicle_s", pa.float32(), "s", "vehicle-seconds spent; / interval / length = density"),
            truth("distance_m", pa.float32(), "m", "vehicle-metres driven; / vehicle-seconds = space-mean speed"),
            truth("halted_s", pa.float32(), "s", "vehicle-seconds below 1.4 m/s; / interval = mean queue"),
        ),
        sort_by=("edge",),
    ),
    Table(
        "signal",
        "a change of what a signal group shows, with the earliest, likely and latest end of it (as in SPAT messages)",
        (
            T_US,
            column("junction", pa.int32(), "-", "controlled junction, see table junction"),
            column(
                "phase",
                pa.int8(),
                "-",
                "signal group that changes: one approach and turn; approaches carry that of their straight",
            ),
            column("state", LABEL, "-", "green, yellow, red, or give_way (right turn on red)"),
            column("stage", pa.int8(), "-", "stage of the junction's plan that runs"),
            column("least_end_us", pa.int64(), "us", "earliest end of the state; null when it never ends", null=True),
            column("likely_end_us", pa.int64(), "us", "end by the fixed times; null when it never ends", null=True),
            column("most_end_us", pa.int64(), "us", "latest end; null when it never ends", null=True),
        ),
    ),
    Table(
        "frame",
        "one sensor frame that left its device; numbers that are missing were lost in it",
        (
            T_US,
            column("device", pa.int32(), "-", "sensor, see table device_spec"),
            column("frame", pa.int32(), "-", "frame number of that sensor"),
            truth("present", pa.int16(), "-", "vehicles within range and field of view"),
            truth("visible", pa.int16(), "-", "of these, those that give evidence: a point, a pixel, an echo above noise"),
            truth("detected", pa.int16(), "-", "of these, vehicles detected"),
            truth("false", pa.int16(), "-", "objects reported where no vehicle is"),
            truth("mean_error_cm", pa.uint16(), "cm", "mean position error of the detected vehicles", null=True),
            column("processing_us", pa.int32(), "us", "from the instant shown to the finished object list"),
        ),
    ),
    Table(
        "detection_stat",
        "sensor x class x range bin x interval, where anything was present or falsely reported",
        (
            column("t_us", pa.int64(), "us", "start of the interval"),
            column("interval_us", pa.int64(), "us", "length of the interval"),
            column("device", pa.int32(), "-", "sensor, see table device_spec"),
            truth("class", LABEL, "-", "true vehicle class; 'none' for false objects"),
            column("range_bin_m", pa.int16(), "m", "near edge of the range bin"),
            truth("present", pa.int32(), "-", "vehicle-frames within range and field of view"),
            truth("visible", pa.int32(), "-", "of these, those that give evidence: a point, a pixel, an echo above noise"),
            truth("detected", pa.int32(), "-", "of these, detected"),
            truth("false", pa.int32(), "-", "false objects"),
            truth("sum_error_m", pa.float64(), "m", "sum of position errors of the detected"),
            truth("sum_squared_error_m2", pa.float64(), "m2", "sum of squared position errors of the detected"),
        ),
    ),
    Table(
        "perception",
        "one edge over one second, with at least one vehicle on it",
        (
            column("t_us", pa.int64(), "us", "start of the second"),
            truth("edge", pa.int32(), "-", "road edge, see table edge"),
            truth("vehicle_s", pa.float32(), "s", "vehicle-seconds of those there at the end of the second"),
            truth("seen_s", pa.float32(), "s", "of these, of vehicles that at least one device detected within the second"),
            truth("seen_twice_s", pa.float32(), "s", "of these, of vehicles that at least two devices detected"),
            *_known(),
        ),
        sort_by=("edge",),
    ),
    Table(
        "observation",
        "one detected object of a logged frame",
        (
            column("t_us", pa.int64(), "us", "phenomenon time: the instant the frame shows"),
            column("device", pa.int32(), "-", "sensor, see table device_spec"),
            column("frame", pa.int32(), "-", "frame number of that sensor"),
            column("x_cm", pa.int32(), "cm", "reported position, east of the map's origin"),
            column("y_cm", pa.int32(), "cm", "reported position, north of the map's origin"),
            column("speed_cmps", pa.int16(), "cm/s", "reported speed"),
            column("heading_cdeg", pa.uint16(), "0.01 deg", "reported compass heading, clockwise from north"),
            column("length_cm", pa.int16(), "cm", "reported length"),
            column("width_cm", pa.int16(), "cm", "reported width"),
            column("class", LABEL, "-", "reported class"),
            column(
                "evidence",
                pa.int32(),
                "-",
                "what its device saw of it, in its kind's unit: expected points, pixels, signal over noise",
            ),
            truth("vehicle", pa.int32(), "-", "the vehicle it is; null for a false object", null=True),
        ),
    ),
    Table(
        "fused_object",
        "one object of the list that a site makes of its devices' lists, once a period of the fusion",
        (
            column("t_us", pa.int64(), "us", "the instant that the list is foreseen for"),
            column("site", pa.int32(), "-", "site, see table site"),
            column("track", pa.int32(), "-", "number of the track at its site, never used again"),
            column("x_cm", pa.int32(), "cm", "place, east of the map's origin"),
            column("y_cm", pa.int32(), "cm", "place, north of the map's origin"),
            column("xx_cm2", pa.float32(), "cm2", "variance of the place, east"),
            column("xy_cm2", pa.float32(), "cm2", "covariance of the place"),
            column("yy_cm2", pa.float32(), "cm2", "variance of the place, north"),
            column("speed_cmps", pa.int16(), "cm/s", "speed"),
            column("heading_cdeg", pa.uint16(), "0.01 deg", "compass heading, clockwise from north"),
            column("class", LABEL, "-", "class; unknown where no device told one"),
            column("length_cm", pa.int16(), "cm", "length; null where no device told it", null=True),
            column("width_cm", pa.int16(), "cm", "width; null where no device told it", null=True),
            column("age_us", pa.int64(), "us", "age of the newest data of the track"),
            column("devices", pa.int8(), "-", "devices whose new data support it; 0 while it is only foreseen"),
            truth("vehicle", pa.int32(), "-", "the vehicle that most of its data show; null for false objects", null=True),
        ),
    ),
    Table(
        "device",
        "a change of a device's state: a fault begins or is over",
        (
            truth("t_us", pa.int64(), "us", "time since the scenario's start; 0 where the fault was there at the start"),
            truth("device", pa.int32(), "-", "device, see tables device_spec and municipal_device"),
            truth("state", LABEL, "-", "fault, or up: the fault of this cause is over, another may still hold"),
            truth(
                "cause",
                LABEL,
                "-",
                "dirt, misalignment, clock_drift, frame_loss, power_loss or wrong_calibration; of field devices device_fault, "
                "battery (up: replaced) or gateway_outage",
            ),
            truth(
                "value",
                pa.float32(),
                "-",
                "size at its full: share lost, rad anticlockwise, s/s fast, probability, 1, m; of a battery the share left",
            ),
        ),
    ),
    Table(
        "alarm",
        "an alarm that is raised or withdrawn, from reported data alone",
        (
            T_US,
            column("device", pa.int32(), "-", "device, see tables device_spec and municipal_device"),
            column("cause", LABEL, "-", "what is wrong: a cause as in table device, or the quantity that is beyond"),
            column("level", LABEL, "-", "device_fault; of what devices watch level_1, level_2 or level_3, the third the worst"),
            column("state", LABEL, "-", "raised or cleared"),
            column("value", pa.float64(), "-", "reported value that decided, in its own unit; null without one", null=True),
            truth("real", pa.bool_(), "-", "whether the truth was beyond too; null where nobody asks", null=True),
        ),
    ),
    Table(
        "loop_interval",
        "one loop, a lane of a loop device, over one interval; what it says is null where no report left it",
        (
            column("t_us", pa.int64(), "us", "start of the interval"),
            column("interval_us", pa.int64(), "us", "length of the interval"),
            column("device", pa.int32(), "-", "loop device, see table device_spec"),
            column("edge", pa.int32(), "-", "road edge that it lies in"),
            column("lane", pa.int8(), "-", "lane, 0 is the one at the kerb"),
            column("count", pa.int32(), "-", "vehicles counted", null=True),
            column("occupied_us", pa.int64(), "us", "time for which it noticed a vehicle; / interval = occupancy", null=True),
            column("mean_speed_cmps", pa.int32(), "cm/s", "mean of the speeds told; null where there were none", null=True),
            truth("true_count", pa.int32(), "-", "vehicles whose front met it"),
            truth("true_occupied_us", pa.int64(), "us", "time for which a vehicle was over it"),
            truth("true_mean_speed_cmps", pa.int32(), "cm/s", "mean speed of those that left it; null without", null=True),
        ),
    ),
    *LINK_TABLES,
    *ATTACK_TABLES,
    *BRIDGE_TABLES,
    *MUNICIPAL_EVENT_TABLES,
    *PARKING_TABLES,
    *VISIT_TABLES,
)

TABLES: Final = {table.name: table for table in EVENT_TABLES + STATIC_TABLES}
