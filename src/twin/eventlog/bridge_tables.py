"""Tables of the log about bridges: what they are, their sensors, samples, features, weighed vehicles, and what was true."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from twin.eventlog.declaring import POINTS, T_US, column, truth
from twin.eventlog.schema import LABEL, Table

BRIDGE_TABLES: Final = (
    Table(
        "bridge_block",
        "samples of one channel over one stretch of time, as its acquisition unit sent them",
        (
            T_US,
            column("arrived_us", pa.int64(), "us", "when it arrived at the platform"),
            column("channel", pa.int32(), "-", "channel, see table bridge_channel"),
            column("period_us", pa.int32(), "us", "from sample to sample"),
            column("scale", pa.float64(), "-", "what one count is, in the channel's unit"),
            column("samples", pa.list_(pa.int16()), "-", "samples in counts; -32768 where one is missing"),
        ),
        sort_by=("channel", "t_us"),
    ),
    Table(
        "bridge_feature",
        "what the edge computer of a bridge made of one channel's samples over one interval",
        (
            column("t_us", pa.int64(), "us", "start of the interval"),
            column("interval_us", pa.int64(), "us", "length of the interval"),
            column("arrived_us", pa.int64(), "us", "when it arrived at the platform"),
            column("channel", pa.int32(), "-", "channel, see table bridge_channel"),
            column("samples", pa.int32(), "-", "samples that it was made of"),
            column("mean", pa.float64(), "-", "mean, in the channel's unit"),
            column("rms", pa.float64(), "-", "root mean square about the mean, in the channel's unit"),
            column("peak", pa.float64(), "-", "largest distance from the mean, in the channel's unit"),
            column("least", pa.float64(), "-", "smallest sample, in the channel's unit"),
            column("most", pa.float64(), "-", "largest sample, in the channel's unit"),
            column("p95", pa.float64(), "-", "95 % of the samples are below, in the channel's unit"),
            column("frequency_hz", pa.float64(), "Hz", "first frequency as identified; null without", null=True),
            column("cycles", pa.float64(), "-", "stress cycles counted (rainflow); null where none are counted", null=True),
            column(
                "damage", pa.float64(), "-", "share of the fatigue life used (Miner); null where none is counted", null=True
            ),
        ),
        sort_by=("channel", "t_us"),
    ),
    Table(
        "weigh",
        "one vehicle that passed a weigh-in-motion station",
        (
            column("t_us", pa.int64(), "us", "when its first axle passed"),
            column("arrived_us", pa.int64(), "us", "when it arrived at the platform"),
            column("bridge", pa.int16(), "-", "bridge, see table bridge"),
            column("device", pa.int32(), "-", "station, see table municipal_device"),
            column("lane", pa.int8(), "-", "lane, 0 is the one at the kerb"),
            column("speed_cmps", pa.int16(), "cm/s", "speed"),
            column("gross_kg", pa.int32(), "kg", "gross weight as measured"),
            column("axle_kg", POINTS, "kg", "axle weights as measured, from the front"),
            column("spacing_cm", POINTS, "cm", "from axle to axle"),
            column("limit_kg", pa.int32(), "kg", "gross weight that is legal for a vehicle of such axles"),
            column("overloaded", pa.bool_(), "-", "measured above that by more than the tolerance"),
            truth("vehicle", pa.int32(), "-", "vehicle, see table vehicle"),
            truth("true_gross_kg", pa.int32(), "kg", "gross weight"),
            truth("true_axle_kg", POINTS, "kg", "axle weights, from the front"),
            truth("truly_overloaded", pa.bool_(), "-", "above what is legal"),
        ),
    ),
    Table(
        "bridge_load",
        "what acted on one bridge over one interval",
        (
            truth("t_us", pa.int64(), "us", "start of the interval"),
            truth("interval_us", pa.int64(), "us", "length of the interval"),
            truth("bridge", pa.int16(), "-", "bridge, see table bridge"),
            truth("vehicles", pa.int32(), "-", "vehicles that came onto it"),
            truth("most_kg", pa.int32(), "kg", "largest mass of vehicles on it at once"),
            truth("air_c", pa.float32(), "degC", "mean temperature of the air"),
            truth("deck_c", pa.float32(), "degC", "mean temperature of the deck"),
            truth("gradient_k", pa.float32(), "K", "mean temperature of the deck's top above its bottom"),
            truth("wind_mps", pa.float32(), "m/s", "mean wind"),
            truth("vortex_m", pa.float32(), "m", "largest amplitude of vortex-induced vibration"),
            truth("stiffness", pa.float64(), "-", "bending stiffness, of that at the start"),
            truth("frequency_hz", pa.float64(), "Hz", "first frequency at this temperature and stiffness"),
        ),
        sort_by=("bridge", "t_us"),
    ),
    Table(
        "bridge_event",
        "something that an alarm of a bridge should tell begins or is over",
        (
            truth("t_us", pa.int64(), "us", "time since the scenario's start"),
            truth("bridge", pa.int16(), "-", "bridge, see table bridge"),
            truth("cause", LABEL, "-", "overload, vortex, ship_impact or stiffness_loss"),
            truth("state", LABEL, "-", "begins or over"),
            truth("value", pa.float64(), "-", "its size: kg above the limit, m, N, share lost", null=True),
        ),
    ),
)

BRIDGE_STATIC_TABLES: Final = (
    Table(
        "bridge",
        "one bridge, or one carriageway of it",
        (
            column("bridge", pa.int16(), "-", "bridge number"),
            column("name", pa.string(), "-", "name in the scenario"),
            column("kind", pa.string(), "-", "simple, continuous or cable_supported"),
            column("length_m", pa.float32(), "m", "length along its axis"),
            column("x_cm", POINTS, "cm", "begin and end of its axis, east of the map's origin"),
            column("y_cm", POINTS, "cm", "begin and end of its axis, north of the map's origin"),
            truth("frequency_hz", pa.float64(), "Hz", "first frequency of the model at the reference temperature"),
            column("edge", pa.list_(pa.int32()), "-", "road edges that lead over it, see table edge"),
        ),
        static=True,
    ),
    Table(
        "bridge_channel",
        "one channel of a bridge's sensors",
        (
            column("channel", pa.int32(), "-", "channel number"),
            column("bridge", pa.int16(), "-", "bridge, see table bridge"),
            column("device", pa.int32(), "-", "device it belongs to, see table municipal_device"),
            column("name", pa.string(), "-", "bridge/sensor, or bridge/sensor/point"),
            column("kind", pa.string(), "-", "kind of the sensor"),
            column("quantity", pa.string(), "-", "what it measures"),
            column("unit", pa.string(), "-", "unit of its samples and features"),
            column("at_m", pa.float32(), "m", "place along the bridge's axis"),
            column("rate_hz", pa.float32(), "Hz", "samples a second"),
        ),
        static=True,
    ),
)
