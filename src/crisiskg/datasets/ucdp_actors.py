"""UCDP Actor Dataset: armed groups with their names, where they fight, and how they split, joined, allied and were renamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crisiskg.datasets.dataset import Dataset, Minter, Reader
from crisiskg.datasets.records import Actor, ChangeEvent, Claim, Record, Relationship, State
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import NULLS, RowError, code, needed, text
from crisiskg.iris import digest, mint_dataset_entity, mint_dataset_part

C = Column
_COLUMNS = (
    C("ActorId", "number of the actor, as in UCDP GED", "IRI of the actor, ckg:recordId", ("new_id",), is_needed=True),
    C("NameData", "name in the data", "label of the actor", is_needed=True),
    C("NameOrig", "first short name", "other name; former name of the first ckgc:change-renaming"),
    C("NameOrigFull", "first full name in its own language", "other name", ("NameFull",)),
    C("NameOrigFullEng", "first full name in English", "other name", ("NameFullEng",)),
    C("NameChange", "1 where the name was changed", "ckg:sourceType of a ckgc:change-renaming"),
    C("NewName", "names that it took, one after another, a list", "other names; new name of a ckgc:change-renaming for each"),
    C("NewNameFullMotherTongue", "full new names in its own language, a list", "other names", ("new_name_full",)),
    C("NewNameFullEng", "full new names in English, a list", "other names; new name where the short one stayed"),
    C("Org", "1 organized, 2 supporters of a party, 3 people who share an identity", "class of the actor", ("org_level",)),
    C("ConflictId", "numbers of its conflicts, a list", "kept in the row"),
    C("DyadId", "numbers of its dyads, a list", "kept in the row"),
    C("PrimaryParty", "1 where it was ever a first party", "kept in the row"),
    C("OSID", "numbers of its one-sided violence, a list", "kept in the row"),
    C("OSCoalition", "coalitions in one-sided violence", "kept in the row"),
    C("OSCoalitionID", "numbers of these", "kept in the row"),
    C("NSID", "numbers of its non-state conflicts, a list", "kept in the row"),
    C("NSCoalition", "coalitions in non-state conflicts", "kept in the row"),
    C("NSCoalitionID", "numbers of these", "kept in the row"),
    C("Splinter", "1 where it split off from another", "ckg:sourceType of a ckgc:change-split"),
    C("NamePrev", "names of those from which it split off, a list", "object of ckgc:relation-partOf; ckg:originalOrganization"),
    C("ActorIdPrev", "numbers of these, a list", "IRI of these actors"),
    C("SplitTemp", "1 where it split for a time", "ckg:sourceType of a ckgc:change-temporary-split"),
    C(
        "NameSplitTemp",
        "names of those from which it split for a time",
        "object of ckgc:relation-partOf; ckg:originalOrganization",
    ),
    C("ActorIdSplitTemp", "numbers of these", "IRI of these actors"),
    C("Alliance", "1 where it formed an alliance with others", "ckg:sourceType of a ckgc:change-alliance"),
    C("NameAlliance", "names of the alliances, a list", "object of ckgc:relation-alliedWith; ckg:resultingOrganization"),
    C("ActorIdAlliance", "numbers of these, a list", "IRI of these actors"),
    C("JoinGroup", "1 where it joined another", "ckg:sourceType of a ckgc:change-joining"),
    C("GroupName", "names of those that it joined, a list", "object of ckgc:relation-partOf; ckg:resultingOrganization"),
    C("ActorIdGroup", "numbers of these, a list", "IRI of these actors"),
    C("Location", "states in which it fights, a list", "object of ckgc:relation-activeIn"),
    C("GWNOLoc", "Gleditsch-Ward codes of these, a list", "object of ckgc:relation-activeIn"),
    C("Region", "regions of the world", "kept in the row"),
    C("Version", "version of the dataset", "kept in the row"),
)
_FIRST_NAMES = ("NameOrig", "NameOrigFull", "NameOrigFullEng")
_NEW_FULL_NAMES = ("NewNameFullMotherTongue", "NewNameFullEng")


class _Tie(NamedTuple):
    """What a group of columns says of the actor and others.

    Attributes:
        flag: Column that is 1 where the group is filled.
        names: Column of the names of the others.
        numbers: Column of their numbers.
        relation: Code of the relation to each of them.
        qualifier: What qualifies it.
        change: Code of the change.
        words: What a change is called, after the actor and before the other.
        is_from: Whether the change begins with the other and leads to the actor.
    """

    flag: str
    names: str
    numbers: str
    relation: str
    qualifier: str | None
    change: str
    words: str
    is_from: bool


_TIES = (
    _Tie("Splinter", "NamePrev", "ActorIdPrev", "partOf", "before it split off", "split", "split off from", True),
    _Tie(
        *("SplitTemp", "NameSplitTemp", "ActorIdSplitTemp", "partOf", "split for a time"),
        *("temporary-split", "split for a time from"),
        is_from=True,
    ),
    _Tie("Alliance", "NameAlliance", "ActorIdAlliance", "alliedWith", None, "alliance", "entered the alliance", False),
    _Tie("JoinGroup", "GroupName", "ActorIdGroup", "partOf", "joined it", "joining", "joined", False),
)


class _Change(NamedTuple):
    """A change event before it has an IRI.

    Attributes:
        flag: Column that says that there was one.
        kind: Code of the kind.
        label: What happened, in a few words.
        original: The actor with which it begins.
        resulting: The actor to which it leads.
        former_name: Name that a renaming ends.
        new_name: Name that it begins.
        sequence: Which renaming of the actor it is, from 1.
    """

    flag: str
    kind: str
    label: str
    original: Actor
    resulting: Actor
    former_name: str | None = None
    new_name: str | None = None
    sequence: str | None = None


def _reader(minter: Minter) -> Reader:
    base = minter.release.base

    def actor(name: str, number: str, names: tuple[str, ...] = (), org: str | None = None) -> tuple[Actor, State | None]:
        state = None
        kind = "PopulationGroup" if org == "3" or name == "Civilians" else "ArmedGroup"
        if name.startswith("Government of "):
            kind, state = "GovernmentBody", minter.state_by_name(name[len("Government of ") :])
        of = state.iri if state is not None else None
        made: Actor = minter.actor(kind, name, number, of, iri=mint_dataset_entity("ucdp", number, base), ucdp_id=number)
        return (made._replace(names=names) if names else made), state

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        number, name = code(cells, "ActorId"), needed(cells, "NameData")
        if not number:
            raise RowError("the column ActorId is empty, and without it the actor would be confused with others")
        whole, state = actor(name, number, _names(cells, name), code(cells, "Org"))
        records: list[Record] = [whole] if state is None else [state, whole]
        repairs: list[str] = []
        others: list[tuple[_Tie, Actor]] = []
        for tie in _TIES:
            for other_name, other_number in _pairs(cells, tie, number, repairs):
                other, of = actor(other_name, other_number)
                records += [other] if of is None else [of, other]
                others.append((tie, other))
        places = _places(minter, cells, repairs)
        relations: list[tuple[str, str, str | None]] = [(tie.relation, other.iri, tie.qualifier) for tie, other in others]
        relations += [("activeIn", place.iri, None) for place in places]
        changes = [*_changes(whole, others, repairs), *_renamings(whole, cells, repairs)]
        if not relations and not changes:
            raise RowError("the row names no place, no other actor and no new name, so that it tells of nothing but a name")
        told: dict[str, tuple[Relationship | ChangeEvent, str | None]] = {}
        for relation, at, qualifier in relations:
            local = f"{number}-{digest(relation, at, qualifier, length=10)}"
            iri = mint_dataset_part("ucdp-actors", "relationship", local, base)
            told.setdefault(local, (Relationship(iri, whole.iri, relation, at, qualifier=qualifier), None))
        for change in changes:
            says = (change.kind, change.original.iri, change.resulting.iri, change.former_name, change.new_name)
            local = f"{number}-{digest(*says, length=10)}"
            iri = mint_dataset_part("ucdp-actors", "change", local, base)
            made = ChangeEvent(iri, change.label, *says, change.sequence, time_gap="not-stated")
            told.setdefault(local, (made, change.flag))
        claims: list[Claim] = []
        for local, (record, flag) in told.items():
            # The first claim bears the number of the row, and what was put right in it.
            identifier, put_right = (local, ()) if claims else (number, tuple(dict.fromkeys(repairs)))
            claims.append(minter.claim(row, record.iri, identifier, source_type=flag, repairs=put_right))
        return [*records, *places, *(record for record, _ in told.values()), *claims]

    return read


def _changes(whole: Actor, others: Sequence[tuple[_Tie, Actor]], repairs: list[str]) -> Iterator[_Change]:
    """Yield splits, alliances and what else changed between an actor and others."""
    for tie, other in others:
        if "PopulationGroup" in (whole.kind, other.kind):
            repairs.append(f"a population group is no organization, so that {tie.names} makes no change event")
            continue
        original, resulting = (other, whole) if tie.is_from else (whole, other)
        yield _Change(tie.flag, tie.change, f"{whole.label} {tie.words} {other.label}", original, resulting)


def _renamings(whole: Actor, cells: dict[str, str], repairs: list[str]) -> Iterator[_Change]:
    """Yield the names that an actor took, one after another; full names where the short one stayed."""
    names = _listed(cells, "NewName")
    if not names and code(cells, "NameChange") == "1":
        repairs.append("NameChange is 1 and NewName is empty; nothing is made of it")
    if names and whole.kind == "PopulationGroup":
        repairs.append("a population group is no organization, so that NewName makes no change event")
        return
    former, former_full = text(cells, "NameOrig"), text(cells, "NameOrigFullEng")
    listed = _full_names(cells, "NewNameFullEng", len(names))
    if len(listed) != len(names):
        listed = [""] * len(names)
    for place, (new, new_full) in enumerate(zip(names, listed, strict=True), 1):
        before: str | None = former
        after = new
        if new == former and former_full and new_full:
            before, after = former_full, new_full
        if before == after:
            repairs.append(f"NewName repeats the name {new[:60]}; no change event is made of it")
        else:
            label = f"{before or whole.label} took the name {after}"
            yield _Change("NameChange", "renaming", label, whole, whole, before, after, str(place))
        former, former_full = new, new_full


def _names(cells: dict[str, str], name: str) -> tuple[str, ...]:
    """Return the other names of an actor: the first ones, and those that it took."""
    renamed = _listed(cells, "NewName")
    found = [value for column in _FIRST_NAMES if (value := text(cells, column)) is not None]
    found += renamed
    for column in _NEW_FULL_NAMES:
        found += _full_names(cells, column, len(renamed))
    return tuple(each for each in dict.fromkeys(found) if each and each != name)


def _full_names(cells: dict[str, str], column: str, count: int) -> list[str]:
    """Return the full names of a cell, as many as there are short ones; or else the cell as one, with a comma in it perhaps."""
    whole = text(cells, column)
    names = _listed(cells, column)
    if len(names) != count:
        return [whole] if whole is not None else []
    return [each if each.lower() not in NULLS else "" for each in names]


def _listed(cells: dict[str, str], column: str) -> list[str]:
    """Return the values of a list in a cell.

    >>> _listed({"ActorIdPrev": "12, 13.0"}, "ActorIdPrev")
    ['12', '13']
    """
    values = [part.strip() for part in (text(cells, column) or "").replace(";", ",").split(",")]
    return [value.removesuffix(".0") if value[:-2].isdigit() else value for value in values if value and value != "-99"]


def _pairs(cells: dict[str, str], tie: _Tie, number: str, repairs: list[str]) -> list[tuple[str, str]]:
    """Return names with their numbers; without as many of one as of the other nobody knows which belong together."""
    names, ids = _listed(cells, tie.names), _listed(cells, tie.numbers)
    if not names and not ids and code(cells, tie.flag) == "1":
        repairs.append(f"{tie.flag} is 1 and {tie.names} is empty; nothing is made of it")
    whole = text(cells, tie.names)
    if len(names) == len(ids):
        pairs = list(zip(names, ids, strict=True))
    elif len(ids) == 1 and whole is not None:
        pairs = [(whole, ids[0])]  # a name with a comma in it
    else:
        repairs.append(f"{tie.names} has {len(names)} names and {tie.numbers} {len(ids)} numbers; they are left out")
        return []
    if any(its_number == number for _, its_number in pairs):
        repairs.append(f"{tie.names} names the actor itself; it is left out")
    return [(name, its_number) for name, its_number in pairs if its_number != number]


def _places(minter: Minter, cells: dict[str, str], repairs: list[str]) -> list[State]:
    found = []
    numbers, names = _listed(cells, "GWNOLoc"), _listed(cells, "Location")
    for number in numbers:
        state = minter.state_by_code("gw", number)
        if state is None:
            repairs.append(f"no state has the Gleditsch-Ward code {number[:20]}; it is left out")
        else:
            found.append(state)
    for name in names if not numbers else ():
        state = minter.state_by_name(name)
        if state is not None:
            found.append(state)
    return list(dict.fromkeys(found))


UCDP_ACTORS = Dataset(
    name="ucdp-actors",
    title="UCDP Actor Dataset",
    publisher="Uppsala Conflict Data Program",
    homepage="https://ucdp.uu.se/downloads/",
    license="https://creativecommons.org/licenses/by/4.0/",
    may_republish=True,
    attribution="Uppsala Conflict Data Program, UCDP Actor Dataset, with the release's version",
    form=Form(_COLUMNS, encoding="latin-1"),
    reader=_reader,
    notes=(
        "A row is an account of relationships: where an actor is active, with whom it is allied, what it joined and what it was "
        "part of before it split off; ckg:qualifier tells the last two apart.",
        "It is an account of change events (ckg:ChangeEvent) as well: one for each organization from which the actor split, for "
        "good or for a time, each alliance that it entered, each organization that it joined, and each name that it took.",
        "The dataset has no dates for them: relationships have no bounds, and change events the ckg:timeGap ckgc:gap-not-stated.",
        "Actors have the IRIs that UCDP GED gives them, so that both tell of the same ones. Former and full names are other "
        "names.",
        "Lists of names and numbers of different length are left out, and ckg:repair says so.",
    ),
)
