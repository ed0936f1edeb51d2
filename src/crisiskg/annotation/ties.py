"""Ties of organizations, places and kin: seats, parents, states, capitals, founders, allies and foes."""

from __future__ import annotations

from crisiskg.annotation.organization_ties import OrganizationTies
from crisiskg.annotation.person_ties import PersonTies
from crisiskg.annotation.place_ties import PlaceTies
from crisiskg.annotation.relation_writer import ORGANIZATIONS, RelationWriter
from crisiskg.annotation.tie_words import TieWords


def find_ties(writer: RelationWriter) -> None:
    """Add the ties that noun phrases, appositions and a few verbs tell."""
    organizations, places, persons = OrganizationTies(writer), PlaceTies(writer), PersonTies(writer)
    for mention in list(writer.reading.mentions):
        if mention.entity is None or mention.id not in writer.index.head:
            continue
        if mention.type in ORGANIZATIONS:
            organizations.read(mention)
        elif mention.type == "Place":
            places.read(mention)
        elif mention.type == "Person":
            persons.read(mention)
    words, syntax = TieWords(writer), writer.syntax
    for token in range(len(syntax)):
        if syntax.pos[token] == "VERB" or syntax.lemma[token] == "be":
            words.verb(token)
        elif syntax.pos[token] in ("NOUN", "ADJ", "ADP", "ADV", "PROPN"):
            words.noun(token)
