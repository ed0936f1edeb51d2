"""Writes the document itself: title, dates, publisher, and who contributed in which role."""

from __future__ import annotations

from pyoxigraph import NamedNode

from crisiskg.documents import Contribution, DateBounds
from crisiskg.graph import terms
from crisiskg.graph.entities import ORGANIZATIONS, Entities, Node
from crisiskg.graph.statements import Statements
from crisiskg.graph.terms import ckg, code
from crisiskg.graph.writer import Bounds, Writer
from crisiskg.iris import digest

#: Longest title that is made of a text's beginning, in characters.
TITLE_CHARS = 80
#: Kinds of document that only a news medium publishes.
NEWS_KINDS = frozenset({"news"})


def write_document(writer: Writer, entities: Entities, statements: Statements) -> None:
    """Write the document with its publisher and contributions."""
    document, node = writer.document, writer.iri
    writer.add(node, terms.TYPE, ckg("Document"))
    writer.add(node, terms.LABEL, terms.label(_title(document.title, document.text), document.language))
    writer.add(node, ckg("documentKind"), code("kind", document.kind))
    writer.add(node, ckg("text"), terms.text(document.text))
    writer.add(node, ckg("textSha256"), terms.text(document.sha256))
    writer.add(node, ckg("rawSha256"), terms.text(document.raw_sha256) if document.raw_sha256 else None)
    writer.add(node, ckg("language"), terms.text(document.language))
    writer.add(node, ckg("sourceName"), terms.text(document.source))
    writer.add(node, ckg("sourceId"), terms.text(document.source_id) if document.source_id else None)
    writer.add(node, ckg("url"), terms.web_address(document.url) if document.url else None)
    writer.add(node, ckg("mediaType"), terms.text(document.media_type))
    writer.add(node, terms.GENERATED_BY, writer.run)
    published = document.published or writer.annotation.published
    _write_published(writer, published)
    if document.publisher and document.publisher.strip():
        default = "MediaOrganization" if document.kind in NEWS_KINDS else "Organization"
        writer.add(node, ckg("hasPublisher"), entities.named(document.publisher, ("State", *ORGANIZATIONS), default).iri)
    for contribution in document.contributions:
        _write_contribution(writer, entities, statements, contribution, published)


def _title(title: str | None, text: str) -> str:
    """Return the title, else the first line of the text, cut at a word.

    >>> _title(None, "word " * 30)[-11:]
    'word word …'
    """
    if title and title.strip():
        return title
    line = next((line.strip() for line in text.splitlines() if line.strip()), "Untitled document")
    if len(line) <= TITLE_CHARS:
        return line
    return line[:TITLE_CHARS].rpartition(" ")[0].rstrip() + " …" if " " in line[:TITLE_CHARS] else line[:TITLE_CHARS] + "…"


def _write_published(writer: Writer, published: DateBounds | None) -> None:
    node = writer.iri
    writer.add(node, ckg("publishedPrecision"), code("precision", published.precision if published else "unknown"))
    if published is None:
        return
    earliest, latest = published.earliest, published.latest
    writer.add(node, ckg("publishedEarliest"), terms.date(earliest) if earliest else None)
    writer.add(node, ckg("publishedLatest"), terms.date(latest) if latest else None)
    if earliest and latest and earliest.year == latest.year:
        writer.add(node, ckg("publishedYear"), terms.integer(earliest.year))
    writer.add(node, ckg("publishedBasis"), code("basis", published.basis))
    if published.start is not None and published.end is not None:
        span = (published.start, published.end)
        times = {(time.start, time.end) for time in writer.annotation.times}
        if span in times:
            writer.add(node, ckg("publishedAccordingTo"), writer.part("time", f"{span[0]}-{span[1]}"))
        else:
            writer.add(node, ckg("publishedAccordingTo"), writer.passage(span, "the date of publication"))


def _write_contribution(
    writer: Writer, entities: Entities, statements: Statements, contribution: Contribution, published: DateBounds | None
) -> None:
    if not contribution.name.strip():
        return  # nobody is named, so nothing is said
    person = entities.named(contribution.name, ("Person",), "Person")
    organization = None
    if contribution.organization and contribution.organization.strip():
        organization = entities.named(contribution.organization, ("State", *ORGANIZATIONS), "Organization")
    role = " ".join(contribution.role.split()) if contribution.role else None
    evidence: list[NamedNode] = []
    if contribution.start is not None and contribution.end is not None:
        evidence = [writer.passage((contribution.start, contribution.end), f"the contribution of {contribution.name}")]
    where = organization.iri.value if organization else None
    node = writer.part("contribution", digest(person.iri.value, contribution.part, role, where))
    if not writer.first(node):
        return  # the same person in the same part and role, named a second time
    writer.add(writer.iri, ckg("hasContribution"), node)
    writer.add(node, terms.TYPE, ckg("Contribution"))
    writer.add(node, ckg("hasContributor"), person.iri)
    writer.add(node, ckg("part"), code("part", contribution.part))
    writer.add(node, ckg("roleTitle"), terms.text(role) if role else None)
    writer.add(node, ckg("inOrganization"), organization.iri if organization else None)
    for passage in evidence:
        writer.add(node, ckg("hasEvidence"), passage)
    if organization is not None and evidence:
        membership = _write_membership(writer, person, organization, role, published)
        statements.claim(
            membership,
            status="ongoing",
            polarity="positive",
            certainty="certain",
            attribution=None,
            evidence=evidence,
            confidence=1.0,
            what=f"the role of {contribution.name}",
        )


def _write_membership(
    writer: Writer, person: Node, organization: Node, role: str | None, published: DateBounds | None
) -> NamedNode:
    """Write the role that a contributor holds: surely on the day of publication."""
    node = writer.part("membership", digest("contributor", person.iri.value, organization.iri.value, role))
    writer.add(node, terms.TYPE, ckg("Membership"))
    writer.add(node, ckg("hasMember"), person.iri)
    writer.add(node, ckg("inOrganization"), organization.iri)
    writer.add(node, ckg("roleKind"), code("rolekind", "contributor"))
    writer.add(node, ckg("roleTitle"), terms.text(role) if role else None)
    writer.add(node, ckg("factuality"), code("fact", "ongoing"))
    if published is not None:
        writer.bounds(node, Bounds(latest_begin=published.latest, earliest_end=published.earliest))
    return node
