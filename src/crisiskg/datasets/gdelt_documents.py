"""GDELT's tables on articles: mentions of events (16 columns) and the Global Knowledge Graph 2.1 (27 columns).

A row tells of an article without its text, and becomes a report: where the article is, and what it names or tells of. Nothing of
it is an event.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import quote

from crisiskg.datasets.actor_kinds import kind_of_name
from crisiskg.datasets.dataset import Dataset, Minter, Reader
from crisiskg.datasets.gdelt import place_reader
from crisiskg.datasets.records import Casualties, Record, Report
from crisiskg.datasets.tables import Column, Form, Row
from crisiskg.datasets.values import RowError, code, day, needed, text
from crisiskg.iris import mint_dataset_part

C = Column
_MENTIONS = (
    C("GLOBALEVENTID", "number of the event", "ckg:tellsOf, label", is_needed=True),
    C("EventTimeDate", "when the event was added", "kept in the row"),
    C("MentionTimeDate", "when the article was read", "day of publication", is_needed=True),
    C("MentionType", "1 web, 2 citation, 3 CORE, 4 DTIC, 5 JSTOR, 6 not text", "ckg:url where it is 1"),
    C("MentionSourceName", "publisher", "ckg:sourceName", is_needed=True),
    C("MentionIdentifier", "address, or citation", "ckg:url", is_needed=True),
    C("SentenceID", "number of the sentence", "IRI of the report"),
    C("Actor1CharOffset", "where the source is named", "kept in the row"),
    C("Actor2CharOffset", "where the target is named", "kept in the row"),
    C("ActionCharOffset", "where the act is told", "kept in the row"),
    C("InRawText", "whether the text had to be rewritten to find it", "kept in the row"),
    C("Confidence", "10 to 100: how sure the coder was", "label"),
    C("MentionDocLen", "characters of the article", "kept in the row"),
    C("MentionDocTone", "tone of the article", "kept in the row"),
    C("MentionDocTranslationInfo", "language and translator", "kept in the row"),
    C("Extras", "unused", "kept in the row"),
)
_GKG = (
    C("GKGRECORDID", "id of the row", "IRI of the report, ckg:recordId", is_needed=True),
    C("DATE", "when the article was read", "day of publication", ("V2.1DATE",), is_needed=True),
    C("SourceCollectionIdentifier", "1 web, 2 citation, …", "ckg:url where it is 1"),
    C("SourceCommonName", "publisher", "ckg:sourceName"),
    C("DocumentIdentifier", "address, or citation", "ckg:url", is_needed=True),
    C("Counts", "counts: kind, number, of what, where", "ckg:hasQuantity where the next one is empty"),
    C("V2Counts", "the same with offsets", "ckg:hasQuantity for dead, injured, abducted, arrested and displaced"),
    C("Themes", "themes", "kept in the row"),
    C("V2Themes", "themes with offsets", "kept in the row"),
    C("Locations", "places", "ckg:names where the next one is empty"),
    C("V2Locations", "places with offsets", "ckg:names"),
    C("Persons", "persons", "ckg:names where the next one is empty"),
    C("V2Persons", "persons with offsets", "ckg:names"),
    C("Organizations", "organizations", "ckg:names where the next one is empty"),
    C("V2Organizations", "organizations with offsets", "ckg:names"),
    C("V2Tone", "tone", "kept in the row", ("Tone",)),
    C("Dates", "days that the text names", "kept in the row", ("V2.1Dates",)),
    C("GCAM", "emotions", "kept in the row", ("V2GCAM",)),
    C("SharingImage", "image", "kept in the row"),
    C("RelatedImages", "images", "kept in the row"),
    C("SocialImageEmbeds", "images", "kept in the row"),
    C("SocialVideoEmbeds", "films", "kept in the row"),
    C("Quotations", "quotes", "kept in the row"),
    C("AllNames", "proper names", "kept in the row"),
    C("Amounts", "numbers", "kept in the row"),
    C("TranslationInfo", "language and translator", "kept in the row"),
    C("Extras", "page title and more, as XML", "label", ("V2ExtrasXML",)),
)

#: Kinds of counts that are numbers of victims.
_VICTIMS = {
    "KILL": "killed",
    "WOUND": "injured",
    "KIDNAP": "abducted",
    "ARREST": "arrested",
    "REFUGEES": "displaced",
    "DISPLACED": "displaced",
}
_TITLE = re.compile(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s/]+", re.IGNORECASE)
#: Longest label, in characters.
_LONGEST_LABEL = 300


def _address(cells: dict[str, str], column: str, kind: str) -> str | None:
    """Return the address of an article of the web as an IRI; None for others."""
    value = cells[column]
    if cells.get(kind, "1") not in ("1", "") or not _ADDRESS.match(value):
        return None
    return quote(value, safe="%/:?#[]@!$&'()*+,;=~-._")


def _moment(cells: dict[str, str], column: str) -> str:
    """Return the day of a moment such as 20210304120000."""
    found = day({column: needed(cells, column)[:8]}, column)
    if found is None:
        raise RowError(f"the column {column} is empty")
    return found


def _mentions_reader(minter: Minter) -> Reader:
    base, dataset = minter.release.base, minter.release.dataset

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        number = code(cells, "GLOBALEVENTID")
        if number is None:
            raise RowError("the column GLOBALEVENTID is empty, and a mention is one of an event")
        date = _moment(cells, "MentionTimeDate")
        where, source = needed(cells, "MentionIdentifier"), needed(cells, "MentionSourceName")
        identifier = minter.content_id(number, where, cells.get("SentenceID"), cells["MentionTimeDate"])
        confidence = text(cells, "Confidence")
        return (
            Report(
                mint_dataset_part(dataset, "report", identifier, base),
                f"{source} on the event {number}{f', confidence {confidence}' if confidence else ''}",
                minter.release_iri,
                identifier,
                str(row.number),
                row.text,
                source,
                "day",
                _address(cells, "MentionIdentifier", "MentionType"),
                date,
                date,
                str(int(date[:4])),
                tells_of=mint_dataset_part("gdelt", "event", number, base),
            ),
        )

    return read


def _items(cells: dict[str, str], second: str, first: str) -> Iterator[str]:
    """Yield the items of a list of version 2, or else of version 1."""
    for item in (cells.get(second) or cells.get(first) or "").split(";"):
        if item.strip():
            yield item.strip()


def _names(cells: dict[str, str], second: str, first: str) -> list[str]:
    """Return the names of a list, without their offsets, each once."""
    found: dict[str, None] = {}
    for item in _items(cells, second, first):
        name, comma, offset = item.rpartition(",")
        found[name.strip() if comma and offset.strip().isdigit() and name.strip() else item] = None
    return list(found)


def _gkg_reader(minter: Minter) -> Reader:
    base, dataset = minter.release.base, minter.release.dataset
    place_of = place_reader(minter)

    @lru_cache(1 << 16)
    def organization(name: str) -> Record:
        kind = kind_of_name(name if not name.islower() else name.title())
        return minter.actor("Organization" if kind in ("Person", "PopulationGroup") else kind, name)

    def places(cells: dict[str, str], year: str, repairs: list[str]) -> Iterator[tuple[str, tuple[Record, ...]]]:
        for item in _items(cells, "V2Locations", "Locations"):
            parts = item.split("#")
            # Version 2 has the district between province and latitude, and an offset at the end.
            at = 5 if cells.get("V2Locations") else 4
            try:
                found = place_of(parts[0], parts[1], parts[2], parts[at], parts[at + 1], year)
            except (RowError, IndexError):
                repairs.append(f"the place {item[:80]!r} cannot be read and is left out")
                continue
            if found is not None:
                yield found[0], found[2]

    def victims(cells: dict[str, str], report: str, repairs: list[str]) -> list[Casualties]:
        found: dict[str, Casualties] = {}
        for item in _items(cells, "V2Counts", "Counts"):
            kind, _, rest = item.partition("#")
            victims_of = _VICTIMS.get(kind)
            if victims_of is None:
                continue
            number = rest.partition("#")[0]
            if not number.isdecimal() or not number.isascii() or len(number) > 10:
                repairs.append(f"the count {item[:80]!r} cannot be read and is left out")
                continue
            best = str(int(number))
            iri = f"{report}/{victims_of}-{best}"
            found.setdefault(iri, Casualties(iri, victims_of, report, None, best, None))
        return list(found.values())

    def read(row: Row) -> Sequence[Record]:
        cells = row.cells
        identifier = text(cells, "GKGRECORDID")
        if identifier is None:
            raise RowError("the column GKGRECORDID is empty, and without it the article would be confused with others")
        date = _moment(cells, "DATE")
        needed(cells, "DocumentIdentifier")
        iri = mint_dataset_part(dataset, "report", identifier, base)
        records: list[Record] = [minter.actor("Person", name) for name in _names(cells, "V2Persons", "Persons")]
        records += (organization(name) for name in _names(cells, "V2Organizations", "Organizations"))
        named = [record.iri for record in records]
        repairs: list[str] = []
        for place, needed_records in places(cells, date[:4], repairs):
            named.append(place)
            records += needed_records
        quantities = victims(cells, iri, repairs)
        source = text(cells, "SourceCommonName") or "unknown"
        title = _TITLE.search(cells.get("Extras", ""))
        label = " ".join(html.unescape(title[1]).split())[:_LONGEST_LABEL] if title else ""
        return (
            *records,
            *quantities,
            Report(
                iri,
                label or f"{source}, {date}",
                minter.release_iri,
                identifier,
                str(row.number),
                row.text,
                source,
                "day",
                _address(cells, "DocumentIdentifier", "SourceCollectionIdentifier"),
                date,
                date,
                str(int(date[:4])),
                names=tuple(dict.fromkeys(named)),
                quantities=tuple(quantity.iri for quantity in quantities),
                repairs=tuple(repairs),
            ),
        )

    return read


_TERMS = "https://www.gdeltproject.org/about.html#termsofuse"
GDELT_MENTIONS = Dataset(
    name="gdelt-mentions",
    title="GDELT Mentions",
    publisher="The GDELT Project",
    homepage="https://www.gdeltproject.org/",
    license=_TERMS,
    may_republish=True,
    attribution="The GDELT Project, with its address",
    form=Form(_MENTIONS, {"2.0": tuple(column.name for column in _MENTIONS)}, delimiter="\t", quoted=False),
    reader=_mentions_reader,
    identity="content",
    notes=(
        "A row is a report (ckg:Report) that tells of an event of the dataset gdelt (ckg:tellsOf), not an event.",
        "The day is that on which GDELT read the article.",
        "Tables have no header.",
    ),
)
GDELT_GKG = Dataset(
    name="gdelt-gkg",
    title="GDELT Global Knowledge Graph 2.1",
    publisher="The GDELT Project",
    homepage="https://www.gdeltproject.org/",
    license=_TERMS,
    may_republish=True,
    attribution="The GDELT Project, with its address",
    form=Form(_GKG, {"2.1": tuple(column.name for column in _GKG)}, delimiter="\t", quoted=False),
    reader=_gkg_reader,
    notes=(
        "A row is a report (ckg:Report): the article with the persons, organizations and places that it names (ckg:names), which "
        "need not take part in anything.",
        "Counts of dead, injured, abducted, arrested and displaced are numbers of the report. Other counts, themes, tone and "
        "quotes stay in the row.",
        "Names are as GDELT has them. The class of organizations is a guess.",
        "The day is that on which GDELT read the article.",
        "Tables have no header.",
    ),
)
