"""Judgements as SSSOM, the Simple Standard for Sharing Ontology Mappings: a TSV file with its metadata as YAML in lines with "#".

A positive judgement is a mapping skos:exactMatch, a negative one the same with the modifier Not, an unsure one skos:closeMatch.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from typing import Any

import yaml  # type: ignore[import-untyped,unused-ignore]

from crisiskg.errors import InvalidParameter, MalformedSource
from crisiskg.identity.records import SOFTWARE, Judgement, Verdict, canonical_time, kind_of
from crisiskg.namespaces import OWL, PREFIXES, SKOS

SEMAPV = "https://w3id.org/semapv/vocab/"
SSSOM = "https://w3id.org/sssom/"
#: Columns that are written, in the order of the standard.
COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "object_label",
    "mapping_justification",
    "author_label",
    "mapping_tool",
    "mapping_date",
    "confidence",
    "comment",
    "other",
)
#: Columns that each mapping needs.
NEEDED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_PREDICATES: dict[str, Verdict] = {
    SKOS + "exactMatch": "positive",
    OWL + "sameAs": "positive",
    SKOS + "closeMatch": "unsure",
    SKOS + "relatedMatch": "unsure",
}
#: Predicates of mappings that are no judgement on identity.
_OTHER = frozenset({SKOS + "broadMatch", SKOS + "narrowMatch"})
_JUSTIFICATIONS = frozenset(
    {
        "LexicalMatching",
        "LogicalReasoning",
        "CompositeMatching",
        "UnspecifiedMatching",
        "SemanticSimilarityThresholdMatching",
        "LexicalSimilarityThresholdMatching",
        "MappingChaining",
        "MappingReview",
        "ManualMappingCuration",
        "MappingInversion",
        "StructuralMatching",
        "InstanceBasedMatching",
        "BackgroundKnowledgeBasedMatching",
        "DatabaseCrossReference",
    }
)
_AT = "judged_at="
#: Who judged, where a file does not say.
UNKNOWN_JUDGE = "an imported set of mappings"


def to_sssom(
    judgements: Iterable[Judgement],
    labels: Mapping[str, str],
    *,
    base: str,
    license_iri: str = "https://creativecommons.org/licenses/by/4.0/",
    version: str = "",
) -> str:
    """Return judgements that stand as a set of mappings.

    Args:
        judgements: Judgements; undone ones are left out.
        labels: Labels by IRI, for readers.
        base: Base of the IRIs of data; the prefix "kg" stands for it.
        license_iri: Licence of the set.
        version: Version of the set; the day of the newest judgement where it is empty.
    """
    standing = [judgement for judgement in judgements if judgement.undone_at is None]
    prefixes = {"kg": base, "skos": SKOS, "owl": OWL, "semapv": SEMAPV, "wd": PREFIXES["wd"]}
    newest = max((judgement.at for judgement in standing), default="")[:10]
    metadata = {
        "sssom_version": "1.0",
        "mapping_set_id": f"{base}mappings/identity",
        "mapping_set_title": "Judgements on identity",
        "mapping_set_version": version or newest or "none",
        "license": license_iri,
        "curie_map": prefixes,
    }
    text = io.StringIO()
    for line in yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True, width=1000).splitlines():
        text.write(f"#{line}\n")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(COLUMNS)
    for judgement in sorted(standing, key=lambda one: (one.subject, one.object, one.at, one.by)):
        writer.writerow(_row(judgement, labels, prefixes))
    return text.getvalue()


def _row(judgement: Judgement, labels: Mapping[str, str], prefixes: Mapping[str, str]) -> list[str]:
    person = judgement.is_of_person
    return [
        _curie(judgement.subject, prefixes),
        _cell(labels.get(judgement.subject, "")),
        "skos:closeMatch" if judgement.verdict == "unsure" else "skos:exactMatch",
        "Not" if judgement.verdict == "negative" else "",
        _curie(judgement.object, prefixes),
        _cell(labels.get(judgement.object, "")),
        "semapv:ManualMappingCuration" if person else "semapv:CompositeMatching",
        _cell(judgement.by) if person else "",
        "" if person else judgement.by,
        judgement.at[:10],
        "" if judgement.score is None else f"{judgement.score:.4f}".rstrip("0").rstrip("."),
        _cell(" ".join(judgement.reasons)),
        _AT + judgement.at,
    ]


def _cell(text: str) -> str:
    return " ".join(text.split())


def _curie(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return a CURIE where what follows the prefix is plain, else the IRI."""
    for prefix, namespace in prefixes.items():
        local = iri.removeprefix(namespace)
        if local != iri and local and all(letter.isalnum() or letter in "._-/~" for letter in local):
            return f"{prefix}:{local}"
    return iri


def from_sssom(text: str, name: str = "the file") -> tuple[list[Judgement], list[str]]:
    r"""Read judgements from a set of mappings.

    Args:
        text: Content of an SSSOM file with embedded metadata.
        name: What the file is called in messages.

    Returns:
        The judgements, and what was left out, a sentence each.

    Raises:
        MalformedSource: the file is not SSSOM; the message names line, column and value.

    >>> judgements, left_out = from_sssom(
    ...     "#curie_map:\n#  ex: http://ex.org/\nsubject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    ...     "ex:a\tskos:exactMatch\tex:b\tsemapv:ManualMappingCuration\n"
    ... )
    >>> judgements[0].subject, judgements[0].verdict
    ('http://ex.org/a', 'positive')
    """
    head, body, first = _parted(text, name)
    metadata = _metadata(head, name)
    prefixes = {**PREFIXES, "semapv": SEMAPV, "sssom": SSSOM, **_curie_map(metadata, name)}
    rows = csv.reader(io.StringIO(body), delimiter="\t")
    try:
        columns = next(rows, [])
        missing = [column for column in NEEDED if column not in columns]
        if missing:
            raise MalformedSource(f"{name} is no SSSOM: the column {', '.join(missing)} is missing")
        judgements: list[Judgement] = []
        left_out: list[str] = []
        for cells in rows:
            line = first + rows.line_num - 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(columns):
                raise MalformedSource(f"{name}, line {line}, has {len(cells)} cells for {len(columns)} columns")
            row = {**metadata, **{column: cell.strip() for column, cell in zip(columns, cells, strict=False) if cell.strip()}}
            found = _judgement(row, prefixes, f"{name}, line {line}")
            if isinstance(found, str):
                left_out.append(found)
            else:
                judgements.append(found)
    except csv.Error as error:
        raise MalformedSource(f"{name} cannot be read as TSV: {error}") from error
    return judgements, left_out


def _parted(text: str, name: str) -> tuple[str, str, int]:
    """Return the metadata, the table, and the number of the table's first line."""
    lines = text.removeprefix("\ufeff").splitlines()
    count = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if count == len(lines):
        raise MalformedSource(f"{name} is no SSSOM: it has no table")
    return "\n".join(line[1:] for line in lines[:count]), "\n".join(lines[count:]), count + 1


def _metadata(head: str, name: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(head) or {}
    except yaml.YAMLError as error:
        raise MalformedSource(f"the metadata of {name} are no YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(found, dict):
        raise MalformedSource(f"the metadata of {name} are not names with values")
    return found


def _curie_map(metadata: dict[str, Any], name: str) -> dict[str, str]:
    found = metadata.pop("curie_map", None) or {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise MalformedSource(f"the curie_map of {name} is not a mapping from prefixes to IRIs")
    return {str(prefix): value for prefix, value in found.items()}


def _judgement(row: dict[str, Any], prefixes: Mapping[str, str], where: str) -> Judgement | str:
    """Return the judgement of a mapping, or why it is none."""
    for column in NEEDED:
        if not row.get(column):
            raise MalformedSource(f"{where}: {column} is empty")
    subject, predicate, object_ = (_expanded(row[name], prefixes, where, name) for name in NEEDED[:3])
    justification = _expanded(row["mapping_justification"], prefixes, where, "mapping_justification")
    if justification.removeprefix(SEMAPV) not in _JUSTIFICATIONS:
        raise MalformedSource(
            f"{where}: {row['mapping_justification'][:60]!r} is no justification; there are: semapv:"
            + ", semapv:".join(sorted(_JUSTIFICATIONS))
        )
    modifier = row.get("predicate_modifier", "")
    if modifier not in ("", "Not"):
        raise MalformedSource(f"{where}: predicate_modifier must be Not or empty, not {str(modifier)[:60]!r}")
    if predicate in _OTHER:
        return f"{where}: {row['predicate_id']} is no judgement on identity and was left out."
    if predicate not in _PREDICATES:
        raise MalformedSource(
            f"{where}: {row['predicate_id'][:80]!r} is no predicate of identity; there are: skos:exactMatch, owl:sameAs, "
            "skos:closeMatch, skos:relatedMatch"
        )
    verdict: Verdict = "negative" if modifier else _PREDICATES[predicate]
    if subject == object_:
        return f"{where}: {subject} is mapped to itself and was left out."
    by = str(
        row.get("author_label") or row.get("author_id") or row.get("reviewer_label") or row.get("mapping_tool") or UNKNOWN_JUDGE
    )
    comment = str(row.get("comment", ""))
    return Judgement(
        subject,
        object_,
        kind_of(subject),
        verdict,
        _confidence(row.get("confidence"), where),
        (comment,) if comment else (),
        by if not by.startswith(SOFTWARE) or row.get("mapping_tool") == by else by.removeprefix(SOFTWARE),
        _time(row, where),
    )


def _expanded(value: Any, prefixes: Mapping[str, str], where: str, column: str) -> str:
    text = str(value).strip().strip("<>")
    if "://" in text or text.startswith("urn:"):
        found = text
    else:
        prefix, colon, local = text.partition(":")
        if not colon or not local or prefix not in prefixes:
            raise MalformedSource(f"{where}: {column} {text[:80]!r} has a prefix that the curie_map does not know")
        found = prefixes[prefix] + local
    if any(letter in ' <>"{}|\\^`' or ord(letter) < 33 for letter in found):
        raise MalformedSource(f"{where}: {column} {text[:80]!r} is no IRI")
    return found


def _confidence(value: Any, where: str) -> float | None:
    if value in (None, ""):
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = -1.0
    if not 0 <= found <= 1:
        raise MalformedSource(f"{where}: confidence must be a number from 0 to 1, not {str(value)[:40]!r}")
    return found


def _time(row: Mapping[str, Any], where: str) -> str:
    other = str(row.get("other", ""))
    given = other.removeprefix(_AT) if other.startswith(_AT) else row.get("mapping_date") or row.get("publication_date")
    if given is None:
        return canonical_time("1970-01-01")
    try:
        return canonical_time(given.isoformat() if isinstance(given, dt.date) else str(given))
    except InvalidParameter as error:
        raise MalformedSource(f"{where}: mapping_date must be a day such as 2026-11-23, not {str(given)[:40]!r}") from error
