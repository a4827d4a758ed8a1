"""Goals beside figures: ``bars.toml`` and ``results/`` as tables of docs/performance.md and docs/validation.md.

The tables stand between two marks in each page; everything around them is written by hand and stays.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
BARS: Final = Path(__file__).with_name("bars.toml")
RESULTS: Final = Path(__file__).with_name("results")
PAGES: Final = {"performance": ROOT / "docs" / "performance.md", "validation": ROOT / "docs" / "validation.md"}
BEGIN: Final = "<!-- begin: made by `make bench`, see benchmarks/bars.toml -->"
END: Final = "<!-- end: made by `make bench` -->"
TESTS: Final = "tests"
"""Measurements whose names begin so are tests."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A command that measures."""

    name: str
    command: str = ""
    """Words after ``python``; none for tests, which the bars name."""
    quick: str = ""
    """The same with small sizes."""
    long: bool = False
    """Whether it is left out of ``make bench``."""
    timed: bool = True
    """Whether its figures are times, so that nothing may run beside it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A goal, or something that is to be shown."""

    page: str
    part: str
    """Heading of its table."""
    what: str
    measurement: str
    figure: str = ""
    """Where the figure stands in the result, keys and places with / between; several figures are all held to the goal."""
    test: str = ""
    """The test that asserts it, or records the figure."""
    at_least: float | None = None
    at_most: float | None = None
    """Both with ``at_least``: between them."""
    goal: str = ""
    """In words, where there is more to say than the number."""
    unit: str = ""
    digits: int = 1
    factor: float = 1.0
    """From the result's unit to what is shown."""
    missed: str = ""
    """Why it is missed, if it is."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A table of what a measurement gave beside its bars."""

    page: str
    title: str
    measurement: str
    rows: str
    """Where a list of objects stands in the result, or an object whose names and numbers are the rows."""
    heads: Sequence[str]
    keys: Sequence[str] = ()
    """By column; none for names and numbers."""
    digits: Sequence[int] = ()
    """By column; of names and numbers, of the number."""


def read_details(file: Path = BARS) -> tuple[Detail, ...]:
    """Return the tables beside the bars, in their order."""
    told: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["detail"]
    return tuple(Detail(**one) for one in told)


def read_bars(file: Path = BARS) -> tuple[dict[str, Measurement], tuple[Bar, ...]]:
    """Return the measurements by name, and the bars in their order."""
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    measurements = {name: Measurement(name=name, **values) for name, values in told["measurement"].items()}
    known = {field.name for field in fields(Bar)}
    bars = []
    for part in told["part"]:
        shared = {key: value for key, value in part.items() if key != "bar"}
        for one in part["bar"]:
            values = shared | one
            if not values.keys() <= known or values["measurement"] not in measurements or values["page"] not in PAGES:
                raise ValueError(f"{file.name}: {values}")
            bars.append(Bar(**values))
    return measurements, tuple(bars)


def read_results(measurements: Mapping[str, Measurement]) -> dict[str, dict[str, Any]]:
    """Return what is kept, by measurement."""
    files = {name: RESULTS / f"{name}.json" for name in measurements}
    return {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items() if file.is_file()}


def at_place(result: Mapping[str, Any], place: str) -> Any:
    """Return what stands at a place of a result's figures, None where an earlier program left nothing there."""
    found: Any = result["figures"]
    for word in place.split("/"):
        try:
            found = found[int(word)] if isinstance(found, list) else found[word]
        except (LookupError, ValueError):
            return None
    return found


def figures_of(bar: Bar, result: Mapping[str, Any]) -> list[float]:
    """Return the figures of a bar in what it is shown in."""
    found = at_place(result, bar.figure) if bar.figure else None
    if found is None:
        return []
    values = found.values() if isinstance(found, dict) else found if isinstance(found, list) else [found]
    return [bar.factor * float(value) for value in values]


def is_met(bar: Bar, result: Mapping[str, Any]) -> bool | None:
    """Return whether the figures keep the goal and the test passed; None where nothing is asked or known."""
    if bar.test:
        ended = result["figures"]["tests"].get(bar.test)
        if ended is None:
            return None
        if ended["failed"] or not ended["passed"]:
            return False
    values = figures_of(bar, result)
    if bar.figure and not values:
        return None
    if bar.at_least is None and bar.at_most is None:
        return True if bar.test else None
    low = bar.at_least is None or min(values) >= bar.at_least
    return low and (bar.at_most is None or max(values) <= bar.at_most)


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def goal_of(bar: Bar) -> str:
    """Return the goal in words."""
    digits = 0 if all(one is None or float(one).is_integer() for one in (bar.at_least, bar.at_most)) else 3
    ends = [
        "" if one is None else f"{one:,.{digits}f}".rstrip("0").rstrip(".") if digits else f"{one:,.0f}"
        for one in (bar.at_least, bar.at_most)
    ]
    low, high = ends
    unit = f" {bar.unit}" if bar.unit else ""
    stated = f"{low} to {high}{unit}" if low and high else f">= {low}{unit}" if low else f"<= {high}{unit}" if high else ""
    return bar.goal or stated or ("holds" if bar.test and not bar.figure else "shown")


def shown(bar: Bar, result: Mapping[str, Any]) -> str:
    """Return the figures in words."""
    values = figures_of(bar, result)
    unit = f" {bar.unit}" if bar.unit else ""
    if values:
        ends = dict.fromkeys(_number(value, bar.digits) for value in (min(values), max(values)))
        return " to ".join(ends) + unit
    ended = None if bar.figure else result["figures"]["tests"].get(bar.test)
    if ended is None:
        return "not measured"
    count = f"{ended['passed']} of {sum(ended.values()) - ended['skipped']} passed"
    return f"asserted; {count}" + (f", {ended['skipped']} skipped" if ended["skipped"] else "")


def verdict(bar: Bar, result: Mapping[str, Any] | None) -> str:
    """Return met, missed with its reason, or what else can be said."""
    if result is None:
        return "not measured"
    met = is_met(bar, result)
    if met is None:
        return ""
    return "met" if met else f"**MISSED**: {bar.missed or 'the reason is not known'}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def detail_table(one: Detail, result: Mapping[str, Any]) -> list[str]:
    """Return a table beside the bars, with its heading; nothing where the result has no such rows."""
    rows = at_place(result, one.rows)
    if not rows:
        return []

    def cell(value: Any, digits: int) -> str:
        return f"{value:,.{digits}f}" if isinstance(value, int | float) else "-" if value is None else str(value)

    if one.keys:
        cells = [[cell(row.get(key), digits) for key, digits in zip(one.keys, one.digits, strict=True)] for row in rows]
    else:
        cells = [[name, cell(value, one.digits[0])] for name, value in rows.items()]
    return ["", f"### {one.title} ({one.measurement})", "", *_table(one.heads, cells)]


def _by(bar: Bar) -> str:
    return f"`{bar.test}`" if bar.test else bar.measurement


def tables(page: str, bars: Sequence[Bar], measurements: Mapping[str, Measurement], results: Mapping[str, Any]) -> str:
    """Return what stands between the marks of a page."""
    own = [bar for bar in bars if bar.page == page]
    verdicts = [verdict(bar, results.get(bar.measurement)) for bar in own]
    missed = [bar for bar, said in zip(own, verdicts, strict=True) if said.startswith("**")]
    lines = [f"{sum(said == 'met' for said in verdicts)} bars met, {len(missed)} missed" + (":" if missed else "."), ""]
    lines += [f"* {bar.part}: {bar.what}" for bar in missed]
    for part in dict.fromkeys(bar.part for bar in own):
        rows = []
        for bar, said in zip(own, verdicts, strict=True):
            if bar.part == part:
                result = results.get(bar.measurement)
                rows.append([bar.what, goal_of(bar), shown(bar, result) if result else "-", said, _by(bar)])
        lines += ["", f"## {part}", "", *_table(("what", "goal", "figure", "", "measured by"), rows)]
    used = [one for name, one in measurements.items() if name in {bar.measurement for bar in own} and name in results]
    rows = []
    for one in used:
        result = results[one.name]
        name = f"{one.name} (long)" if one.long else one.name
        rows.append(
            [
                name,
                f"`{result['command']}`",
                f"{result['wall_s']:,.0f} s" if "wall_s" in result else "-",
                result["date"],
                result["commit"],
                f"{result.get('load_before', '-')}",
            ]
        )
    details = [
        line
        for one in read_details()
        if one.page == page
        for line in detail_table(one, results.get(one.measurement, {"figures": {}}))
    ]
    lines += ["", "## In detail", *details] if details else []
    lines += ["", "## How it was measured", "", *machines(used, results), ""]
    lines += _table(("name", "command", "took", "on", "commit", "load before"), rows)
    return "\n".join(lines)


def machines(used: Sequence[Measurement], results: Mapping[str, Any]) -> Iterator[str]:
    """Yield the machines in words, each with what was measured on it."""
    by_words: dict[str, list[str]] = {}
    for one in used:
        told = results[one.name].get("machine")
        if told is None:
            by_words.setdefault("not kept", []).append(one.name)
            continue
        libraries = ", ".join(f"{name} {number}" for name, number in told["libraries"].items())
        hardware = f"{told['cpu']}, {told['cores']} cores, {told['memory_gb']:g} GB"
        words = f"{hardware}, {told['system']}, Python {told['python']}; {libraries}"
        by_words.setdefault(words, []).append(one.name)
    for words, names in by_words.items():
        yield f"Machine{'' if len(by_words) == 1 else ' of ' + ', '.join(names)}: {words}."


def written(text: str, table: str) -> str:
    """Return a page with the tables between its marks replaced."""
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page has no place for the tables: {BEGIN}")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def write_pages(bars: Sequence[Bar], measurements: Mapping[str, Measurement], results: Mapping[str, Any]) -> Iterator[str]:
    """Write both pages; yield what was missed, in a line each."""
    for page, file in PAGES.items():
        table = tables(page, bars, measurements, results)
        file.write_text(written(file.read_text(encoding="utf-8"), table), encoding="utf-8")
    for bar in bars:
        result = results.get(bar.measurement)
        if verdict(bar, result).startswith("**"):
            yield f"missed: {bar.part}: {bar.what}: {shown(bar, result or {})}, goal {goal_of(bar)}"
