"""Every table of the log, declared once: columns, units, meanings, and which of them are ground truth."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from twin.eventlog.attack_tables import ATTACK_TABLES
from twin.eventlog.schema import LABEL, Column, Table


def _c(name: str, type_: pa.DataType, unit: str, meaning: str, *, null: bool = False) -> Column:
    return Column(name, type_, unit, meaning, nullable=null)


def _prices(name: str, meaning: str) -> tuple[Column, ...]:
    """Return the columns of a price as a range: the least, the middle and the most."""
    ends = (("_low_cny", "least"), ("_cny", "middle"), ("_high_cny", "most"))
    return tuple(_c(f"{name}{ending}", pa.float64(), "CNY", f"{meaning}; {end}") for ending, end in ends)


def _truth(name: str, type_: pa.DataType, unit: str, meaning: str, *, null: bool = False) -> Column:
    return Column(name, type_, unit, meaning, truth=True, nullable=null)


def _known(tier: str, where: str) -> tuple[Column, ...]:
    """Return the columns for the time in which vehicles were known in time at a tier."""
    ages = ("100ms", "200ms")
    return tuple(
        _truth(f"known_{tier}_{age}_s", pa.float32(), "s", f"time for which they were known {where}, not older than {age}")
        for age in ages
    )


_T_US = _c("t_us", pa.int64(), "us", "time since the scenario's start")
_POINTS = pa.list_(pa.int32())

EVENT_TABLES: Final = (
    Table(
        "trajectory",
        "a vehicle's position, speed, heading, edge and lane at a sampling instant",
        (
            _truth("t_us", pa.int64(), "us", "time since the scenario's start"),
            _truth("vehicle", pa.int32(), "-", "vehicle, see table vehicle"),
            _truth("x_cm", pa.int32(), "cm", "east of the map's origin, centre of the vehicle"),
            _truth("y_cm", pa.int32(), "cm", "north of the map's origin, centre of the vehicle"),
            _truth("speed_cmps", pa.int16(), "cm/s", "speed along the lane"),
            _truth("heading_cdeg", pa.uint16(), "0.01 deg", "compass heading, clockwise from north"),
            _truth("edge", pa.int32(), "-", "road edge under the front bumper, see table edge"),
            _truth("lane", pa.int8(), "-", "lane, 0 is the one at the kerb"),
        ),
        sort_by=("vehicle", "t_us"),
    ),
    Table(
        "trip",
        "one trip that ended, or was under way or still waiting when the run ended",
        (
            _truth("vehicle", pa.int32(), "-", "vehicle, see table vehicle"),
            _truth("depart_us", pa.int64(), "us", "planned departure; negative for vehicles the network was pre-filled with"),
            _truth("insert_us", pa.int64(), "us", "entered the network; null while waiting outside", null=True),
            _truth("arrival_us", pa.int64(), "us", "reached the destination; null when the run ended first", null=True),
            _truth("route_length_m", pa.float32(), "m", "length of the whole route"),
            _truth("free_flow_s", pa.float32(), "s", "travel time of the whole route at the speed limits, without signals"),
            _truth("delay_s", pa.float32(), "s", "arrival - planned departure - free-flow time; null till then", null=True),
            _truth("purpose", LABEL, "-", "through, inbound, outbound or internal"),
            _truth("origin_edge", pa.int32(), "-", "first edge of the route"),
            _truth("destination_edge", pa.int32(), "-", "last edge of the route"),
        ),
        sort_by=("vehicle",),
    ),
    Table(
        "edge_state",
        "one edge over one interval, with at least one vehicle on it (Edie's totals: flow, density and speed follow)",
        (
            _truth("t_us", pa.int64(), "us", "start of the interval"),
            _truth("interval_us", pa.int64(), "us", "length of the interval"),
            _truth("edge", pa.int32(), "-", "road edge"),
            _truth("entered", pa.int32(), "-", "vehicles that entered the edge"),
            _truth("left", pa.int32(), "-", "vehicles that left the edge"),
            _truth("vehicle_s", pa.float32(), "s", "vehicle-seconds spent; / interval / length = density"),
            _truth("distance_m", pa.float32(), "m", "vehicle-metres driven; / vehicle-seconds = space-mean speed"),
            _truth("halted_s", pa.float32(), "s", "vehicle-seconds below 1.4 m/s; / interval = mean queue"),
        ),
        sort_by=("edge",),
    ),
    Table(
        "signal",
        "a change of what a signal group shows, with the earliest, likely and latest end of it (as in SPAT messages)",
        (
            _T_US,
            _c("junction", pa.int32(), "-", "controlled junction, see table junction"),
            _c(
                "phase",
                pa.int8(),
                "-",
                "signal group that changes: one approach and turn; approaches carry that of their straight",
            ),
            _c("state", LABEL, "-", "green, yellow, red, or give_way (right turn on red)"),
            _c("stage", pa.int8(), "-", "stage of the junction's plan that runs"),
            _c("least_end_us", pa.int64(), "us", "earliest end of the state; null when it never ends", null=True),
            _c("likely_end_us", pa.int64(), "us", "end by the fixed times; null when it never ends", null=True),
            _c("most_end_us", pa.int64(), "us", "latest end; null when it never ends", null=True),
        ),
    ),
    Table(
        "frame",
        "one sensor frame that left its device; numbers that are missing were lost in it",
        (
            _T_US,
            _c("device", pa.int32(), "-", "sensor, see table device_spec"),
            _c("frame", pa.int32(), "-", "frame number of that sensor"),
            _truth("present", pa.int16(), "-", "vehicles within range and field of view"),
            _truth("visible", pa.int16(), "-", "of these, those that give evidence: a point, a pixel, an echo above noise"),
            _truth("detected", pa.int16(), "-", "of these, vehicles detected"),
            _truth("false", pa.int16(), "-", "objects reported where no vehicle is"),
            _truth("mean_error_cm", pa.uint16(), "cm", "mean position error of the detected vehicles", null=True),
            _c("processing_us", pa.int32(), "us", "from the instant shown to the finished object list"),
        ),
    ),
    Table(
        "detection_stat",
        "sensor x class x range bin x interval, where anything was present or falsely reported",
        (
            _c("t_us", pa.int64(), "us", "start of the interval"),
            _c("interval_us", pa.int64(), "us", "length of the interval"),
            _c("device", pa.int32(), "-", "sensor, see table device_spec"),
            _truth("class", LABEL, "-", "true vehicle class; 'none' for false objects"),
            _c("range_bin_m", pa.int16(), "m", "near edge of the range bin"),
            _truth("present", pa.int32(), "-", "vehicle-frames within range and field of view"),
            _truth("visible", pa.int32(), "-", "of these, those that give evidence: a point, a pixel, an echo above noise"),
            _truth("detected", pa.int32(), "-", "of these, detected"),
            _truth("false", pa.int32(), "-", "false objects"),
            _truth("sum_error_m", pa.float64(), "m", "sum of position errors of the detected"),
            _truth("sum_squared_error_m2", pa.float64(), "m2", "sum of squared position errors of the detected"),
        ),
    ),
    Table(
        "perception",
        "one edge over one second, with at least one vehicle on it",
        (
            _c("t_us", pa.int64(), "us", "start of the second"),
            _truth("edge", pa.int32(), "-", "road edge, see table edge"),
            _truth("vehicle_s", pa.float32(), "s", "vehicle-seconds of those there at the end of the second"),
            _truth("seen_s", pa.float32(), "s", "of these, of vehicles that at least one device detected within the second"),
            _truth("seen_twice_s", pa.float32(), "s", "of these, of vehicles that at least two devices detected"),
            *_known("edge", "at the edge computers"),
            *_known("regional", "in the regional clouds"),
        ),
        sort_by=("edge",),
    ),
    Table(
        "age_of_information",
        "one vehicle at a sampling instant: how old the newest report of it is at each tier of the platform",
        (
            _c("t_us", pa.int64(), "us", "the instant"),
            _truth("vehicle", pa.int32(), "-", "vehicle, see table vehicle"),
            _truth("edge", pa.int32(), "-", "road edge that it is on, see table edge"),
            _truth("edge_age_us", pa.int64(), "us", "age of what the edge computers know of it; null for nothing", null=True),
            _truth("regional_age_us", pa.int64(), "us", "the same in the regional clouds", null=True),
            _truth("central_age_us", pa.int64(), "us", "the same in the central cloud", null=True),
        ),
        sort_by=("vehicle", "t_us"),
    ),
    Table(
        "observation",
        "one detected object of a logged frame",
        (
            _c("t_us", pa.int64(), "us", "phenomenon time: the instant the frame shows"),
            _c("device", pa.int32(), "-", "sensor, see table device_spec"),
            _c("frame", pa.int32(), "-", "frame number of that sensor"),
            _c("x_cm", pa.int32(), "cm", "reported position, east of the map's origin"),
            _c("y_cm", pa.int32(), "cm", "reported position, north of the map's origin"),
            _c("speed_cmps", pa.int16(), "cm/s", "reported speed"),
            _c("heading_cdeg", pa.uint16(), "0.01 deg", "reported compass heading, clockwise from north"),
            _c("length_cm", pa.int16(), "cm", "reported length"),
            _c("width_cm", pa.int16(), "cm", "reported width"),
            _c("class", LABEL, "-", "reported class"),
            _c(
                "evidence",
                pa.int32(),
                "-",
                "what its device saw of it, in its kind's unit: expected points, pixels, signal over noise",
            ),
            _truth("vehicle", pa.int32(), "-", "the vehicle it is; null for a false object", null=True),
        ),
    ),
    Table(
        "fused_object",
        "one object of the list that a site makes of its devices' lists, once a period of the fusion",
        (
            _c("t_us", pa.int64(), "us", "the instant that the list is foreseen for"),
            _c("site", pa.int32(), "-", "site, see table site"),
            _c("track", pa.int32(), "-", "number of the track at its site, never used again"),
            _c("x_cm", pa.int32(), "cm", "place, east of the map's origin"),
            _c("y_cm", pa.int32(), "cm", "place, north of the map's origin"),
            _c("xx_cm2", pa.float32(), "cm2", "variance of the place, east"),
            _c("xy_cm2", pa.float32(), "cm2", "covariance of the place"),
            _c("yy_cm2", pa.float32(), "cm2", "variance of the place, north"),
            _c("speed_cmps", pa.int16(), "cm/s", "speed"),
            _c("heading_cdeg", pa.uint16(), "0.01 deg", "compass heading, clockwise from north"),
            _c("class", LABEL, "-", "class; unknown where no device told one"),
            _c("length_cm", pa.int16(), "cm", "length; null where no device told it", null=True),
            _c("width_cm", pa.int16(), "cm", "width; null where no device told it", null=True),
            _c("age_us", pa.int64(), "us", "age of the newest data of the track"),
            _c("devices", pa.int8(), "-", "devices whose new data support it; 0 while it is only foreseen"),
            _truth("vehicle", pa.int32(), "-", "the vehicle that most of its data show; null for false objects", null=True),
        ),
    ),
    Table(
        "device",
        "a change of a device's state: a fault begins or is over",
        (
            _truth("t_us", pa.int64(), "us", "time since the scenario's start; 0 where the fault was there at the start"),
            _truth("device", pa.int32(), "-", "device, see table device_spec"),
            _truth("state", LABEL, "-", "fault, or up: the fault of this cause is over, another may still hold"),
            _truth("cause", LABEL, "-", "dirt, misalignment, clock_drift, frame_loss, power_loss or wrong_calibration"),
            _truth("value", pa.float32(), "-", "size at its full: share lost, rad anticlockwise, s/s fast, probability, 1, m"),
        ),
    ),
    Table(
        "alarm",
        "an alarm that is raised or withdrawn, from reported data alone",
        (
            _T_US,
            _c("device", pa.int32(), "-", "device, see table device_spec"),
            _c("cause", LABEL, "-", "what is taken to be wrong: a cause as in table device"),
            _c("level", LABEL, "-", "device_fault"),
            _c("state", LABEL, "-", "raised or cleared"),
        ),
    ),
    Table(
        "access",
        "a request of a department to read a table of a region's picture",
        (
            _T_US,
            _c("client", pa.string(), "-", "its client; empty where none is named"),
            _c("department", pa.string(), "-", "who asked"),
            _c("region", pa.string(), "-", "regional cloud, or central"),
            _c("read", pa.string(), "-", "table that was asked for"),
            _c("granted", pa.bool_(), "-", "whether the department may read it there"),
            _truth("attack", LABEL, "-", "the attack that it is; null for an honest request", null=True),
        ),
    ),
    *ATTACK_TABLES,
    Table(
        "loop_interval",
        "one loop, a lane of a loop device, over one interval; what it says is null where no report left it",
        (
            _c("t_us", pa.int64(), "us", "start of the interval"),
            _c("interval_us", pa.int64(), "us", "length of the interval"),
            _c("device", pa.int32(), "-", "loop device, see table device_spec"),
            _c("edge", pa.int32(), "-", "road edge that it lies in"),
            _c("lane", pa.int8(), "-", "lane, 0 is the one at the kerb"),
            _c("count", pa.int32(), "-", "vehicles counted", null=True),
            _c("occupied_us", pa.int64(), "us", "time for which it noticed a vehicle; / interval = occupancy", null=True),
            _c("mean_speed_cmps", pa.int32(), "cm/s", "mean of the speeds told; null where there were none", null=True),
            _truth("true_count", pa.int32(), "-", "vehicles whose front met it"),
            _truth("true_occupied_us", pa.int64(), "us", "time for which a vehicle was over it"),
            _truth("true_mean_speed_cmps", pa.int32(), "cm/s", "mean speed of those that left it; null without", null=True),
        ),
    ),
    Table(
        "vehicle_report",
        "one safety message of a vehicle (BSM or CAM), as received by radio or network; of every n-th instant",
        (
            _c("t_us", pa.int64(), "us", "time stamp that it claims"),
            _c("way", LABEL, "-", "pc5, direct radio to a roadside unit, or uu, the cell network"),
            _c("device", pa.int32(), "-", "roadside unit that heard it, see table device_spec; null over uu", null=True),
            _c("sender", pa.int64(), "-", "temporary id that it claims"),
            _c("sequence", pa.int32(), "-", "counter that it claims"),
            _c("x_cm", pa.int32(), "cm", "place that it claims, east of the map's origin"),
            _c("y_cm", pa.int32(), "cm", "place that it claims, north of the map's origin"),
            _c("speed_cmps", pa.int16(), "cm/s", "speed that it claims"),
            _c("heading_cdeg", pa.uint16(), "0.01 deg", "compass heading that it claims, clockwise from north"),
            _c("received_us", pa.int64(), "us", "when it was heard, or reached the regional cloud; null when lost", null=True),
            _c("verdict", pa.uint16(), "-", "detectors that found fault with it, a bit each: see docs/security.md"),
            _c("used", pa.bool_(), "-", "whether it was handed on: its sender is neither in quarantine nor blocked"),
            _truth("vehicle", pa.int32(), "-", "the vehicle that really sent it"),
            _truth("attack", LABEL, "-", "the lie that it is; null for an honest one", null=True),
        ),
    ),
    Table(
        "alert",
        "a sender that becomes suspicious, or more so: what was found, how sure it is, what is done",
        (
            _T_US,
            _c("layer", LABEL, "-", "where it was found: messages, sensing, access, data or application"),
            _c("device", pa.int32(), "-", "device that it was found at, see table device_spec; null for none", null=True),
            _c("sender", pa.int64(), "-", "temporary id of the vehicle, or number of the client; null for devices", null=True),
            _c("detectors", pa.uint16(), "-", "detectors that found fault, a bit each: see docs/security.md"),
            _c("level", LABEL, "-", "notice, warning or critical"),
            _c("response", LABEL, "-", "notify, quarantine (kept, not used) or block"),
            _truth("vehicle", pa.int32(), "-", "the vehicle that really sent it; null for none", null=True),
            _truth("attack", LABEL, "-", "the attack that it is; null for a false alert", null=True),
        ),
    ),
    Table(
        "guidance",
        "advice that a driver follows: what a service told a connected vehicle",
        (
            _T_US,
            _c("service", LABEL, "-", "signal_advice or hazard_warning"),
            _truth("vehicle", pa.int32(), "-", "vehicle, see table vehicle"),
            _c("speed_cmps", pa.int32(), "cm/s", "speed that it is not to exceed"),
            _c("until_us", pa.int64(), "us", "when the advice ends if no other comes"),
        ),
    ),
    Table(
        "delivery_stat",
        "roadside unit x distance bin x interval: what became of the messages sent within its reach",
        (
            _c("t_us", pa.int64(), "us", "start of the interval"),
            _c("interval_us", pa.int64(), "us", "length of the interval"),
            _c("device", pa.int32(), "-", "roadside unit, see table device_spec"),
            _c("range_bin_m", pa.int16(), "m", "near edge of the distance bin"),
            _truth("sent", pa.int32(), "-", "messages sent there"),
            _truth("delivered", pa.int32(), "-", "of these, received"),
            _truth("half_duplex", pa.int32(), "-", "lost: the receiver was sending itself"),
            _truth("sensing", pa.int32(), "-", "lost: weaker than the receiver's sensitivity"),
            _truth("propagation", pa.int32(), "-", "lost: too little power over noise"),
            _truth("collision", pa.int32(), "-", "lost: somebody else on the same resource"),
        ),
    ),
    Table(
        "message",
        "one object list on its way from the site over the edge computer (MEC) to the regional cloud",
        (
            _c("t_us", pa.int64(), "us", "phenomenon time of the frame it carries"),
            _c("device", pa.int32(), "-", "sensor, see table device_spec"),
            _c("frame", pa.int32(), "-", "frame number of that sensor"),
            _c("objects", pa.int16(), "-", "objects in the list"),
            _c("bytes", pa.int32(), "B", "size on the wire"),
            _c("priority", pa.int8(), "-", "class; 0 is served first"),
            _c("transmissions", pa.int16(), "-", "transmissions on all hops until it was delivered or lost there"),
            _c("sent_age_us", pa.int32(), "us", "age of the frame when its list was handed to the links"),
            _c("mec_age_us", pa.int64(), "us", "age of the frame on delivery at the MEC; null when lost before", null=True),
            _c("compute_age_us", pa.int64(), "us", "age when the MEC had worked on it; null where it does not", null=True),
            _c("cloud_age_us", pa.int64(), "us", "age of the frame on delivery at the cloud; null when lost", null=True),
            _c("central_age_us", pa.int64(), "us", "age on delivery at the central cloud; null without one", null=True),
            _c("site_queue", pa.int16(), "-", "messages that it found on the site's uplink, waiting or in transmission"),
            _c("compute_queue", pa.int16(), "-", "the same before the MEC's workers; null when it did not come", null=True),
            _c("mec_queue", pa.int16(), "-", "the same on the MEC's uplink; null when lost before", null=True),
            _c("cloud_queue", pa.int16(), "-", "the same on the regional cloud's uplink; null when it did not come", null=True),
            _c("lost_hop", LABEL, "-", "hop on which it was lost; null when delivered", null=True),
            _c("lost_cause", LABEL, "-", "overflow (queue full), error (in transit) or outage; null else", null=True),
        ),
    ),
    Table(
        "cell_state",
        "one cell of the 5G network over one interval in which vehicles sent to it; null is for those whom no cell served",
        (
            _c("t_us", pa.int64(), "us", "start of the interval"),
            _c("interval_us", pa.int64(), "us", "length of the interval"),
            _c("station", pa.int32(), "-", "base station, see table station; null without coverage", null=True),
            _c("offered", pa.int32(), "-", "messages of vehicles"),
            _c("delivered", pa.int32(), "-", "of these, those that reached the regional cloud"),
            _c("lost_overflow", pa.int32(), "-", "lost: the cell could not carry them in time"),
            _c("lost_error", pa.int32(), "-", "lost on the radio way"),
            _c("lost_no_coverage", pa.int32(), "-", "lost: no cell served the vehicle"),
            _c(
                "load_max",
                pa.float32(),
                "-",
                "greatest load of the cell upwards; above 1 overloaded",
                null=True,
            ),
        ),
    ),
    Table(
        "region_state",
        "one regional cloud over one interval: the connected vehicles that it has",
        (
            _c("t_us", pa.int64(), "us", "start of the interval"),
            _c("interval_us", pa.int64(), "us", "length of the interval"),
            _c("station", pa.int32(), "-", "regional cloud, see table station"),
            _c("vehicles", pa.float32(), "-", "mean number of messages' vehicles that belonged to it at an instant"),
            _c("handovers", pa.int32(), "-", "hand-overs between any two regions in the interval"),
        ),
    ),
    Table(
        "link_event",
        "something that happened to a line: its outages, and what became of the sites behind it",
        (
            _T_US,
            _c("hop", LABEL, "-", "hop that the line belongs to, as in message.lost_hop"),
            _c("line", pa.int32(), "-", "site on site_to_mec, MEC on mec_to_cloud, region on cloud_to_central"),
            _c(
                "event",
                LABEL,
                "-",
                "out or back; given_up or taken_back (a MEC, since its line is out or back for long); "
                "redirected (a site: to another MEC, or to its own again)",
            ),
            _c("to_line", pa.int32(), "-", "MEC that a redirected site reports to from then on; else null", null=True),
        ),
    ),
    Table(
        "link_state",
        "one line of the links, or the workers of one MEC, over one interval in which it had something to do",
        (
            _c("t_us", pa.int64(), "us", "start of the interval"),
            _c("interval_us", pa.int64(), "us", "length of the interval"),
            _c("hop", LABEL, "-", "hop that the line belongs to, as in message.lost_hop"),
            _c("line", pa.int32(), "-", "site on site_to_mec, MEC on mec_compute and mec_to_cloud, region on cloud_to_central"),
            _c("offered", pa.int32(), "-", "messages that came to it"),
            _c("delivered", pa.int32(), "-", "messages that left it and come through"),
            _c("lost_overflow", pa.int32(), "-", "messages that its full queue dropped"),
            _c("lost_error", pa.int32(), "-", "messages that left it and were lost in transit for good"),
            _c("lost_outage", pa.int32(), "-", "messages that its being out cost"),
            _c("repeated", pa.int32(), "-", "transmissions that failed and are repeated"),
            _c("duplicates", pa.int32(), "-", "transmissions that came through although an earlier one had"),
            _c("bytes", pa.int64(), "B", "bytes of all transmissions that ended"),
            _c("busy_us", pa.int64(), "us", "time in transmission, or of work; / interval / workers = utilisation"),
            _c("queue_max", pa.int32(), "-", "the most messages that one found there, waiting and in transmission"),
        ),
    ),
)

STATIC_TABLES: Final = (
    Table(
        "edge",
        "one directed road edge",
        (
            _c("edge", pa.int32(), "-", "edge number"),
            _c("u", pa.int32(), "-", "node it starts at"),
            _c("v", pa.int32(), "-", "node it ends at"),
            _c("osm_way", pa.int64(), "-", "OpenStreetMap way (the first, where several were joined)"),
            _c("name", pa.string(), "-", "street name, empty when unknown"),
            _c("highway", pa.string(), "-", "OpenStreetMap road class"),
            _c("lanes", pa.int8(), "-", "lanes in this direction"),
            _c("lane_width_m", pa.float32(), "m", "width of one lane"),
            _c("speed_limit_mps", pa.float32(), "m/s", "speed limit"),
            _c("length_m", pa.float32(), "m", "length along the geometry"),
            _c("bridge", pa.bool_(), "-", "on a bridge"),
            _c("tunnel", pa.bool_(), "-", "in a tunnel"),
            _c("level", pa.int8(), "-", "vertical level, 0 is the ground"),
            _c("x_cm", _POINTS, "cm", "carriageway centreline of this direction, east of the map's origin"),
            _c("y_cm", _POINTS, "cm", "carriageway centreline of this direction, north of the map's origin"),
        ),
        static=True,
    ),
    Table(
        "building",
        "one building outline",
        (
            _c("building", pa.int32(), "-", "building number"),
            _c("height_m", pa.float32(), "m", "height above ground"),
            _c("x_cm", _POINTS, "cm", "outline, east of the map's origin"),
            _c("y_cm", _POINTS, "cm", "outline, north of the map's origin"),
        ),
        static=True,
    ),
    Table(
        "junction",
        "one junction, a cluster of nodes where OpenStreetMap draws it so",
        (
            _c("junction", pa.int32(), "-", "junction number"),
            _c("name", pa.string(), "-", "crossing streets"),
            _c("x_cm", pa.int32(), "cm", "centre, east of the map's origin"),
            _c("y_cm", pa.int32(), "cm", "centre, north of the map's origin"),
            _c("signalised", pa.bool_(), "-", "controlled by signals"),
            _c("approach_edge", pa.list_(pa.int32()), "-", "edges that enter it"),
            _c("approach_phase", pa.list_(pa.int8()), "-", "phase that serves each of them; -1 without signals"),
        ),
        static=True,
    ),
    Table(
        "vehicle",
        "one vehicle of the demand",
        (
            _truth("vehicle", pa.int32(), "-", "vehicle number"),
            _truth("class", LABEL, "-", "vehicle class"),
            _truth("length_cm", pa.int16(), "cm", "length"),
            _truth("width_cm", pa.int16(), "cm", "width"),
            _truth("height_cm", pa.int16(), "cm", "height"),
        ),
        static=True,
    ),
    Table(
        "site",
        "one place that carries devices",
        (
            _c("site", pa.int32(), "-", "site number"),
            _c("name", pa.string(), "-", "the site's id"),
            _c("x_cm", pa.int32(), "cm", "east of the map's origin"),
            _c("y_cm", pa.int32(), "cm", "north of the map's origin"),
            _c("level", pa.int8(), "-", "vertical level it stands on"),
            _c("junction", pa.int32(), "-", "junction it serves; null for others", null=True),
            _c("mec", pa.int32(), "-", "edge computer that its devices report to"),
            _c("status", LABEL, "-", "existing or added"),
            *_prices("investment", "what it costs to build; 0 where it stands already"),
            *_prices("yearly", "maintenance and electricity in a year"),
        ),
        static=True,
    ),
    Table(
        "station",
        "one end of a line or radio link: roadside unit, base station, MEC, regional or central cloud",
        (
            _c("station", pa.int32(), "-", "station number"),
            _c("kind", LABEL, "-", "rsu, base_station, mec, regional_cloud or central_cloud"),
            _c("name", pa.string(), "-", "its id"),
            _c("x_cm", pa.int32(), "cm", "east of the map's origin; null where its place is unknown", null=True),
            _c("y_cm", pa.int32(), "cm", "north of the map's origin; null where its place is unknown", null=True),
            _c("uplink", pa.int32(), "-", "station that it reports to; null for the central cloud", null=True),
            _c(
                "rate_mbps",
                pa.float64(),
                "Mbit/s",
                "capacity of its line or cell upwards; null where none is modelled",
                null=True,
            ),
            _c("price_cny", pa.float64(), "CNY", "its price, middle; null where it is not priced", null=True),
        ),
        static=True,
    ),
    Table(
        "device_kind",
        "one kind of device, used in the run or not",
        (
            _c("kind", LABEL, "-", "kind of device"),
            _c("name_en", pa.string(), "-", "what it is called in English"),
            _c("name_zh", pa.string(), "-", "what it is called in Chinese"),
            _c("colour", pa.string(), "-", "its colour in the viewer, #rrggbb"),
            _c("priced_by", LABEL, "-", "what its price is for: device or lane"),
        ),
        static=True,
    ),
    Table(
        "device_spec",
        "one device as it was planned",
        (
            _c("device", pa.int32(), "-", "device number"),
            _c("name", pa.string(), "-", "the device's id"),
            _c("kind", LABEL, "-", "kind of device, see table device_kind"),
            _c("preset", pa.string(), "-", "preset that its values come from; empty without one"),
            _c("site", pa.int32(), "-", "site that carries it"),
            _c("x_cm", pa.int32(), "cm", "east of the map's origin"),
            _c("y_cm", pa.int32(), "cm", "north of the map's origin"),
            _c("level", pa.int8(), "-", "vertical level of the road it stands on or counts"),
            _c(
                "height_m",
                pa.float32(),
                "m",
                "mounting height above ground; null in the road, as all of its view",
                null=True,
            ),
            _c("heading_deg", pa.float32(), "deg", "compass bearing of the middle of its field of view", null=True),
            _c("field_of_view_deg", pa.float32(), "deg", "horizontal field of view", null=True),
            _c("range_m", pa.float32(), "m", "nominal range", null=True),
            _c("rate_hz", pa.float32(), "Hz", "frames per second; in the road, looks per second"),
            _c("unit_cny", pa.float64(), "CNY", "its price, middle; 0 for what comes with another device"),
        ),
        static=True,
    ),
    Table(
        "bill",
        "a line of the deployment's bill of quantities: what is bought or done once",
        (
            _c("item", LABEL, "-", "kind of device, rsu, compute, pole, power, civil_works or removal (of a pole)"),
            _c("preset", pa.string(), "-", "preset of the devices; empty without one"),
            _c("count", pa.int32(), "-", "how many"),
            *_prices("unit", "price of one"),
            _c("life_years", pa.float32(), "years", "years over which it is spread"),
        ),
        static=True,
    ),
    Table(
        "coverage",
        "a stretch of an edge over which the same number of devices could see a vehicle that is alone on it",
        (
            _c("edge", pa.int32(), "-", "edge, see table edge"),
            _c("from_cm", pa.int32(), "cm", "where it begins, along the edge"),
            _c("to_cm", pa.int32(), "cm", "where it ends, along the edge"),
            _c("devices", pa.int16(), "-", "devices that have it in sight"),
        ),
        static=True,
    ),
)

TABLES: Final = {table.name: table for table in EVENT_TABLES + STATIC_TABLES}
