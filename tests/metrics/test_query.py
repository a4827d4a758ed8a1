"""SQL over a log: what it answers, what it refuses, what it says."""

from __future__ import annotations

import csv
import io
import json
import statistics
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.playback.small_run import padded

from twin import cli
from twin.errors import InputError, TwinError
from twin.eventlog.manifest import Manifest, Projection, write_manifest
from twin.eventlog.reader import Run, open_run
from twin.eventlog.recorder import Recorder
from twin.eventlog.schema import SCHEMA_VERSION
from twin.eventlog.tables import TABLES
from twin.metrics.links import link_figures
from twin.metrics.query import VIEW_COLUMNS, VIEWS, overview, query
from twin.metrics.query_output import write_csv, write_json
from twin.terminal.tables import grid

MESSAGES = 3000
WARM_UP_S = 60.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of three segments with messages and two sites with Chinese names."""
    path = tmp_path_factory.mktemp("runs") / "small-0123456789ab"
    path.mkdir()
    recorder = Recorder(path)
    rng = np.random.default_rng(4)
    sites = {
        "site": [0, 1],
        "name": ["花城大道-华夏路", "east"],
        "x_cm": [0, 100],
        "y_cm": [0, 5],
        "level": 0,
        "junction": None,
    }
    recorder.write_static("site", padded("site", sites | {"status": "added"}))
    for part in range(3):
        count = MESSAGES // 3
        fate = rng.choice(["through", "first", "second"], count, p=[0.8, 0.1, 0.1])
        sent, first, second = (rng.integers(1000, 60_000, count) for _ in range(3))
        mec = np.ma.array(sent + first, mask=fate == "first")
        cause = rng.choice(["overflow", "error", "outage"], count)
        recorder.append(
            "message",
            {
                "t_us": part * 50_000_000 + rng.integers(0, 50_000_000, count),
                "device": rng.integers(0, 3, count),
                "frame": np.arange(count),
                "objects": 3,
                "bytes": 200,
                "priority": 0,
                "transmissions": 2,
                "compute_age_us": None,
                "central_age_us": None,
                "compute_queue": None,
                "cloud_queue": None,
                "sent_age_us": sent,
                "mec_age_us": mec,
                "cloud_age_us": np.ma.array(sent + first + second, mask=fate != "through"),
                "site_queue": rng.integers(0, 9, count),
                "mec_queue": np.ma.array(rng.integers(0, 7, count), mask=fate == "first"),
                "lost_hop": [{"through": None, "first": "site_to_mec", "second": "mec_to_cloud"}[one] for one in fate],
                "lost_cause": [None if one == "through" else str(why) for one, why in zip(fate, cause, strict=True)],
            },
        )
        busy = {"busy_us": np.array([9_000_000, 24_000_000]) + part, "hop": ["site_to_mec", "mec_to_cloud"], "line": [0, part]}
        others = ("offered", "delivered", "lost_overflow", "lost_error", "lost_outage", "repeated", "duplicates", "bytes")
        times = {"t_us": part * 60_000_000, "interval_us": 60_000_000}
        recorder.append("link_state", times | busy | dict.fromkeys(others, 3) | {"queue_max": 1})
        recorder.close_segment()
    projection = Projection("EPSG:32649", 0.0, 0.0)
    scenario = {"warm_up_s": WARM_UP_S, "duration_s": 150}
    start = "2026-05-20T08:00:00+08:00"
    versions = {"schema": str(SCHEMA_VERSION)}
    write_manifest(path, Manifest("complete", "small", scenario, {}, 1, versions, "", projection, start, rows=recorder.rows))
    return path


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    """Return it, opened."""
    return open_run(folder)


def ask(run: Run, sql: str, **limits: object) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    with query(run, sql, **limits) as result:
        return list(result.rows)


# answers


def test_tables_have_the_names_columns_and_rows_of_the_log(run: Run) -> None:
    """Every declared table is there with its columns, empty where the run has no segment; so are the views."""
    for name, table in TABLES.items():
        with query(run, f'FROM "{name}"') as result:
            assert list(result.columns) == [column.name for column in table.columns]
            assert sum(1 for _ in result.rows) == run.rows.get(name, 0)
    for view in VIEWS:
        with query(run, f"FROM {view}") as result:
            assert list(result.columns) == list(VIEW_COLUMNS[view])
    assert {row[0]: row[1] for row in overview(run).rows} == {name: run.rows.get(name, 0) for name in TABLES} | {"hops": 4}


def test_answers_are_those_of_plain_python(run: Run) -> None:
    """Filters, labels whose codes differ by segment, joins and aggregates agree with the rows read one by one."""
    rows = run.table("message").to_pylist()
    for cause in ("overflow", "error", "outage"):
        mine = [row for row in rows if row["lost_cause"] == cause]
        assert ask(run, f"FROM message SELECT count(*) WHERE lost_cause = '{cause}'") == [(len(mine),)]
    ages = [row["cloud_age_us"] for row in rows if row["cloud_age_us"] is not None]
    assert ask(run, "SELECT avg(cloud_age_us) FROM message") == [(pytest.approx(statistics.fmean(ages)),)]
    assert ask(run, "SELECT name FROM site ORDER BY site") == [("花城大道-华夏路",), ("east",)]
    assert ask(run, "SELECT count(*) FROM message WHERE t_us < 1") == [(sum(row["t_us"] < 1 for row in rows),)]


def test_single_precision_reads_as_the_shortest_decimal(run: Run) -> None:
    """A value of 32 bits is given as the fewest digits that name it, not as the 64-bit number next to it; nulls stay."""
    assert ask(run, "SELECT 48.9::FLOAT, 48.9::DOUBLE, NULL::FLOAT, 'inf'::FLOAT") == [(48.9, 48.9, None, float("inf"))]


def test_hops_are_the_link_figures(run: Run) -> None:
    """The view ``hops`` gives what ``link_figures`` computes with NumPy, after the warm-up of the manifest."""
    figures = link_figures(run, WARM_UP_S).hops
    with query(run, "FROM hops") as result:
        found = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
    assert [row["hop"] for row in found] == list(figures)
    for row, hop in zip(found, figures.values(), strict=True):
        assert (row["offered"], row["delivered"], row["queue_max"]) == (hop.offered, hop.delivered, hop.queue_max)
        assert {cause: row[f"lost_{cause}"] for cause in ("error", "outage", "overflow") if row[f"lost_{cause}"]} == hop.lost
        delays = ("delay_p50_ms", "delay_p95_ms", "delay_p99_ms", "delay_max_ms")
        for name in (*delays, "age_p50_ms", "age_p95_ms", "utilisation_max"):
            assert row[name] == getattr(hop, name), name


# what is refused


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO site VALUES (1)",
        "DELETE FROM site",
        "UPDATE site SET name = 'x'",
        "DROP VIEW hops",
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "ALTER TABLE site RENAME TO t",
        "TRUNCATE site",
        "WITH x AS (INSERT INTO site SELECT * FROM site RETURNING *) SELECT * FROM x",
        "WITH x AS (DELETE FROM site RETURNING *) SELECT * FROM x",
        "COPY site TO '{out}'",
        "COPY (SELECT 1) TO '{out}' (FORMAT parquet)",
        "EXPORT DATABASE '{out}'",
        "ATTACH '{out}'",
        "ATTACH ':memory:' AS other",
        "DETACH memory",
        "USE memory",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 4",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "CHECKPOINT",
        "VACUUM",
        "BEGIN",
        "PREPARE p AS SELECT 1",
        "EXPLAIN ANALYZE SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE site",
        "FROM '{secret}'",
        "SELECT * FROM '{secret}'",
        'SELECT * FROM "{secret}"',
        "FROM read_csv('{secret}')",
        "FROM READ_CSV_AUTO('{secret}')",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM read_blob('{secret}')",
        "SELECT * FROM read_parquet('{secret}')",
        "SELECT * FROM read_json('{secret}')",
        "SELECT * FROM parquet_metadata('{secret}')",
        "SELECT * FROM sniff_csv('{secret}')",
        "SELECT * FROM glob('{secret}')",
        "SELECT * FROM read_text('https://example.org/')",
        "SELECT * FROM site WHERE EXISTS (FROM read_text('{secret}'))",
        "SELECT (SELECT content FROM read_text('{secret}'))",
        "WITH x AS (FROM read_text('{secret}')) SELECT * FROM x",
        "SELECT 1 UNION ALL SELECT size FROM read_text('{secret}')",
        "FROM query('SELECT * FROM read_text(''{secret}'')')",
        "FROM query_table('{secret}')",
        "FROM json_execute_serialized_sql('x')",
        "FROM arrow_scan(1::POINTER, 2::POINTER, 3::POINTER)",
        "FROM duckdb_settings()",
        "FROM pragma_database_size()",
        "SELECT getenv('HOME')",
        "SELECT write_log('x')",
        "SELECT nextval('s')",
        "",
        "  -- nothing",
        "SELEC 1",
        "SELECT '\ud800'",
        "SELECT " + "(" * 2000 + "1" + ")" * 2000,
        "FROM run",
        "FROM outer_frame",
    ],
)
def test_whatever_does_not_read_the_log_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    """Writing, attaching, copying, installing, settings, several statements, files, network, Python's variables: InputError.

    The message is one line, nothing of the file is in it, and nothing is written anywhere.
    """
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "secret.csv"
    secret.write_text("column\ntop-secret\n")
    outer_frame = {"a": [1]}  # a variable that DuckDB would find by its name if it were allowed to
    assert outer_frame
    before = {path: path.stat().st_mtime_ns for path in [*tmp_path.rglob("*"), *folder.rglob("*")]}
    sql = sql.replace("{secret}", str(secret)).replace("{out}", str(tmp_path / "out"))
    with pytest.raises(InputError) as refused:
        ask(open_run(folder), sql)
    text = str(refused.value)
    assert text
    assert "\n" not in text
    assert "top-secret" not in text
    assert {path: path.stat().st_mtime_ns for path in [*tmp_path.rglob("*"), *folder.rglob("*")]} == before


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT * FROM mesage", "there is no table 'mesage', did you mean 'message'?; the log has trajectory, trip"),
        ("SELECT * FROM hop", "did you mean 'hops'?"),
        (
            "SELECT cloud_age FROM message",
            "there is no column 'cloud_age', did you mean 'cloud_age_us'?; message: t_us, device",
        ),
        ("SELECT m.cloud_ms FROM message m", "there is no column 'cloud_ms'"),
        ("SELECT * FROM message JOIN site USING (mec)", "there is no column 'mec'"),
        ("SELECT delay FROM hops", "hops: hop, offered"),
        ("SELECT nope(1)", "Scalar Function with name nope does not exist"),
        ("SELECT now()", "instant of a time zone"),
        ("SELECT 1; SELECT 2", "found 2 statements; give one SELECT at a time"),
        ("DROP TABLE site", "found DROP; a run's log is read only: give one SELECT"),
        ("FROM read_csv('x.csv')", "function 'read_csv' is not possible here"),
        ("FROM 'x.csv'", "there is no table 'x.csv'"),
        ("SELECT name FROM", "the SQL cannot be read: syntax error"),
        ("SELECT name::INT FROM site", "the query cannot be executed: Could not convert string"),
    ],
)
def test_messages_say_what_is_there(run: Run, sql: str, says: str) -> None:
    """A wrong name is answered with the nearest right one and with all of them."""
    with pytest.raises(InputError) as refused:
        ask(run, sql)
    assert says in str(refused.value)


def test_memory_and_time_are_bounded(run: Run) -> None:
    """A query that needs more memory or time than it may is broken off with one message; the next one works."""
    with pytest.raises(TwinError, match="more than 100MiB of memory"):
        ask(run, "SELECT list(range) FROM range(100000000)", memory_limit="100MiB")
    with pytest.raises(TwinError, match=r"longer than 0\.2 s"):
        ask(run, "SELECT count(*) FROM range(1000000000000)", time_limit_s=0.2)
    assert ask(run, "SELECT 1") == [(1,)]


def test_results_stream(run: Run) -> None:
    """The first rows of an endless result come at once, whatever the rest would take."""
    with query(run, "SELECT * FROM range(1000000000000)", memory_limit="100MiB") as result:
        assert [next(result.rows) for _ in range(3)] == [(0,), (1,), (2,)]


# output


def test_csv_and_json_hold_the_rows(run: Run) -> None:
    """CSV and JSON read back as the rows, with nulls, lists, quotes and Chinese; JSON has no NaN."""
    sql = """SELECT site, name, junction, [1, 2] AS list, 'a"b,c' AS text, 'nan'::DOUBLE AS nan, 1.50::DECIMAL(4, 2) AS decimal,
        sum(site) OVER () AS total, true AS yes, {'a': 1} AS struct FROM site ORDER BY site"""
    out = io.StringIO()
    with query(run, sql) as result:
        write_csv(result, out)
    rows = list(csv.reader(io.StringIO(out.getvalue())))
    assert rows[1] == ["0", "花城大道-华夏路", "", "[1, 2]", 'a"b,c', "nan", "1.50", "1", "true", '{"a": 1}']
    out = io.StringIO()
    with query(run, sql) as result:
        write_json(result, out)
    found = json.loads(out.getvalue(), parse_constant=pytest.fail)
    first = {"site": 0, "name": "花城大道-华夏路", "junction": None, "list": [1, 2], "text": 'a"b,c', "nan": None}
    assert found[0] == first | {"decimal": 1.5, "total": 1, "yes": True, "struct": {"a": 1}}
    out = io.StringIO()
    with query(run, "SELECT 1 AS one WHERE false") as result:
        write_json(result, out)
    assert json.loads(out.getvalue()) == []


def test_grids_are_aligned_in_cells() -> None:
    """A Chinese character is two cells wide; numbers stand at the right; long values are cut, control characters blanked."""
    from rich.cells import cell_len

    text = grid(["name", "n"], [["花城", "1"], ["a\x1b[2Jb", "22"], ["长" * 60, "3"]], [False, True])
    lines = text.splitlines()
    assert len({cell_len(line) for line in lines}) == 1
    assert "\x1b" not in text
    assert "…" in lines[-1]
    assert lines[2].endswith(" 1")


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Call the command in this process; return exit code, stdout and stderr."""

    def run_command(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["twin", "query", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run_command


def test_the_command_answers_on_the_terminal(call, folder: Path) -> None:
    """A table with its limit noted on stderr, CSV and JSON on stdout; without SQL the tables are listed."""
    code, out, err = call(folder, "SELECT device, frame FROM message", "--limit", "5")
    assert (code, len(out.splitlines())) == (0, 7)
    assert "only the first 5 rows; --limit 0 shows all" in err
    code, out, err = call(folder, "SELECT device FROM message", "--limit", "0")
    assert (code, len(out.splitlines()), err) == (0, MESSAGES + 2, "")
    assert call(folder, "SELECT name FROM site", "--format", "csv") == (0, "name\n花城大道-华夏路\neast\n", "")
    assert json.loads(call(folder, "SELECT name FROM site", "--format", "json")[1])[1] == {"name": "east"}
    code, out, _ = call(folder)
    assert code == 0
    assert all(name in out for name in (*TABLES, *VIEWS))


def test_the_command_refuses_with_2(call, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be asked is bad input, in both languages; so is a folder that is no run."""
    assert call(folder, "DROP TABLE site") == (2, "", "error: found DROP; a run's log is read only: give one SELECT\n")
    monkeypatch.setenv("TWIN_LANG", "zh")
    assert "没有表“sites”，是否应为“site”？" in call(folder, "FROM sites")[2]
    monkeypatch.setenv("TWIN_LANG", "en")
    code, out, err = call(tmp_path, "SELECT 1")
    assert (code, out) == (2, "")
    assert "not a run folder" in err


def test_an_incomplete_run_is_said_to_be_one(call, folder: Path, tmp_path: Path) -> None:
    """The notice of the reader is on stderr, the answer on stdout."""
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in folder.iterdir():
        (broken / path.name).symlink_to(path)
    (broken / "manifest.json").unlink()
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    (broken / "manifest.json").write_text(text.replace('"complete"', '"incomplete"'), encoding="utf-8")
    run = open_run(broken)
    assert "incomplete" in run.notice
    code, out, _ = call(broken, "SELECT count(*) AS n FROM site", "--format", "csv")
    assert (code, out) == (0, "n\n2\n")
