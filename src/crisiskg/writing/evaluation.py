"""Evaluates one request on a `Dataset`: what would it change, and do the changed graphs conform to the shapes?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from crisiskg.errors import InvalidParameter, LimitExceeded, NotFound, QuerySyntaxError, WriteRefused
from crisiskg.workers.measure import Limits as TextLimits
from crisiskg.writing.bodies import check_lines, media_format, read_body
from crisiskg.writing.change import DEFAULT, Change
from crisiskg.writing.dataset import Dataset
from crisiskg.writing.requests import WriteRequest
from crisiskg.writing.updates import graphs_of, update


@dataclass(frozen=True, slots=True)
class Limits:
    """What a write may be and how it is read.

    Attributes:
        union_default_graph: Whether a WHERE that names no graph looks at all graphs rather than at the default graph.
        max_body_bytes: Largest body in bytes.
        update: Bytes, depth, patterns and steps of paths of an update, as in `crisiskg.workers.measure.Limits`.
    """

    union_default_graph: bool
    max_body_bytes: int
    update: tuple[int, int, int, int]


def evaluate(dataset: Dataset, request: WriteRequest, limits: Limits) -> Change:
    """Return what a request would change.

    Args:
        dataset: What the store holds; of no use afterwards.
        request: The request. Its conditions are not looked at here.
        limits: Limits.

    Returns:
        The change, with the validation report of the changed graphs.

    Raises:
        CallerError: it cannot be read, is not allowed, or asks for what is not there.
    """
    existed = _exists(dataset, request.graph)
    if request.kind == "update":
        _update(dataset, request, limits)
    elif request.kind == "delete":
        _delete(dataset, request)
    else:
        _write(dataset, request, limits)
    change = dataset.change()
    for edit in change.edits:
        check_lines(edit.added)
    return replace(change, existed=existed)


def _exists(dataset: Dataset, graph: str | None) -> bool:
    if graph is None:
        return True
    if graph == DEFAULT:
        return next(dataset.quads(graph), None) is not None
    return dataset.exists(graph)


def _update(dataset: Dataset, request: WriteRequest, limits: Limits) -> None:
    update(
        dataset,
        _text(request),
        base_iri=request.base_iri,
        using_graphs=request.using_graphs,
        using_named_graphs=request.using_named_graphs,
        union_default_graph=limits.union_default_graph,
        limits=TextLimits(*limits.update),
    )


def _text(request: WriteRequest) -> str:
    try:
        return request.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise QuerySyntaxError(f"the update is not in UTF-8: byte {error.start} cannot be read") from error


def needed_graphs(request: WriteRequest, limits: Limits) -> list[str]:
    """Return the names of the graphs without which a request to a remote store cannot be evaluated.

    Raises:
        WriteRefused: it would need all graphs.
        CallerError: it cannot be read or is not allowed.
    """
    if request.kind == "update":
        return graphs_of(_text(request), request.base_iri, TextLimits(*limits.update))
    if request.graph is None:
        raise WriteRefused("a remote store is written one graph at a time", hint="Name the graph with graph=.")
    return [request.graph]


def _delete(dataset: Dataset, request: WriteRequest) -> None:
    if request.graph is None:
        for graph in [*dataset.named_graphs(), DEFAULT]:
            dataset.drop(graph)
    elif dataset.exists(request.graph):
        dataset.drop(request.graph)
    else:
        raise NotFound(f"there is no graph {request.graph}")


def _write(dataset: Dataset, request: WriteRequest, limits: Limits) -> None:
    parts = request.parts or ((request.media_type, request.body),)
    size = sum(len(body) for _, body in parts)
    if size > limits.max_body_bytes:
        raise LimitExceeded(
            f"the body has {size} bytes; {limits.max_body_bytes} are allowed", hint="The setting is max_body_bytes."
        )
    if request.graph is None:
        for media_type, _ in parts:
            name, _, names_graphs = media_format(media_type)
            if not names_graphs:
                raise InvalidParameter(
                    f"{name} has no names of graphs, and the request names none",
                    hint="Name the graph, or send N-Quads, TriG or JSON-LD.",
                )
    read = [read_body(body, media_type, request.graph, request.base_iri) for media_type, body in parts]
    if request.kind == "put":
        for graph in [*dataset.named_graphs(), DEFAULT] if request.graph is None else [request.graph]:
            if request.graph is None:
                dataset.drop(graph)
            else:
                dataset.clear(graph)
                dataset.create(graph)
    for quads in read:
        dataset.add(quads)
