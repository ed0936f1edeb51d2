"""Archigos: who governed which state from which day to which, since 1875."""

from __future__ import annotations

from collections.abc import Sequence

from crisiskg.datasets.dataset import Dataset, Minter, Reader
from crisiskg.datasets.records import Actor, Membership, Record
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, day, needed, text
from crisiskg.iris import mint_dataset_part

C = Column
_COLUMNS = (
    C("obsid", "id of the time in office", "IRI of the membership, ckg:recordId"),
    C("leadid", "id of the leader", "IRI of the person", ("leader_id",)),
    C("ccode", "code of the state, COW or Gleditsch-Ward", "ckg:inOrganization", ("gwcode", "cowcode", "statenumber")),
    C("idacr", "letters of the state", "kept in the row", ("gwabbrev", "stateabb")),
    C("leader", "name of the leader", "ckg:hasMember", is_needed=True),
    C("startdate", "first day in office", "bounds of the begin", ("eindate", "begin"), is_needed=True),
    C("enddate", "last day in office", "bounds of the end", ("eoutdate", "end"), is_needed=True),
    C("entry", "how the leader came into office", "ckg:sourceType"),
    C("exit", "how the leader left it", "whether the end is known"),
    C("exitcode", "the same, more closely", "kept in the row"),
    C("prevtimesinoffice", "times in office before", "kept in the row"),
    C("posttenurefate", "what became of the leader after", "kept in the row", ("fties",)),
    C("gender", "gender", "kept in the row"),
    C("yrborn", "year of birth", "kept in the row"),
    C("yrdied", "year of death", "kept in the row"),
    C("borndate", "day of birth", "kept in the row"),
    C("deathdate", "day of death", "kept in the row"),
    C("dbpedia-uri", "IRI of the leader in DBpedia", "skos:exactMatch"),
)
#: Words for a time in office that the release does not see end.
_LASTS = frozenset({"still in office", "ongoing", "2015-12-31 (still in office)"})


def _reader(minter: Minter) -> Reader:
    base = minter.release.base

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        name = needed(cells, "leader")
        start = day(cells, "startdate", month_first=True)
        if start is None:
            raise RowError("the column startdate is empty")
        end = day(cells, "enddate", month_first=True)
        if end is not None and end < start:
            raise RowError(f"enddate {end} is before startdate {start}")
        number = code(cells, "ccode")
        if number is None:
            raise RowError("the column ccode is empty")
        at = end or start
        state = None
        for scheme in ("gw", "cow"):
            for on in (start, at):
                state = state or minter.state_by_code(scheme, number, on)
        if state is None:
            raise RowError(f"no state had the code {number[:20]} from {start} to {at}, in Gleditsch and Ward's scheme or COW's")
        local = text(cells, "leadid")
        person: Actor = minter.actor("Person", name, local)
        link = text(cells, "dbpedia-uri")
        if link is not None and link.startswith(("http://", "https://")) and not set(link) & set(' <>"{}|^`\\'):
            person = person._replace(same_as=(link,))
        own = text(cells, "obsid") or minter.content_id(number, name, start)
        iri = mint_dataset_part("archigos", "membership", own, base)
        lasts = end is None or (text(cells, "exit") or "").lower() in _LASTS
        membership = Membership(
            iri,
            person.iri,
            state.iri,
            "head-of-government",
            "effective leader",
            earliest_begin=start,
            latest_begin=start,
            earliest_end=end,
            latest_end=None if lasts else end,
        )
        claim = minter.claim(row, iri, own, source_type=text(cells, "entry"))
        return [state, person, membership, claim]

    return read


ARCHIGOS = Dataset(
    name="archigos",
    title="Archigos, a dataset on political leaders",
    publisher="Goemans, Gleditsch and Chiozza",
    homepage="https://www.rochester.edu/college/faculty/hgoemans/data.htm",
    license="https://www.rochester.edu/college/faculty/hgoemans/data.htm",
    may_republish=False,
    attribution="Goemans, Gleditsch and Chiozza, Archigos, with the version",
    form=Form(_COLUMNS),
    reader=_reader,
    notes=(
        "A row is an account of a ckg:Membership: who governed a state, and between which days. Archigos names who did so in "
        "effect, whatever the office was called; its role is head of government, titled effective leader.",
        "A leader who is still in office when the release ends has no latest end.",
        "Codes are looked up as Gleditsch and Ward's, then as COW's.",
    ),
)
