"""``twin map fetch`` against a server on this machine that answers as Nominatim and Overpass do."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from twin import cli
from twin.roadnet.fetch import file_name
from twin.roadnet.osm import read_osm
from twin.roadnet.road_network import lines_of

W, S, E, N = 113.30, 23.11, 113.34, 23.14
AREA = {"type": "Polygon", "coordinates": [[[W, S], [E, S], [E, N], [W, N], [W, S]]]}
HUGE = {"type": "Polygon", "coordinates": [[[100, 0], [110, 0], [110, 9], [100, 0]]]}
PLACE = {
    "place_id": 1, "licence": "ODbL", "osm_type": "relation", "osm_id": 7, "lat": "23.125", "lon": "113.32",
    "category": "boundary", "type": "administrative", "importance": 0.5, "name": "天河区", "display_name": "天河区, 广州市",
    "boundingbox": [str(S), str(N), str(W), str(E)], "geojson": AREA,
}  # fmt: skip
"""One result, in the form of Nominatim's ``search?format=json&polygon_geojson=1``."""

MAP: dict[str, Any] = {
    "version": 0.6,
    "generator": "Overpass API 0.7.62",
    "osm3s": {"timestamp_osm_base": "2026-07-17T00:56:26Z", "copyright": "ODbL"},
    "elements": [
        {"type": "way", "id": 10, "nodes": [1, 2, 3], "tags": {"highway": "primary", "name": "天河路 <北>"}},
        {"type": "way", "id": 11, "nodes": [4, 2], "tags": {"highway": "tertiary"}},
        {"type": "node", "id": 1, "lat": 23.12, "lon": 113.31},
        {"type": "node", "id": 2, "lat": 23.12, "lon": 113.32, "tags": {"highway": "traffic_signals"}},
        {"type": "node", "id": 3, "lat": 23.12, "lon": 113.33},
        {"type": "node", "id": 4, "lat": 23.13, "lon": 113.32},
        {
            "type": "relation", "id": 20, "tags": {"type": "restriction", "restriction": "no_left_turn"},
            "members": [
                {"type": "way", "ref": 11, "role": "from"},
                {"type": "node", "ref": 2, "role": "via"},
                {"type": "way", "ref": 10, "role": "to"},
            ],
        },
    ],
}  # fmt: skip


@dataclass
class Service:
    """What the server answers, and what it was asked."""

    url: str = ""
    places: Any = field(default_factory=lambda: [PLACE])
    answer: Any = field(default_factory=lambda: MAP)
    place_status: int = 200
    map_status: int = 200
    wait_s: float = 0.0
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    """Run the server on a free port."""
    told = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            told.asked.append((parts.path, parse_qs(parts.query)))
            self._send(told.places, told.place_status)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told.asked.append((self.path, parse_qs(body)))
            threading.Event().wait(told.wait_s)
            self._send(told.answer, told.map_status)

        def _send(self, content: Any, status: int) -> None:
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  (a client that gave up)
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fetch(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Call ``twin map fetch`` in an empty folder; return exit code, stdout and stderr."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda _: None)  # the pause that public servers ask for
    monkeypatch.setenv("TWIN_NOMINATIM_URL", service.url)
    monkeypatch.setenv("TWIN_OVERPASS_URL", f"{service.url}/api")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["twin", "map", "fetch", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_a_place_is_fetched_and_read(fetch, service: Service) -> None:
    """The answer becomes OSM XML that the reader takes, with signals, names, turn restriction and provenance."""
    resolve = socket.getaddrinfo
    code, out, err = fetch("天河区, 广州")
    assert (code, err) == (0, "")
    assert out.startswith("天河区_广州.osm: 4 nodes, 2 ways, 1 relations")
    assert [path.name for path in Path().iterdir()] == ["天河区_广州.osm"]
    text = Path("天河区_广州.osm").read_text(encoding="utf-8")
    for words in ("ODbL 1.0", "Place: 天河区, 广州", service.url, 'osm_base="2026-07-17T00:56:26Z"'):
        assert words in text
    network = read_osm(Path("天河区_广州.osm"))
    assert "天河路 <北>" in network.edge_name
    assert "turn restrictions obeyed: 1" in lines_of(network.provenance.notices)
    assert sum(junction.signalised for junction in network.junctions) == 1
    assert socket.getaddrinfo is resolve

    (search, question), (interpreter, body) = service.asked
    assert (search, question["q"], interpreter) == ("/search", ["天河区, 广州"], "/api/interpreter")
    query = body["data"][0]
    assert query.startswith("[out:json][timeout:180];")
    assert '(poly:"23.110000 113.300000' in query
    assert 'relation(bw.roads)["type"="restriction"]' in query
    assert '"building"' in query


def test_options(fetch, service: Service) -> None:
    """--radius-m asks for a square around the centre; a file that is there is replaced with --overwrite only."""
    service.places = [{key: value for key, value in PLACE.items() if key != "geojson"}]
    arguments = ("广州塔", "--radius-m", "500", "--no-buildings", "--out", "a.osm")
    assert fetch(*arguments)[0] == 0
    query = service.asked[-1][1]["data"][0]
    assert '"building"' not in query
    corners = [float(number) for number in query.partition('(poly:"')[2].partition('"')[0].split()]
    assert (max(corners[::2]) - min(corners[::2])) * 111_200 == pytest.approx(1000.0, rel=0.01)
    code, _, err = fetch(*arguments)
    assert code == 2
    assert "already there" in err
    assert fetch(*arguments, "--overwrite")[0] == 0


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"places": []}, 2, "nobody knows a place '天河'"),
        ({"places": [{**PLACE, "geojson": {"type": "Point", "coordinates": [W, S]}}]}, 2, "has no area"),
        ({"places": {"error": "x"}}, 1, "cannot be read"),
        ({"places": [{"lat": 1}]}, 1, "cannot be read"),
        ({"places": b"<html>"}, 1, "cannot be read"),
        ({"places": [{**PLACE, "geojson": HUGE}]}, 2, "km²"),
        ({"place_status": 403}, 1, "(403 Forbidden)"),
        ({"place_status": 429}, 1, "(429)"),
        ({"map_status": 429}, 1, "(429)"),
        ({"map_status": 504}, 1, "overloaded (504)"),
        ({"map_status": 500}, 1, "(500 "),
        ({"wait_s": 2.0}, 1, "did not answer within 1 s"),
        ({"answer": b"<html>busy</html>"}, 1, "cannot be read"),
        ({"answer": []}, 1, "cannot be read"),
        ({"answer": {"elements": [{"type": "node"}]}}, 1, "cannot be read"),
        ({"answer": {"elements": [{"type": "area", "id": 1}]}}, 1, "cannot be read"),
        ({"answer": {"elements": []}}, 2, "no roads in '天河'"),
        ({"answer": {**MAP, "remark": "runtime error: Query timed out"}}, 1, "Query timed out"),
    ],
)  # fmt: skip
def test_failures_leave_nothing(fetch, service: Service, change: dict[str, Any], code: int, words: str) -> None:
    """Every failure is one message with the right exit code; nothing is written, nothing is asked twice."""
    for name, value in change.items():
        setattr(service, name, value)
    ended, out, err = fetch("天河", "--timeout-s", "1")
    assert (ended, out) == (code, "")
    assert words in err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert not list(Path().iterdir())
    assert len(service.asked) <= 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("天河", "--nominatim", "http://127.0.0.1:9"), 1, "127.0.0.1:9 cannot be reached"),
        (("天河", "--overpass", "http://127.0.0.1:9/api"), 1, "127.0.0.1:9 cannot be reached"),
        (("天河", "--overpass", "nonsense"), 1, "check the server's address"),
        (("  ",), 2, "no name"),
        (("天河", "--out", "map.pbf"), 2, "written as .osm"),
        (("天河", "--out", "none/map.osm"), 2, "no such folder"),
    ],
)
def test_bad_arguments(fetch, arguments: tuple[str, ...], code: int, words: str) -> None:
    """Servers that are not there, and files that cannot be, are said in one line."""
    ended, _, err = fetch(*arguments)
    assert ended == code
    assert words in err
    assert err.count("\n") == 1
    assert not list(Path().iterdir())


def test_file_names() -> None:
    """A place's name makes a file name, whatever stands in it."""
    assert file_name("Tianhe, Guangzhou / China") == "Tianhe_Guangzhou_China.osm"
    assert file_name("../..") == "map.osm"
    assert file_name("广州市天河区") == "广州市天河区.osm"
