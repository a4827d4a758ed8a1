"""Kinds of bridges as data: spans, sections, cables."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from twin.assumed import OF_THE_DESIGN, Assumed
from twin.messages import say
from twin.spec import Spec

INERTIA_POWER: Final = 2.5
AREA_POWER: Final = 0.6
"""How second moment of area and area of a haunched box grow with its depth. Assumption: see ``DeckSpec.depth_at_piers_m``."""

Span = Annotated[float, Field(ge=5.0, le=2500.0)]


class DeckSpec(Spec):
    """The section of a deck as one beam: what all its boxes or girders make up together."""

    elastic_modulus_gpa: Annotated[float, Assumed.times(0.95, 1.15)] = Field(default=34.5, gt=0.0, le=400.0)
    """Modulus of elasticity. Concrete C50: 34.5 GPa, steel 206 GPa. Source: JTG 3362-2018, table 3.1.5 (quoted without the
    standard at hand). Assumption: that the deck in place has the modulus of the standard."""

    inertia_m4: Annotated[float, Assumed.times(0.75, 1.3)] = Field(gt=0.0, le=1e4)
    """Second moment of area of the section at midspan, about its horizontal axis. Assumption: where a preset says it, the
    value of a plausible bridge."""

    area_m2: Annotated[float, Assumed.times(0.85, 1.2)] = Field(gt=0.0, le=1e3)
    """Area of the section; of consequence where the deck takes axial force (cables, rigid piers). Assumption: where a preset
    says it, the value of a plausible bridge."""

    mass_t_per_m: Annotated[float, Assumed.times(0.9, 1.15)] = Field(gt=0.0, le=1e3)
    """Mass per metre at midspan, with pavement and railings. Assumption: where a preset says it, the value of a plausible
    bridge."""

    depth_m: Annotated[float, Assumed.times(0.9, 1.1)] = Field(gt=0.0, le=30.0)
    """Depth of the section at midspan; of simple and continuous beams about 1/16 to 1/40 of the span. Assumption: where a
    preset says it, the value of a plausible bridge."""

    depth_at_piers_m: Annotated[float | None, Assumed.times(0.9, 1.1)] = Field(default=None, gt=0.0, le=30.0)
    """Depth over inner supports where the deck is haunched; a parabola in between. The second moment of area grows with the
    depth to the power 2.5, mass and area with the power 0.6. Assumption: both powers, for box sections whose bottom slab
    thickens towards the piers."""

    neutral_axis_share: Annotated[float, Assumed.between(0.35, 0.5)] = Field(default=0.42, gt=0.0, lt=1.0)
    """Depth of the neutral axis below the deck's surface relative to the section's depth. Assumption: box sections with a wide
    deck plate have it above the middle."""

    damping_ratio: Annotated[float, Assumed.between(0.005, 0.02)] = Field(default=0.01, ge=0.0, lt=0.5)
    """Share of the critical damping, all modes. Assumption: 1 % for concrete; steel decks 0.5 % (0.3 % without pavement)."""

    expansion_per_k: Annotated[float, Assumed.times(0.9, 1.2)] = Field(default=1.0e-5, gt=0.0, le=3e-5)
    """Thermal expansion. Source: JTG D60-2015, table 4.3.12-1: 1.0e-5 for concrete, 1.2e-5 for steel (quoted without the
    standard at hand). Assumption: that of the deck in place."""


class SimpleBridge(Spec):
    """One simply supported span of constant section."""

    kind: Literal["simple"] = "simple"
    """Kind of structure."""

    span_m: Span
    """Between its two supports."""

    deck: DeckSpec
    """Its section."""

    @property
    def length_m(self) -> float:
        """Length of the deck."""
        return self.span_m

    @model_validator(mode="after")
    def _constant(self) -> Self:
        if self.deck.depth_at_piers_m is not None:
            raise ValueError(say("bridge.simple_haunch"))
        return self


class ContinuousBridge(Spec):
    """A girder over two or more spans, on bearings or in one piece with its piers."""

    kind: Literal["continuous"] = "continuous"
    """Kind of structure."""

    spans_m: list[Span] = Field(min_length=2, max_length=60)
    """Spans from the beginning of the axis."""

    deck: DeckSpec
    """Its section."""

    rigid_piers: bool = False
    """The inner piers are in one piece with the girder (连续刚构) and fixed at their feet; else it rests on bearings."""

    pier_height_m: Annotated[float, Assumed.times(0.7, 1.3)] = Field(default=20.0, gt=0.5, le=300.0)
    """From foot to girder, of rigid piers. Assumption: 20 m, clearance of the Pearl River's upper reach and footing."""

    pier_inertia_m4: Annotated[float, Assumed.times(0.5, 2.0)] = Field(default=10.0, gt=0.0, le=1e4)
    """Second moment of area of a rigid pier, bending along the bridge. Assumption: two thin walls of 1 m each."""

    pier_area_m2: Annotated[float, Assumed.times(0.7, 1.5)] = Field(default=20.0, gt=0.0, le=1e3)
    """Area of a rigid pier. Assumption: the same two walls, 10 m wide."""

    @property
    def length_m(self) -> float:
        """Length of the deck."""
        return sum(self.spans_m)


class TowerSpec(Spec):
    """Towers that carry cables, fixed at their feet; the deck passes through on a bearing."""

    above_deck_m: Annotated[float, Assumed.times(0.9, 1.1)] = Field(gt=1.0, le=400.0)
    """From the deck to the saddle, or to the highest stay. Assumption: where a preset says it, the value of a plausible
    bridge."""

    below_deck_m: Annotated[float, Assumed.times(0.7, 1.3)] = Field(gt=0.5, le=300.0)
    """From its foot to the deck. Assumption: where a preset says it, the value of a plausible bridge."""

    inertia_m4: Annotated[float, Assumed.times(0.5, 2.0)] = Field(gt=0.0, le=1e5)
    """Second moment of area, bending along the bridge; all legs together. Assumption: where a preset says it, the value of a
    plausible bridge."""

    area_m2: Annotated[float, Assumed.times(0.7, 1.5)] = Field(gt=0.0, le=1e4)
    """Area of all legs together. Assumption: where a preset says it, the value of a plausible bridge."""

    elastic_modulus_gpa: Annotated[float, Assumed.times(0.95, 1.15)] = Field(default=34.5, gt=0.0, le=400.0)
    """Modulus of elasticity. Source: JTG 3362-2018, table 3.1.5, concrete C50. Assumption: that the towers have it."""


class SuspensionCables(Spec):
    """Self-anchored main cables: over towers, tied to the deck's own ends of the hung spans, with vertical hangers."""

    kind: Literal["self_anchored"] = "self_anchored"
    """Kind of cables."""

    hung_spans: tuple[int, int]
    """First and last span that hang from the cables, counted from 1; towers stand at the supports between them."""

    sag_ratio: Annotated[float, Assumed.times(0.8, 1.25)] = Field(gt=0.01, lt=0.25)
    """Sag of the cable below its chord in the longest hung span, over that span; in the others it follows from the same
    horizontal force. Usual are 1/12 to 1/9, up to 1/5 of self-anchored bridges (a Chinese textbook of bridge engineering).
    Assumption: where a preset says it, the value of a plausible bridge."""

    cable_area_m2: Annotated[float, Assumed.times(0.75, 1.3)] = Field(gt=0.0, le=10.0)
    """Steel of all main cables together. Assumption: where a preset says it, the value of a plausible bridge."""

    hanger_spacing_m: Annotated[float, Assumed.times(0.8, 1.25)] = Field(gt=1.0, le=100.0)
    """Between hangers, at most; each span is divided evenly. Assumption: where a preset says it, the value of a plausible
    bridge."""

    hanger_area_m2: Annotated[float, Assumed.times(0.7, 1.4)] = Field(gt=0.0, le=1.0)
    """Steel of the hangers of one place, both sides together. Assumption: where a preset says it, the value of a plausible
    bridge."""

    modulus_gpa: Annotated[float, Assumed.times(0.97, 1.03)] = Field(default=195.0, gt=0.0, le=250.0)
    """Modulus of elasticity of the wires. Assumption: parallel wires, 195 to 200 GPa."""


class StayCables(Spec):
    """Stays from towers to the deck on both sides of them."""

    kind: Literal["stayed"] = "stayed"
    """Kind of cables."""

    towers: list[Annotated[int, Field(ge=1)]] = Field(min_length=1, max_length=10)
    """Inner supports that towers stand at, counted from 1."""

    stay_spacing_m: Annotated[float, Assumed.times(0.8, 1.25)] = Field(gt=1.0, le=100.0)
    """Between anchors on the deck, at most. Assumption: where a preset says it, the value of a plausible bridge."""

    stay_area_m2: Annotated[float, Assumed.times(0.7, 1.4)] = Field(gt=0.0, le=1.0)
    """Steel of the stays of one place, all planes together. Assumption: where a preset says it, the value of a plausible
    bridge."""

    anchor_share: Annotated[float, OF_THE_DESIGN] = Field(default=0.3, ge=0.0, lt=0.9)
    """Part of the tower above the deck, from its top, over which stays are anchored. Assumption: semi-fan, three tenths."""

    modulus_gpa: Annotated[float, Assumed.times(0.95, 1.03)] = Field(default=195.0, gt=0.0, le=250.0)
    """Modulus of elasticity, less what the sag of the stays costs (Ernst). Assumption: parallel wires of middle length."""


Cables = Annotated[SuspensionCables | StayCables, Field(discriminator="kind")]


class CableSupportedBridge(Spec):
    """A girder on supports, towers and cables, as an equivalent plane frame; small displacements about the dead load's shape.

    In a self-anchored bridge the girder's compression cancels the stiffness that the cables' tension would give.
    """

    kind: Literal["cable_supported"] = "cable_supported"
    """Kind of structure."""

    spans_m: list[Span] = Field(min_length=2, max_length=60)
    """Spans from the beginning of the axis, between supports and towers."""

    deck: DeckSpec
    """Its section."""

    tower: TowerSpec
    """Each of its towers."""

    cables: Cables
    """What hangs where."""

    @property
    def length_m(self) -> float:
        """Length of the deck."""
        return sum(self.spans_m)

    @model_validator(mode="after")
    def _places(self) -> Self:
        if self.deck.depth_at_piers_m is not None:
            raise ValueError(say("bridge.cable_haunch"))
        if isinstance(self.cables, SuspensionCables):
            first, last = self.cables.hung_spans
            if not 1 <= first < last <= len(self.spans_m):
                raise ValueError(say("bridge.hung_spans", first=first, last=last, spans=len(self.spans_m)))
        elif max(self.cables.towers) >= len(self.spans_m) or len(set(self.cables.towers)) < len(self.cables.towers):
            raise ValueError(say("bridge.towers", supports=len(self.spans_m) - 1))
        return self


StructureSpec = Annotated[SimpleBridge | ContinuousBridge | CableSupportedBridge, Field(discriminator="kind")]
"""The kinds of bridges."""
