"""What the finders of relations share: the parse, the mentions, the words, and the list to which relations are added."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.modality import FactualityReader
from crisiskg.annotation.records import Attribution, Mention, Quantity, Relation
from crisiskg.annotation.speech_turns import is_turn
from crisiskg.annotation.syntax import MentionIndex

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading
    from crisiskg.documents import DateBounds

_ORGANIZATIONS_TEXT = """
Organization ArmedGroup GovernmentBody SecurityForce PoliticalParty IntergovernmentalOrganization
NongovernmentalOrganization MediaOrganization Company
"""
ORGANIZATIONS = frozenset(_ORGANIZATIONS_TEXT.split())
GROUPS = ORGANIZATIONS | {"State", "PopulationGroup"}
PLACES = frozenset({"Place", "State"})
SYMMETRIC = frozenset({"against", "alliedWith", "borders", "spouseOf"})
#: Relations whose whole content stands in the phrase of an unnamed head: "the Malian government", "fighters of the Front". They
#: say what the phrase is, not what somebody belongs to, unless a verb or a number says more.
_SAID_BY_PHRASE = frozenset({"agentOf", "citizenOf", "memberOf", "partOf", "agencyOf"})
#: Marks of a quotation.
_QUOTES = ('"', "“", "”", "«")
#: How sure a relation is at least that a verb of joining tells.
_TOLD_BY_VERB = 0.7


@dataclass(frozen=True, slots=True)
class Role:
    """What a role noun makes of its holder, by the type of what it is a role in; None where it makes nothing of it."""

    state: str | None
    organization: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class RelationWords:
    """Words of relations: role nouns, and lists by topic and name."""

    roles: Mapping[str, Role]
    lists: Mapping[str, Mapping[str, frozenset[str]]]


@cache
def load_relation_words() -> RelationWords:
    """Return the words that come with the package, read once.

    >>> load_relation_words().roles["president"].state
    'headOfState'
    """
    folder = resources.files("crisiskg.annotation") / "data"
    roles: dict[str, Role] = {}
    for row in csv.DictReader((folder / "roles.csv").read_text(encoding="utf-8").splitlines()):
        for noun in row["nouns"].split("|"):
            roles.setdefault(noun, Role(row["state"] or None, row["organization"] or None, row["place"] or None))
    tables = tomllib.loads((folder / "relation_words.toml").read_text(encoding="utf-8"))
    return RelationWords(roles, {topic: {name: frozenset(w) for name, w in names.items()} for topic, names in tables.items()})


class RelationWriter:
    """Collects the relations of one document; the same relation is written once, with the best evidence."""

    def __init__(self, reading: Reading) -> None:
        """Index the reading."""
        self.reading = reading
        self.syntax = reading.syntax
        self.grammar = Grammar(self.syntax)
        self.index = MentionIndex(self.syntax, reading.mentions)
        self.factuality = FactualityReader(self.grammar)
        self.words = load_relation_words()
        self.relations: dict[tuple[object, ...], Relation] = {}
        self.rank_of: dict[str, str] = {}
        self._attributions = sorted(reading.attributions, key=lambda a: a.content[1] - a.content[0])

    def words_of(self, topic: str, name: str) -> frozenset[str]:
        """Return one list of words."""
        return self.words.lists[topic][name]

    def named(self, mention: Mention | None) -> bool:
        """Say whether a mention refers to something that has a name anywhere in the document."""
        if mention is None or mention.entity is None:
            return False
        return mention.kind == "name" or mention.entity in self._named_entities

    @property
    def _named_entities(self) -> set[str]:
        found = self.__dict__.get("_named_cache")
        if found is None:
            found = {m.entity for m in self.reading.mentions if m.kind == "name" and m.entity is not None}
            self.__dict__["_named_cache"] = found
        return found

    def bounds_at(self, token: int) -> DateBounds | None:
        """Return the days that the time expression around a token spans; None where there is none or it spans none."""
        at = self.syntax.start[token]
        return next((t.bounds for t in self.reading.times if t.start <= at < t.end and t.bounds is not None), None)

    def add(
        self,
        type_: str,
        head: Mention | None,
        tail: Mention | None,
        at: int,
        *,
        confidence: float,
        told: Factuality | None = None,
        former: bool = False,
        title: str | None = None,
        qualifier: str | None = None,
        order: int | None = None,
        begin: DateBounds | None = None,
        finish: DateBounds | None = None,
        quantity: Quantity | None = None,
    ) -> None:
        """Add a relation between what two mentions refer to.

        Args:
            type_: Relation type.
            head: Mention of the head; nothing is added where it refers to nothing known.
            tail: Mention of the tail; the same.
            at: Token that says so; its sentence is the evidence.
            confidence: Probability in [0, 1].
            told: How it is told; plain fact where None.
            former: Whether the text says that it is over.
            title: Words of the role.
            qualifier: What the type cannot hold.
            order: Place in a stated order, from 1.
            begin: Bounds of its beginning.
            finish: Bounds of its end.
            quantity: Number of people it is said of.
        """
        if head is None or tail is None or head.entity is None or tail.entity is None or head.entity == tail.entity:
            return
        if quantity is None and not self._is_worth_saying(type_, head, tail, confidence):
            return
        a, b = head.entity, tail.entity
        key: tuple[object, ...] = (type_, *sorted((a, b))) if type_ in SYMMETRIC else (type_, a, b)
        key = (*key, order, told.polarity if told is not None else "positive")
        start, end = self.syntax.sentence_span(at)
        attribution = next((x for x in self._attributions if x.content[0] <= self.syntax.start[at] < x.content[1]), None)
        if attribution is not None and self._is_aside(at, attribution):
            attribution = None
        certainty = told.certainty if told is not None else "certain"
        if attribution is not None and attribution.source is not None and not attribution.author and certainty == "certain":
            certainty = "certain" if is_turn(self.reading, attribution) else "probable"
        relation = Relation(
            type=type_,
            head=a,
            tail=b,
            start=min(start, head.start),
            end=max(end, tail.end),
            head_mention=head.id,
            tail_mention=tail.id,
            begin=begin,
            finish=finish,
            former=former,
            title=title,
            qualifier=qualifier,
            order=order,
            quantity=quantity,
            status=told.status if told is not None else "happened",
            polarity=told.polarity if told is not None else "positive",
            certainty=certainty,
            attribution=attribution.id if attribution is not None else None,
            confidence=confidence,
        )
        if start > head.start or head.end > end or start > tail.start or tail.end > end:
            relation = replace(relation, start=start, end=end)
        known = self.relations.get(key)
        if known is None:
            self.relations[key] = relation
            return
        better, other = (relation, known) if relation.confidence > known.confidence else (known, relation)
        self.relations[key] = replace(
            better,
            begin=better.begin or other.begin,
            finish=better.finish or other.finish,
            title=better.title or other.title,
            qualifier=better.qualifier or other.qualifier,
            quantity=better.quantity or other.quantity,
            former=better.former or other.former,
        )

    def _is_aside(self, at: int, attribution: Attribution) -> bool:
        """Say whether an apposition is the author's own word within what he reports: "they accused X, the armed wing of Y"."""
        syntax, text = self.syntax, self.reading.document.text
        if syntax.dep[at] != "appos" or syntax.tag[at].startswith("NNP") or syntax.lower[syntax.phrase(at)[0] - 1] != ",":
            return False
        first, last = attribution.content
        return not any(mark in text[max(first - 2, 0) : last] for mark in _QUOTES)

    def _is_worth_saying(self, type_: str, head: Mention, tail: Mention, confidence: float) -> bool:
        """Say whether a relation tells more than the phrase of an unnamed thing does."""
        if type_ == "memberOf" and not self.named(tail):
            return False
        if type_ not in _SAID_BY_PHRASE or self.named(head):
            return True
        return type_ == "memberOf" and confidence >= _TOLD_BY_VERB

    def change(self, key: tuple[object, ...], relation: Relation) -> None:
        """Put a relation in the place of the one with this key."""
        self.relations[key] = relation


class RelationFinder:
    """What the finders of one document's relations start with: the writer, and what it has indexed, at hand."""

    def __init__(self, writer: RelationWriter) -> None:
        """Keep the writer."""
        self.w = writer
        self.syntax = writer.syntax
        self.grammar = writer.grammar
        self.index = writer.index
