"""Builds the named graph of one document from what was found in it."""

from __future__ import annotations

from pyoxigraph import NamedNode, Quad

from crisiskg.annotation.records import Annotation, TimeExpression
from crisiskg.documents import DateBounds, Document
from crisiskg.graph import terms
from crisiskg.graph.document import write_document
from crisiskg.graph.entities import Entities, write_entity
from crisiskg.graph.events import write_events
from crisiskg.graph.factuality import Factuality
from crisiskg.graph.quantities import write_quantity
from crisiskg.graph.relations import write_relations
from crisiskg.graph.runs import Run, run_iri
from crisiskg.graph.statements import Statements, confidence_term
from crisiskg.graph.terms import ckg, code
from crisiskg.graph.writer import Bounds, Writer, index
from crisiskg.namespaces import BASE

#: Of several accounts of a situation the one that says most of what is the case decides.
_FACTS: tuple[Factuality, ...] = (
    "ongoing",
    "happened",
    "claimed",
    "planned",
    "threatened",
    "feared",
    "hypothetical",
    "denied",
)


def build(document: Document, annotation: Annotation, run: Run, base: str = BASE) -> list[Quad]:
    """Return the quads of a document's named graph, as docs/model.md describes it.

    A pure function: the same document, annotation and run give the same quads in the same order. No blank nodes, every
    literal in the lexical form that the store keeps.

    Args:
        document: The document.
        annotation: What was found in it; its offsets are offsets into the document's text.
        run: What read it.
        base: Base IRI of data, ending in a slash.

    Returns:
        Quads, all in the document's graph, each once.

    Raises:
        AnnotationError: an offset lies outside the text, an id leads nowhere, or a value cannot be written.
        InvalidIdentifier: a URL or IRI of the records is none.

    >>> from crisiskg.annotation.records import Annotation
    >>> quads = build(Document(text="Quiet day."), Annotation(id="d"), Run("0.1.0", codebook_version="1"))
    >>> len({quad.graph_name for quad in quads})
    1
    """
    writer = Writer(document, annotation, run_iri(run, base), base)
    entities = Entities(writer)
    times = index(annotation.times, "time expression", lambda time: time.id)
    statements = Statements(writer, entities, times)
    write_document(writer, entities, statements)
    statements.write()
    relations = write_relations(writer, entities, statements)
    write_events(writer, entities, statements, times, relations.holdings)
    for quantity in annotation.quantities:
        write_quantity(writer, entities, quantity)
    # Last, because spans name the passages that are there, and entities those that metadata adds.
    _write_mentions(writer, entities)
    _write_times(writer, annotation.times)
    for node in entities.nodes():
        if not entities.is_kept(node):
            continue
        write_entity(writer, node)
        if node.is_situation:
            kind = next((record.subtype for record in node.records if record.subtype), "named-event")
            _write_situation(writer, node.iri, kind, relations.situations.get(node.iri, []))
    return writer.quads()


def _write_mentions(writer: Writer, entities: Entities) -> None:
    """Write the names, and of what describes or stands for an entity the first and those that fill a role.

    All others are in the annotation; in the graph they would be a third of it and answer nothing.
    """
    met: set[NamedNode] = set()
    # Of two readings of the same words the first that leads to an entity is kept.
    for mention in sorted(writer.annotation.mentions, key=lambda mention: mention.entity is None):
        what = f"mention {mention.id}"
        span = (mention.start, mention.end)
        node = writer.part("mention", f"{mention.start}-{mention.end}")
        referent = entities.of_mention(mention)
        if referent is not None and not entities.is_kept(referent):
            continue
        is_first = referent is not None and not referent.names_used and referent.iri not in met
        if not (mention.kind == "name" or is_first or writer.is_used(node)) or not writer.first(node):
            continue
        writer.span(node, "Mention", span, what)
        writer.add(node, ckg("inPassage"), writer.passage_around(span))
        if referent is not None:
            met.add(referent.iri)
            writer.add(node, ckg("refersTo"), referent.iri)
        writer.add(node, ckg("mentionKind"), code("mention", mention.kind))
        writer.add(node, ckg("confidence"), confidence_term(mention.confidence, what))


def _write_times(writer: Writer, times: tuple[TimeExpression, ...]) -> None:
    for time in times:
        what = f"time expression {time.id}"
        span = (time.start, time.end)
        node = writer.part("time", f"{time.start}-{time.end}")
        if not writer.is_used(node) or not writer.first(node):
            continue  # what dates nothing is in the annotation
        writer.span(node, "TimeExpression", span, what)
        writer.add(node, ckg("inPassage"), writer.passage_around(span))
        writer.add(node, ckg("timeValue"), terms.text(time.value) if time.value else None)
        writer.add(node, ckg("timeModifier"), terms.text(time.mod) if time.mod else None)
        writer.bounds(node, Bounds.of_span(time.bounds), time.bounds)


def _write_situation(
    writer: Writer, node: NamedNode, kind: str, accounts: list[tuple[Factuality, DateBounds | None, DateBounds | None]]
) -> None:
    """Write kind and factuality of a situation, and its begin and end where all who speak of them agree."""
    writer.add(node, ckg("situationKind"), code("situation", kind))
    fact = min((fact for fact, _, _ in accounts), key=_FACTS.index, default="happened")
    writer.add(node, ckg("factuality"), code("fact", fact))
    ends = {(begin, finish) for _, begin, finish in accounts if begin or finish}
    if len(ends) == 1:
        begin, finish = ends.pop()
        writer.bounds(node, Bounds.of_ends(begin, finish), begin or finish)
