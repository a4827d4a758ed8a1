"""A log of a bridge written by hand: four hours, two weighed vehicles, an alarm that is right and one that is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from tests.metrics.logs import SECOND, Rows, write_log

from twin.eventlog.reader import Run

PERIOD_US = SECOND // 10
HOUR_US = 3600 * SECOND
DEFLECTION, STILL, STRAIN, WARM = range(4)
BRIDGE, OTHER = 7, 8


def _block(channel: int, t_s: int, samples: list[int], scale: float) -> dict[str, Any]:
    return {"t_us": t_s * SECOND, "channel": channel, "period_us": PERIOD_US, "scale": scale, "samples": np.array(samples)}


def _alarm(hour: float, device: int, cause: str, level: str, state: str, value: float) -> dict[str, Any]:
    return {"t_us": round(hour * HOUR_US), "device": device, "cause": cause, "level": level, "state": state, "value": value}


def bridge_run(folder: Path) -> Run:
    """Return four hours of a bridge: two weighed vehicles, of which samples of the lighter one's passage alone were kept."""
    channels: Rows = [
        {"channel": number, "bridge": BRIDGE, "device": 20 + number, "name": name, "quantity": quantity, "unit": unit}
        for number, name, quantity, unit in (
            (DEFLECTION, "bridge/middle", "displacement", "m"),
            (STILL, "bridge/end", "displacement", "m"),
            (STRAIN, "bridge/strain", "strain", "-"),
            (WARM, "bridge/warm", "temperature", "degC"),
        )
    ]
    devices: Rows = [
        {"device": 20 + row["channel"], "name": row["name"], "kind": "x", "place": "bridge", "place_number": BRIDGE}
        | {"network": "fibre"}
        for row in channels
    ]
    weighed: Rows = [
        {"t_us": t_s * SECOND, "bridge": BRIDGE, "device": 30, "gross_kg": gross_kg, "true_gross_kg": gross_kg - 500}
        | {"axle_kg": np.array([gross_kg // 2] * 2), "true_axle_kg": np.array([gross_kg // 2 - 250] * 2)}
        | {"spacing_cm": np.array([500]), "overloaded": False, "truly_overloaded": False}
        for t_s, gross_kg in ((100, 30_000), (2000, 49_000))
    ]
    sag = [0] * 50 + [-2] * 50
    blocks = [_block(DEFLECTION, 100, sag, 1e-3), _block(STILL, 100, [0, 1] * 50, 1e-4), _block(STRAIN, 100, sag, -1e-6)]
    features: Rows = [
        {"t_us": hour * HOUR_US, "interval_us": HOUR_US, "channel": channel, "mean": 20.0 + hour, "least": 0.0, "most": 40.0}
        | {"rms": 1.0, "frequency_hz": None if channel == WARM else 2.0 + 0.1 * channel}
        for hour in range(4)
        for channel in (DEFLECTION, STILL, STRAIN, WARM)
    ]
    load: Rows = [
        {"t_us": hour * HOUR_US, "interval_us": HOUR_US, "bridge": bridge, "frequency_hz": 2.0 + bridge}
        for hour in range(4)
        for bridge in (BRIDGE, OTHER)
    ]
    alarms = [
        _alarm(1.0, 20, "load", "level_1", "raised", 0.7),
        _alarm(1.0, 20, "load", "level_2", "raised", 0.9),
        _alarm(2.0, 20, "load", "level_2", "cleared", 0.5),
        _alarm(2.5, 20, "load", "level_1", "cleared", 0.2),
        _alarm(3.9, 22, "vibration", "level_1", "raised", 0.4),
    ]
    events: Rows = [
        {"t_us": hour * HOUR_US, "bridge": BRIDGE, "cause": "ship_impact", "state": state}
        for hour, state in ((0, "begins"), (1, "over"))
    ]
    run = write_log(
        folder,
        bridge=[{"bridge": BRIDGE, "name": "猎德大桥", "kind": "simple"}, {"bridge": OTHER, "name": "other", "kind": "simple"}],
        bridge_channel=channels,
        municipal_device=devices,
        weigh=weighed,
        bridge_block=sorted(blocks, key=lambda row: row["channel"]),
        bridge_feature=features,
        bridge_load=load,
        alarm=alarms,
        bridge_event=events,
    )
    return Run(run.path, replace(run.manifest, simulated_s=4 * 3600.0))
