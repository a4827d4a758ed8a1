"""Tables of the links and the platform: who hears what, what becomes of messages, what is known where, what is done."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from twin.eventlog.declaring import T_US, column, truth
from twin.eventlog.schema import LABEL, Table

LINK_TABLES: Final = (
    Table(
        "age_of_information",
        "one vehicle at a sampling instant: how old the newest report of it is at each tier of the platform",
        (
            column("t_us", pa.int64(), "us", "the instant"),
            truth("vehicle", pa.int32(), "-", "vehicle, see table vehicle"),
            truth("edge", pa.int32(), "-", "road edge that it is on, see table edge"),
            truth("edge_age_us", pa.int64(), "us", "age of what the edge computers know of it; null for nothing", null=True),
            truth("regional_age_us", pa.int64(), "us", "the same in the regional clouds", null=True),
            truth("central_age_us", pa.int64(), "us", "the same in the central cloud", null=True),
        ),
        sort_by=("vehicle", "t_us"),
    ),
    Table(
        "access",
        "a request of a department to read a table of a region's picture",
        (
            T_US,
            column("client", pa.string(), "-", "its client; empty where none is named"),
            column("department", pa.string(), "-", "who asked"),
            column("region", pa.string(), "-", "regional cloud, or central"),
            column("read", pa.string(), "-", "table that was asked for"),
            column("granted", pa.bool_(), "-", "whether the department may read it there"),
            truth("attack", LABEL, "-", "the attack that it is; null for an honest request", null=True),
        ),
    ),
    Table(
        "vehicle_report",
        "one safety message of a vehicle (BSM or CAM), as received by radio or network; of every n-th instant",
        (
            column("t_us", pa.int64(), "us", "time stamp that it claims"),
            column("way", LABEL, "-", "pc5, direct radio to a roadside unit, or uu, the cell network"),
            column("device", pa.int32(), "-", "roadside unit that heard it, see table device_spec; null over uu", null=True),
            column("sender", pa.int64(), "-", "temporary id that it claims"),
            column("sequence", pa.int32(), "-", "counter that it claims"),
            column("x_cm", pa.int32(), "cm", "place that it claims, east of the map's origin"),
            column("y_cm", pa.int32(), "cm", "place that it claims, north of the map's origin"),
            column("speed_cmps", pa.int16(), "cm/s", "speed that it claims"),
            column("heading_cdeg", pa.uint16(), "0.01 deg", "compass heading that it claims, clockwise from north"),
            column(
                "received_us", pa.int64(), "us", "when it was heard, or reached the regional cloud; null when lost", null=True
            ),
            column("verdict", pa.uint16(), "-", "detectors that found fault with it, a bit each: see docs/security.md"),
            column("used", pa.bool_(), "-", "whether it was handed on: its sender is neither in quarantine nor blocked"),
            truth("vehicle", pa.int32(), "-", "the vehicle that really sent it"),
            truth("attack", LABEL, "-", "the lie that it is; null for an honest one", null=True),
        ),
    ),
    Table(
        "alert",
        "a sender that becomes suspicious, or more so: what was found, how sure it is, what is done",
        (
            T_US,
            column("layer", LABEL, "-", "where it was found: messages, sensing, access, data or application"),
            column("device", pa.int32(), "-", "device that it was found at, see table device_spec; null for none", null=True),
            column(
                "sender", pa.int64(), "-", "temporary id of the vehicle, or number of the client; null for devices", null=True
            ),
            column("detectors", pa.uint16(), "-", "detectors that found fault, a bit each: see docs/security.md"),
            column("level", LABEL, "-", "notice, warning or critical"),
            column("response", LABEL, "-", "notify, quarantine (kept, not used) or block"),
            truth("vehicle", pa.int32(), "-", "the vehicle that really sent it; null for none", null=True),
            truth("attack", LABEL, "-", "the attack that it is; null for a false alert", null=True),
        ),
    ),
    Table(
        "guidance",
        "advice that a driver follows: what a service told a connected vehicle",
        (
            T_US,
            column("service", LABEL, "-", "signal_advice or hazard_warning"),
            truth("vehicle", pa.int32(), "-", "vehicle, see table vehicle"),
            column("speed_cmps", pa.int32(), "cm/s", "speed that it is not to exceed"),
            column("until_us", pa.int64(), "us", "when the advice ends if no other comes"),
        ),
    ),
    Table(
        "delivery_stat",
        "roadside unit x distance bin x interval: what became of the messages sent within its reach",
        (
            column("t_us", pa.int64(), "us", "start of the interval"),
            column("interval_us", pa.int64(), "us", "length of the interval"),
            column("device", pa.int32(), "-", "roadside unit, see table device_spec"),
            column("range_bin_m", pa.int16(), "m", "near edge of the distance bin"),
            truth("sent", pa.int32(), "-", "messages sent there"),
            truth("delivered", pa.int32(), "-", "of these, received"),
            truth("half_duplex", pa.int32(), "-", "lost: the receiver was sending itself"),
            truth("sensing", pa.int32(), "-", "lost: weaker than the receiver's sensitivity"),
            truth("propagation", pa.int32(), "-", "lost: too little power over noise"),
            truth("collision", pa.int32(), "-", "lost: somebody else on the same resource"),
        ),
    ),
    Table(
        "message",
        "one object list on its way from the site over the edge computer (MEC) to the regional cloud",
        (
            column("t_us", pa.int64(), "us", "phenomenon time of the frame it carries"),
            column("device", pa.int32(), "-", "sensor, see table device_spec"),
            column("frame", pa.int32(), "-", "frame number of that sensor"),
            column("objects", pa.int16(), "-", "objects in the list"),
            column("bytes", pa.int32(), "B", "size on the wire"),
            column("priority", pa.int8(), "-", "class; 0 is served first"),
            column("transmissions", pa.int16(), "-", "transmissions on all hops until it was delivered or lost there"),
            column("sent_age_us", pa.int32(), "us", "age of the frame when its list was handed to the links"),
            column("mec_age_us", pa.int64(), "us", "age of the frame on delivery at the MEC; null when lost before", null=True),
            column("compute_age_us", pa.int64(), "us", "age when the MEC had worked on it; null where it does not", null=True),
            column("cloud_age_us", pa.int64(), "us", "age of the frame on delivery at the cloud; null when lost", null=True),
            column("central_age_us", pa.int64(), "us", "age on delivery at the central cloud; null without one", null=True),
            column("site_queue", pa.int16(), "-", "messages that it found on the site's uplink, waiting or in transmission"),
            column("compute_queue", pa.int16(), "-", "the same before the MEC's workers; null when it did not come", null=True),
            column("mec_queue", pa.int16(), "-", "the same on the MEC's uplink; null when lost before", null=True),
            column(
                "cloud_queue", pa.int16(), "-", "the same on the regional cloud's uplink; null when it did not come", null=True
            ),
            column("lost_hop", LABEL, "-", "hop on which it was lost; null when delivered", null=True),
            column("lost_cause", LABEL, "-", "overflow (queue full), error (in transit) or outage; null else", null=True),
        ),
    ),
    Table(
        "cell_state",
        "one cell of the 5G network over one interval in which vehicles sent to it; null is for those whom no cell served",
        (
            column("t_us", pa.int64(), "us", "start of the interval"),
            column("interval_us", pa.int64(), "us", "length of the interval"),
            column("station", pa.int32(), "-", "base station, see table station; null without coverage", null=True),
            column("offered", pa.int32(), "-", "messages of vehicles"),
            column("delivered", pa.int32(), "-", "of these, those that reached the regional cloud"),
            column("lost_overflow", pa.int32(), "-", "lost: the cell could not carry them in time"),
            column("lost_error", pa.int32(), "-", "lost on the radio way"),
            column("lost_no_coverage", pa.int32(), "-", "lost: no cell served the vehicle"),
            column(
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
            column("t_us", pa.int64(), "us", "start of the interval"),
            column("interval_us", pa.int64(), "us", "length of the interval"),
            column("station", pa.int32(), "-", "regional cloud, see table station"),
            column("vehicles", pa.float32(), "-", "mean number of messages' vehicles that belonged to it at an instant"),
            column("handovers", pa.int32(), "-", "hand-overs between any two regions in the interval"),
        ),
    ),
    Table(
        "link_event",
        "something that happened to a line: its outages, and what became of the sites behind it",
        (
            T_US,
            column("hop", LABEL, "-", "hop that the line belongs to, as in message.lost_hop"),
            column("line", pa.int32(), "-", "site on site_to_mec, MEC on mec_to_cloud, region on cloud_to_central"),
            column(
                "event",
                LABEL,
                "-",
                "out or back; given_up or taken_back (a MEC, since its line is out or back for long); "
                "redirected (a site: to another MEC, or to its own again)",
            ),
            column("to_line", pa.int32(), "-", "MEC that a redirected site reports to from then on; else null", null=True),
        ),
    ),
    Table(
        "link_state",
        "one line of the links, or the workers of one MEC, over one interval in which it had something to do",
        (
            column("t_us", pa.int64(), "us", "start of the interval"),
            column("interval_us", pa.int64(), "us", "length of the interval"),
            column("hop", LABEL, "-", "hop that the line belongs to, as in message.lost_hop"),
            column(
                "line", pa.int32(), "-", "site on site_to_mec, MEC on mec_compute and mec_to_cloud, region on cloud_to_central"
            ),
            column("offered", pa.int32(), "-", "messages that came to it"),
            column("delivered", pa.int32(), "-", "messages that left it and come through"),
            column("lost_overflow", pa.int32(), "-", "messages that its full queue dropped"),
            column("lost_error", pa.int32(), "-", "messages that left it and were lost in transit for good"),
            column("lost_outage", pa.int32(), "-", "messages that its being out cost"),
            column("repeated", pa.int32(), "-", "transmissions that failed and are repeated"),
            column("duplicates", pa.int32(), "-", "transmissions that came through although an earlier one had"),
            column("bytes", pa.int64(), "B", "bytes of all transmissions that ended"),
            column("busy_us", pa.int64(), "us", "time in transmission, or of work; / interval / workers = utilisation"),
            column("queue_max", pa.int32(), "-", "the most messages that one found there, waiting and in transmission"),
        ),
    ),
)
