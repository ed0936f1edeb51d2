"""UCDP Actor Dataset: armed groups with their names, where they fight, their splits, alliances and unions."""

from __future__ import annotations

from collections.abc import Sequence

from crisiskg.datasets.dataset import Dataset, Minter, Reader
from crisiskg.datasets.records import Actor, Claim, Record, Relationship, State
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, needed, text
from crisiskg.iris import digest, mint_dataset_entity, mint_dataset_part

C = Column
_COLUMNS = (
    C("ActorId", "number of the actor, as in UCDP GED", "IRI of the actor, ckg:recordId", ("new_id",), is_needed=True),
    C("NameData", "name in the data", "label of the actor", is_needed=True),
    C("NameOrig", "short name in its own language", "other name"),
    C("NameOrigFull", "full name in its own language", "other name", ("NameFull",)),
    C("NameOrigFullEng", "full name in English", "other name", ("NameFullEng",)),
    C("NameChange", "1 where the name was changed", "kept in the row"),
    C("NewName", "names that it took, a list", "other names"),
    C("NewNameFullMotherTongue", "full new name in its own language", "other name", ("new_name_full",)),
    C("NewNameFullEng", "full new name in English", "other name"),
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
    C("Splinter", "1 where it split off from another", "kept in the row"),
    C("NamePrev", "names of those from which it split off, a list", "object of ckgc:relation-partOf"),
    C("ActorIdPrev", "numbers of these, a list", "IRI of these actors"),
    C("SplitTemp", "1 where it split for a time", "kept in the row"),
    C("NameSplitTemp", "names of those from which it split for a time", "object of ckgc:relation-partOf"),
    C("ActorIdSplitTemp", "numbers of these", "IRI of these actors"),
    C("Alliance", "1 where it is an alliance of others", "kept in the row"),
    C("NameAlliance", "names of the allies, a list", "object of ckgc:relation-alliedWith"),
    C("ActorIdAlliance", "numbers of these, a list", "IRI of these actors"),
    C("JoinGroup", "1 where it joined another", "kept in the row"),
    C("GroupName", "names of those that it joined, a list", "object of ckgc:relation-partOf"),
    C("ActorIdGroup", "numbers of these, a list", "IRI of these actors"),
    C("Location", "states in which it fights, a list", "object of ckgc:relation-activeIn"),
    C("GWNOLoc", "Gleditsch-Ward codes of these, a list", "object of ckgc:relation-activeIn"),
    C("Region", "regions of the world", "kept in the row"),
    C("Version", "version of the dataset", "kept in the row"),
)
_FULL_NAMES = ("NameOrig", "NameOrigFull", "NameOrigFullEng", "NewNameFullMotherTongue", "NewNameFullEng")
#: What a group of columns says: names, numbers, the relation to each, and what qualifies it.
_TIES = (
    ("NamePrev", "ActorIdPrev", "partOf", "before it split off"),
    ("NameSplitTemp", "ActorIdSplitTemp", "partOf", "split for a time"),
    ("NameAlliance", "ActorIdAlliance", "alliedWith", None),
    ("GroupName", "ActorIdGroup", "partOf", "joined it"),
)


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
        renamed = _listed(cells, "NewName")
        full = [value for column in _FULL_NAMES if (value := text(cells, column)) is not None]
        names = tuple(each for each in dict.fromkeys((*full, *renamed)) if each != name)
        whole, state = actor(name, number, names, code(cells, "Org"))
        records: list[Record] = [whole] if state is None else [state, whole]
        ties: list[tuple[str, str, str | None]] = []
        repairs: list[str] = []
        for column, numbers, relation, word in _TIES:
            for other, its_number in _pairs(cells, column, numbers, repairs):
                if its_number == number:
                    repairs.append(f"{column} names the actor itself; it is left out")
                    continue
                made, of = actor(other, its_number)
                records += [made] if of is None else [of, made]
                ties.append((relation, made.iri, word))
        for place in _places(minter, cells, repairs):
            records.append(place)
            ties.append(("activeIn", place.iri, None))
        if not ties:
            raise RowError("the row names no place and no other actor, so that it tells of nothing but a name")
        claims: list[Claim] = []
        relationships: list[Relationship] = []
        for relation, other, word in dict.fromkeys(ties):
            mark = digest(relation, other, word, length=10)
            iri = mint_dataset_part("ucdp-actors", "relationship", f"{number}-{mark}", base)
            relationships.append(Relationship(iri, whole.iri, relation, other, qualifier=word))
            claims.append(
                minter.claim(row, iri, f"{number}-{mark}" if claims else number, repairs=() if claims else tuple(repairs))
            )
        return [*records, *relationships, *claims]

    return read


def _listed(cells: dict[str, str], column: str) -> list[str]:
    """Return the values of a list in a cell.

    >>> _listed({"ActorIdPrev": "12, 13.0"}, "ActorIdPrev")
    ['12', '13']
    """
    values = [part.strip() for part in (text(cells, column) or "").replace(";", ",").split(",")]
    return [value.removesuffix(".0") if value[:-2].isdigit() else value for value in values if value and value != "-99"]


def _pairs(cells: dict[str, str], column: str, numbers: str, repairs: list[str]) -> list[tuple[str, str]]:
    """Return names with their numbers; without as many of one as of the other nobody knows which belong together."""
    names, ids = _listed(cells, column), _listed(cells, numbers)
    if len(names) == len(ids):
        return list(zip(names, ids, strict=True))
    whole = text(cells, column)
    if len(ids) == 1 and whole is not None:
        return [(whole, ids[0])]  # a name with a comma in it
    if names or ids:
        repairs.append(f"{column} has {len(names)} names and {numbers} {len(ids)} numbers; they are left out")
    return []


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
        "part of before it split off; ckg:qualifier tells the last two apart. The dataset has no dates for them.",
        "Actors have the IRIs that UCDP GED gives them, so that both tell of the same ones. Former and full names are other "
        "names.",
        "Lists of names and numbers of different length are left out, and ckg:repair says so.",
    ),
)
