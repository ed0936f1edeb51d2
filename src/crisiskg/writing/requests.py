"""What can be asked of a writer and what it answers, as records that can be sent to another process."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["update", "put", "post", "delete"]
Status = Literal["written", "unchanged", "dry_run"]


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One write.

    Attributes:
        kind: "update" is SPARQL 1.1 Update; "put" replaces, "post" merges and "delete" removes a graph or the whole dataset.
        body: Text of the update in UTF-8, or RDF.
        media_type: Media type of the body, with or without parameters; not used for updates.
        parts: Media type and bytes of each part of a multipart body, instead of `body` and `media_type`.
        graph: IRI of the graph, "default" for the default graph, or None for the whole dataset; not used for updates.
        base_iri: What relative IRIs are resolved against; empty means that they are an error.
        using_graphs: What `using-graph-uri` of the protocol says: default graph of every WHERE.
        using_named_graphs: What `using-named-graph-uri` says: named graphs of every WHERE.
        dry_run: Evaluate and validate, and write nothing.
        if_match: Entity tags of `If-Match`, without quotation marks; None where there is no such condition.
        if_none_match: Entity tags of `If-None-Match`.
    """

    kind: Kind
    body: bytes = b""
    media_type: str = ""
    parts: tuple[tuple[str, bytes], ...] = ()
    graph: str | None = None
    base_iri: str = ""
    using_graphs: tuple[str, ...] = ()
    using_named_graphs: tuple[str, ...] = ()
    dry_run: bool = False
    if_match: tuple[str, ...] | None = None
    if_none_match: tuple[str, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can carry.

        >>> request = WriteRequest("put", b"<a:b> <a:b> 1 .", "text/turtle", graph="default", if_match=("*",))
        >>> WriteRequest.from_dict(request.to_dict()) == request
        True
        """
        return asdict(self) | {"body": _text(self.body), "parts": [[media_type, _text(body)] for media_type, body in self.parts]}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> WriteRequest:
        """Return the request of a dictionary that `to_dict` made."""
        fields = dict(record)
        fields["body"] = base64.b64decode(fields["body"])
        fields["parts"] = tuple((media_type, base64.b64decode(body)) for media_type, body in fields["parts"])
        for name in ("using_graphs", "using_named_graphs", "if_match", "if_none_match"):
            fields[name] = None if fields[name] is None else tuple(fields[name])
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class GraphChange:
    """What a write changed in one graph.

    Attributes:
        graph: IRI of the graph, or "default".
        added: Number of quads that it has and did not have.
        removed: Number of quads that it had and has no longer.
    """

    graph: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """What became of a write that was not refused.

    Attributes:
        status: "written", "unchanged" where the store had it all already, or "dry_run".
        created: Whether the graph of the request is there now and was not before; False for updates and the whole dataset.
        existed: Whether the graph of the request was there before; an empty default graph counts as not there.
        generation: Number of the generation that shows the write; 0 for a remote store.
        changed: The graphs that changed, or in a dry run would have, by name.
        report: Validation report of the changed graphs as Turtle.
    """

    status: Status
    created: bool
    existed: bool
    generation: int
    changed: tuple[GraphChange, ...]
    report: str

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can carry.

        >>> outcome = WriteOutcome("written", True, False, 3, (GraphChange("urn:g", 2, 0),), "")
        >>> WriteOutcome.from_dict(outcome.to_dict()) == outcome
        True
        """
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> WriteOutcome:
        """Return the outcome of a dictionary that `to_dict` made."""
        return cls(**record | {"changed": tuple(GraphChange(**change) for change in record["changed"])})


def _text(body: bytes) -> str:
    return base64.b64encode(body).decode("ascii")
