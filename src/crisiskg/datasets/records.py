"""What rows of datasets become: plain records, all values already in the lexical form in which the graph holds them.

One row of an event table becomes an `Event`, a `Claim` (the row, as one account of that event), and the actors, places, states
and conflicts that it names, which many rows share. `crisiskg.datasets.templates` says which triples each record stands for, so a
dataset's module only fills these slots.
"""

from __future__ import annotations

from typing import NamedTuple

#: Kinds of actors, the classes of the ontology.
ACTOR_KINDS = (
    "ArmedGroup",
    "Company",
    "GovernmentBody",
    "IntergovernmentalOrganization",
    "MediaOrganization",
    "NongovernmentalOrganization",
    "Organization",
    "Person",
    "PoliticalParty",
    "PopulationGroup",
    "SecurityForce",
)

#: Kinds of changes of organizations: how they begin, and what they lead to.
CHANGE_KINDS = ("alliance", "joining", "renaming", "split", "temporary-split")

#: How precisely a place is known, from the finest.
PLACE_PRECISIONS = ("exact", "near", "adm2", "adm1", "area", "country", "international", "unknown")


class State(NamedTuple):
    """A sovereign state, as the reference data know it.

    Attributes:
        iri: IRI of the reference entity.
        label: English name.
        same_as: IRIs of the same state elsewhere, such as its Wikidata item.
        iso3: ISO 3166-1 alpha-3 code.
    """

    iri: str
    label: str
    same_as: tuple[str, ...] = ()
    iso3: str | None = None


class Actor(NamedTuple):
    """Somebody who acts or is acted upon, and is no state.

    Attributes:
        iri: IRI, made of the dataset's own id where it has one, else of dataset, kind and name.
        kind: One of `ACTOR_KINDS`.
        label: Name as the dataset has it.
        names: Other names.
        same_as: IRIs of the same actor elsewhere.
        ucdp_id: Actor id of UCDP.
        state: IRI of the state whose body or citizen it is, as far as the dataset says so; the state is which comes with it.
    """

    iri: str
    kind: str
    label: str
    names: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    ucdp_id: str | None = None
    state: str | None = None


class Place(NamedTuple):
    """Where something happened, as the dataset has it.

    Attributes:
        iri: IRI, made of dataset, name and coordinates.
        label: Name as the dataset has it.
        wkt: Point, "POINT(longitude latitude)" in WGS 84; None where the dataset gives none.
        accuracy_m: Radius in metres within which the point stands for the place, decimal; with `wkt` always.
        state: IRI of the state that it lies in; the state is which comes with it.
        same_as: IRIs of the same place elsewhere, such as GeoNames.
    """

    iri: str
    label: str
    wkt: str | None = None
    accuracy_m: str | None = None
    state: str | None = None
    same_as: tuple[str, ...] = ()


class Situation(NamedTuple):
    """A war or other conflict that events belong to.

    Attributes:
        iri: IRI, made of the dataset's own id.
        label: Name as the dataset has it.
        kind: Code of the kind, such as "war".
        factuality: Code, such as "happened".
        located_in: IRIs of the states or places in which it is, which come with it.
        earliest_begin: First day on which it may have begun, "YYYY-MM-DD".
        latest_begin: Last day on which it may have begun.
        earliest_end: First day on which it may have ended.
        latest_end: Last day on which it may have ended.
        names: Other names.
        same_as: IRIs of the same conflict elsewhere.
    """

    iri: str
    label: str
    kind: str = "war"
    factuality: str = "happened"
    located_in: tuple[str, ...] = ()
    earliest_begin: str | None = None
    latest_begin: str | None = None
    earliest_end: str | None = None
    latest_end: str | None = None
    names: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()


class ChangeEvent(NamedTuple):
    """Organizations split, join, ally or take another name.

    Attributes:
        iri: IRI, made of the dataset's own ids.
        label: A short English description.
        kind: One of `CHANGE_KINDS`.
        original: IRI of the organization with which it begins, which comes with it.
        resulting: IRI of the organization to which it leads, which comes with it; of a renaming the same.
        former_name: Name that a renaming ends; None where it is not known, and for all other changes.
        new_name: Name that a renaming begins.
        sequence: Which renaming of the organization it is, from 1.
        factuality: Code, such as "happened".
        earliest_begin: First day on which it may have begun, "YYYY-MM-DD".
        latest_begin: Last day on which it may have begun.
        earliest_end: First day on which it may have ended.
        latest_end: Last day on which it may have ended.
        time_gap: Why there is no time; None where there is one.
    """

    iri: str
    label: str
    kind: str
    original: str
    resulting: str
    former_name: str | None = None
    new_name: str | None = None
    sequence: str | None = None
    factuality: str = "happened"
    earliest_begin: str | None = None
    latest_begin: str | None = None
    earliest_end: str | None = None
    latest_end: str | None = None
    time_gap: str | None = None


class Relationship(NamedTuple):
    """Two entities in a relation, for a time.

    Attributes:
        iri: IRI, made of the dataset's own ids.
        subject: IRI of the first, which comes with it.
        relation: Code of the relation, such as "against" or "alliedWith".
        object: IRI of the second, which comes with it.
        factuality: Code, such as "happened".
        qualifier: What qualifies it, in the dataset's words.
        earliest_begin: First day on which it may have begun, "YYYY-MM-DD".
        latest_begin: Last day on which it may have begun.
        earliest_end: First day on which it may have ended.
        latest_end: Last day on which it may have ended.
    """

    iri: str
    subject: str
    relation: str
    object: str
    factuality: str = "happened"
    qualifier: str | None = None
    earliest_begin: str | None = None
    latest_begin: str | None = None
    earliest_end: str | None = None
    latest_end: str | None = None


class Office(NamedTuple):
    """A post that persons hold one after another.

    Attributes:
        iri: IRI, made of the dataset's own id.
        label: Name as the dataset has it.
        role_kind: Code, as for `Membership`.
        organization: IRI of the state or organization, which comes with it.
    """

    iri: str
    label: str
    role_kind: str
    organization: str


class Membership(NamedTuple):
    """Somebody holds a role in a state or organization, for a time.

    Attributes:
        iri: IRI, made of the dataset's own id.
        member: IRI of who holds it, which comes with it.
        organization: IRI of the state or organization, which comes with it.
        role_kind: Code: "head-of-state", "head-of-government", "head", "member", ….
        role_title: Title, as the dataset has it.
        factuality: Code, such as "happened".
        earliest_begin: First day on which it may have begun, "YYYY-MM-DD".
        latest_begin: Last day on which it may have begun.
        earliest_end: First day on which it may have ended.
        latest_end: Last day on which it may have ended.
        office: IRI of the office, which comes with it.
    """

    iri: str
    member: str
    organization: str
    role_kind: str
    role_title: str | None = None
    factuality: str = "happened"
    earliest_begin: str | None = None
    latest_begin: str | None = None
    earliest_end: str | None = None
    latest_end: str | None = None
    office: str | None = None


class Casualties(NamedTuple):
    """How many people a row says were killed, injured, displaced, abducted or arrested.

    Attributes:
        iri: IRI below that of the event.
        kind: Code: "killed", "injured", "displaced", "abducted" or "arrested".
        record: IRI of the record that says so.
        low: Lowest number, decimal.
        best: Best estimate, decimal.
        high: Highest number, decimal.
        counts: IRI of the actor whose people were counted, which comes with it; None means all.
        unit: What is counted.
    """

    iri: str
    kind: str
    record: str
    low: str | None = None
    best: str | None = None
    high: str | None = None
    counts: str | None = None
    unit: str = "people"


class Event(NamedTuple):
    """What one row tells of. Its IRI stays from release to release.

    Attributes:
        iri: IRI, made of the dataset's own id.
        label: A short English description.
        event_type: One of the sixteen types or "OTHER".
        quad_class: Code that follows from the type (`quad_class_of`); None for OTHER.
        factuality: Code: what may be told as having happened.
        mode: Mode, with its type: "ASSAULT-aerial".
        contexts: Contexts, such as "election".
        actors: IRIs of the actors.
        recipients: IRIs of the recipients.
        side_a: IRI of the dataset's first side, one of the actors, where the dataset tells sides but no direction.
        side_b: IRI of its second side.
        actor_gap: Why there is no actor; None where there is one.
        recipient_gap: Why there is no recipient.
        place: IRI of the place or state.
        place_gap: Why there is no place.
        place_precision: One of `PLACE_PRECISIONS`.
        earliest_begin: First day on which it may have begun, "YYYY-MM-DD".
        latest_begin: Last day on which it may have begun.
        earliest_end: First day on which it may have ended.
        latest_end: Last day on which it may have ended.
        time_precision: Code: "day", "week", "month", "year", "interval", ….
        time_basis: Code: "stated", or "inferred" where a repair guessed it.
        begin_year: Year of the begin.
        time_gap: Why there is no time.
        situation: IRI of the conflict that it is part of.
        quantities: IRIs of its casualties.
    """

    iri: str
    label: str
    event_type: str
    quad_class: str | None
    factuality: str = "happened"
    mode: str | None = None
    contexts: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    side_a: str | None = None
    side_b: str | None = None
    actor_gap: str | None = None
    recipient_gap: str | None = None
    place: str | None = None
    place_gap: str | None = None
    place_precision: str | None = None
    earliest_begin: str | None = None
    latest_begin: str | None = None
    earliest_end: str | None = None
    latest_end: str | None = None
    time_precision: str | None = None
    time_basis: str | None = None
    begin_year: str | None = None
    time_gap: str | None = None
    situation: str | None = None
    quantities: tuple[str, ...] = ()


class Claim(NamedTuple):
    """A row as a claim: one account of an event, with the row itself as evidence.

    Attributes:
        iri: IRI of the record, made of dataset, release and row id.
        release: IRI of the release that the row is part of.
        about: IRI of what it tells of.
        record_id: Id of the row in its dataset.
        row_number: Line of the file on which the row begins, from 1.
        row: The row as delivered.
        status: Code: "happened", "ongoing", "planned" or "hypothetical".
        polarity: Code: "positive" or "negative".
        certainty: Code: "certain", "probable" or "possible".
        source_type: The dataset's own code or words for the type, unchanged.
        source_quad_class: The dataset's own quad class.
        source_words: Who said so, as the dataset has it.
        repairs: What was put right in the row before it was read, a sentence each.
    """

    iri: str
    release: str
    about: str
    record_id: str
    row_number: str
    row: str
    status: str = "happened"
    polarity: str = "positive"
    certainty: str = "certain"
    source_type: str | None = None
    source_quad_class: str | None = None
    source_words: str | None = None
    repairs: tuple[str, ...] = ()


class Report(NamedTuple):
    """A row that tells of a document without its text: where it is, and what it names.

    Attributes:
        iri: IRI, made of dataset and row id.
        label: A short English description.
        release: IRI of the release that the row is part of.
        record_id: Id of the row in its dataset.
        row_number: Line of the file on which the row begins, from 1.
        row: The row as delivered.
        source_name: Who published the document, as the dataset has it.
        published_precision: Code of the precision of its date.
        url: Address of the document.
        published_earliest: First day on which it may have been published, "YYYY-MM-DD".
        published_latest: Last day.
        published_year: Year.
        names: IRIs of the actors, places and states that it names, which come with it.
        tells_of: IRI of the event that it tells of, of whatever table.
        quantities: IRIs of its numbers of victims.
        repairs: What was put right in the row before it was read, a sentence each.
    """

    iri: str
    label: str
    release: str
    record_id: str
    row_number: str
    row: str
    source_name: str
    published_precision: str
    url: str | None = None
    published_earliest: str | None = None
    published_latest: str | None = None
    published_year: str | None = None
    names: tuple[str, ...] = ()
    tells_of: str | None = None
    quantities: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()


#: Any record.
Record = (
    Actor | Casualties | ChangeEvent | Claim | Event | Membership | Office | Place | Relationship | Report | Situation | State
)
