"""A scenario: everything a run depends on, as one frozen piece of data."""

from __future__ import annotations

from typing import Final

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from twin.bridges.bridges_spec import BridgesSpec
from twin.eventlog.log_spec import LogSpec
from twin.kernel.weather import WeatherSpec
from twin.messages import say
from twin.municipal.roads_spec import RoadDevicesSpec
from twin.parking.parking_spec import ParkingSpec
from twin.scenario.protection import Attack, ProtectionSpec
from twin.sensors.adaptation import AdaptationSpec
from twin.sensors.coverage import CoverageSpec
from twin.sensors.deployment_spec import DeploymentSpec
from twin.sensors.fault_spec import FaultsSpec
from twin.sensors.fusion_spec import FusionSpec
from twin.sensors.light import Light
from twin.sensors.self_check import SelfCheckSpec
from twin.sensors.storeys import DecksSpec
from twin.spec import Spec
from twin.traffic.demand import DemandSpec
from twin.traffic.incidents import IncidentSpec
from twin.traffic.replay import ReplaySpec
from twin.traffic.signal_spec import SignalsSpec
from twin.v2x.security.alerts import SecuritySpec
from twin.v2x.security.attack_spec import AttackSpec, Jamming, VehicleAttack
from twin.v2x.security.clients import ClientSpec
from twin.v2x.services.service_spec import ServicesSpec
from twin.v2x.topology import LinksSpec
from twin.v2x.vehicles.connected_spec import ConnectedSpec

MOST_TRIPS: Final = 5_000_000
"""Trips of one run. Assumption: a kilobyte of memory each; a week of the CBD's peak is a quarter of it."""


class Scenario(Spec):
    """One simulated situation. Positions and times that a person writes are WGS-84 and local wall time with its offset."""

    name: str = Field(pattern=r"^\w[\w.-]*$", max_length=100)
    """Short name; the run's folder begins with it. Letters (Chinese too), digits, '-', '_' and '.'."""

    question: str = ""
    """What the planner wants to know; shown beside the results."""

    map: str = Field(min_length=1)
    """Map file, relative to the scenario file: OpenStreetMap XML, plain or packed (gz, bz2), or PBF; or a network of
    SUMO (``.net.xml``, also packed with gz), whose signal programs and right of way are followed."""

    start: AwareDatetime
    """Wall time at which the simulation begins, ISO 8601 with its offset, as ``2026-05-20T07:45:00+08:00``."""

    duration_s: float = Field(ge=0.1, le=604_800.0)
    """Simulated seconds; at least one step of traffic, at most a week."""

    warm_up_s: float = Field(0.0, ge=0.0)
    """Seconds at the beginning that are logged but left out of every figure."""

    seed: int = Field(1, ge=0, le=2**63 - 1)
    """Seed of every random draw."""

    weather: WeatherSpec = WeatherSpec()
    """Weather, constant over the run."""

    light: Light = "day"
    """Light that cameras work in: ``day``, ``lit_night`` (street lights), ``unlit_night``, or ``glare``: by day, where those
    are dazzled that face the sun as it stands at ``start``."""

    demand: DemandSpec
    """Who drives from where to where."""

    replay: ReplaySpec | None = None
    """Recorded trajectories to play instead of simulating the demand."""

    signals: SignalsSpec = SignalsSpec()
    """Traffic signals."""

    incidents: tuple[IncidentSpec, ...] = ()
    """Lanes and roads that are closed for a time, vehicles that break down."""

    roads: RoadDevicesSpec | None = None
    """Devices in roads: water in underpasses, settlement, manhole covers; left out, there are none."""

    parking: ParkingSpec | None = None
    """Where vehicles park, who looks for a space and how; left out, nobody parks."""

    deployment: DeploymentSpec = DeploymentSpec()
    """Where devices stand."""

    decks: DecksSpec = DecksSpec()
    """How high bridges are built, which decides what their decks hide from devices."""

    coverage: CoverageSpec = CoverageSpec()
    """How it is reckoned which stretches of road the devices have in sight."""

    fusion: FusionSpec | None = None
    """How each site fuses its devices' lists into one, with tracks; left out, sites do not fuse."""

    faults: FaultsSpec = FaultsSpec()
    """What goes wrong with devices, by chance or at stated times."""

    self_check: SelfCheckSpec | None = None
    """How devices are watched over from their data alone; left out, nobody watches."""

    adaptation: AdaptationSpec = AdaptationSpec()
    """What sites do by themselves about devices that are off and uplinks that are overloaded."""

    links: LinksSpec = LinksSpec()
    """How what they report reaches the cloud."""

    connected: ConnectedSpec | None = None
    """Vehicles that tell of themselves, to roadside units and over the cell network; left out, none do."""

    attacks: tuple[Attack, ...] = ()
    """Who attacks: equipped vehicles that send forged, late or too many messages, and jammers; who deceives or blinds devices;
    who sends forged lists, alters reports, or reads beyond what he should."""

    clients: tuple[ClientSpec, ...] = ()
    """Programs of departments that read the platform's tables."""

    services: ServicesSpec = ServicesSpec()
    """What is sent back to equipped vehicles and changes how they drive."""

    security: SecuritySpec = SecuritySpec()
    """How receivers of vehicles' messages notice forged ones, and what they do then."""

    protection: ProtectionSpec = ProtectionSpec()
    """How attacks on devices, access, reports and reading are noticed."""

    bridges: BridgesSpec | None = None
    """Bridges under the traffic, with their sensors; left out, none are looked at."""

    log: LogSpec = LogSpec()
    """How densely the run is written down."""

    @property
    def message_attacks(self) -> tuple[AttackSpec, ...]:
        """Those of the attacks that are on vehicles' messages."""
        return tuple(one for one in self.attacks if isinstance(one, VehicleAttack | Jamming))

    @property
    def files(self) -> list[str]:
        """Every file that a run reads beside the map, as written here; prices are part of the scenario once it is loaded."""
        replayed = [self.replay.file] if self.replay is not None else []
        tables = [table.file for table in self.deployment.tables]
        return list(dict.fromkeys([*tables, *self.demand.files, *self.signals.program_files, *replayed]))

    @field_validator("map")
    @classmethod
    def _is_there(cls, value: str, info: ValidationInfo) -> str:
        base = (info.context or {}).get("base")
        if base is not None and not (base / value).is_file():
            raise ValueError(say("map.file.missing", path=value))
        return value

    @field_validator("demand")
    @classmethod
    def _fits_in_memory(cls, demand: DemandSpec, before: ValidationInfo) -> DemandSpec:
        duration_s = before.data.get("duration_s")
        trips = 0.0 if duration_s is None else demand.expected_trips(duration_s)
        if trips > MOST_TRIPS:
            raise ValueError(say("spec.trips", trips=trips, most=MOST_TRIPS))
        return demand

    @field_validator("adaptation")
    @classmethod
    def _has_matches(cls, adaptation: AdaptationSpec, before: ValidationInfo) -> AdaptationSpec:
        absent = [key for key in ("fusion", "self_check") if key in before.data and before.data[key] is None]
        if adaptation.recalibrate and absent:
            raise ValueError(say("spec.recalibrate", absent=", ".join(absent)))
        return adaptation

    @field_validator("warm_up_s")
    @classmethod
    def _measures_something(cls, warm_up_s: float, before: ValidationInfo) -> float:
        duration_s = before.data.get("duration_s")
        if duration_s is not None and warm_up_s >= duration_s:
            raise ValueError(say("spec.warm_up", warm_up_s=warm_up_s, duration_s=duration_s))
        return warm_up_s
