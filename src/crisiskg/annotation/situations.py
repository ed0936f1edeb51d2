"""Situations that last: wars, occupations, ceasefires, crises, spoken of with or without a name.

Those without a mention of their own get one, and an entity, so that sides, places and ends can be said of them. "A civil war
against Islamists" and "the civil war" later in the text are one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.records import Entity, Mention
from crisiskg.annotation.relation_writer import load_relation_words
from crisiskg.annotation.syntax import MentionIndex, Syntax

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading

_KINDS = ("war", "occupation", "ceasefire", "crisis")
#: Metaphors: wars on things and of prices are no wars.
_NOT_WAR = frozenset(
    {
        "trade",
        "price",
        "culture",
        "drug",
        "drugs",
        "word",
        "words",
        "bidding",
        "turf",
        "cold",
        "star",
        "post",
        "pre",
        "anti",
        "information",
    }
)


def find_situations(reading: Reading) -> None:
    """Add mentions and entities for the wars and other situations of a document that have none yet.

    Args:
        reading: Mentions and entities of the names must be there.
    """
    syntax = reading.syntax
    index = MentionIndex(syntax, reading.mentions)
    words = load_relation_words().lists["situations"]
    kinds = {lemma: kind for kind in _KINDS for lemma in words[kind]}
    known: dict[tuple[str, ...], str] = {}
    mentions, entities = list(reading.mentions), list(reading.entities)
    next_mention = _next_number([m.id for m in mentions], "m")
    next_entity = _next_number([e.id for e in entities], "e")
    for token in range(len(syntax)):
        kind = kinds.get(syntax.lemma[token])
        if kind is None or syntax.pos[token] not in ("NOUN", "PROPN") or syntax.dep[token] in ("compound", "nmod"):
            continue
        if index.in_name(token) is not None or any(m.type == "NamedEvent" for m in index.cover.get(token, ())):
            continue
        modifiers = [c for c in syntax.children[token] if c < token and syntax.dep[c] in ("amod", "compound")]
        if any(syntax.lower[m] in _NOT_WAR for m in modifiers) or not _is_particular(syntax, token, kind):
            continue
        first = min([token, *(syntax.edges(m)[0] for m in modifiers)])
        key = (
            syntax.lemma[token],
            *(
                syntax.lower[m]
                for m in modifiers
                if syntax.lemma[m] in ("civil", "ethnic", "cross", "border", "liberation", "independence") or index.at(m)
            ),
        )
        definite = any(syntax.lower[c] in ("the", "this", "that") for c in syntax.kids(token, "det"))
        entity = known.get(key) or (known.get((syntax.lemma[token],)) if definite and len(key) == 1 else None)
        start, end = syntax.span(first, token)
        if entity is None:
            entity = f"e{next_entity}"
            next_entity += 1
            entities.append(Entity(entity, "NamedEvent", reading.document.text[start:end], subtype=kind))
            known[key] = entity
            known.setdefault((syntax.lemma[token],), entity)
        mentions.append(
            Mention(f"m{next_mention}", start, end, reading.document.text[start:end], "NamedEvent", "nominal", entity, 0.6)
        )
        next_mention += 1
    if len(mentions) > len(reading.mentions):
        reading.set_entities(entities)
        reading.set_mentions(mentions)


def _is_particular(syntax: Syntax, noun: int, kind: str) -> bool:
    """Say whether a noun speaks of one situation, not of war as such: with article, possessor, opponent or side."""
    if any(
        syntax.dep[c] in ("det", "poss") and syntax.lower[c] not in ("any", "no", "another", "every")
        for c in syntax.children[noun]
    ):
        return True
    return any(name in ("against", "between", "with", "of", "in") for name, _ in syntax.prepositions(noun)) and kind != "crisis"


def _next_number(ids: list[str], letter: str) -> int:
    """Return the number behind the highest one in use."""
    numbers = [int(i[1:]) for i in ids if i.startswith(letter) and i[1:].isdigit()]
    return max(numbers, default=-1) + 1
