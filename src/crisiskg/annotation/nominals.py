"""Finds nominals ("the junta", "French forces", "nearly 200 soldiers") and pronouns by their head word and the parse."""

from __future__ import annotations

from dataclasses import dataclass

from spacy.tokens import Doc, Token

from crisiskg.annotation.lexicon import name_words, nominal_heads
from crisiskg.annotation.names import ORGANIZATIONS, Name
from crisiskg.annotation.records import EntityType

#: Pronouns by lower-cased form; those of the first person stand for whoever speaks or writes.
PERSONAL: dict[str, str] = {
    **dict.fromkeys(["he", "him", "his", "himself"], "he"),
    **dict.fromkeys(["she", "her", "hers", "herself"], "she"),
    **dict.fromkeys(["they", "them", "their", "theirs", "themselves"], "they"),
    **dict.fromkeys(["it", "its", "itself"], "it"),
    **dict.fromkeys(["i", "me", "my", "mine", "myself"], "i"),
    **dict.fromkeys(["we", "us", "our", "ours", "ourselves"], "we"),
}

_BEFORE = frozenset(
    [
        "det",
        "amod",
        "compound",
        "nmod",
        "nummod",
        "poss",
        "quantmod",
        "advmod",
        "predet",
        "neg",
        "npadvmod",
        "punct",
        "case",
        "conj",
        "cc",
    ]
)
_PREPOSITIONS = frozenset(
    [
        "of",
        "in",
        "from",
        "for",
        "at",
        "on",
        "to",
        "with",
        "near",
        "along",
        "across",
        "between",
        "under",
        "against",
        "inside",
        "outside",
        "around",
    ]
)
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
_DIRECTIONS = frozenset(
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
_TIME_LABELS = frozenset({"DATE", "TIME"})


@dataclass(slots=True)
class Nominal:
    """A nominal or pronoun in the making.

    Attributes:
        start: First token.
        end: Token behind the last.
        head: Its head word.
        type: Its type; None for pronouns, whose antecedent decides.
        pronoun: Whether it is a pronoun.
    """

    start: int
    end: int
    head: int
    type: EntityType | None
    pronoun: bool = False


def find_nominals(doc: Doc, names: list[Name]) -> list[Nominal]:
    """Return the nominals of a document, in order of their heads.

    Args:
        doc: The document in tokens.
        names: Its names; a word within a name is no nominal's head.
    """
    heads = nominal_heads()
    named: dict[int, Name] = {}
    for name in names:
        for index in range(name.start, name.end):
            named.setdefault(index, name)
    found: list[Nominal] = []
    for token in doc:
        if token.is_space or token.is_punct or token.i in named:
            continue
        tag = token.tag_
        if tag in ("NN", "NNS", "NNP", "NNPS"):
            kind = _noun_type(token, heads, named)
            if kind is None or _is_predicate_of_name(token) or not _is_literal(token, kind, named):
                continue
            start, end = _bounds(doc, token, named)
            found.append(Nominal(start, end, token.i, kind))
        elif tag in ("CD", "DT", "JJ", "JJS", "NN") and token.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj"):
            nominal = _number_or_adjective(doc, token, named)
            if nominal is not None:
                found.append(nominal)
    return found


def _noun_type(
    token: Token, heads: dict[str, tuple[EntityType | None, EntityType | None]], named: dict[int, Name]
) -> EntityType | None:
    lower = token.lower_
    plural = token.tag_ in ("NNS", "NNPS")
    lemma = token.lemma_.lower()
    if _ends_proper_name(token, heads):
        return None
    if lower in _QUANTIFIERS and lower.endswith("s"):
        return _counted(token, heads)
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
        left = modifiers & (_DIRECTIONS | {"left", "right", "opposite", "far", "other"})
        return bool(left) or any(
            target.ent_type_ in ("LOC", "GPE", "FAC") and target.i > 0 and _has_article(target) for target in objects
        )
    return False


def _has_article(token: Token) -> bool:
    return any(child.lower_ == "the" for child in token.children)


def _counted(token: Token, heads: dict[str, tuple[EntityType | None, EntityType | None]]) -> EntityType | None:
    """Return the type of "hundreds of soldiers"; people where nothing is said."""
    for child in token.children:
        if child.dep_ == "prep" and child.lower_ == "of":
            for counted in child.children:
                if counted.lower_ in ("hundreds", "thousands", "tens", "millions"):
                    return _counted(counted, heads)
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


def _number_or_adjective(doc: Doc, token: Token, named: dict[int, Name]) -> Nominal | None:
    """Return "the wounded", "at least 31" (were killed), "those who fled"; None for other words of that shape."""
    verb = token.head.lemma_.lower()
    harmed = verb in (
        "kill",
        "injure",
        "wound",
        "arrest",
        "detain",
        "displace",
        "abduct",
        "kidnap",
        "die",
        "flee",
        "execute",
        "hang",
        "behead",
    )
    if token.tag_ == "CD" and token.ent_type_ in ("CARDINAL", "") and harmed and not token.text.startswith(("19", "20")):
        start, end = _bounds(doc, token, named)
        return Nominal(start, end, token.i, "PopulationGroup")
    if (
        token.tag_ in ("JJ", "NN")
        and token.lower_
        in (
            "dead",
            "wounded",
            "injured",
            "displaced",
            "poor",
            "missing",
            "innocent",
            "detained",
        )
        and any(child.lower_ in ("the", "many") for child in token.children)
    ):
        start, end = _bounds(doc, token, named)
        return Nominal(start, end, token.i, "PopulationGroup")
    if token.lower_ == "those" and any(child.dep_ in ("relcl", "acl") for child in token.children):
        return Nominal(token.i, token.i + 1, token.i, "PopulationGroup")
    return None


def _is_literal(token: Token, kind: EntityType, named: dict[int, Name]) -> bool:
    """Whether a noun means the thing here: not "state of emergency", "side by side", "in part", "the West"."""
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


def _is_predicate_of_name(token: Token) -> bool:
    """Whether a noun is a mere title before a name: "commander Gulmurod Khalimov" has its name as head."""
    return token.dep_ == "compound" and token.head.ent_type_ == "PERSON"


def _bounds(doc: Doc, head: Token, named: dict[int, Name]) -> tuple[int, int]:
    """Return a noun phrase without relative clause, apposition and second conjunct."""
    start, end = head.i, head.i + 1
    for child in reversed([child for child in head.lefts if child.dep_ in _BEFORE]):
        left = child.left_edge.i
        if child.right_edge.i + 1 < start:
            break
        if child.dep_ == "punct" and child.text not in ("-", "–", '"', "“", "”"):
            break
        start = left
    while start < head.i and (
        doc[start].is_space or doc[start].is_punct or doc[start].lower_ in ("and", "or", "but", "only", "also", "even", "when")
    ):
        start += 1
    if doc[start].lower_ in ("both", "all") and start + 1 < head.i and doc[start].dep_ == "predet":
        pass
    for child in head.rights:
        if child.i > end:
            break
        if child.dep_ == "prep" and child.lower_ in _PREPOSITIONS:
            right = child.right_edge.i + 1
            objects = [token for token in child.children if token.dep_ == "pobj"]
            if not objects or objects[0].ent_type_ in _TIME_LABELS or objects[0].tag_ == "VBG":
                break
            if child.lower_ != "of" and not (objects[0].i in named or objects[0].lemma_.lower() in nominal_heads()):
                break
            stop = right
            for token in doc[child.i : right]:
                if token.dep_ in ("relcl", "acl", "appos") or token.text in (",", "(", ";", ":", "—", "–"):
                    stop = min(stop, token.left_edge.i if token.dep_ in ("relcl", "acl", "appos") else token.i)
                    break
            if stop - start > 14 or stop <= child.i + 1:
                break
            end = stop
        elif child.dep_ in ("punct", "case") and child.text in ("'s", "’s", "-"):
            break
        else:
            break
    while end - 1 > head.i and (doc[end - 1].is_punct or doc[end - 1].is_space):
        end -= 1
    return start, end


def directional_places(doc: Doc, names: list[Name]) -> list[Nominal]:
    """Return the parts of places that a direction names: "northern Mali"; the place itself stays a name.

    Args:
        doc: The document in tokens.
        names: Its names.
    """
    found = []
    for name in names:
        if name.type not in ("State", "Place") or not name.start or name.demonym:
            continue
        if name.end < len(doc) and (doc[name.end].text in ("-", "–") or doc[name.end].text[:1].isupper()):
            continue
        start = name.start
        while start > 0 and (
            doc[start - 1].text in _DIRECTIONS
            or (
                start < name.start
                and doc[start - 1].text in ("and", "-", "–")
                and start > 1
                and doc[start - 2].text in _DIRECTIONS
            )
        ):
            start -= 1
        if start < name.start:
            found.append(Nominal(start, name.end, name.end - 1, "Place"))
    return found


def find_pronouns(doc: Doc) -> list[Nominal]:
    """Return the pronouns that may refer to an actor or a place, in order."""
    found = []
    for token in doc:
        lower = token.lower_
        if token.pos_ == "PRON" or token.tag_ in ("PRP", "PRP$", "WP", "WP$", "WDT"):
            if (lower in PERSONAL and not (lower == "it" and _is_expletive(token)) and token.text != "US") or (
                lower in ("who", "whom", "whose", "which", "that")
                and token.tag_ in ("WP", "WP$", "WDT")
                and relative_head(token) is not None
            ):
                found.append(Nominal(token.i, token.i + 1, token.i, None, pronoun=True))
        elif lower == "where" and relative_head(token) is not None:
            found.append(Nominal(token.i, token.i + 1, token.i, None, pronoun=True))
    return found


def relative_head(token: Token) -> Token | None:
    """Return the noun that a relative pronoun takes up; None where it begins no relative clause."""
    current = token
    for _ in range(5):
        if current.dep_ == "relcl":
            return current.head if current.head.i < token.i else None
        if current.head is current:
            return None
        current = current.head
    return None


def _is_expletive(token: Token) -> bool:
    """Whether "it" is empty: "it is clear that …", "it rains", "it took years"."""
    if token.dep_ == "expl":
        return True
    verb = token.head
    if token.dep_ in ("nsubj", "nsubjpass") and verb.lemma_ in (
        "be",
        "seem",
        "appear",
        "take",
        "become",
        "remain",
        "turn",
        "emerge",
        "rain",
        "snow",
    ):
        for child in verb.children:
            if child.dep_ in ("ccomp", "xcomp", "advcl", "csubj", "acl") and child.i > verb.i:
                return True
            if child.dep_ in ("acomp", "attr") and any(
                grand.dep_ in ("ccomp", "xcomp", "acl", "relcl") for grand in child.children
            ):
                return True
    return token.dep_ in ("nsubjpass",) and verb.lemma_ in ("say", "believe", "think", "expect", "report", "know", "fear", "hope")
