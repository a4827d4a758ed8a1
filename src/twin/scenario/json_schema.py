"""The JSON Schema (draft 2020-12) of a scenario file, with which editors complete keys, explain them and underline mistakes.

pydantic writes the schema of the models; what a file may leave out is added here as the loader sees it (``spec.completed``): a
group given in part keeps the rest of its default, so nothing in it is required. The schema accepts every file that the loader
accepts. What no schema can say (sites on the map, one key against another) remains the loader's.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any, Final

from pydantic import BaseModel

from twin.scenario.scenario import Scenario
from twin.scenario.schema_walk import is_model, members
from twin.spec import Spec

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_UNITS: Final = {
    "s": "s",
    "m": "m",
    "nm": "nm",
    "mps": "m/s",
    "kmh": "km/h",
    "mps2": "m/s2",
    "deg": "degrees",
    "hz": "Hz",
    "vph": "vehicles/h",
    "mbps": "Mbit/s",
    "mmph": "mm/h",
    "per_m": "1/m",
    "bytes": "B",
    "share": "share",
    "ratio": "ratio",
    "probability": "probability, 0 to 1",
}
_UNIT: Final = re.compile(rf"(?:^|_)({'|'.join(sorted(_UNITS, key=len, reverse=True))})$")


def unit_of(key: str) -> str:
    """Return the unit that the ending of a key tells, as ``m/s`` of ``speed_mps``; empty when it tells none."""
    if key.startswith("bytes_"):
        return "B"
    found = _UNIT.search(key)
    return _UNITS[found[1]] if found else ""


def json_schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    """Return the JSON Schema of a file of ``model``; every key has its docstring and its unit as description."""
    whole = model.model_json_schema()
    definitions: dict[str, Any] = whole.pop("$defs", {})
    for definition in (whole, *definitions.values()):
        _describe(definition)
    for node in [found for part in (whole, *definitions.values()) for found in _walk(part)]:
        mapping = node.pop("discriminator", {}).get("mapping", {})
        for reference in mapping.values():  # in a union the loader wants to be told which kind it is
            definition = definitions[reference.rpartition("/")[2]]
            definition["required"] = ["kind", *(name for name in definition.get("required", ()) if name != "kind")]
    used: dict[str, Any] = {}
    root = _group(model, {model.__name__: whole, **definitions}, used, in_part=False)
    schema = used.pop(root)
    for name in _reached(schema, definitions | used):
        used.setdefault(name, definitions.get(name))
    described = {"$schema": DIALECT, "title": title, **{key: value for key, value in schema.items() if key != "title"}}
    return described | {"$defs": dict(sorted(used.items()))}


def scenario_schema() -> str:
    """Return the JSON Schema of a scenario file as text."""
    return json.dumps(json_schema(Scenario, "Scenario of Guangzhou Twin"), ensure_ascii=False, indent=1) + "\n"


def _describe(definition: dict[str, Any]) -> None:
    for name, schema in definition.get("properties", {}).items():
        schema.pop("title", None)
        text = " ".join(schema.get("description", "").replace("``", "`").split())
        unit = unit_of(name)
        schema["description"] = f"{text} Unit: {unit}." if unit else text
        if schema.get("format") == "date-time":
            schema["pattern"] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+ ?([Zz]|[+-][0-9]{2}:?[0-9]{2})$"
    definition["description"] = " ".join(definition.get("description", "").replace("``", "`").split())


def _walk(schema: Any) -> list[dict[str, Any]]:
    found, todo = [], [schema]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            found.append(node)
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)
    return found


def _group(model: type[BaseModel], definitions: dict[str, Any], used: dict[str, Any], *, in_part: bool) -> str:
    """Add the schema of a group of keys to ``used`` and return its name; ``in_part``: its default fills in what is left out."""
    name = f"{model.__name__}InPart" if in_part else model.__name__
    if name in used:
        return name
    schema = used[name] = copy.deepcopy(definitions[model.__name__])
    if in_part:
        schema.pop("required", None)
    for key, field in model.model_fields.items():
        kinds = [kind for kind in members(field.annotation) if is_model(kind)]
        filled = in_part or isinstance(field.default, Spec)
        if len(kinds) != len(members(field.annotation)) or (len(kinds) > 1 and not filled):
            continue
        own = schema["properties"][key]
        if not own["description"]:  # pydantic leaves it out where the group's own docstring says the same
            own["description"] = " ".join((field.description or "").replace("``", "`").split())
        references = [{"$ref": f"#/$defs/{_group(kind, definitions, used, in_part=filled)}"} for kind in kinds]
        for word in ("$ref", "oneOf", "allOf"):
            own.pop(word, None)
        own |= references[0] if len(references) == 1 else {"anyOf": references}  # several kinds may fit what is left of a group
    return name


def _reached(schema: Any, definitions: dict[str, Any]) -> list[str]:
    """Return the names of the definitions that ``schema`` refers to, directly or not."""
    found: list[str] = []
    todo = [schema]
    while todo:
        for node in _walk(todo.pop()):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.append(name)
                todo.append(definitions[name])
    return found
