"""Mutated scenario files through the real commands: each must end in success or in one clear message with exit code 2.

    python benchmarks/fuzz_scenarios.py [COUNT] [--seed N] [--keep DIR]

A mutant is the text of ``BASE`` after one to four random changes of the kinds in ``MUTATIONS``; number and seed decide over it.
It is validated as it is, then run for a second on a small map. What counts as a fault: another exit code than 0 and 2, a
traceback or a warning, a message without remedy or that does not name the file, a file or folder left behind, more than
``PATIENCE_S`` seconds. The last line is JSON with the counts.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from twin import cli
from twin.terminal.errors import MOST_PROBLEMS

ROOT: Final = Path(__file__).resolve().parent.parent
MAP: Final = ROOT / "tests" / "golden" / "town.osm"
PATIENCE_S: Final = 60
COMPILING_S: Final = 300
FILE: Final = "mutant.yaml"
SHORT: Final = ("--set", "duration_s=1", "--set", "warm_up_s=0")
"""The mutant's own duration is judged by ``validate``; the run is cut short so that thousands of them take minutes."""

BASE: Final = """\
name: town
question: What does a mutant do?
map: town.osm
start: 2026-05-20T08:00:00+08:00
duration_s: 60
warm_up_s: 10
seed: 1

weather:
  rain_mmph: 2.5
  fog_visibility_m: 800

demand:
  inflow_vph: 900
  shortest_trip_m: 200
  prefill_s: 60
  signal_wait_s: 12
  prefill_speed_ratio: 0.7
  inbound_share: 0.2
  outbound_share: 0.1
  internal_share: 0.1
  profile:
    - {at_s: 0, factor: 0.5}
    - {at_s: 60, factor: 1.5}
  vehicle_types:
    bus: {share: 0.1, length_m: 10.5, speed_factor: 0.8}
    car:
      time_gap_s: 1.2
      standstill_gap_m: 1.8

signals:
  cycle_s: 60
  yellow_s: 3
  all_red_s: 2
  shortest_green_s: 10

deployment:
  kits:
    pole:
      - kind: lidar
        mounting_height_m: 6
        range_m: 120
        rate_hz: 10
        field_of_view_deg: 270
        tilt_deg: 5
        azimuth_resolution_deg: 0.2
        occlusion_column_deg: 3
        reflectivity_by_class: {bus: 0.4}
        points_for_half_detection: 12
        processing_mean_s: 0.04
        false_objects_per_frame: 0.1
  sites:
    - {name: centre, lon_deg: 113.319912, lat_deg: 23.119892, kit: pole, heading_deg: 30}
  rules:
    - kind: signalised_junctions
      kit: pole
      prefix: cross

links:
  mec_sites_per_unit: 2
  message: {bytes_header: 30, participants_per_fragment: 8}
  site_to_mec:
    rate_mbps: 100
    queue_messages: 50
    loss_probability: 0.01
    delay_s: {kind: constant, value_s: 0.002}
  mec_to_cloud:
    rate_mbps: 10
    delay_s: {kind: lognormal, median_s: 0.004, p95_s: 0.012}

log:
  trajectory_period_s: 1
  observation_every_n_frames: 2
  segment_s: 30
  interval_s: 30
"""

_NUMBER: Final = re.compile(r"(?<=[:\[ ])-?\d+(?:\.\d+)?(?=[\s,}\]]|$)")
_KEY: Final = re.compile(r"\b([a-z][a-z_0-9]*)(?=:)")
_VALUE: Final = re.compile(r"(?<=: )[^\s{][^,}\n]*")

NUMBERS: Final = (
    *("0", "-0", "-1", "1", "2", "1e-300", "1e-9", "0.001", "0.333333", "99.9", "1000", "65536", "1e6", "1e9", "-1e9"),
    *("2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "1e18", "1e19", "1e30", "1e300", "1e308"),
    *("-1e308", ".inf", "-.inf", ".nan", "1e999", "9" * 60, "9" * 5000, "0x1F", "0o17", "0b1", "1_000", "1,000", "１２", "½"),
)
WORDS: Final = (
    *("null", "~", "true", "no", "[]", "{}", "[1, 2]", "{a: 1}", "''", '""', "' '", "text", "'5'", "5 km", "50km/h", "30 min"),
    *("中文", "花城大道", "🚦", "e\u0301", "\u202etxet", "\u200b", "a/b", "../..", "C:\\maps", "/etc/passwd", "/dev/zero", "."),
    *(
        "%s %d {0} {x}",
        "[bold]",
        "2026-02-30",
        "2026-05-20",
        "08:00",
        "17:30",
        "2026-05-20T08:00:00",
        "0001-01-01T00:00:00+14:00",
    ),
    *("9999-12-31T23:59:59-12:00", "x" * 3000, "*a", "&a 5", "!!int 5", "!!python/object:os.system x", "|", ">", "@x", "`x`"),
)
NAMES: Final = ("kind", "lidr", "radar", "name", "", "~", "中文", "🚦", "a b", "<<", "null", "1", "[x]", "__class__", "x" * 300)
BLOCKS: Final = (
    *(
        "extra: 1\n",
        "name: again\n",
        "demand:\n  inflow_vph: 5\n",
        "---\nname: b\n",
        "...\n",
        "%YAML 1.1\n---\n",
        "- 1\n",
        "\t- x\n",
    ),
    *(
        "# comment\n",
        "x: &a [*a]\n",
        "x: *missing\n",
        "links: {}\n",
        "deployment: {sites: []}\n",
        "weather:\n",
        "log:\n  - 1\n",
    ),
)

Mutation = Callable[[random.Random, str], str]


def _swap(pattern: re.Pattern[str], pool: tuple[str, ...]) -> Mutation:
    """Return a mutation that replaces one match of ``pattern`` by an entry of ``pool``."""

    def mutate(draw: random.Random, text: str) -> str:
        found = list(pattern.finditer(text))
        if not found:
            return text
        spot = draw.choice(found)
        return text[: spot.start()] + draw.choice(pool) + text[spot.end() :]

    return mutate


def _lines(change: Callable[[random.Random, list[str], int], None]) -> Mutation:
    """Return a mutation that changes the list of lines at a random one."""

    def mutate(draw: random.Random, text: str) -> str:
        lines = text.splitlines(keepends=True)
        if lines:
            change(draw, lines, draw.randrange(len(lines)))
        return "".join(lines)

    return mutate


def _drop(_: random.Random, lines: list[str], at: int) -> None:
    del lines[at]


def _duplicate(_: random.Random, lines: list[str], at: int) -> None:
    lines.insert(at, lines[at])


def _move(draw: random.Random, lines: list[str], at: int) -> None:
    line = lines.pop(at)
    lines.insert(draw.randrange(len(lines) + 1), line)


def _indent(draw: random.Random, lines: list[str], at: int) -> None:
    lines[at] = draw.choice((" ", "  ", "    ", "\t", "\u3000", "\u00a0")) + lines[at]


def _outdent(draw: random.Random, lines: list[str], at: int) -> None:
    lines[at] = lines[at][draw.randint(1, 3) :]


def _insert_block(draw: random.Random, lines: list[str], at: int) -> None:
    lines.insert(at, draw.choice(BLOCKS))


def _drop_group(draw: random.Random, lines: list[str], at: int) -> None:
    del lines[at : at + draw.randint(2, 12)]


def _typo(draw: random.Random, text: str) -> str:
    spots = list(_KEY.finditer(text))
    if not spots:
        return text
    spot = draw.choice(spots)
    key = spot[1]
    at = draw.randrange(len(key))
    new = draw.choice(
        (key[:at] + key[at + 1 :], key[:at] + draw.choice("aeiox_") + key[at:], key.upper(), key + "s", "-" + key)
    )
    return text[: spot.start()] + new + text[spot.end() :]


def _unit(draw: random.Random, text: str) -> str:
    pairs = (("_m:", "_km:"), ("_s:", "_ms:"), ("_vph:", "_vpm:"), ("_mbps:", "_kbps:"), ("_deg:", "_rad:"), ("_hz:", "_khz:"))
    old, new = draw.choice(pairs)
    return text.replace(old, new, draw.randint(1, 3))


def _unit_value(draw: random.Random, text: str) -> str:
    return _swap(_NUMBER, ("50 m", "50m", "1.5km", "10 Hz", "60 km/h", "5%", "１２０米", "2小时", "1/2", "3;2", "~5"))(
        draw, text
    )


def _scale(draw: random.Random, text: str) -> str:
    spot = draw.choice(list(_NUMBER.finditer(text)) or [None])
    if spot is None:
        return text
    return f"{text[: spot.start()]}{float(spot[0]) * draw.choice((0.1, 0.5, 2, 3, 10, 100, 1000)):g}{text[spot.end() :]}"


def _deep(draw: random.Random, text: str) -> str:
    depth = draw.choice((20, 49, 50, 51, 200, 5000))
    opening, closing = draw.choice((("[", "]"), ("{a: ", "}")))
    return _swap(_VALUE, (opening * depth + "1" + closing * depth,))(draw, text)


def _huge_list(draw: random.Random, text: str) -> str:
    entry = draw.choice(
        ("{at_s: 1, factor: 1}", "1", "x", "{kind: lidar}", "{name: a, lon_deg: 113.32, lat_deg: 23.12, kit: pole}")
    )
    place = draw.choice(("  profile:", "  sites:", "  rules:", "    pole:", "  mecs:"))
    return text.replace(place, f"{place} [{', '.join([entry] * draw.choice((100, 3000)))}]\n  x:", 1)


def _bomb(draw: random.Random, text: str) -> str:
    levels = draw.randint(3, 9)
    lines = ["b0: &b0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n" + text


def _punctuation(draw: random.Random, text: str) -> str:
    old, new = draw.choice(
        ((":", "："), (",", "，"), ("-", "－"), ("_", "-"), (" ", "\u3000"), (".", "。"), ("{", "("), ("}", ""))
    )
    spots = [at for at, character in enumerate(text) if character == old]
    at = draw.choice(spots or [0])
    return text[:at] + new + text[at + 1 :]


def _truncate(draw: random.Random, text: str) -> str:
    return text[: draw.randrange(len(text) + 1)]


def _characters(draw: random.Random, text: str) -> str:
    at = draw.randrange(len(text) + 1)
    return (
        text[:at]
        + draw.choice(("\0", "\x07", "\r", "\ufeff", "\ud800", "'", '"', "[", "}", ":", "&", "*", "\\", "%"))
        + text[at:]
    )


MUTATIONS: Final[dict[str, Mutation]] = {
    "number": _swap(_NUMBER, NUMBERS),
    "scale": _scale,
    "type": _swap(_VALUE, WORDS),
    "value": _swap(_VALUE, NUMBERS),
    "key": _swap(_KEY, NAMES),
    "typo": _typo,
    "unit of a key": _unit,
    "unit of a value": _unit_value,
    "drop a line": _lines(_drop),
    "drop lines": _lines(_drop_group),
    "duplicate a line": _lines(_duplicate),
    "move a line": _lines(_move),
    "indent": _lines(_indent),
    "outdent": _lines(_outdent),
    "insert": _lines(_insert_block),
    "nest": _deep,
    "huge list": _huge_list,
    "aliases": _bomb,
    "punctuation": _punctuation,
    "truncate": _truncate,
    "characters": _characters,
}

ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "gbk", "latin-1")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed scenario file."""

    number: int
    kinds: tuple[str, ...]
    data: bytes


def mutants(count: int, seed: int = 1) -> Iterator[Mutant]:
    """Yield ``count`` mutants; number and seed decide over each, so that one of them can be made again."""
    names = list(MUTATIONS)
    for number in range(count):
        draw = random.Random(f"{seed}/{number}")  # noqa: S311  (no secret)
        kinds = [names[number % len(names)], *draw.choices(names, k=draw.choice((0, 0, 0, 1, 3)))]
        text = BASE
        for kind in kinds:
            text = MUTATIONS[kind](draw, text)
        encoding = draw.choice(ENCODINGS) if draw.random() < 0.03 else "utf-8"
        data = text.encode(encoding, errors="surrogatepass" if encoding.startswith("utf") else "replace")
        if draw.random() < 0.03:
            at = draw.randrange(len(data) + 1)
            data = data[:at] + bytes([draw.randrange(256)]) + data[at + draw.randint(0, 2) :]
        yield Mutant(number, (*kinds, *([encoding] if encoding != "utf-8" else [])), data)


@dataclass(slots=True)
class Outcome:
    """What became of one command on one mutant."""

    code: int
    faults: list[str] = field(default_factory=list)
    error: str = ""


class _TooLong(BaseException):
    """A command exceeded ``PATIENCE_S``."""


def try_command(command: str, folder: Path, patience_s: int = PATIENCE_S) -> Outcome:
    """Run ``twin validate`` or ``twin run`` on the mutant in ``folder`` in this process, and judge what it says and leaves."""
    before = {path.name for path in folder.iterdir()}
    arguments = [command, FILE, *(("--out", "out", *SHORT) if command == "run" else ())]
    code, said = _call(arguments, folder, patience_s)
    out = folder / "out"
    left = {path.name for path in folder.iterdir()} - before
    outcome = Outcome(code, error=said)
    if code == 0:
        made = sorted(path.name for path in out.iterdir() if path.is_dir()) if out.exists() else []
        if command == "run" and len(made) != 1:
            outcome.faults.append(f"made {made}")
        left.discard("out")
    elif code == 2:
        outcome.faults += _faults_of(said)
    else:
        outcome.faults.append(f"exit code {code}")
    if left:
        outcome.faults.append(f"left behind {sorted(left)}")
    if "Traceback" in said or "Warning" in said:
        outcome.faults.append("traceback or warning")
    shutil.rmtree(out, ignore_errors=True)
    return outcome


def _faults_of(said: str) -> Iterator[str]:
    lines = said.splitlines()
    several = re.fullmatch(r"error: (\d+) problems:", lines[0]) if lines else None
    problems = lines[1:] if several else lines
    expected = int(several[1]) if several else 1
    if not lines or not lines[0].startswith("error: "):
        yield "no error line"
    if expected > MOST_PROBLEMS and problems.pop() != f"… and {expected - MOST_PROBLEMS} more; mend these first":
        yield "the rest is not counted"
    if len(problems) != min(expected, MOST_PROBLEMS):
        yield "more or fewer lines than problems"
    for problem in problems:
        text = problem.removeprefix("error: ")
        if not text.startswith((FILE, "--set")):
            yield f"does not name the file: {text[:200]}"
        if "; " not in text or text.endswith(("; ", ";")):
            yield f"no remedy: {text[:200]}"
        if "; give another value" in text or "input should" in text.lower() or "value error" in text.lower():
            yield f"remedy says nothing: {text[:200]}"
        if len(text) > 1500:
            yield f"{len(text)} characters: {text[:200]}"


def _call(arguments: list[str], folder: Path, patience_s: int) -> tuple[int, str]:
    def give_up(_signal: int, _frame: Any) -> None:
        raise _TooLong

    errors = io.StringIO()
    argv, here = sys.argv, Path.cwd()
    handler = signal.signal(signal.SIGALRM, give_up)
    os.chdir(folder)
    sys.argv = ["twin", *arguments]
    signal.alarm(patience_s)
    try:
        with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("error")
            cli.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except _TooLong:
        code = 124
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, handler)
        sys.argv = argv
        os.chdir(here)
    return code, errors.getvalue()


def try_mutant(mutant: Mutant, folder: Path) -> dict[str, Outcome]:
    """Return what ``twin validate`` and ``twin run`` make of a mutant; ``folder`` is prepared."""
    (folder / FILE).write_bytes(mutant.data)
    return {command: try_command(command, folder) for command in ("validate", "run")}


def prepare(folder: Path) -> None:
    """Put the map into ``folder`` and run the unchanged scenario once: kernels are compiled then, and it must succeed."""
    shutil.copy(MAP, folder / "town.osm")
    (folder / FILE).write_text(BASE, encoding="utf-8")
    outcome = try_command("run", folder, COMPILING_S)
    if outcome.code or outcome.faults:
        raise SystemExit(f"the unchanged scenario fails: {outcome}")


def main() -> int:
    """Try the mutants; print faults and counts; return 1 when there is a fault."""
    parser = argparse.ArgumentParser(description="Mutated scenario files through the real commands.")
    parser.add_argument("count", nargs="?", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant that is tried")
    parser.add_argument("--keep", type=Path, help="folder for the faulty mutants")
    chosen = parser.parse_args()
    began_s = time.perf_counter()
    ends: collections.Counter[str] = collections.Counter()
    faulty = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        for mutant in mutants(chosen.count, chosen.seed):
            if mutant.number < chosen.first:
                continue
            outcomes = try_mutant(mutant, folder)
            ends.update(f"{command} {outcome.code}" for command, outcome in outcomes.items())
            faults = [f"{command}: {fault}" for command, outcome in outcomes.items() for fault in outcome.faults]
            if not faults:
                continue
            faulty += 1
            print(f"#{mutant.number} {', '.join(mutant.kinds)}", *faults, outcomes["run"].error[:400], sep="\n    ", flush=True)
            if chosen.keep:
                chosen.keep.mkdir(parents=True, exist_ok=True)
                (chosen.keep / f"{mutant.number}.yaml").write_bytes(mutant.data)
    wall_s = round(time.perf_counter() - began_s, 1)
    print(
        json.dumps({"mutants": chosen.count - chosen.first, "faulty": faulty, **dict(sorted(ends.items())), "wall_s": wall_s})
    )
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
