"""Attacks of every layer in one list, and what watches over the layers below and above vehicles' messages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.sensors.cross_check_spec import CrossCheckSpec
from twin.sensors.sensing_attack_spec import SensingAttack
from twin.spec import Spec
from twin.v2x.security.access_control import AccessSpec
from twin.v2x.security.attack_spec import Jamming, VehicleAttack
from twin.v2x.security.clients import ReadCheckSpec
from twin.v2x.security.layer_attack_spec import LayerAttack
from twin.v2x.security.report_check import ReportCheckSpec

Attack = Annotated[VehicleAttack | Jamming | SensingAttack | LayerAttack, Field(discriminator="kind")]
"""The attacks there are."""


class ProtectionSpec(Spec):
    """What notices attacks on devices, access, reports and reading; a part that is left out does not watch."""

    sensing: CrossCheckSpec | None = None
    """Compares what the devices of a site report of each other; works where sites fuse (``fusion``)."""

    access: AccessSpec | None = None
    """Looks at every list that reaches an edge computer, and refuses forged ones."""

    data: ReportCheckSpec | None = None
    """Judges the reports of devices that count."""

    application: ReadCheckSpec | None = None
    """Watches over who reads how much."""
