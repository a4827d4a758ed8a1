"""Bridges over the Pearl River that a scenario may name as a ``preset``: values, and where each comes from.

Few figures of these bridges are public. What was read in a source is said; what is remembered from lists of bridges without a
source at hand is called recalled; everything else is assumed from bridges of that kind and size, with the ranges of the fields
(``Assumed`` in ``structure_spec``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class ShippedBridge:
    """One bridge."""

    source: str
    """Where the values come from, which are recalled and which assumed."""
    values: Mapping[str, Any]
    """Keys of ``BridgeSpec``."""


_GUANGZHOU_SPANS_M: Final = [80.0, 110.0, 80.0]

SHIPPED: Final[Mapping[str, ShippedBridge]] = {
    "liede": ShippedBridge(
        source="Self-anchored suspension bridge with one tower, opened 2009. Recalled: spans 47 + 167 + 219 + 47 m (480 "
        "m), steel box girder, both directions on one deck. Carriageways: OpenStreetMap (two of three lanes, 757 "
        "m). Assumption: the main bridge lies in the middle of the river, its longest span in the north; box 36 m "
        "wide and 3.5 m deep, plates of 18 to 24 mm with their ribs (1.9 m2, 4.5 m4), 24 t/m with pavement, paths "
        "and hangers; tower 100 m above the deck; sag 1/12; main cables of 0.17 m2 (600 MPa under dead load); "
        "hangers every 12 m; damping 0.5 %, 0.05 % of frequency per kelvin and a time constant of 1.5 h, a steel "
        "deck.",
        values={
            "name": "Liede Bridge",
            "structure": {
                "kind": "cable_supported",
                "spans_m": [47.0, 167.0, 219.0, 47.0],
                "deck": {
                    "elastic_modulus_gpa": 206.0,
                    "inertia_m4": 4.5,
                    "area_m2": 1.9,
                    "mass_t_per_m": 24.0,
                    "depth_m": 3.5,
                    "neutral_axis_share": 0.43,
                    "damping_ratio": 0.005,
                    "expansion_per_k": 1.2e-5,
                },
                "tower": {"above_deck_m": 100.0, "below_deck_m": 25.0, "inertia_m4": 250.0, "area_m2": 60.0},
                "cables": {
                    "kind": "self_anchored",
                    "hung_spans": [2, 3],
                    "sag_ratio": 1.0 / 12.0,
                    "cable_area_m2": 0.17,
                    "hanger_spacing_m": 12.0,
                    "hanger_area_m2": 0.008,
                },
            },
            "temperature": {"deck_time_constant_h": 1.5, "frequency_per_k": 0.0005},
            "wind": {"width_m": 36.0},
            "place": {
                "roads": ["猎德大桥"],
                "begin_lon_deg": 113.3286,
                "begin_lat_deg": 23.11021,
                "end_lon_deg": 113.328443,
                "end_lat_deg": 23.114541,
            },
        },
    ),
    "guangzhou": ShippedBridge(
        source="The bridge of 1985: 988.4 m long, 24 m wide, carriageway 20 m, a main bridge of three spans, across the "
        "main and the side channel and Ersha Island (factpedia.org, article 广州大桥, read). Today's southbound "
        "carriageway: OpenStreetMap. Assumption: the three main spans are 80 + 110 + 80 m, a continuous "
        "prestressed box girder on bearings, 2.8 m deep at midspan and 6.3 m over the piers, in the middle of the "
        "main channel; 14 m2, 17 m4 and 43 t/m at midspan, from plates 0.28 to 0.3 m thick.",
        values={
            "name": "Guangzhou Bridge",
            "structure": {
                "kind": "continuous",
                "spans_m": _GUANGZHOU_SPANS_M,
                "deck": {
                    "inertia_m4": 17.0,
                    "area_m2": 14.0,
                    "mass_t_per_m": 43.0,
                    "depth_m": 2.8,
                    "depth_at_piers_m": 6.3,
                },
            },
            "place": {
                "roads": ["广州大桥"],
                "begin_lon_deg": 113.310052,
                "begin_lat_deg": 23.11125,
                "end_lon_deg": 113.310525,
                "end_lat_deg": 23.108853,
            },
        },
    ),
    "guangzhou_new": ShippedBridge(
        source="The bridge beside it, opened with the widening to ten lanes in 2017; the northbound carriageway: "
        "OpenStreetMap (广州大桥新桥). Assumption: the spans of its neighbour, for ships pass both; a box 17 m wide of "
        "the same depth.",
        values={
            "name": "New Guangzhou Bridge",
            "structure": {
                "kind": "continuous",
                "spans_m": _GUANGZHOU_SPANS_M,
                "deck": {
                    "inertia_m4": 12.0,
                    "area_m2": 10.0,
                    "mass_t_per_m": 31.0,
                    "depth_m": 2.8,
                    "depth_at_piers_m": 6.3,
                },
            },
            "wind": {"width_m": 17.0},
            "place": {
                "roads": ["广州大桥新桥"],
                "begin_lon_deg": 113.310747,
                "begin_lat_deg": 23.108848,
                "end_lon_deg": 113.310278,
                "end_lat_deg": 23.111246,
            },
        },
    ),
    "huanan": ShippedBridge(
        source="Bridge of the South China Expressway (华南快速), opened 1998. Recalled: continuous rigid frame of "
        "prestressed concrete, 110 + 190 + 110 m. Assumption: both halves as one deck, 3.0 m deep at midspan and "
        "9.5 m at the piers, 20 m2, 30 m4 and 62 t/m at midspan; piers 25 m high of twin walls; north-south in "
        "the middle of the river at 23.1102 N, 113.3462 E. Its road is called as OpenStreetMap calls it; it is on "
        "maps/tianhe_huanan.osm, for the map of the CBD ends 70 m west of it.",
        values={
            "name": "Huanan Bridge",
            "structure": {
                "kind": "continuous",
                "spans_m": [110.0, 190.0, 110.0],
                "deck": {
                    "inertia_m4": 30.0,
                    "area_m2": 20.0,
                    "mass_t_per_m": 62.0,
                    "depth_m": 3.0,
                    "depth_at_piers_m": 9.5,
                },
                "rigid_piers": True,
                "pier_height_m": 25.0,
                "pier_inertia_m4": 60.0,
                "pier_area_m2": 50.0,
            },
            "wind": {"width_m": 34.0},
            "place": {
                "roads": ["华南快速干线"],
                "begin_lon_deg": 113.346165,
                "begin_lat_deg": 23.108388,
                "end_lon_deg": 113.34623,
                "end_lat_deg": 23.112089,
            },
        },
    ),
}
"""By name."""
