"""A scan as rows of the log: frames, reported objects, sums of an interval."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from twin.eventlog.columns import labels
from twin.eventlog.quantise import centimetres, compass_centidegrees
from twin.sensors.scan_records import DETECTED, ERROR, FALSE, PRESENT, SQUARED_ERROR, VISIBLE, Frames, Objects, Totals
from twin.traffic.ground_truth import VEHICLE_CLASSES

STATISTICS_CLASSES = (*VEHICLE_CLASSES, "none")
"""Labels of the classes of ``detection_stat``; the last is that of false objects."""

Numbers = npt.NDArray[np.int32]
"""(devices,): the devices' numbers in the log."""


def frame_rows(t_us: int, frame: int, number: Numbers, frames: Frames) -> dict[str, Any]:
    """Return the rows of ``frame`` of one scan: the frames that left their devices."""
    sent = ~frames.dropped
    count = frames.counts[sent]
    detected = count[:, DETECTED]
    mean_m = frames.error_m[sent] / np.maximum(detected, 1)
    return {
        "t_us": np.full(detected.size, t_us, np.int64),
        "device": number[sent],
        "frame": np.full(detected.size, frame, np.int64),
        "present": count[:, PRESENT],
        "visible": count[:, VISIBLE],
        "detected": detected,
        "false": count[:, FALSE],
        "mean_error_cm": np.ma.masked_array(centimetres(mean_m), mask=detected == 0),
        "processing_us": frames.processing_us[sent],
    }


def object_rows(t_us: int, frame: int, number: Numbers, objects: Objects, order: npt.NDArray[np.intp]) -> dict[str, Any]:
    """Return the rows of ``observation`` of one scan: the objects in ``order``."""
    vehicle = objects.vehicle[order]
    return {
        "t_us": np.full(order.size, t_us, np.int64),
        "device": number[objects.device[order]],
        "frame": np.full(order.size, frame, np.int64),
        "x_cm": centimetres(objects.x_m[order]),
        "y_cm": centimetres(objects.y_m[order]),
        "speed_cmps": centimetres(objects.speed_mps[order]),
        "heading_cdeg": compass_centidegrees(objects.heading_rad[order]),
        "length_cm": centimetres(objects.length_m[order]),
        "width_cm": centimetres(objects.width_m[order]),
        "class": labels(objects.klass[order], VEHICLE_CLASSES),
        "evidence": np.rint(objects.evidence[order]).astype(np.int64),
        "vehicle": np.ma.masked_array(vehicle, mask=vehicle < 0),
    }


def interval_rows(span_us: tuple[int, int], number: Numbers, totals: Totals) -> dict[str, Any]:
    """Return the rows of ``detection_stat`` of an interval from its start to its end: what was present or false."""
    device, klass, place = np.nonzero(totals.sums[..., [PRESENT, FALSE]].any(axis=3))
    chosen = totals.sums[device, klass, place]
    counts = chosen.astype(np.int64)
    return {
        "t_us": np.full(device.size, span_us[0], np.int64),
        "interval_us": np.full(device.size, span_us[1] - span_us[0], np.int64),
        "device": number[device],
        "class": labels(klass, STATISTICS_CLASSES),
        "range_bin_m": place * int(totals.bin_m),
        "present": counts[:, PRESENT],
        "visible": counts[:, VISIBLE],
        "detected": counts[:, DETECTED],
        "false": counts[:, FALSE],
        "sum_error_m": chosen[:, ERROR],
        "sum_squared_error_m2": chosen[:, SQUARED_ERROR],
    }
