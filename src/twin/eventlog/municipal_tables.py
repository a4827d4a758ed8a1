"""Tables of municipal field devices: parking, bridges, roads."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from twin.eventlog.declaring import column, truth
from twin.eventlog.schema import LABEL, Table

LOSS_MEANINGS: Final = {
    "device_fault": "the device was broken",
    "battery": "the device's battery was empty",
    "missed": "the device did not notice what was there",
    "radio": "the access network lost them",
    "too_long": "they were longer than the network carries",
    "duty_cycle": "they came before the device might send again",
    "gateway": "the gateway was out",
    "store_full": "the gateway was out and had stored as many as it can",
}
"""Why reports are lost, by cause."""

ALARM_LEVELS: Final = ("level_1", "level_2", "level_3")
"""Levels of table ``alarm`` for what a device measures, the third the worst."""

MUNICIPAL_EVENT_TABLES: Final = (
    Table(
        "report_stat",
        "one field device over one interval: what became of the reports expected of it; nothing is missing between them",
        (
            column("device", pa.int32(), "-", "device, see table municipal_device"),
            column("t_us", pa.int64(), "us", "start of the interval"),
            column("interval_us", pa.int64(), "us", "length of the interval"),
            truth("expected", pa.int32(), "-", "reports that were due; = delivered + under_way + all lost"),
            truth("delivered", pa.int32(), "-", "of these, arrived by the interval's end"),
            truth("under_way", pa.int32(), "-", "of these, on their way at the interval's end"),
            column("arrived_late", pa.int32(), "-", "reports of earlier intervals that arrived in this one"),
            truth("not_due", pa.int32(), "-", "reports that are usual and were not due, not among those expected"),
            *(
                truth(f"lost_{cause}", pa.int32(), "-", f"of those expected, lost because {meaning}")
                for cause, meaning in LOSS_MEANINGS.items()
            ),
            truth("battery", pa.float32(), "-", "share of its charge left at the interval's end; null on mains", null=True),
        ),
        sort_by=("t_us", "device"),
    ),
    Table(
        "reading",
        "one value that a device in the road measured and that arrived",
        (
            truth("t_us", pa.int64(), "us", "phenomenon time, by the simulator's clock"),
            column("arrived_us", pa.int64(), "us", "when it was known at the platform"),
            column("device", pa.int32(), "-", "device, see table municipal_device"),
            column("quantity", LABEL, "-", "water_level, settlement or tilt, in m, m and deg"),
            column("value", pa.float64(), "-", "value as reported, in the quantity's unit"),
            truth("true_value", pa.float64(), "-", "value without error, in the same unit"),
        ),
    ),
    Table(
        "flood",
        "one underpass at the end of an interval: its water, and who drove into it",
        (
            truth("t_us", pa.int64(), "us", "time since the scenario's start"),
            column("underpass", pa.int16(), "-", "underpass, see table underpass"),
            truth("rain", pa.float32(), "-", "rain on its catchment, in mm/h"),
            truth("level_m", pa.float32(), "m", "depth of the water at the lowest point of the road"),
            column("closed", pa.bool_(), "-", "closed to traffic by order"),
            truth("deep_vehicles", pa.int32(), "-", "vehicles that were in water as deep as asks for a closure, each once"),
        ),
        sort_by=("t_us", "underpass"),
    ),
)

MUNICIPAL_STATIC_TABLES: Final = (
    Table(
        "municipal_device",
        "one field device of parking, bridges or roads, or a gateway of theirs, as it was planned",
        (
            column("device", pa.int32(), "-", "device number; they follow those of table device_spec"),
            column("name", pa.string(), "-", "the device's id"),
            column("kind", LABEL, "-", "kind of device, gateway among them"),
            column("place", LABEL, "-", "facility, bridge or road; null for a gateway", null=True),
            column("place_number", pa.int32(), "-", "facility, bridge, or edge of the road; null for a gateway", null=True),
            column("x_cm", pa.int32(), "cm", "east of the map's origin"),
            column("y_cm", pa.int32(), "cm", "north of the map's origin"),
            column("network", LABEL, "-", "access network"),
            column("gateway", pa.int32(), "-", "device number of its gateway; null without one", null=True),
            column("heartbeat_s", pa.float32(), "s", "period of its signs of life; null without", null=True),
            column("battery_mah", pa.float32(), "-", "charge of a new battery, in mAh; null on mains", null=True),
        ),
        static=True,
    ),
    Table(
        "underpass",
        "one underpass whose water is watched",
        (
            column("underpass", pa.int16(), "-", "underpass number; its gauge is the device gauge-NAME"),
            column("name", pa.string(), "-", "its name"),
            column("edge", pa.list_(pa.int32()), "-", "its edges, each with the lowest point in the middle"),
            column("x_cm", pa.int32(), "cm", "its gauge, east of the map's origin"),
            column("y_cm", pa.int32(), "cm", "its gauge, north of the map's origin"),
            column("catchment_m2", pa.float32(), "m2", "area whose rain runs into it"),
            column("pump_m3ps", pa.float32(), "-", "what its pumps take out, in m3/s"),
        ),
        static=True,
    ),
)
