"""What pydantic found wrong, in the planner's words: one table from its error types to a finding and a remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from twin.errors import closest
from twin.messages import say
from twin.scenario.schema_walk import choices, keys_of, meaning_of, walk
from twin.scenario.yaml_tree import KeyPath

LONGEST_QUOTE: Final = 60

_REMEDY: Final = {
    "float_type": "number",
    "float_parsing": "number",
    "decimal_type": "number",
    "int_type": "whole",
    "int_parsing": "whole",
    "int_parsing_size": "whole",
    "int_from_float": "whole",
    "bool_type": "bool",
    "bool_parsing": "bool",
    "string_type": "text",
    "path_type": "text",
    "list_type": "list",
    "tuple_type": "list",
    "set_type": "list",
    "frozen_set_type": "list",
    "iterable_type": "list",
    "dict_type": "group",
    "mapping_type": "group",
    "model_type": "group",
    "model_attributes_type": "group",
    "dataclass_type": "group",
    "finite_number": "finite",
    "datetime_type": "instant",
    "datetime_parsing": "instant",
    "datetime_from_date_parsing": "instant",
    "datetime_object_invalid": "instant",
    "timezone_aware": "instant",
    "date_type": "date",
    "date_parsing": "date",
    "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date",
    "time_type": "time",
    "time_parsing": "time",
}
"""Types whose remedy needs no number; the finding is the value itself."""

_BOUND: Final = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("at_least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("at_most", "le"),
    "multiple_of": ("multiple", "multiple_of"),
}

_SIZE: Final = {
    "too_short": ("items", "items_least", "min_length"),
    "too_long": ("items", "items_most", "max_length"),
    "string_too_short": ("length", "length_least", "min_length"),
    "string_too_long": ("length", "length_most", "max_length"),
}


def describe(value: Any) -> str:
    """Return what a value is, in words."""
    if value is None:
        return say("found.what.null")
    if isinstance(value, bool):
        return say("found.what.bool", value="true" if value else "false")
    if isinstance(value, int | float):
        text = str(value) if abs(value) < 1e18 else f"{float(value):.3g}"
        return say("found.what.number", value=text)
    if isinstance(value, str):
        text = value if len(value) <= LONGEST_QUOTE else value[:LONGEST_QUOTE] + "…"
        return say("found.what.text", value=text.replace("\n", " "))
    if isinstance(value, list):
        return say("found.what.list", count=len(value))
    return say("found.what.group")


def unknown(name: str, known: list[str]) -> str:
    """Return the remedy for an unknown word: the nearest known one, else all of them."""
    meant = closest(name, known)
    if meant is not None:
        return say("remedy.did_you_mean", name=meant)
    return say("remedy.known", names=", ".join(known)) if known else say("remedy.none_known")


def misspelt(errors: Iterable[Mapping[str, Any]], model: type[BaseModel], data: Any) -> set[KeyPath]:
    """Return the keys that unknown keys are probably meant to be, so that they are not called missing as well."""
    found: set[KeyPath] = set()
    for error in errors:
        if error["type"] == "extra_forbidden":
            path, _, options = walk(model, error["loc"][:-1], data)
            meant = closest(str(error["loc"][-1]), keys_of(options))
            found |= {(*path, meant)} if meant else set()
    return found


def word(error: Mapping[str, Any], model: type[BaseModel], data: Any) -> tuple[KeyPath, str, str]:
    """Return (path of the key, what was found, the remedy) of one of pydantic's errors on ``data``."""
    kind: str = error["type"]
    context: Mapping[str, Any] = error.get("ctx", {})
    location = error["loc"]
    path, value, options = walk(model, location, data)
    if location and location[-1] == "[key]":
        value = path[-1]  # the name itself is wrong, not what it stands for
    found = say("found.value", what=describe(value))
    if kind == "missing":
        meaning = meaning_of(model, location, data)
        remedy = say("remedy.missing_meaning", meaning=meaning) if meaning else say("remedy.missing")
        return path, say("found.missing"), remedy
    if kind == "extra_forbidden":
        _, _, parents = walk(model, location[:-1], data)
        return path, say("found.extra"), unknown(str(location[-1]), keys_of(parents))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        key = str(context["discriminator"]).strip("'")
        names = choices(options)
        if kind == "union_tag_not_found":
            return (*path, key), say("found.missing"), say("remedy.kind", names=", ".join(names))
        meant = closest(str(context["tag"]), names)
        remedy = say("remedy.did_you_mean", name=meant) + " " if meant else ""
        return (*path, key), say("found.kind", value=context["tag"]), remedy + say("remedy.one_of", names=", ".join(names))
    if kind == "string_pattern_mismatch":
        meaning = meaning_of(model, location, data, whole=True)
        return path, found, say("remedy.pattern", bound=context["pattern"]) + (f" ({meaning})" if meaning else "")
    if kind in ("literal_error", "enum"):
        known = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        meant = closest(value, known.split(", ")) if isinstance(value, str) else None
        remedy = say("remedy.did_you_mean", name=meant) + " " if meant else ""
        return path, found, remedy + say("remedy.one_of", names=known)
    if kind in ("value_error", "assertion_error"):
        text = str(context.get("error", ""))
        what, _, remedy = text.partition("; ")
        return path, what or found, remedy or say("remedy.look")
    return path, *_numbers(kind, context, value, found, str(error["msg"]))


def _numbers(kind: str, context: Mapping[str, Any], value: Any, found: str, message: str) -> tuple[str, str]:
    if kind in _BOUND:
        name, bound = _BOUND[kind]
        return found, say(f"remedy.{name}", bound=_plain(context[bound]))
    if kind in _SIZE:
        what, name, bound = _SIZE[kind]
        count = context.get("actual_length", len(value) if isinstance(value, list | str | dict) else 0)
        return say(f"found.{what}", count=count), say(f"remedy.{name}", bound=context[bound])
    if kind in _REMEDY:
        return found, say(f"remedy.{_REMEDY[kind]}")
    return found, say("remedy.other", detail=message[:1].lower() + message[1:])


def _plain(bound: Any) -> Any:
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound
