"""From a bridge's data to its structure."""

from __future__ import annotations

from twin.bridges.bridge_spec import BridgeSpec
from twin.bridges.cable_supported import cable_structure
from twin.bridges.continuous import continuous_structure
from twin.bridges.simple_span import simple_span
from twin.bridges.structure import Structure
from twin.bridges.structure_spec import ContinuousBridge, SimpleBridge


def structure_of(spec: BridgeSpec) -> Structure:
    """Return the structure of a bridge with the modes and stations it asks for."""
    kind = spec.structure
    if isinstance(kind, SimpleBridge):
        deck = kind.deck
        return simple_span(
            kind.span_m,
            1e9 * deck.elastic_modulus_gpa * deck.inertia_m4,
            1e3 * deck.mass_t_per_m,
            deck.damping_ratio,
            modes=spec.modes,
            steps=spec.stations - 1,
            depth_m=deck.depth_m,
            expansion_per_k=deck.expansion_per_k,
        )
    if isinstance(kind, ContinuousBridge):
        return continuous_structure(kind, modes=spec.modes, stations=spec.stations)
    return cable_structure(kind, modes=spec.modes, stations=spec.stations)
