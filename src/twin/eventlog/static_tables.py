"""Tables of a run's dimensions: roads, buildings, vehicles, sites, stations, devices, prices."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from twin.eventlog.bridge_tables import BRIDGE_STATIC_TABLES
from twin.eventlog.declaring import POINTS, column, prices, truth
from twin.eventlog.municipal_tables import MUNICIPAL_STATIC_TABLES
from twin.eventlog.parking_tables import FACILITY_TABLES
from twin.eventlog.schema import LABEL, Table

STATIC_TABLES: Final = (
    Table(
        "edge",
        "one directed road edge",
        (
            column("edge", pa.int32(), "-", "edge number"),
            column("u", pa.int32(), "-", "node it starts at"),
            column("v", pa.int32(), "-", "node it ends at"),
            column("osm_way", pa.int64(), "-", "OpenStreetMap way (the first, where several were joined)"),
            column("name", pa.string(), "-", "street name, empty when unknown"),
            column("highway", pa.string(), "-", "OpenStreetMap road class"),
            column("lanes", pa.int8(), "-", "lanes in this direction"),
            column("lane_width_m", pa.float32(), "m", "width of one lane"),
            column("speed_limit_mps", pa.float32(), "m/s", "speed limit"),
            column("length_m", pa.float32(), "m", "length along the geometry"),
            column("bridge", pa.bool_(), "-", "on a bridge"),
            column("tunnel", pa.bool_(), "-", "in a tunnel"),
            column("level", pa.int8(), "-", "vertical level, 0 is the ground"),
            column("x_cm", POINTS, "cm", "carriageway centreline of this direction, east of the map's origin"),
            column("y_cm", POINTS, "cm", "carriageway centreline of this direction, north of the map's origin"),
        ),
        static=True,
    ),
    Table(
        "building",
        "one building outline",
        (
            column("building", pa.int32(), "-", "building number"),
            column("height_m", pa.float32(), "m", "height above ground"),
            column("x_cm", POINTS, "cm", "outline, east of the map's origin"),
            column("y_cm", POINTS, "cm", "outline, north of the map's origin"),
        ),
        static=True,
    ),
    Table(
        "junction",
        "one junction, a cluster of nodes where OpenStreetMap draws it so",
        (
            column("junction", pa.int32(), "-", "junction number"),
            column("name", pa.string(), "-", "crossing streets"),
            column("x_cm", pa.int32(), "cm", "centre, east of the map's origin"),
            column("y_cm", pa.int32(), "cm", "centre, north of the map's origin"),
            column("signalised", pa.bool_(), "-", "controlled by signals"),
            column("approach_edge", pa.list_(pa.int32()), "-", "edges that enter it"),
            column("approach_phase", pa.list_(pa.int8()), "-", "phase that serves each of them; -1 without signals"),
        ),
        static=True,
    ),
    Table(
        "vehicle",
        "one vehicle of the demand",
        (
            truth("vehicle", pa.int32(), "-", "vehicle number"),
            truth("class", LABEL, "-", "vehicle class"),
            truth("length_cm", pa.int16(), "cm", "length"),
            truth("width_cm", pa.int16(), "cm", "width"),
            truth("height_cm", pa.int16(), "cm", "height"),
        ),
        static=True,
    ),
    Table(
        "site",
        "one place that carries devices",
        (
            column("site", pa.int32(), "-", "site number"),
            column("name", pa.string(), "-", "the site's id"),
            column("x_cm", pa.int32(), "cm", "east of the map's origin"),
            column("y_cm", pa.int32(), "cm", "north of the map's origin"),
            column("level", pa.int8(), "-", "vertical level it stands on"),
            column("junction", pa.int32(), "-", "junction it serves; null for others", null=True),
            column("mec", pa.int32(), "-", "edge computer that its devices report to"),
            column("status", LABEL, "-", "existing or added"),
            *prices("investment", "what it costs to build; 0 where it stands already"),
            *prices("yearly", "maintenance and electricity in a year"),
        ),
        static=True,
    ),
    Table(
        "station",
        "one end of a line or radio link: roadside unit, base station, MEC, regional or central cloud",
        (
            column("station", pa.int32(), "-", "station number"),
            column("kind", LABEL, "-", "rsu, base_station, mec, regional_cloud or central_cloud"),
            column("name", pa.string(), "-", "its id"),
            column("x_cm", pa.int32(), "cm", "east of the map's origin; null where its place is unknown", null=True),
            column("y_cm", pa.int32(), "cm", "north of the map's origin; null where its place is unknown", null=True),
            column("uplink", pa.int32(), "-", "station that it reports to; null for the central cloud", null=True),
            column(
                "rate_mbps",
                pa.float64(),
                "Mbit/s",
                "capacity of its line or cell upwards; null where none is modelled",
                null=True,
            ),
            column("price_cny", pa.float64(), "CNY", "its price, middle; null where it is not priced", null=True),
        ),
        static=True,
    ),
    Table(
        "device_kind",
        "one kind of device, used in the run or not",
        (
            column("kind", LABEL, "-", "kind of device"),
            column("name_en", pa.string(), "-", "what it is called in English"),
            column("name_zh", pa.string(), "-", "what it is called in Chinese"),
            column("colour", pa.string(), "-", "its colour in the viewer, #rrggbb"),
            column("priced_by", LABEL, "-", "what its price is for: device or lane"),
        ),
        static=True,
    ),
    Table(
        "device_spec",
        "one device as it was planned",
        (
            column("device", pa.int32(), "-", "device number"),
            column("name", pa.string(), "-", "the device's id"),
            column("kind", LABEL, "-", "kind of device, see table device_kind"),
            column("preset", pa.string(), "-", "preset that its values come from; empty without one"),
            column("site", pa.int32(), "-", "site that carries it"),
            column("x_cm", pa.int32(), "cm", "east of the map's origin"),
            column("y_cm", pa.int32(), "cm", "north of the map's origin"),
            column("level", pa.int8(), "-", "vertical level of the road it stands on or counts"),
            column(
                "height_m",
                pa.float32(),
                "m",
                "mounting height above ground; null in the road, as all of its view",
                null=True,
            ),
            column("heading_deg", pa.float32(), "deg", "compass bearing of the middle of its field of view", null=True),
            column("field_of_view_deg", pa.float32(), "deg", "horizontal field of view", null=True),
            column("range_m", pa.float32(), "m", "nominal range", null=True),
            column("rate_hz", pa.float32(), "Hz", "frames per second; in the road, looks per second"),
            column("unit_cny", pa.float64(), "CNY", "its price, middle; 0 for what comes with another device"),
        ),
        static=True,
    ),
    Table(
        "bill",
        "a line of the deployment's bill of quantities: what is bought or done once",
        (
            column("item", LABEL, "-", "kind of device, rsu, compute, pole, power, civil_works or removal (of a pole)"),
            column("preset", pa.string(), "-", "preset of the devices; empty without one"),
            column("count", pa.int32(), "-", "how many"),
            *prices("unit", "price of one"),
            column("life_years", pa.float32(), "years", "years over which it is spread"),
        ),
        static=True,
    ),
    Table(
        "coverage",
        "a stretch of an edge over which the same number of devices could see a vehicle that is alone on it",
        (
            column("edge", pa.int32(), "-", "edge, see table edge"),
            column("from_cm", pa.int32(), "cm", "where it begins, along the edge"),
            column("to_cm", pa.int32(), "cm", "where it ends, along the edge"),
            column("devices", pa.int16(), "-", "devices that have it in sight"),
        ),
        static=True,
    ),
    *BRIDGE_STATIC_TABLES,
    *FACILITY_TABLES,
    *MUNICIPAL_STATIC_TABLES,
)
