"""Writes what somebody says (statements) and the accounts of events and relations (claims), each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from crisiskg.annotation.records import Attribution, Certainty, Polarity, Span, Status, TimeExpression
from crisiskg.errors import AnnotationError
from crisiskg.graph import terms
from crisiskg.graph.entities import Entities, Node
from crisiskg.graph.terms import ckg, code
from crisiskg.graph.writer import Bounds, Writer, index, look_up
from crisiskg.iris import digest

CLASSES = {"statement": "Statement", "assessment": "Assessment", "forecast": "Forecast", "recommendation": "Recommendation"}


class Statements:
    """The attributions of a document, and the claims made on them."""

    def __init__(self, writer: Writer, entities: Entities, times: dict[str, TimeExpression]) -> None:
        self._writer = writer
        self._entities = entities
        self._times = times
        self._records = index(writer.annotation.attributions, "attribution", lambda attribution: attribution.id)

    def write(self) -> None:
        """Write all attributions of the annotation as statements."""
        for record in self._records.values():
            self._write(record)

    def record(self, key: str, user: str) -> Attribution:
        """Return the attribution with an id.

        Raises:
            AnnotationError: there is none.
        """
        return look_up(self._records, key, "attribution", user)

    def iri(self, record: Attribution) -> NamedNode:
        """Return the IRI of an attribution's statement."""
        identity = (record.kind, record.content, record.cue, record.source, record.author)
        return self._writer.part("statement", digest(*identity))

    def source_of(self, key: str | None) -> Node | None:
        """Return the actor to whom an attribution, by its id, leads; None where no actor is known."""
        if key is None:
            return None
        record = self.record(key, "a record")
        if record.author or record.entity is None:
            return None
        node = self._entities.get(record.entity, f"attribution {record.id}")
        return node if node.is_actor else None

    def claim(
        self,
        about: NamedNode,
        *,
        status: Status,
        polarity: Polarity,
        certainty: Certainty,
        attribution: str | None,
        evidence: Iterable[NamedNode],
        confidence: float,
        what: str,
        condition: Span | None = None,
    ) -> NamedNode:
        """Write one account of an event or relation and return its IRI.

        Args:
            about: What it is an account of.
            status: Where it stands in time, as told.
            polarity: Whether it is affirmed or denied.
            certainty: How surely it is told.
            attribution: Id of the attribution within whose content it is told; None in the author's own voice.
            evidence: Passages that say it; at least one.
            confidence: Probability in [0, 1] that the account was read rightly.
            what: What it is an account of, for the error.
            condition: Span of the clause on which it depends.

        Raises:
            AnnotationError: a record that is named does not exist, or a number is out of range.
        """
        writer = self._writer
        passages = list(evidence)
        record = self.record(attribution, what) if attribution is not None else None
        source = self.source_of(attribution)
        voice = "author" if record is None or record.author else "reported"
        statement = self.iri(record) if record is not None else None
        on = writer.passage(condition, f"the condition of {what}") if condition is not None else None
        score = confidence_term(confidence, what)
        identity = (about.value, status, polarity, certainty, voice, *(passage.value for passage in passages))
        node = writer.part(
            "claim", digest(*identity, statement.value if statement else None, on.value if on else None, score.value)
        )
        writer.add(node, terms.TYPE, ckg("Claim"))
        writer.add(node, ckg("isAbout"), about)
        writer.add(node, ckg("status"), code("status", status))
        writer.add(node, ckg("polarity"), code("polarity", polarity))
        writer.add(node, ckg("certainty"), code("certainty", certainty))
        writer.add(node, ckg("voice"), code("voice", voice))
        writer.add(node, ckg("accordingTo"), source.iri if source else None)
        writer.add(node, ckg("withinStatement"), statement)
        for passage in passages:
            writer.add(node, ckg("hasEvidence"), passage)
        writer.add(node, ckg("hasCondition"), on)
        self._write_origin(node)
        writer.add(node, ckg("confidence"), score)
        return node

    def _write(self, record: Attribution) -> None:
        writer = self._writer
        what = f"attribution {record.id}"
        if record.kind not in CLASSES:
            raise AnnotationError(f"{what} has the kind {record.kind!r}; possible are {', '.join(CLASSES)}")
        node = self.iri(record)
        if not writer.first(node):
            raise AnnotationError(f"{what} repeats another attribution: same kind, source, cue and content")
        source = self.source_of(record.id)
        writer.add(node, terms.TYPE, ckg(CLASSES[record.kind]))
        writer.add(node, ckg("hasContent"), writer.passage(record.content, f"the content of {what}"))
        if record.cue is not None:
            writer.add(node, ckg("cue"), terms.text(writer.words(record.cue, f"the cue of {what}")))
        if source is not None:
            writer.add(node, ckg("accordingTo"), source.iri)
        elif record.source is not None and not record.author:
            writer.add(node, ckg("sourceWords"), terms.text(writer.words(record.source, f"the source of {what}")))
        if record.addressee is not None:
            addressee = self._entities.of_mention(self._entities.mention(record.addressee, what))
            if addressee is not None and addressee.is_actor:
                writer.add(node, ckg("addressedTo"), addressee.iri)
        if record.time is not None:
            time = look_up(self._times, record.time, "time expression", what)
            writer.add(node, ckg("statedTime"), writer.part("time", f"{time.start}-{time.end}"))
            writer.bounds(node, Bounds.of_span(time.bounds), time.bounds)
        writer.add(node, ckg("voice"), code("voice", "author" if record.author else "reported"))
        for passage in writer.evidence(record.cue or record.source or record.content, what):
            writer.add(node, ckg("hasEvidence"), passage)
        self._write_origin(node)
        writer.add(node, ckg("confidence"), confidence_term(record.confidence, what))
        if record.within is not None:
            if record.within == record.id:
                raise AnnotationError(f"{what} stands within itself")
            writer.add(node, ckg("withinStatement"), self.iri(self.record(record.within, what)))

    def _write_origin(self, node: NamedNode) -> None:
        self._writer.add(node, ckg("inDocument"), self._writer.iri)
        self._writer.add(node, terms.GENERATED_BY, self._writer.run)


def confidence_term(value: float, what: str) -> Literal:
    """Return a confidence as a literal.

    Raises:
        AnnotationError: it is not within [0, 1].
    """
    if not 0 <= value <= 1:
        raise AnnotationError(f"{what} has the confidence {value!r}, which is not between 0 and 1")
    return terms.decimal(value, f"the confidence of {what}", 4)
