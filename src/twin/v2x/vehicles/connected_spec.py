"""Connected vehicles as data: their units, and the ways that their messages take."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from twin.assumed import Assumed
from twin.messages import say
from twin.v2x.radio.pc5_spec import Pc5Spec
from twin.v2x.vehicles.on_board_spec import OnBoardSpec

Way = Literal["pc5", "uu"]


class ConnectedSpec(OnBoardSpec):
    """Vehicles that tell of themselves: to roadside units by direct radio (PC5), to the cloud over 5G (Uu), or both."""

    ways: tuple[Way, ...] = ("pc5",)
    """Ways that every message takes."""

    pc5: Pc5Spec = Pc5Spec()
    """Direct radio. What lies behind the base stations of ``uu`` stands in ``links.uu``."""

    wait_s: Annotated[float, Assumed.between(0.02, 0.1)] = Field(default=0.02, ge=0.0, le=0.1)
    """Longest wait of a message for the resource that its unit has reserved; roadside units hand on what they have heard at its
    end. Source: the selection window of LTE-V2X mode 4 ends between 20 and 100 ms (3GPP TS 36.213, T2). Assumption: units make
    their messages in step with their reservation, and take the shortest window."""

    handling_s: Annotated[float, Assumed.times(0.2, 5.0)] = Field(default=0.005, ge=0.0, le=1.0)
    """Time in which a roadside unit checks signatures and hands on what it has heard. Assumption: 5 ms, a security chip that
    checks some thousand signatures a second."""

    @model_validator(mode="after")
    def _has_a_way(self) -> ConnectedSpec:
        if not self.ways:
            raise ValueError(say("connected.ways"))
        return self
