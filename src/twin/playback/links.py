"""Links and platform for the browser: stations and what they report to, who is connected, which alerts are raised where."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.eventlog.reader import Run
from twin.playback.columns import Array, Segment, between, codes, column, metres
from twin.units import CM_PER_M, US_PER_S

STATION_KINDS: Final = ("rsu", "base_station", "mec", "regional_cloud", "central_cloud")
"""Kinds of stations, in the order of their codes."""

LEVELS: Final = ("notice", "warning", "critical")
"""Levels of alerts, in the order of their codes."""

HEARD_FOR_S: Final = 1.0
"""A vehicle counts as connected for so long after a logged message. Choice: the longest time between two messages of a CAM."""

ALERT_FOR_S: Final = 6.0
"""An alert is shown for so long. Choice: long enough to be seen at the usual speeds of playing."""

NOWHERE: Final = 0xFFFFFFFF
"""In the place of a station's row: it reports to none that has a place."""

_NEAR_US: Final = 2 * US_PER_S
"""Messages of its sender farther away in time do not tell where an alert belongs. Choice: two logged messages."""


def station_arrays(run: Run, header: dict[str, Any]) -> dict[str, Array]:
    """Return the stations that have a place, in metres, with the row of the one that each reports to; names into ``header``.

    One without a place is passed over, and what reports to it reports to the next above it.
    """
    table = run.table("station")
    uplink: dict[Any, Any] = dict(zip(table["station"].to_pylist(), table["uplink"].to_pylist(), strict=True))
    placed = table.filter(pc.and_(pc.is_valid(table["x_cm"]), pc.is_valid(table["y_cm"])))
    row: dict[Any, int] = {number: at for at, number in enumerate(placed["station"].to_pylist())}

    def above(number: Any) -> int:
        seen = {number}
        higher = uplink[number]
        while higher is not None and higher not in row and higher not in seen:
            seen.add(higher)
            higher = uplink.get(higher)
        return row.get(higher, NOWHERE)

    header["station_names"] = placed["name"].to_pylist()
    return {
        "station_xy": metres(placed, "x_cm", "y_cm"),
        "station_kind": codes(np.array(placed["kind"].to_pylist()), STATION_KINDS),
        "station_uplink": np.array([above(number) for number in row], np.uint32),
    }


def connected_arrays(log: list[Segment], number: Array, begin_us: int, end_us: int) -> dict[str, Array]:
    """Return who was heard when, in the order of time, as rows of ``number``, the vehicles' numbers in rising order.

    ``connected_used`` is 0 where somebody heard it and did not hand it on. Messages reach back so far as they are shown.
    """
    rows = between(log, begin_us - round(HEARD_FOR_S * US_PER_S), end_us, ["t_us", "vehicle", "received_us", "used"])
    if rows is None:
        return {}
    rows = rows.filter(pc.is_valid(rows["received_us"]))
    keys = np.stack([column(rows, "t_us"), column(rows, "vehicle").astype(np.int64)], axis=1)
    once, place = np.unique(keys, axis=0, return_inverse=True)
    used = np.ones(len(once), np.uint8)
    np.minimum.at(used, place.ravel(), rows["used"].to_numpy().astype(np.uint8))
    return {
        "connected_t": ((once[:, 0] - begin_us) / US_PER_S).astype(np.float32),
        "connected_vehicle": np.searchsorted(number, once[:, 1]).astype(np.uint32),
        "connected_used": used,
    }


def alert_arrays(run: Run, alerts: list[Segment], reports: list[Segment], begin_us: int, end_us: int) -> dict[str, Array]:
    """Return the alerts in the order of time, each where its sender claimed to be, else where the device stands.

    One that neither tells a place of is left out. Alerts reach back so far as they are shown.
    """
    first_us = begin_us - round(ALERT_FOR_S * US_PER_S)
    rows = between(alerts, first_us, end_us, ["t_us", "device", "sender", "level"])
    if rows is None:
        return {}
    rows = rows.take(np.argsort(column(rows, "t_us"), kind="stable"))
    xy_m = _of_devices(run, rows["device"])
    claims = between(reports, first_us - _NEAR_US, end_us + _NEAR_US, ["t_us", "sender", "x_cm", "y_cm"])
    if claims is not None and claims.num_rows:
        xy_m = np.where(np.isnan(found := _claimed(claims, rows)), xy_m, found)
    there = ~np.isnan(xy_m).any(axis=1)
    return {
        "alert_t": ((column(rows, "t_us") - begin_us) / US_PER_S).astype(np.float32)[there],
        "alert_xy": xy_m[there].astype(np.float32).ravel(),
        "alert_level": codes(np.array(rows["level"].to_pylist()), LEVELS)[there],
    }


def _of_devices(run: Run, device: pa.ChunkedArray[Any]) -> Array:
    """Return the places (n, 2) of devices in metres, NaN for null."""
    table = run.table("device_spec").select(["device", "x_cm", "y_cm"]).to_pydict()
    place = {number: (x, y) for number, x, y in zip(*table.values(), strict=True)}
    nowhere = (np.nan, np.nan)
    return np.array([place.get(number, nowhere) for number in device.to_pylist()], np.float64).reshape(-1, 2) / CM_PER_M


def _claimed(claims: pa.Table, rows: pa.Table) -> Array:
    """Return the places (n, 2) in metres that the senders of alerts claimed about then, NaN where there is no such claim."""
    said_us, said_xy = column(claims, "t_us"), metres(claims, "x_cm", "y_cm").reshape(-1, 2)
    senders, sender = np.unique(column(claims, "sender"), return_inverse=True)
    order = np.lexsort((said_us, sender))
    said_us, said_xy, sender = said_us[order], said_xy[order], sender[order]
    asked = np.array([-1 if sender is None else sender for sender in rows["sender"].to_pylist()], np.int64)
    known = np.isin(asked, senders)
    who = np.where(known, np.searchsorted(senders, asked), len(senders))
    t_us = column(rows, "t_us")
    begin, end = np.searchsorted(sender, who), np.searchsorted(sender, who, side="right")
    found = np.full((len(t_us), 2), np.nan)
    for at in np.flatnonzero(known).tolist():
        own = said_us[begin[at] : end[at]]
        nearest = int(np.abs(own - t_us[at]).argmin())
        if abs(int(own[nearest]) - int(t_us[at])) <= _NEAR_US:
            found[at] = said_xy[begin[at] + nearest]
    return found
