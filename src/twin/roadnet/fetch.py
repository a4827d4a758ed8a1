"""Downloading a map: OSMnx asks Nominatim where a place is and Overpass for what lies there; the answer is kept as OSM XML.

Asked for are roads with their turn restrictions, buildings, car parks and bus stops. Both servers may be others than the public
ones. Nothing is tried twice: a busy server is said at once.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from twin.errors import FetchError, MapError
from twin.messages import say
from twin.roadnet.defaults import DEFAULTS, SAME_AS
from twin.roadnet.osm import quiet
from twin.roadnet.road_network import ATTRIBUTION
from twin.whole_files import whole_file

if TYPE_CHECKING:
    import requests
    from shapely import Polygon

NOMINATIM_URL: Final = "https://nominatim.openstreetmap.org/"
OVERPASS_URL: Final = "https://overpass-api.de/api"
LARGEST_KM2: Final = 2500.0
"""Largest area that is asked for in one request (the public Overpass servers refuse much larger ones)."""
_SIMPLER_DEG: Final = 1e-4
"""The outline of a place is asked for to about 10 m."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Whom to ask, and how long to wait for an answer."""

    nominatim: str = NOMINATIM_URL
    overpass: str = OVERPASS_URL
    timeout_s: float = 180.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was written."""

    path: Path
    nodes: int
    ways: int
    relations: int


def file_name(place: str) -> str:
    """Return the name of the file for a place: its words and .osm."""
    return (re.sub(r"[^\w-]+", "_", place).strip("_") or "map")[:80] + ".osm"


class _RefusedError(Exception):
    """The server answered with an error."""


def fetch_map(
    place: str, out: Path, servers: Servers, *, radius_m: float | None = None, buildings: bool = True, overwrite: bool = False
) -> Fetched:
    """Write the map of ``place`` to ``out`` (.osm): its area, or the square within ``radius_m`` of its centre.

    Raises ``MapError`` when nobody knows the place, it has no area or no roads, is too large, or ``out`` will not do;
    ``FetchError`` when a server cannot be reached, is busy, or answers what cannot be used. Then nothing is written.
    """
    if not place.strip():
        raise MapError(say("fetch.no_name"))
    if out.suffix != ".osm":
        raise MapError(say("fetch.suffix", file=out))
    if out.exists() and not overwrite:
        raise MapError(say("fetch.exists", file=out))
    if not out.parent.is_dir():
        raise MapError(say("fetch.folder", folder=out.parent))
    with _asking(servers) as ox:
        area = _area(ox, place, radius_m, servers)
        answer = _overpass(ox, _query(area, servers.timeout_s, buildings=buildings), servers)
    elements = _elements(answer, servers)
    if not any(element["type"] == "way" and "highway" in element["tags"] for element in elements):
        raise MapError(say("fetch.no_roads", place=place))
    base = answer.get("osm3s")
    as_of = str(base.get("timestamp_osm_base", "")) if isinstance(base, dict) else ""
    note = (
        f"{ATTRIBUTION}, https://www.openstreetmap.org/copyright. Place: {place}. Nominatim: {servers.nominatim} "
        f"Overpass: {servers.overpass} Fetched: {datetime.now(UTC).isoformat(timespec='seconds')}"
    )
    _write(out, "\n".join(osm_xml(elements, note, as_of)))
    kinds = [element["type"] for element in elements]
    return Fetched(out, kinds.count("node"), kinds.count("way"), kinds.count("relation"))


@contextmanager
def _asking(servers: Servers) -> Iterator[Any]:
    """Lend OSMnx, set up to ask ``servers`` once and to leave nothing behind; turn its failures into FetchError."""
    import osmnx as ox
    import requests

    resolve = socket.getaddrinfo  # OSMnx replaces it
    wanted = {
        "nominatim_url": servers.nominatim,
        "overpass_url": servers.overpass,
        "overpass_rate_limit": False,
        "doh_url_template": None,
        "requests_timeout": servers.timeout_s,
        "requests_kwargs": {"hooks": {"response": _refuse_errors}},
    }
    try:
        with quiet(ox, wanted):
            yield ox
    except requests.Timeout as error:
        raise FetchError(say("fetch.timeout", server=_host(error), seconds=f"{servers.timeout_s:g}")) from error
    except requests.ConnectionError as error:
        raise FetchError(say("fetch.unreachable", server=_host(error))) from error
    except _RefusedError as error:
        raise FetchError(str(error)) from error
    except requests.RequestException as error:
        raise FetchError(say("fetch.address", server=_host(error), detail=str(error))) from error
    finally:
        socket.getaddrinfo = resolve


def _refuse_errors(response: requests.Response, *_: object, **__: object) -> None:
    """Raise at an error of the server, which OSMnx would wait for and try again without end."""
    server = urlsplit(response.url).netloc
    if not response.ok:
        response.close()
    if response.status_code == 429:
        raise _RefusedError(say("fetch.busy", server=server))
    if response.status_code in (408, 504):
        raise _RefusedError(say("fetch.overloaded", server=server, code=response.status_code))
    if not response.ok:
        raise _RefusedError(say("fetch.refused", server=server, code=response.status_code, reason=response.reason or ""))


def _host(error: requests.RequestException) -> str:
    return urlsplit(str(error.request.url or "")).netloc if error.request is not None else ""


def _area(ox: Any, place: str, radius_m: float | None, servers: Servers) -> list[Polygon]:
    """Return the polygons of a place, in degrees."""
    import numpy as np
    import shapely

    from twin.roadnet.projection import to_local, utm_crs

    try:
        if radius_m is None:
            shape = shapely.union_all(ox.geocode_to_gdf(place).geometry.to_numpy())
        else:
            shape = shapely.box(*ox.utils_geo.bbox_from_point(ox.geocode(place), radius_m))
    except TypeError:
        raise MapError(say("fetch.no_area", place=place)) from None
    except ox._errors.InsufficientResponseError as error:  # noqa: SLF001  (not exported)
        if "JSON" in str(error) or "list" in str(error) or "responded" in str(error):
            raise FetchError(say("fetch.garbled", server=urlsplit(servers.nominatim).netloc)) from error
        raise MapError(say("fetch.unknown", place=place)) from None
    except (KeyError, ValueError, AttributeError, IndexError) as error:
        raise FetchError(say("fetch.garbled", server=urlsplit(servers.nominatim).netloc)) from error
    simple = (part.simplify(_SIMPLER_DEG) for part in shapely.get_parts(shape))
    parts = [part for part in simple if isinstance(part, shapely.Polygon)]
    if not parts:
        raise MapError(say("fetch.no_area", place=place))
    crs = utm_crs(shape.centroid.x, shape.centroid.y)
    outlines = (np.column_stack(to_local(crs, (0.0, 0.0), *part.exterior.coords.xy)) for part in parts)
    km2 = sum(float(shapely.Polygon(outline).area) for outline in outlines) / 1e6
    if km2 > LARGEST_KM2:
        raise MapError(say("fetch.large", place=place, area=f"{km2:.0f}", limit=f"{LARGEST_KM2:g}"))
    return parts


def _query(area: Sequence[Polygon], timeout_s: float, *, buildings: bool) -> str:
    """Return the question in Overpass QL: roads, their turn restrictions, and what the models read besides."""
    roads, others = [], []
    for part in area:
        corners = " ".join(f"{lat:.6f} {lon:.6f}" for lon, lat in part.exterior.coords)
        within = f'(poly:"{corners}")'
        roads.append(f'way["highway"~"^({"|".join([*DEFAULTS, *SAME_AS])})$"]{within};')
        others += [f'{kind}["amenity"="parking"]{within};' for kind in ("node", "way")]
        others.append(f'node["highway"="bus_stop"]{within};')
        if buildings:
            others += [f'{kind}["building"]{within};' for kind in ("way", "relation")]
    return (
        f"[out:json][timeout:{max(1, round(timeout_s))}];({''.join(roads)})->.roads;({''.join(others)})->.others;"
        'relation(bw.roads)["type"="restriction"]->.turns;way(r.others)->.outlines;'
        "(.roads;.outlines;.others;)->.drawn;(.drawn;.turns;node(w.drawn););out body;"
    )


def _overpass(ox: Any, query: str, servers: Servers) -> dict[str, Any]:
    """Return Overpass' answer. OSMnx has no public function for a question of one's own."""
    try:
        answer = ox._overpass._overpass_request({"data": query})  # noqa: SLF001
    except (ox._errors.InsufficientResponseError, ox._errors.ResponseStatusCodeError) as error:  # noqa: SLF001
        raise FetchError(say("fetch.garbled", server=urlsplit(servers.overpass).netloc)) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise FetchError(say("fetch.garbled", server=urlsplit(servers.overpass).netloc))
    if "error" in str(answer.get("remark", "")):
        raise FetchError(say("fetch.remark", server=urlsplit(servers.overpass).netloc, remark=str(answer["remark"])))
    return answer


def _elements(answer: Mapping[str, Any], servers: Servers) -> list[dict[str, Any]]:
    """Return the answer's elements, checked, nodes before ways before relations, each by number and once."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    try:
        for element in answer["elements"]:
            kind = ("node", "way", "relation").index(element["type"])
            tags = {str(key): str(value) for key, value in element.get("tags", {}).items()}
            kept: dict[str, Any] = {"type": element["type"], "id": int(element["id"]), "tags": tags}
            if kind == 0:
                kept |= {"lat": float(element["lat"]), "lon": float(element["lon"])}
            elif kind == 1:
                kept["nodes"] = [int(node) for node in element["nodes"]]
            else:
                kept["members"] = [(str(m["type"]), int(m["ref"]), str(m.get("role", ""))) for m in element["members"]]
            found[kind, kept["id"]] = kept
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FetchError(say("fetch.garbled", server=urlsplit(servers.overpass).netloc)) from error
    return [found[key] for key in sorted(found)]


def overpass_elements(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the elements of an answer of Overpass in JSON, for ``osm_xml``; raise FetchError when it is none."""
    return _elements(answer, Servers())


def osm_xml(elements: Sequence[Mapping[str, Any]], note: str, as_of: str) -> Iterator[str]:
    """Yield lines of OSM XML with the elements; ``note`` says where they come from, ``as_of`` the time of the data."""
    yield "<?xml version='1.0' encoding='UTF-8'?>"
    yield '<osm version="0.6" generator="guangzhou-twin">'
    yield f"<note>{escape(_printable(note))}</note>"
    if as_of:
        yield f"<meta osm_base={quoteattr(as_of)}/>"
    for element in elements:
        place = f' lat="{element["lat"]!r}" lon="{element["lon"]!r}"' if element["type"] == "node" else ""
        yield f'<{element["type"]} id="{element["id"]}"{place}>'
        yield from (f'<nd ref="{node}"/>' for node in element.get("nodes", ()))
        for kind, number, role in element.get("members", ()):
            yield f'<member type={quoteattr(kind)} ref="{number}" role={quoteattr(_printable(role))}/>'
        for key, value in sorted(element["tags"].items()):
            yield f"<tag k={quoteattr(_printable(key))} v={quoteattr(_printable(value))}/>"
        yield f"</{element['type']}>"
    yield "</osm>"


def _printable(text: str) -> str:
    """Return the text without characters that XML cannot hold."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\t\n")


def _write(out: Path, text: str) -> None:
    try:
        with whole_file(out) as sink:
            sink.write(text.encode())
    except OSError as error:
        raise FetchError(say("fetch.write", file=out, reason=error.strerror or str(error))) from error
