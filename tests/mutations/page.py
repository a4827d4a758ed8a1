"""The page of the breaks: how many, what noticed each, what nothing noticed at first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from breaks import Break, Place

HEAD = """# Do the tests bite?

Written by `make mutations`; not to be edited by hand.

A test suite is worth what it notices. So a copy of the package is broken in one place at a time - a sign, a unit, a tie, a
forgotten option, a stale cache - the way somebody could slip, and the tests of that part are asked (with `--golden`, after them
the golden runs). The breaks (`tests/mutations/*.toml`) were written from the sources, package by package, before any was
tried; one that nothing noticed stays in the list, and gets a test. A break is found by function and tokens, not by file and
line: where a function is renamed or a formula rewritten, `make mutations` says so and stops.

A break for which a test was written before it was tried counts as not noticed at first; so does one that only a crash gave away
which its author had not meant. Where the list of tests asked was too short, and a test that stood there already, unchanged,
notices the break, the list is mended and the break counts as noticed at first. Only the first test that fails is
named, for the rest are not asked. Seconds are those of a loaded machine, compiling included.
How much of the package the tests run through at all: [coverage.md](coverage.md).
"""


def write_page(file: Path, breaks: Sequence[Break], places: Mapping[str, Place], results: Mapping[str, Any]) -> None:
    """Write the page of all breaks and their last outcomes."""
    file.write_text("\n".join(_lines(breaks, places, results)) + "\n")


def _lines(breaks: Sequence[Break], places: Mapping[str, Place], results: Mapping[str, Any]) -> Iterator[str]:
    yield HEAD
    asked = [one for one in breaks if one.name in results]
    noticed = [one for one in asked if results[one.name]["outcome"] == "noticed"]
    equal = [one for one in breaks if one.equivalent]
    at_first = [one for one in asked if results[one.name]["first"] == "survived"]
    yield (
        f"{len(noticed)} of {len(asked)} breaks are noticed; {len(equal)} of the others change nothing that could be noticed"
        f"{f'; {len(breaks) - len(asked)} more have not been tried yet' if len(asked) < len(breaks) else ''}. "
        f"When first asked, {len(asked) - len(at_first)} were noticed and {len(at_first)} were not."
    )
    yield "\n| part | breaks | noticed at first | noticed now | change nothing |\n|---|---:|---:|---:|---:|"
    for package in dict.fromkeys(one.package for one in breaks):
        mine = [one for one in asked if one.package == package]
        first = sum(results[one.name]["first"] != "survived" for one in mine)
        now = sum(results[one.name]["outcome"] == "noticed" for one in mine)
        yield f"| {package} | {len(mine)} | {first} | {now} | {sum(bool(one.equivalent) for one in mine)} |"
    yield "\n## What nothing noticed at first\n"
    yield "| break | what was broken | noticed since by |\n|---|---|---|"
    for one in at_first:
        yield f"| {one.name} | {one.what} | {_outcome(one, results[one.name])} |"
    yield "\n## Every break\n"
    yield "| break | place | what was broken | noticed by | s |\n|---|---|---|---|---:|"
    for one in asked:
        place = places[one.name].file.as_posix().removeprefix("src/twin/")
        where = f"`{place}`" + (f" `{one.function}`" if one.function and "/" not in one.function else "")
        yield f"| {one.name} | {where} | {one.what} | {_outcome(one, results[one.name])} | {results[one.name]['s']} |"


def _outcome(one: Break, result: Mapping[str, Any]) -> str:
    if result["outcome"] == "noticed":
        return f"`{result['by']}`"
    if one.equivalent:
        return f"changes nothing: {one.equivalent}"
    return f"**{result['outcome']}** {result['by']}".strip()
