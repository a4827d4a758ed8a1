"""OSM PBF, through pyosmium. The only module that imports osmium."""

from __future__ import annotations

from twin.messages import say
from twin.roadnet.osm_elements import MapFault, Member, OsmFile, Relation

_KINDS = {"n": "node", "w": "way", "r": "relation"}


def read_pbf(content: bytes) -> OsmFile:
    """Return what the PBF holds; raise MapFault when it is damaged or cut short."""
    import osmium

    osm = OsmFile()
    try:
        for element in osmium.FileProcessor(osmium.io.FileBuffer(content, "pbf")):
            if isinstance(element, osmium.osm.Changeset) or element.deleted or not element.visible:
                continue
            tags = {tag.k: tag.v for tag in element.tags}
            if isinstance(element, osmium.osm.Node):
                at = element.location
                osm.add_node(element.id, at.lon_without_check(), at.lat_without_check(), tags)
            elif isinstance(element, osmium.osm.Way):
                osm.add_way(element.id, tuple(node.ref for node in element.nodes), tags)
            elif isinstance(element, osmium.osm.Relation):
                members = tuple(Member(_KINDS.get(m.type, ""), m.ref, m.role) for m in element.members)
                osm.add_relation(Relation(element.id, members, tags))
    except (RuntimeError, ValueError) as error:
        raise MapFault(say("map.pbf_damaged", detail=error)) from error
    return osm
