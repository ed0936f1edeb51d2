"""What annotation finds in a document: plain frozen records, the only thing that `crisiskg.graph` sees of a text.

The wire form of these records is the annotation contract (`crisiskg.annotation.contract`); keys beyond it are ours.
Offsets are Unicode code points into the document's text, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from crisiskg.documents import DateBounds

EntityType = Literal[
    "Person",
    "Organization",
    "ArmedGroup",
    "GovernmentBody",
    "SecurityForce",
    "PoliticalParty",
    "IntergovernmentalOrganization",
    "NongovernmentalOrganization",
    "MediaOrganization",
    "Company",
    "State",
    "Place",
    "PopulationGroup",
    "NamedEvent",
]
MentionKind = Literal["name", "nominal", "pronoun"]
Status = Literal["happened", "ongoing", "planned", "hypothetical"]
Polarity = Literal["positive", "negative"]
Certainty = Literal["certain", "probable", "possible"]
StatementKind = Literal["statement", "assessment", "forecast", "recommendation"]
QuantityKind = Literal["killed", "injured", "displaced", "abducted", "arrested", "moved", "people", "share", "money", "other"]

#: A stretch of text: offset of its first character, offset behind its last.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mention:
    """A span that names, describes or refers to an entity.

    Attributes:
        id: "m0", "m1", … in order of the text.
        type: Type of this mention's entity as the text uses it here.
        kind: name, nominal ("the junta") or pronoun.
        entity: Id of the entity; None where it stays unresolved.
        confidence: Probability in [0, 1] that span, type and entity are right.
    """

    id: str
    start: int
    end: int
    text: str
    type: EntityType
    kind: MentionKind
    entity: str | None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Entity:
    """What mentions of one document refer to.

    Attributes:
        id: "e0", "e1", … in order of first mention.
        name: The fullest name the document gives, or the reference name where it is linked.
        iri: IRI in the reference data or gazetteer; None where it is known from this document alone.
        wikidata: Wikidata item such as "Q863".
        geonames: GeoNames id.
        iso3: ISO 3166-1 alpha-3 code, for states and for places in one state.
        lat: Latitude in degrees, WGS 84, for places.
        lon: Longitude in degrees, WGS 84.
        accuracy_m: Radius in metres within which the point stands for the place.
        aliases: Other names the document uses.
        score: Probability in [0, 1] that the link is right; None where there is none.
        gap: Why there is no link: "not-in-gazetteer", "ambiguous" or "below-threshold".
        subtype: What the type cannot hold; for NamedEvent: war, occupation, ceasefire, crisis, election, treaty, named-event.
    """

    id: str
    type: EntityType
    name: str
    iri: str | None = None
    wikidata: str | None = None
    geonames: int | None = None
    iso3: str | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    aliases: tuple[str, ...] = ()
    score: float | None = None
    gap: str | None = None
    subtype: str | None = None


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """Words that say when, how long or how often.

    Attributes:
        value: ISO 8601, EDTF or TIMEX3 value such as "2015-05-27", "2014-07/2014-12", "P3D"; None where it cannot be told.
        mod: START, MID, END, APPROX, BEFORE, AFTER, SINCE or UNTIL, what the value cannot hold.
        bounds: The days it spans; None for durations, sets and what cannot be resolved.
    """

    id: str
    start: int
    end: int
    text: str
    value: str | None
    mod: str | None = None
    bounds: DateBounds | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A stated number of people or things, as a range.

    Attributes:
        kind: What is counted.
        low: Lowest number that the words allow; None where open.
        best: The number as said; None where only a bound is said.
        high: Highest number that the words allow; None where open.
        subject: Id of the mention that is counted, where there is one.
        unit: What one of it is ("people", "percent", "USD").
    """

    kind: QuantityKind
    low: float | None
    best: float | None
    high: float | None
    start: int
    end: int
    subject: str | None = None
    unit: str = "people"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody says, thinks or fears something; or the author does, where `author` is true.

    Attributes:
        id: "a0", "a1", …
        source: Span of who says it; None in the author's own voice.
        cue: Span of the word that says so.
        content: Span of what is said.
        entity: Id of the entity that says it.
        author: True for an assessment, forecast or recommendation in the author's own voice.
        kind: What sort of statement it is.
        time: Id of the time expression of the act of saying.
        place: Id of the mention of the place of saying.
        addressee: Id of the mention of whom it is said to.
        within: Id of the attribution inside whose content this one stands.
    """

    id: str
    source: Span | None
    cue: Span | None
    content: Span
    entity: str | None = None
    author: bool = False
    kind: StatementKind = "statement"
    time: str | None = None
    place: str | None = None
    addressee: str | None = None
    within: str | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Relation:
    """Two entities stand in a relation, for a time.

    Attributes:
        type: A relation type of the contract, or one of ours: livesIn, activeIn, sideIn (actor takes part in a NamedEvent),
            alsoKnownAs.
        head: Id of the head entity.
        tail: Id of the tail entity.
        start: Start of the evidence span.
        end: End of the evidence span.
        head_mention: Id of the mention that stands for the head in the evidence.
        tail_mention: Id of the mention that stands for the tail in the evidence.
        begin: When it began, as far as it is said.
        finish: When it ended, as far as it is said.
        former: True where the text says that it is over.
        title: Words of the role ("Minister of Defence"), for offices and memberships.
        rank: Rank of the person ("Colonel").
        qualifier: What the type cannot hold: "south" for borders, "acting" for offices, "with the rebels" for sideIn.
        order: Place in a stated order, from 1, for activeIn.
        attribution: Id of the attribution within whose content it is said.
    """

    type: str
    head: str
    tail: str
    start: int
    end: int
    head_mention: str | None = None
    tail_mention: str | None = None
    begin: DateBounds | None = None
    finish: DateBounds | None = None
    former: bool = False
    title: str | None = None
    rank: str | None = None
    qualifier: str | None = None
    order: int | None = None
    quantity: Quantity | None = None
    status: Status = "happened"
    polarity: Polarity = "positive"
    certainty: Certainty = "certain"
    attribution: str | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, goes on, is planned, or may happen, as this document tells it.

    Attributes:
        id: "v0", "v1", …
        type: One of the sixteen event types; None where none fits.
        mode: Mode that the type allows, without the type's name.
        contexts: Contexts, without prefix.
        start: Start of the trigger.
        end: End of the trigger.
        actor: Ids of the mentions that did it.
        recipient: Ids of the mentions that had it done to them.
        place: Id of the mention of the place.
        origin: Id of the mention of the place that a movement starts from.
        destination: Id of the mention of the place that a movement leads to.
        time: Id of the time expression.
        sentence: Span of the sentence that tells it: the evidence.
        condition: Span of the clause on which it depends.
        attribution: Id of the innermost attribution within whose content it is told.
        threatened: True where it is the content of a threat.
        feared: True where it is the content of a fear or warning.
        place_gap: Why there is no place: "not-stated", "ambiguous", "not-in-gazetteer", "below-threshold".
        time_gap: Why there is no time.
        place_lent: Whether the place is the country that the whole text is about, and the sentence states none.
        time_lent: Whether the time is borrowed from another telling of the event, or from the lead that it opens.
    """

    id: str
    type: str | None
    mode: str | None
    contexts: tuple[str, ...]
    start: int
    end: int
    sentence: Span
    actor: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    place: str | None = None
    origin: str | None = None
    destination: str | None = None
    time: str | None = None
    status: Status = "happened"
    polarity: Polarity = "positive"
    certainty: Certainty = "certain"
    quantities: tuple[Quantity, ...] = ()
    condition: Span | None = None
    attribution: str | None = None
    threatened: bool = False
    feared: bool = False
    place_gap: str | None = None
    time_gap: str | None = None
    confidence: float = 1.0
    place_lent: bool = False
    time_lent: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """All that was found in one document, in order of the text."""

    id: str
    sentences: tuple[Span, ...] = ()
    mentions: tuple[Mention, ...] = ()
    entities: tuple[Entity, ...] = ()
    times: tuple[TimeExpression, ...] = ()
    relations: tuple[Relation, ...] = ()
    events: tuple[Event, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    published: DateBounds | None = None
    warnings: tuple[str, ...] = field(default=())
