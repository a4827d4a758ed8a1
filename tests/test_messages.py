"""The catalogue of messages: both languages, every message said somewhere, everything said there and filled in."""

from __future__ import annotations

import ast
import pkgutil
import re
import string
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from twin import cli, messages
from twin.messages import LANGUAGES, catalogue, known, language, say, speaking, use_language
from twin.metrics.summary import FIGURES

ROOT = Path(__file__).parent.parent
PARTS = [module.name for module in pkgutil.iter_modules(messages.__path__)]
KEYS = {key: texts for part in PARTS for key, texts in catalogue(part).items()}
CALLERS = ("say", "known", "problem")
"""Functions and methods that take a key; ``problem`` takes what comes before ``.found`` and ``.remedy``."""


@cache
def _nodes() -> list[tuple[str, ast.AST]]:
    """Return where and what the texts and calls of all modules are that may say something."""
    files = [path for folder in ("src/twin", "apps") for path in sorted((ROOT / folder).rglob("*.py"))]
    trees = {path: ast.parse(path.read_text("utf-8")) for path in files if path.parent.name != "messages"}
    kinds = (ast.Constant, ast.JoinedStr, ast.IfExp, ast.Call)
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, kinds)
    ]


def _pattern(node: ast.AST) -> re.Pattern[str] | None:
    """Return what keys an f-string can make, where it begins with a part of the catalogue; what is filled in are groups."""
    if not isinstance(node, ast.JoinedStr) or not isinstance(node.values[0], ast.Constant):
        return None
    if node.values[0].value.partition(".")[0] not in PARTS or "." not in node.values[0].value:
        return None
    return re.compile("".join(re.escape(one.value) if isinstance(one, ast.Constant) else r"([\w.-]+)" for one in node.values))


def _constants(node: ast.AST) -> list[str]:
    """Return the keys that an argument can be: a text, or one of two."""
    if isinstance(node, ast.IfExp):
        return _constants(node.body) + _constants(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _name(node: ast.AST) -> str:
    """Return the name of what a call calls."""
    called = getattr(node, "func", None)
    return called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")


class _Call(NamedTuple):
    """A message is asked for."""

    where: str
    keys: list[str]
    """Of the messages that it can be."""
    values: set[str] | None
    """Names of what is filled in; None where that cannot be seen."""


def _calls() -> list[_Call]:
    found = []
    for where, node in _nodes():
        name = _name(node)
        place = 1 if name == "problem" else 0
        if not isinstance(node, ast.Call) or name not in CALLERS or len(node.args) <= place:
            continue
        names = {keyword.arg for keyword in node.keywords}
        keys = [key for key in _constants(node.args[place]) if "." in key]
        if name == "problem":
            keys = [f"{key}.{end}" for key in keys for end in ("found", "remedy")[: 1 if len(node.args) > place + 1 else 2]]
        found.append(_Call(where, keys, None if None in names or name == "known" else {one for one in names if one}))
    return [one for one in found if one.keys]


def _fields(text: str) -> set[str]:
    """Return the names that a message fills in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("part", PARTS)
def test_each_message_is_complete_and_stands_in_the_module_of_its_part(part: str) -> None:
    """Each message is there in English and Chinese, with the same values filled in, in the module that its key names."""
    for key, texts in catalogue(part).items():
        assert key.startswith(f"{part}."), key
        assert len(texts) == len(LANGUAGES), key
        assert all(text.strip() for text in texts), key
        assert _fields(texts[0]) == _fields(texts[1]), key


def test_every_message_is_said_somewhere() -> None:
    """No message is left over: its key, what comes before .found or .remedy, or a pattern of it stands in the program.

    Words filled into a pattern have to occur in the program as well; help texts have their own test below, and the names of
    closing figures go by their list.
    """
    words = {word for folder in ("src/twin", "apps") for path in (ROOT / folder).rglob("*.py") for word in _words(path)}
    texts, patterns = {f"summary.{name}" for name in FIGURES}, []
    for _, node in _nodes():
        texts.update(_constants(node))
        patterns += [pattern] if (pattern := _pattern(node)) else []

    def said(key: str) -> bool:
        if {key, key.removesuffix(".found"), key.removesuffix(".remedy")} & texts:
            return True
        matches = (pattern.fullmatch(key) for pattern in patterns)
        return any(set(re.findall(r"\w+", " ".join(match.groups()))) <= words for match in matches if match)

    left_over = [key for key in KEYS if not key.startswith("help.") and not said(key)]
    assert not left_over, f"said nowhere: {', '.join(left_over)}"


def _words(path: Path) -> set[str]:
    return set() if path.parent.name == "messages" else set(re.findall(r"\w+", path.read_text("utf-8")))


def test_everything_that_is_said_is_there() -> None:
    """Each key that is handed to the catalogue is in it; a pattern in an f-string finds some message."""
    calls = _calls()
    lost = [f"{one.where}: {key}" for one in calls for key in one.keys if key not in KEYS]
    for where, node in _nodes():
        pattern = _pattern(node.args[0]) if isinstance(node, ast.Call) and node.args and _name(node) in CALLERS else None
        if pattern and not any(pattern.fullmatch(key) for key in KEYS):
            lost.append(f"{where}: {pattern.pattern}")
    assert len(calls) > 500, "the calls were not found: the test would prove nothing"
    assert not lost, "\n".join(lost)


def test_messages_are_filled_with_what_they_ask_for() -> None:
    """Who says a message gives the values that it has places for: a missing one would hide the error that it tells of."""
    wrong = []
    for where, keys, values in _calls():
        asked = {field for key in keys for field in _fields(KEYS[key][0])}
        if values is not None and asked != values:
            wrong.append(f"{where}: {', '.join(keys)}: {asked ^ values}")
    assert not wrong, "\n".join(wrong)


def test_every_command_and_option_has_its_help_and_none_is_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The help texts of the catalogue are those of the commands, options and arguments that there are."""
    asked = set()
    monkeypatch.setattr(cli, "say", lambda key: asked.add(key) or key)
    cli._describe(typer.main.get_command(cli.app), "help.twin")
    assert asked == set(catalogue("help"))


def test_a_message_loads_its_own_part_alone() -> None:
    """Saying a message imports the module that holds it and no other."""
    probe = (
        "import sys\nfrom twin.messages import say\nprint(say('query.empty'))\n"
        "print(*(name for name in sys.modules if name.startswith('twin.')))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1].split() == ["twin.messages", "twin.messages.query"]


def test_a_language_is_spoken_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Afterwards it is the one of before, after an error too; where none was chosen, again that of the environment."""
    monkeypatch.setenv("TWIN_LANG", "zh")
    use_language(None)
    with speaking("en"):
        assert language() == "en"
    assert language() == "zh"
    with pytest.raises(KeyError), speaking("en"):
        say("draw.no_such_message")
    assert language() == "zh"
    monkeypatch.setenv("TWIN_LANG", "en")
    assert language() == "en"


def test_a_message_is_said_in_the_language_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """``use_language`` goes before ``TWIN_LANG``, that before English; an unknown language is English."""
    monkeypatch.delenv("TWIN_LANG", raising=False)
    use_language(None)
    assert say("sweep.yes") == "yes"
    monkeypatch.setenv("TWIN_LANG", "zh")
    assert say("sweep.yes") == "是"
    use_language("en")
    assert say("sweep.yes") == "yes"
    use_language(None)
    monkeypatch.setenv("TWIN_LANG", "fr")
    assert say("sweep.yes") == "yes"
    assert known("sweep.yes")
    assert not known("sweep.perhaps")
