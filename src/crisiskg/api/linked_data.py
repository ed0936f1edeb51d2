"""/id/…: what an IRI of data stands for, as RDF or as a page with the evidence."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response

from crisiskg.api import headings
from crisiskg.api.answers import stream
from crisiskg.api.document_page import highlighted
from crisiskg.api.negotiation import HTML, choose
from crisiskg.api.presentation import View, day, view, when
from crisiskg.api.reading import Cell, Table
from crisiskg.errors import NotFound
from crisiskg.iris import mint_document_graph
from crisiskg.namespaces import CKG, RDF, RDFS
from crisiskg.workers.process import RDF_FORMATS

if TYPE_CHECKING:
    from crisiskg.api.reading import Graph
    from crisiskg.api.rendering import Renderer

_PATH = re.compile(r"[A-Za-z0-9._~/-]{1,300}\Z")
_DOCUMENT = re.compile(r"document/([0-9a-f]{20})\Z")
_SUFFIX = re.compile(r"\.(ttl|nt|rdf|jsonld|trig|nq|html)\Z")
_ENTITIES = frozenset(
    {
        "Person",
        "Organization",
        "ArmedGroup",
        "SecurityForce",
        "GovernmentBody",
        "PoliticalParty",
        "IntergovernmentalOrganization",
        "NongovernmentalOrganization",
        "MediaOrganization",
        "Company",
        "State",
        "PopulationGroup",
        "Place",
    }
)
#: Those of them that split, join, ally and take other names.
_ORGANIZATIONS = _ENTITIES - {"Person", "State", "PopulationGroup", "Place"}
#: Rows that one section of a page shows at most.
_SHOWN = 100
_LABEL, _TYPE = RDFS + "label", RDF + "type"


def linked_data_router(graph: Graph, renderer: Renderer) -> APIRouter:
    """Return the routes of linked data."""
    router = APIRouter(tags=["Linked data"])

    @router.get("/id/{path:path}", summary="One thing, as RDF or as a page")
    def thing(request: Request, path: str) -> Response:
        """Answer with RDF or a page, by the Accept header, `format`, or a suffix such as `.ttl`."""
        if not _PATH.match(path):
            raise NotFound(f"nothing in the graph has the IRI {graph.base_iri}{path[:200]}")
        format_ = request.query_params.get("format")
        if match := _SUFFIX.search(path):
            format_, path = match[1], path[: match.start()]
        wanted = choose(request.headers.get("accept"), format_, [*RDF_FORMATS, HTML])
        iri = graph.base_iri + path
        properties = graph.table("properties", iri=iri)
        document = _DOCUMENT.match(path)
        if not properties.rows and not path.startswith("graph/"):
            raise NotFound(f"nothing in the graph has the IRI {iri}", hint="Search by name with /search?q=")
        if wanted[0] != HTML:
            key = document[1] if document else None
            return _rdf(iri, path, key, [media for media in wanted if media != HTML])
        if document:
            return _document_page(request, iri, properties)
        return _page(request, iri, properties)

    def _rdf(iri: str, path: str, key: str | None, accept: list[str]) -> Response:
        name = iri if path.startswith("graph/") else mint_document_graph(key, graph.base_iri) if key else None
        if name is None:
            answer = graph.answer("describe", {"iri": iri}, accept)
        else:
            answer = graph.asker.run(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}", accept)
        return stream(answer, {"Link": f'<{iri}>; rel="describedby"'})

    def _page(request: Request, iri: str, properties: Table) -> Response:
        factuality = request.query_params.get("factuality", "happened,ongoing")
        types = headings.types(properties)
        asked: list[tuple[str, str, dict[str, str]]]
        sections: list[tuple[str, str, View, dict[str, str]]] = []
        if _ENTITIES & set(types):
            asked = [
                ("Events", "events", {"participant": iri, "factuality": factuality}),
                ("Offices and memberships", "memberships", {"person": iri, "factuality": factuality}),
                ("Persons", "memberships", {"organization": iri, "factuality": factuality}),
                ("Relations", "relationships", {"entity": iri, "factuality": factuality}),
                ("Opponents", "opponents", {"actor": iri, "factuality": factuality}),
                ("Statements", "statements", {"source": iri}),
                ("Documents", "documents", {"about": iri}),
            ]
            if _ORGANIZATIONS & set(types):
                asked.insert(4, ("Splits, alliances and names", "genealogy", {"entity": iri, "factuality": factuality}))
            if {"State", "Place"} & set(types):
                asked.append(("Events here", "place-timeline", {"place": iri, "factuality": factuality}))
        else:
            asked = [("Evidence", "evidence", {"of": iri}), ("Rows of datasets", "records", {"of": iri})]
            # Putting accounts side by side takes long in a large store, so it is asked only where there are several.
            if "Event" in types and graph.table("same", of=iri, limit="1").rows:
                asked.insert(0, ("Accounts of this event", "accounts", {"event": iri}))
        for title, name, values in asked:
            table = graph.table(name, **values, limit=str(_SHOWN))
            if name == "accounts" and len({row["account"].value for row in table.rows}) < 2:
                continue  # nobody else tells of it, and the page says itself what this account says
            if table.rows:
                sections.append((title, name, view(table, iri), values if len(table.rows) >= _SHOWN else {}))
        return renderer.page(
            request,
            "thing.html",
            iri=iri,
            label=headings.heading(properties, iri),
            types=types,
            time=headings.time(properties),
            fact=next((cell.value for cell in headings.values(properties, CKG + "factuality")), ""),
            properties=_shown(properties, _TYPE, *([] if "Event" in types else [_LABEL])),
            sections=sections,
            is_entity=bool(_ENTITIES & set(types)),
            shows_all=factuality == "all",
        )

    def _document_page(request: Request, iri: str, properties: Table) -> Response:
        claims = graph.table("claims", document=iri)
        text = next((cell.value for cell in headings.values(properties, CKG + "text")), "")
        return renderer.page(
            request,
            "document.html",
            iri=iri,
            label=headings.heading(properties, iri),
            published=_published(properties),
            publishers=headings.values(properties, CKG + "hasPublisher"),
            properties=_shown(properties, _LABEL, _TYPE, CKG + "text"),
            claims=claims,
            parts=highlighted(text, claims),
        )

    return router


def _shown(properties: Table, *hidden: str) -> list[dict[str, Cell]]:
    """Return the properties that a page lists, days in words."""
    rows = [row for row in properties.rows if row["property"].value not in hidden]
    return [
        {
            **row,
            "value": dataclasses.replace(row["value"], value=day(row["value"].value))
            if row["value"].kind == "literal"
            else row["value"],
        }
        for row in rows
    ]


def _published(properties: Table) -> str:
    """Return when a document was published, in words."""
    days = [
        next((cell.value for cell in headings.values(properties, CKG + f"published{end}")), "") for end in ("Earliest", "Latest")
    ]
    return when(days[0], days[1])
