"""Military and police ranks: "Colonel" before a name stands with all that the person holds."""

from __future__ import annotations

from dataclasses import replace

from crisiskg.annotation.office_holders import OfficeHolders
from crisiskg.annotation.relation_writer import RelationWriter

_RANKED = frozenset({"headOf", "memberOf", "agentOf", "ministerOf", "headOfState", "spokespersonOf"})


def write_ranks(writer: RelationWriter, holders: OfficeHolders) -> None:
    """Put a rank that stands before a person's name into all that the person holds."""
    rank_of: dict[str, str] = {}
    syntax, ranks = writer.syntax, writer.words_of("roles", "ranks")
    for token in range(len(syntax)):
        if syntax.lower[token] not in ranks:
            continue
        head = syntax.head[token]
        mention = holders.person_over(token) or (holders.person_at(head) if syntax.dep[token] in ("compound", "nmod") else None)
        if mention is not None and mention.entity is not None:
            first = token
            while first and syntax.head[first - 1] == syntax.head[token] and syntax.lower[first - 1] in ranks:
                first -= 1
            rank_of.setdefault(mention.entity, writer.reading.document.text[syntax.start[first] : syntax.end[token]])
    for key, relation in list(writer.relations.items()):
        if relation.head in rank_of and relation.type in _RANKED:
            writer.change(key, replace(relation, rank=rank_of[relation.head]))
    writer.rank_of.update(rank_of)
