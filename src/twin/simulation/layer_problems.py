"""What is wrong with attacks and clients of a scenario: devices, sites and clients that are not there."""

from __future__ import annotations

from twin.errors import Problem, closest
from twin.messages import say
from twin.scenario.scenario import Scenario
from twin.sensors.sites import Deployment
from twin.v2x.security.layer_attack_spec import ReadBeyond


def layer_problems(scenario: Scenario, deployment: Deployment) -> list[Problem]:
    """Return a problem for each name in ``attacks`` that is not there, and for clients that share a name."""
    devices, sites = [device.name for device in deployment.every_device], [site.name for site in deployment.sites]
    clients = [client.name for client in scenario.clients]
    found = []
    for number, one in enumerate(scenario.attacks):
        named = [("devices", name, devices, "deployment.device") for name in getattr(one, "devices", ())]
        if hasattr(one, "device"):
            named.append(("device", one.device, devices, "deployment.device"))
        if hasattr(one, "site"):
            named.append(("site", one.site, sites, "deployment.site"))
        if isinstance(one, ReadBeyond):
            named.append(("client", one.client, clients, "security.client"))
        found += [
            _missing(f"attacks[{number}].{key}", name, known, words) for key, name, known, words in named if name not in known
        ]
    for number, name in enumerate(clients):
        if name in clients[:number]:
            problem = say("security.client_twice.found", name=name), say("security.client_twice.remedy")
            found.append(Problem("", f"clients[{number}].name", *problem))
    return found


def _missing(key: str, name: str, known: list[str], words: str) -> Problem:
    meant = closest(name, known)
    remedy = say("remedy.did_you_mean", name=meant) if meant else say(f"{words}.remedy")
    return Problem("", key, say(f"{words}.found", name=name), remedy)
