"""Finds mentions: names, nominals and pronouns, each with its span and its type."""

from __future__ import annotations

from crisiskg.annotation.gazetteer import Gazetteer
from crisiskg.annotation.lexicon import name_words
from crisiskg.annotation.name_spans import find_names
from crisiskg.annotation.names import Name
from crisiskg.annotation.nominals import directional_places, find_nominals
from crisiskg.annotation.pronouns import find_pronouns
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import EntityType, Mention, MentionKind

#: Type of a pronoun before its antecedent is known.
_PRONOUN_TYPES: dict[str, EntityType] = {
    "they": "PopulationGroup",
    "them": "PopulationGroup",
    "their": "PopulationGroup",
    "it": "Organization",
    "its": "Organization",
    "which": "Organization",
    "where": "Place",
}


def find_mentions(reading: Reading, gazetteer: Gazetteer) -> None:
    """Find the mentions of a document and give them to the reading; `resolve_coreference` ties them to entities.

    Args:
        reading: The document in tokens.
        gazetteer: Names of the reference data and of settlements.
    """
    doc = reading.doc
    names = find_names(reading, gazetteer)
    found: dict[tuple[int, int], tuple[EntityType, MentionKind, float]] = {}
    for name in names:
        assert name.type is not None
        found.setdefault((name.start, name.end), (name.type, "name", name.confidence))
    for nominal in (*find_nominals(doc, names), *directional_places(doc, names)):
        if not _is_prose(reading, doc[nominal.start].idx):
            continue
        found.setdefault((nominal.start, nominal.end), (nominal.type, "nominal", 0.7))
    for pronoun in find_pronouns(doc):
        if _is_prose(reading, pronoun.idx):
            found.setdefault((pronoun.i, pronoun.i + 1), (_PRONOUN_TYPES.get(pronoun.lower_, "Person"), "pronoun", 0.6))
    text = reading.document.text
    mentions: list[Mention] = []
    for (first, last), (entity_type, mention_kind, confidence) in sorted(
        found.items(), key=lambda item: (item[0][0], -item[0][1])
    ):
        start, end = doc[first].idx, doc[last - 1].idx + len(doc[last - 1])
        mentions.append(
            Mention(f"m{len(mentions)}", start, end, text[start:end], entity_type, mention_kind, None, round(confidence, 3))
        )
    reading.set_mentions(mentions)
    _note_titles(reading, names)


def _is_prose(reading: Reading, offset: int) -> bool:
    """Whether a place of the text is read as prose: bylines and lists of contributors are not."""
    return not reading.document.regions or reading.region_at(offset) not in ("byline", "contributors")


def _note_titles(reading: Reading, names: list[Name]) -> None:
    """Keep the titles before persons' names: "President", "Colonel", "Deputy Prime Minister"."""
    doc, words = reading.doc, name_words()
    by_start = {mention.start: mention for mention in reading.mentions if mention.kind == "name"}
    for name in names:
        if name.type != "Person":
            continue
        first = name.start
        while (
            first > 0
            and (doc[first - 1].text in words.title or doc[first - 1].lower_ in words.title_lower)
            and not doc[first - 1].is_space
        ):
            first -= 1
        while (
            first > 0
            and first < name.start
            and doc[first - 1].lower_
            in ("prime", "foreign", "defence", "defense", "interior", "vice", "deputy", "former", "acting", "interim")
        ):
            first -= 1
        mention = by_start.get(doc[name.start].idx)
        if first < name.start and mention is not None:
            reading.titles[mention.id] = doc[first : name.start].text
