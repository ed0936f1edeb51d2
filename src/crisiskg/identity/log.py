"""The log of judgements: a named graph to which judgements are added, and in which they are marked as undone, never removed.

What follows from them is another graph (`crisiskg.identity.canonical`), written in the same change.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, cast

import pyoxigraph as ox

from crisiskg.errors import NotFound, UnknownName
from crisiskg.identity.canonical import IdentityGraph
from crisiskg.identity.edits import Lines, write_lines
from crisiskg.identity.records import Judgement, Verdict, canonical_time, checked, judgement_iri, kind_of, now
from crisiskg.iris import mint, mint_graph
from crisiskg.namespaces import BASE, CKG, CKGC, RDF, XSD
from crisiskg.store import OxigraphStore, Store

#: Judgements that are written at a time: a change is held in memory whole.
PART = 20_000

_TYPE = ox.NamedNode(RDF + "type")
_CLASS = ox.NamedNode(CKG + "IdentityJudgement")
_SUBJECT = ox.NamedNode(CKG + "hasSubject")
_OBJECT = ox.NamedNode(CKG + "hasObject")
_VERDICT = ox.NamedNode(CKG + "verdict")
_SCORE = ox.NamedNode(CKG + "score")
_REASON = ox.NamedNode(CKG + "reason")
_BY = ox.NamedNode(CKG + "judgedBy")
_AT = ox.NamedNode(CKG + "judgedAt")
_UNDONE_AT = ox.NamedNode(CKG + "undoneAt")
_UNDONE_BY = ox.NamedNode(CKG + "undoneBy")
_DATE_TIME = ox.NamedNode(XSD + "dateTime")
_DECIMAL = ox.NamedNode(XSD + "decimal")

#: Chooses judgements: their IRIs, or a function that tells of each judgement that stands whether it is meant.
Selection = Iterable[str] | Callable[[Judgement], bool]


class JudgementLog:
    """The judgements of a store. One thread uses an instance at a time.

    Args:
        store: Embedded store or server.
        base: Base of the IRIs of data; None means that of the store.
    """

    def __init__(self, store: Store, base: str | None = None) -> None:
        self.store = store
        self.base = base or str(getattr(store, "base_iri", BASE))
        self.graph = mint_graph("judgements", self.base)
        self._name = ox.NamedNode(self.graph)
        self.identity = IdentityGraph(store, self.base, self.of)

    # --- reading ------------------------------------------------------------------------------------------------------------

    def all(self) -> list[Judgement]:
        """Return all judgements, undone ones too, in the order of their IRIs."""
        return [judgement for _, judgement in self.items()]

    def items(self) -> Iterator[tuple[str, Judgement]]:
        """Yield IRI and judgement of each, in the order of their IRIs."""
        yield from sorted(self._read(), key=lambda item: item[0])

    def _read(self) -> Iterator[tuple[str, Judgement]]:
        quads = self.store.quads(self.graph)
        if not isinstance(self.store, OxigraphStore):  # an embedded store yields the quads of a subject together
            quads = iter(sorted(quads, key=lambda quad: str(quad.subject)))
        for iri, group in itertools.groupby(quads, key=lambda quad: str(getattr(quad.subject, "value", ""))):
            fields: dict[str, list[str]] = {}
            for quad in group:
                fields.setdefault(quad.predicate.value, []).append(quad.object.value)  # type: ignore[union-attr]
            judgement = _judgement(fields)
            if judgement is not None:
                yield iri, judgement

    def of(self, iri: str) -> list[Judgement]:
        """Return the judgements on an IRI, undone ones too, oldest first."""
        return sorted((judgement for _, judgement in self.items_of(iri)), key=lambda judgement: (judgement.at, judgement.pair))

    def items_of(self, iri: str) -> Iterator[tuple[str, Judgement]]:
        """Yield IRI and judgement of each judgement on an IRI."""
        iris = {quad for property_ in (_SUBJECT, _OBJECT) for quad in self._subjects(property_, iri)}
        for one in sorted(iris):
            judgement = self.find(one)
            if judgement is not None:
                yield one, judgement

    def find(self, iri: str) -> Judgement | None:
        """Return the judgement of an IRI; None where there is none."""
        fields: dict[str, list[str]] = {}
        for quad in self._about(iri):
            fields.setdefault(quad.predicate.value, []).append(quad.object.value)  # type: ignore[union-attr]
        return _judgement(fields)

    def _subjects(self, property_: ox.NamedNode, value: str) -> list[str]:
        if isinstance(self.store, OxigraphStore):
            return [quad.subject.value for quad in self.store.match(None, property_.value, value, self.graph)]  # type: ignore[union-attr]
        rows = self.store.select(f"SELECT ?s WHERE {{ GRAPH {self._name} {{ ?s {property_} {ox.NamedNode(value)} }} }}")
        return [row["s"].value for row in rows]  # type: ignore[union-attr]

    def _about(self, iri: str) -> list[ox.Quad]:
        if isinstance(self.store, OxigraphStore):
            return list(self.store.match(iri, None, None, self.graph))
        node = ox.NamedNode(iri)
        rows = self.store.select(f"SELECT ?p ?o WHERE {{ GRAPH {self._name} {{ {node} ?p ?o }} }}")
        return [ox.Quad(node, cast(Any, row["p"]), row["o"], self._name) for row in rows]

    # --- writing ------------------------------------------------------------------------------------------------------------

    def add(self, judgements: Iterable[Judgement]) -> list[Judgement]:
        """Add judgements, and write what follows from them.

        A judgement that is there already, by its IRI, is left as it is.

        Args:
            judgements: New judgements.

        Returns:
            Those that were new, as they were written.

        Raises:
            InvalidParameter: one is not what a judgement can be; nothing is written then.
            StoreError: the store refuses. Of more than `PART` judgements the first parts may be there.
        """
        return self.write(judgements, ())

    def write(self, judgements: Iterable[Judgement], undone: Iterable[str], by: str = "") -> list[Judgement]:
        """Add judgements and undo others, in one change, and write what follows.

        Args:
            judgements: New judgements.
            undone: IRIs of judgements that are undone.
            by: Who undoes them.

        Returns:
            The judgements that were new.
        """
        new: dict[str, Judgement] = {}
        for judgement in judgements:
            one = checked(judgement)
            new.setdefault(judgement_iri(one, self.base), one)
        new = {iri: judgement for iri, judgement in new.items() if not self._has(iri)}
        at = now()
        pairs = {iri: judgement.pair for iri, judgement in new.items()}
        marks: set[str] = set()
        for iri in dict.fromkeys(undone):
            known = self.find(iri)
            if known is not None and known.undone_at is None:
                marks.add(iri)
                pairs[iri] = known.pair
        iris = list(pairs)
        parts = [iris[start : start + PART] for start in range(0, len(iris), PART)]
        for part in parts:
            # All literals are made as the store writes them, and no quad comes twice.
            added = [quad for iri in part for quad in (self._mark(iri, at, by) if iri in marks else self._quads(iri, new[iri]))]
            changes = {self.graph: Lines(added=tuple(added))}
            if len(parts) == 1:
                touched = {iri for pair in pairs.values() for iri in pair}
                changes |= self.identity.changes(touched, new, marks, self.all)
            write_lines(self.store, changes)
        if len(parts) > 1:  # more than one change holds: what follows is written after all of them
            self.identity.rebuild(self.all())
        return list(new.values())

    def undo(self, selection: Selection, by: str) -> list[Judgement]:
        """Mark judgements as undone, and write what follows. They stay in the log.

        Args:
            selection: IRIs of judgements, or a function that chooses among those that stand.
            by: Who undoes them.

        Returns:
            What was undone; judgements that had been undone before are not among it.

        Raises:
            NotFound: there is no judgement of an IRI.
        """
        if callable(selection):
            chosen = [iri for iri, judgement in self.items() if judgement.undone_at is None and selection(judgement)]
        else:
            chosen = list(dict.fromkeys(selection))
        standing = []
        for iri in chosen:
            judgement = self.find(iri)
            if judgement is None:
                raise NotFound(
                    f"there is no judgement {iri}", hint="crisiskg identity explain IRI lists judgements with their ids."
                )
            if judgement.undone_at is None:
                standing.append((iri, judgement))
        before = {iri for iri, _ in standing}
        self.write((), before, by)
        return [judgement for _, judgement in standing]

    def iri_of(self, text: str) -> str:
        """Return the IRI of a judgement from its IRI or its id, the last part of it.

        Raises:
            UnknownName: there is no such judgement.
        """
        iri = text if "://" in text or text.startswith("urn:") else None
        if iri is None:
            local = text.removeprefix("judgement/")
            if local and all(letter in "0123456789abcdef" for letter in local):
                iri = mint(f"judgement/{local}", self.base)
        if iri is None or not self._has(iri):
            raise UnknownName(
                f"there is no judgement {text[:80]!r}; an id has 16 hexadecimal digits",
                hint="crisiskg identity explain IRI lists judgements with their ids.",
            )
        return iri

    def _has(self, iri: str) -> bool:
        if isinstance(self.store, OxigraphStore):
            return next(self.store.match(iri, _TYPE.value, None, self.graph), None) is not None
        return bool(self._about(iri))

    def _mark(self, iri: str, at: str, by: str) -> list[ox.Quad]:
        node = ox.NamedNode(iri)
        marks = [ox.Quad(node, _UNDONE_AT, ox.Literal(canonical_time(at), datatype=_DATE_TIME), self._name)]
        if by:
            marks.append(ox.Quad(node, _UNDONE_BY, ox.Literal(by), self._name))
        return marks

    def _quads(self, iri: str, judgement: Judgement) -> list[ox.Quad]:
        node, name = ox.NamedNode(iri), self._name
        quads = [
            ox.Quad(node, _TYPE, _CLASS, name),
            ox.Quad(node, _SUBJECT, ox.NamedNode(judgement.subject), name),
            ox.Quad(node, _OBJECT, ox.NamedNode(judgement.object), name),
            ox.Quad(node, _VERDICT, ox.NamedNode(f"{CKGC}verdict-{judgement.verdict}"), name),
            ox.Quad(node, _BY, ox.Literal(judgement.by), name),
            ox.Quad(node, _AT, ox.Literal(judgement.at, datatype=_DATE_TIME), name),
        ]
        if judgement.score is not None:
            score = format(Decimal(str(judgement.score)).normalize(), "f")
            quads.append(ox.Quad(node, _SCORE, ox.Literal(score, datatype=_DECIMAL), name))
        quads += [ox.Quad(node, _REASON, ox.Literal(reason), name) for reason in judgement.reasons]
        if judgement.undone_at is not None:
            quads += self._mark(iri, judgement.undone_at, judgement.undone_by or "")
        return quads


def _judgement(fields: dict[str, list[str]]) -> Judgement | None:
    """Return the judgement of the values of its properties; None where one is missing that each has."""

    def first(property_: ox.NamedNode) -> str | None:
        return min(fields.get(property_.value, ()), default=None)

    subject, object_, verdict, by, at = (first(each) for each in (_SUBJECT, _OBJECT, _VERDICT, _BY, _AT))
    if subject is None or object_ is None or verdict is None or by is None or at is None:
        return None
    score = first(_SCORE)
    return Judgement(
        subject,
        object_,
        kind_of(subject),
        cast(Verdict, verdict.removeprefix(f"{CKGC}verdict-")),
        None if score is None else float(score),
        tuple(sorted(fields.get(_REASON.value, ()))),
        by,
        at,
        first(_UNDONE_AT),
        first(_UNDONE_BY),
    )
