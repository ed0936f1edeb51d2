"""Tells what kind of actor or place a noun stands for: by its head word, by what stands before it, and as it is meant."""

from __future__ import annotations

from spacy.tokens import Token

from crisiskg.annotation.lexicon import name_words
from crisiskg.annotation.names import ORGANIZATIONS, Name
from crisiskg.annotation.records import EntityType

_QUANTIFIERS = frozenset(
    [
        "hundreds",
        "thousands",
        "tens",
        "dozens",
        "scores",
        "millions",
        "some",
        "several",
        "many",
        "most",
        "all",
        "none",
        "one",
        "two",
        "both",
        "half",
        "more",
        "others",
        "those",
    ]
)
DIRECTIONS = frozenset(
    [
        "northern",
        "southern",
        "eastern",
        "western",
        "central",
        "northeastern",
        "northwestern",
        "southeastern",
        "southwestern",
        "north-eastern",
        "north-western",
        "south-eastern",
        "south-western",
        "north",
        "south",
        "east",
        "west",
        "north-east",
        "north-west",
        "south-east",
        "south-west",
        "upper",
        "lower",
    ]
)
_DIVIDES = frozenset(
    [
        "border",
        "frontier",
        "boundary",
        "river",
        "line",
        "front",
        "strait",
        "canal",
        "divide",
        "fence",
        "wall",
        "demarcation",
        "ceasefire-line",
    ]
)
_OFFICE_WORDS = frozenset(
    [
        "prime",
        "foreign",
        "defence",
        "defense",
        "interior",
        "finance",
        "deputy",
        "vice",
        "assistant",
        "chief",
        "secretary",
        "general",
        "attorney",
        "home",
        "justice",
        "trade",
        "press",
        "special",
        "senior",
        "first",
        "federal",
        "national",
        "acting",
        "former",
        "supreme",
        "regional",
        "ex",
    ]
)
_GUARDS = frozenset(["presidential", "republican", "national", "border", "coast", "palace", "royal", "revolutionary", "civil"])


def noun_type(
    token: Token, heads: dict[str, tuple[EntityType | None, EntityType | None]], named: dict[int, Name]
) -> EntityType | None:
    """Return what a noun stands for here; None where it is no mention.

    Args:
        token: A noun.
        heads: Types of the singular and plural by noun (`lexicon.nominal_heads`).
        named: Name by token.
    """
    lower = token.lower_
    plural = token.tag_ in ("NNS", "NNPS")
    lemma = token.lemma_.lower()
    if _ends_proper_name(token, heads):
        return None
    if lower in _QUANTIFIERS and lower.endswith("s"):
        return counted_type(token, heads)
    kinds = heads.get(lower) or heads.get(lemma)
    before = token.doc[token.i - 1] if token.i else None
    if before is not None and before.text == "-" and token.i > 1:
        compound = f"{token.doc[token.i - 2].lower_}-{lemma}"
        kinds = heads.get(compound, kinds)
    if kinds is None:
        return None
    if token.dep_ in ("compound", "nmod", "npadvmod") and token.head.i > token.i:
        # "government troops", "army general": the first word is a mention of its own; "police officer" and "border post" too, but
        # not a title before a name ("President Macron") nor a person ("opposition leader" holds a party).
        if token.head.i in named or (kinds[0] or kinds[1]) not in ORGANIZATIONS or token.text[:1].isupper():
            return None
        if not any(child.dep_ in ("det", "amod", "poss") for child in token.children) and token.lower_ in (
            "state",
            "force",
            "office",
            "service",
        ):
            return None
    if (
        lemma == "state"
        and not plural
        and not (token.i - 1 in named and named[token.i - 1].demonym)
        and token.i - 1 in named
        and named[token.i - 1].type == "Place"
        and token.doc[token.i - 1].head.i == token.i
    ):
        return "Place"  # "Gezira state": a part of a state
    kind = kinds[1] if plural and kinds[1] is not None else kinds[0]
    if plural and kinds[1] is None:
        kind = None
    elif not plural and kinds[0] is None:
        kind = kinds[1] if lower in heads else None
    if kind is None:
        return None
    if kind == "Person" and token.dep_ in ("attr", "oprd") and token.tag_ == "NN" and not list(token.children):
        return None
    if kind == "Place" and token.dep_ in ("advmod", "npadvmod"):
        return None
    if (
        kind in ("Person", "PopulationGroup")
        and lower in ("minority", "majority", "public")
        and token.dep_ in ("amod", "compound")
    ):
        return None
    return _by_modifiers(token, kind)


def _ends_proper_name(token: Token, heads: dict[str, tuple[EntityType | None, EntityType | None]]) -> bool:
    """Whether a noun with a capital ends the name of something else: "the Galaxy Leader", a ship; not "the Foreign Minister"."""
    if token.tag_ not in ("NNP", "NNPS") or not token.text.istitle() or token.i == 0 or token.sent.text.istitle():
        return False
    before = token.doc[token.i - 1]
    words = name_words()
    return (
        before.tag_ == "NNP"
        and before.text.istitle()
        and not before.is_sent_start
        and before.head.i == token.i
        and before.ent_type_ not in ("GPE", "NORP", "ORG", "PERSON")
        and before.text not in words.title
        and before.lower_ not in words.title_lower
        and before.lower_ not in heads
        and before.lower_ not in _OFFICE_WORDS
    )


def _by_modifiers(token: Token, kind: EntityType) -> EntityType:
    """Refine a type by what stands before the head: "rebel forces", "armed group", "aid organization", "police unit"."""
    modifiers = {child.lower_ for child in token.children if child.i < token.i and child.dep_ in ("amod", "compound", "nmod")}
    lower = token.lemma_.lower()
    if (
        kind in ("SecurityForce", "Organization", "PopulationGroup")
        and modifiers
        & {
            "rebel",
            "insurgent",
            "militant",
            "jihadist",
            "islamist",
            "separatist",
            "guerrilla",
            "armed",
            "extremist",
            "terrorist",
            "criminal",
            "paramilitary",
            "militia",
        }
        and lower
        in (
            "group",
            "force",
            "movement",
            "faction",
            "organization",
            "organisation",
            "network",
            "front",
            "coalition",
            "alliance",
            "army",
            "man",
            "fighter",
            "unit",
            "cell",
            "youth",
        )
    ):
        return "SecurityForce" if "paramilitary" in modifiers and lower in ("force", "unit", "army") else "ArmedGroup"
    if lower in ("group", "organization", "organisation", "network") and modifiers & {
        "aid",
        "rights",
        "humanitarian",
        "relief",
        "charitable",
        "advocacy",
        "monitoring",
        "campaign",
        "non-governmental",
    }:
        return "NongovernmentalOrganization"
    if lower in ("organization", "organisation", "body", "group", "bloc", "alliance") and modifiers & {
        "intergovernmental",
        "regional",
        "multilateral",
        "international",
    }:
        return "IntergovernmentalOrganization"
    if lower in ("agency", "group", "company", "outlet", "network", "station") and modifiers & {
        "news",
        "media",
        "radio",
        "television",
        "broadcasting",
    }:
        return "MediaOrganization"
    if lower in ("agency", "office", "body", "committee", "service", "department") and modifiers & {
        "government",
        "state",
        "federal",
        "intelligence",
        "security",
    }:
        return "SecurityForce" if modifiers & {"intelligence", "security"} else "GovernmentBody"
    if lower == "unit":
        return (
            "SecurityForce"
            if modifiers
            & {"police", "army", "military", "special", "paramilitary", "elite", "commando", "intelligence", "forces", "naval"}
            else kind
        )
    if lower in ("bank", "side", "shore") and _is_of_place(token, modifiers):
        return "Place"
    if lower in ("guard", "guards") and modifiers & _GUARDS:
        return "SecurityForce"
    if lower == "force" and modifiers & {"work", "labour", "labor", "task"}:
        return "Organization"
    if lower == "house" and modifiers & {"upper", "lower"}:
        return "GovernmentBody"
    return kind


def _is_of_place(token: Token, modifiers: set[str]) -> bool:
    """Whether a bank or side is one of a river, border or country: "the eastern bank", "the Afghan side of that border"."""
    objects = [
        grand
        for child in token.children
        if child.dep_ == "prep" and child.lower_ in ("of", "along") and child.i == token.i + 1
        for grand in child.children
        if grand.dep_ == "pobj"
    ]
    if any(target.lemma_.lower() in _DIVIDES or target.lemma_.lower() in ("city", "town", "lake", "road") for target in objects):
        return True
    if token.lemma_ == "bank":
        left = modifiers & (DIRECTIONS | {"left", "right", "opposite", "far", "other"})
        return bool(left) or any(
            target.ent_type_ in ("LOC", "GPE", "FAC") and target.i > 0 and _has_article(target) for target in objects
        )
    return False


def _has_article(token: Token) -> bool:
    return any(child.lower_ == "the" for child in token.children)


def counted_type(token: Token, heads: dict[str, tuple[EntityType | None, EntityType | None]]) -> EntityType | None:
    """Return the type of "hundreds of soldiers"; people where nothing is said."""
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ == "of":
            for counted in child.children:
                if counted.lower_ in ("hundreds", "thousands", "tens", "millions"):
                    return counted_type(counted, heads)
                kinds = heads.get(counted.lower_) or heads.get(counted.lemma_.lower())
                if kinds is None:
                    return None
                return kinds[1] or kinds[0]
    governor = token.head.lemma_.lower()
    return (
        "PopulationGroup"
        if token.dep_ in ("nsubj", "nsubjpass") or governor in ("kill", "injure", "wound", "arrest", "displace")
        else None
    )


def is_literal(token: Token, kind: EntityType, named: dict[int, Name]) -> bool:
    """Whether a noun of a type means the thing here: not "state of emergency", "side by side", "in part", "the West"."""
    lower = token.lower_
    if (
        token.tag_ in ("NNP", "NNPS")
        and token.text[:1].isupper()
        and not token.is_sent_start
        and kind in ("Place", "State", "Organization", "PoliticalParty")
    ):
        return False
    objects = [
        grand
        for child in token.children
        if child.dep_ == "prep" and child.lower_ == "of"
        for grand in child.children
        if grand.dep_ == "pobj"
    ]
    if lower == "state" and any(target.i not in named for target in objects):
        return False
    if kind == "Place":
        if lower in ("part", "parts", "centre", "center", "continent", "world", "mainland", "outskirts", "heartland"):
            return any(
                target.i in named or target.lemma_ in ("country", "city", "region", "province", "town", "capital", "border")
                for target in objects
            ) or (lower not in ("part", "parts") and any(child.dep_ in ("poss", "det") for child in token.children))
        if lower in ("north", "south", "east", "west", "home", "house", "field", "site", "tower"):
            return any(child.dep_ in ("det", "poss", "amod", "prep") for child in token.children) and token.head.lower_ != "to"
    if lower in ("side", "panel", "body", "team", "bodies", "force", "service", "authority", "power"):
        return lower != "force" or any(child.dep_ in ("amod", "compound", "det", "poss") for child in token.children)
    return not (lower == "force" and token.head.lower_ in ("by", "into", "in"))
