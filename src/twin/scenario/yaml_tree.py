"""YAML 1.2 as a tree that knows the line and column of every key and value.

ruamel.yaml scans and parses; plain values are read by the core schema of the YAML 1.2.2 specification (section 10.3.2), so
that ``17:30``, ``yes`` and ``0123`` mean what they look like. Duplicate keys, tags, merge keys and recursive aliases are
problems; depth and size, counted with aliases written out, are bounded before anything is built.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from twin.errors import Problem
from twin.messages import say

MAX_BYTES: Final = 8 * 2**20
"""Larger files are refused: some 100,000 sites written one by one."""

MAX_VALUES: Final = 500_000
"""Values of one file with every alias written out; more is a mistake or an alias bomb."""

MAX_DEPTH: Final = 50
"""Nesting with every alias written out; a scenario needs about ten."""

Scalar = None | bool | int | float | str
KeyPath = tuple[str | int, ...]

_NULL = re.compile(r"null|Null|NULL|~|")
_TRUE = re.compile(r"true|True|TRUE")
_FALSE = re.compile(r"false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INF = re.compile(r"[-+]?(\.inf|\.Inf|\.INF)")
_NAN = re.compile(r"\.nan|\.NaN|\.NAN")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LONGEST_NUMBER = 400


@dataclass(slots=True)
class Node:
    """One value with its place; children of a mapping or a sequence are nodes."""

    place: str
    """Where the value begins, as ``scenario.yaml:12:3``, or the override that gave it."""
    content: Any
    """A scalar, a ``dict`` of nodes by key, or a ``list`` of nodes."""
    key_places: dict[str, str] = field(default_factory=dict)
    """Where each key of a mapping stands."""
    size: int = 1
    """Values in it, aliases written out."""
    height: int = 0

    def plain(self) -> Any:
        """Return the value as plain dicts, lists and scalars."""
        if isinstance(self.content, dict):
            return {key: child.plain() for key, child in self.content.items()}
        if isinstance(self.content, list):
            return [child.plain() for child in self.content]
        return self.content


def dotted(path: KeyPath) -> str:
    """Return a path as ``deployment.sites[2].lon_deg``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class Unreadable(Exception):  # noqa: N818  (never leaves this package: it becomes a ScenarioError)
    """The text cannot be read any further."""

    def __init__(self, problem: Problem) -> None:
        """Hold the problem that stopped the reader."""
        super().__init__(str(problem))
        self.problem = problem


def scalar(text: str) -> Scalar:
    """Return a plain (unquoted) scalar's value by the YAML 1.2.2 core schema."""
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if len(text) <= _LONGEST_NUMBER:
        if _INT.fullmatch(text):
            return int(text)
        if _OCTAL.fullmatch(text) or _HEX.fullmatch(text):
            return int(text, 0)
        if _FLOAT.fullmatch(text):
            return float(text)
    if _INF.fullmatch(text):
        return float(text.replace(".", ""))
    if _NAN.fullmatch(text):
        return float("nan")
    return text


def read_text(path: Path) -> str:
    """Return the file's text; raise ``Unreadable`` with the reason when it has none."""

    def refuse(what: str, **values: object) -> Unreadable:
        return Unreadable(
            Problem(str(path), "", say(f"yaml.file.{what}.found", **values), say(f"yaml.file.{what}.remedy", **values))
        )

    try:
        if path.is_dir():
            raise refuse("directory")
        if path.exists() and not path.is_file():
            raise refuse("special")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise refuse("missing") from error
    except (OSError, ValueError) as error:
        raise refuse("closed", reason=getattr(error, "strerror", None) or str(error)) from error
    if len(data) > MAX_BYTES:
        raise refuse("large", limit=MAX_BYTES // 2**20)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse("encoding", line=line) from error


class TreeReader:
    """Builds the tree of one text and gathers the problems that do not stop it."""

    def __init__(self, source: str, *, fixed_place: bool = False) -> None:
        """Name the source in every place; ``fixed_place`` leaves line and column out (for an override)."""
        self.source = source
        self.fixed_place = fixed_place
        self.problems: list[Problem] = []
        self._anchors: dict[str, Node | None] = {}
        self._built = 0

    def read(self, text: str) -> Node | None:
        """Return the tree, or None when the text holds no document; raise ``Unreadable`` when it is not YAML."""
        events = self._events(text)
        root: Node | None = None
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                if root is not None:
                    raise Unreadable(self._problem(event, "documents"))
                self._anchors.clear()
            elif kind in ("MappingStartEvent", "SequenceStartEvent", "ScalarEvent", "AliasEvent"):
                root = self._node(event, events, ())
        return root

    def place(self, mark: Any) -> str:
        """Return a mark of the parser as ``file:line:column``, counted from 1."""
        if self.fixed_place or mark is None:
            return self.source
        return f"{self.source}:{mark.line + 1}:{mark.column + 1}"

    def _problem(self, event: Any, what: str, path: KeyPath = (), **values: object) -> Problem:
        place = self.place(event.start_mark)
        return Problem(place, dotted(path), say(f"yaml.{what}.found", **values), say(f"yaml.{what}.remedy", **values))

    def _events(self, text: str) -> Iterator[Any]:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError
        from ruamel.yaml.reader import ReaderError

        last = None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for event in YAML(typ="safe", pure=True).parse(text):
                    last = event.start_mark
                    yield event
        except MarkedYAMLError as error:
            raise Unreadable(self._syntax(error, text)) from error
        except ReaderError as error:
            before = text[: error.position]
            line, column = before.count("\n") + 1, error.position - (before.rfind("\n") + 1) + 1
            place = self.source if self.fixed_place else f"{self.source}:{line}:{column}"
            found = say("yaml.character.found", code=f"U+{ord(text[error.position]):04X}")
            raise Unreadable(Problem(place, "", found, say("yaml.character.remedy"))) from error
        except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
            # ruamel.yaml lets such errors out for a few malformed escapes and directives
            raise Unreadable(
                Problem(self.place(last), "", say("yaml.syntax.found", detail=str(error)), say("yaml.syntax.remedy"))
            ) from error

    def _syntax(self, error: Any, text: str) -> Problem:
        detail = str(error.problem or error.context or "")
        mark = error.problem_mark or error.context_mark
        what = next((name for words, name in _SYNTAX if words in detail), "syntax")
        if what in ("unclosed", "quote") and error.context_mark is not None:
            mark = error.context_mark
        if what in ("colon", "no_colon"):
            first = max(mark.line - 1, 0)
            keys = (_KEY_WITHOUT_BLANK.match(line) for line in text.split("\n")[first : mark.line + 1])
            for line, key in enumerate(keys, first):
                if key is not None:
                    what, mark.line, mark.column = "blank", line, key.end()
        return Problem(self.place(mark), "", say(f"yaml.{what}.found", detail=detail), say(f"yaml.{what}.remedy"))

    def _node(self, event: Any, events: Iterator[Any], path: KeyPath) -> Node:
        if len(path) > MAX_DEPTH:
            raise Unreadable(self._problem(event, "deep", limit=MAX_DEPTH))
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self._alias(event, path)
        self._count(event, 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if event.tag is not None:
            self.problems.append(self._problem(event, "tag", path, tag=event.tag))
        if kind == "ScalarEvent":
            node = Node(self.place(event.start_mark), self._value(event, path))
        elif kind == "SequenceStartEvent":
            node = self._sequence(event, events, path)
        else:
            node = self._mapping(event, events, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _value(self, event: Any, path: KeyPath) -> Scalar:
        if _SURROGATE.search(event.value):
            self.problems.append(self._problem(event, "surrogate", path))
            return ""
        return scalar(event.value) if event.implicit[0] else str(event.value)

    def _count(self, event: Any, values: int) -> None:
        self._built += values
        if self._built > MAX_VALUES:
            raise Unreadable(self._problem(event, "bomb", limit=MAX_VALUES))

    def _alias(self, event: Any, path: KeyPath) -> Node:
        if event.anchor not in self._anchors:
            raise Unreadable(self._problem(event, "alias", name=event.anchor))
        node = self._anchors[event.anchor]
        if node is None:
            raise Unreadable(self._problem(event, "recursive", name=event.anchor))
        if len(path) + node.height > MAX_DEPTH:
            raise Unreadable(self._problem(event, "deep", limit=MAX_DEPTH))
        self._count(event, node.size)
        return node

    def _sequence(self, event: Any, events: Iterator[Any], path: KeyPath) -> Node:
        node = Node(self.place(event.start_mark), [])
        for item in events:
            if type(item).__name__ == "SequenceEndEvent":
                break
            child = self._node(item, events, (*path, len(node.content)))
            node.content.append(child)
            node.size += child.size
            node.height = max(node.height, child.height + 1)
        return node

    def _mapping(self, event: Any, events: Iterator[Any], path: KeyPath) -> Node:
        node = Node(self.place(event.start_mark), {})
        for item in events:
            if type(item).__name__ == "MappingEndEvent":
                break
            key_node = self._node(item, events, (*path, "?"))
            key = item.value if type(item).__name__ == "ScalarEvent" else key_node.content
            here = path if isinstance(key, dict | list) else (*path, str(key))
            child = self._node(next(events), events, here)
            node.size += child.size + 1
            node.height = max(node.height, child.height + 1)
            if isinstance(key, dict | list):
                self.problems.append(self._problem(item, "complex_key", path))
            elif key == "<<":
                self.problems.append(self._problem(item, "merge", path))
            elif str(key) in node.content:
                first = node.key_places[str(key)]
                self.problems.append(self._problem(item, "duplicate", here, first=first))
            elif _SURROGATE.search(str(key)):
                self.problems.append(self._problem(item, "surrogate", path))
            else:
                node.content[str(key)] = child
                node.key_places[str(key)] = self.place(item.start_mark)
        return node


_KEY_WITHOUT_BLANK: Final = re.compile(r"\s*(?:- +)*\w+(?=:\S|：)")
"""A line that begins with a key whose colon has no blank after it, or is the Chinese one."""

_SYNTAX: Final = (
    ("character '\\t'", "tab"),
    ("mapping values are not allowed", "colon"),
    ("expected ',' or", "unclosed"),
    ("unexpected end of stream", "quote"),
    ("expected <block end>", "indentation"),
    ("could not find expected ':'", "no_colon"),
    ("that cannot start any token", "start"),
    ("expected alphabetic or numeric", "alias_name"),
    ("unknown escape character", "escape"),
    ("undefined tag handle", "tag_handle"),
)
"""Words of ruamel.yaml's messages, and ours that says the same to a planner."""
