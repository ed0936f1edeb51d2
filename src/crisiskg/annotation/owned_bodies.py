"""Ties "his party" and "her militia" to the body that the owner's words name: "Omar Faiz, an organizer of the Dawn Party"."""

from __future__ import annotations

from spacy.tokens import Token

from crisiskg.annotation.clusters import Cluster
from crisiskg.annotation.records import EntityType, Mention
from crisiskg.annotation.resolution import Resolution

_ARMED: frozenset[EntityType] = frozenset({"ArmedGroup", "Organization"})
#: Bodies to which their members belong, with the types that their names may have.
_BODIES: dict[str, frozenset[EntityType]] = {
    "party": frozenset({"PoliticalParty", "Organization"}),
    **dict.fromkeys(["group", "movement", "militia", "faction"], _ARMED),
    "company": frozenset({"Company"}),
    "organization": frozenset({"Organization", "NongovernmentalOrganization"}),
    "organisation": frozenset({"Organization", "NongovernmentalOrganization"}),
}
_SINGULAR = frozenset({"his", "her"})


class OwnedBodies(Resolution):
    """The part of coreference that knows the bodies of persons."""

    def owned_body(self, mention: Mention, head: Token) -> Cluster | None:
        """Return the body that a possessive phrase takes up; None where the owner's words name none, or several.

        Args:
            mention: A nominal such as "his party".
            head: Its head.
        """
        types = _BODIES.get(head.lemma_.lower())
        owner_token = next((child for child in head.children if child.dep_ == "poss" and child.lower_ in _SINGULAR), None)
        if types is None or owner_token is None:
            return None
        owner = next(
            (self.owner[m.id] for m in self.reading.mentions_at(owner_token.i) if m.kind == "pronoun" and m.id in self.owner),
            None,
        )
        if owner is None or owner.type != "Person":
            return None
        phrases = [(m.start, m.end) for m in owner.mentions if m.kind == "nominal" and m.end <= mention.start]
        found: dict[int, Cluster] = {}
        for name in self.reading.mentions:
            body = self.owner.get(name.id) if name.kind == "name" else None
            if body is not None and body.type in types and any(a <= name.start and name.end <= b for a, b in phrases):
                found[id(body)] = body
        return next(iter(found.values())) if len(found) == 1 else None
