"""Where names may be: what the gazetteer knows, what spaCy's model marks, events that end in lower case, and runs of capitals."""

from __future__ import annotations

import re

from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan

from crisiskg.annotation.gazetteer import Entry, Gazetteer, Match, NameKind, fold_text
from crisiskg.annotation.lexicon import LEGAL_FORMS, name_words
from crisiskg.annotation.names import Name
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import EntityType

_LABELS: dict[str, EntityType] = {
    "PERSON": "Person",
    "ORG": "Organization",
    "GPE": "Place",
    "LOC": "Place",
    "FAC": "Place",
    "NORP": "PopulationGroup",
    "EVENT": "NamedEvent",
}
_ARTICLES = frozenset({"the", "The", "THE", "a", "A", "an", "An"})
_EDGE = frozenset(
    [
        "'s",
        "’s",
        "'",
        "’",
        '"',
        "“",
        "”",
        "‘",
        "(",
        ")",
        "[",
        "]",
        ",",
        ";",
        ":",
        ".",
        "-",
        "–",
        "—",
        "…",
        "/",
        "&",
        "and",
        "or",
        "of",
    ]
)
_NAME_PARTICLES = frozenset(
    [
        "al",
        "el",
        "bin",
        "ibn",
        "abu",
        "de",
        "del",
        "della",
        "di",
        "da",
        "van",
        "von",
        "der",
        "den",
        "la",
        "le",
        "ag",
        "ould",
        "uld",
        "ben",
        "el-",
    ]
)
_INNER = frozenset(
    [
        "of",
        "de",
        "del",
        "la",
        "le",
        "al",
        "el",
        "bin",
        "ibn",
        "ul",
        "ud",
        "and",
        "for",
        "von",
        "van",
        "der",
        "den",
        "da",
        "dos",
        "du",
        "di",
        "y",
        "e",
        "the",
        "&",
        "'",
        "’",
        "-",
        "–",
        "'s",
        "’s",
        "to",
        "on",
        "in",
    ]
)
#: Words in lower case that stand between names and in none.
BETWEEN = frozenset(
    {"by", "until", "from", "after", "before", "while", "who", "which", "that", "when", "said", "is", "was", "than"}
)
_COMMON = frozenset({"ADV", "ADP", "DET", "PRON", "VERB", "AUX", "CCONJ", "SCONJ", "PART", "INTJ"})
_YEAR = re.compile(r"(?:1[5-9]|20)\d{2}\Z")
_EVENT_WORDS = frozenset(
    [
        "general",
        "parliamentary",
        "presidential",
        "legislative",
        "local",
        "federal",
        "municipal",
        "regional",
        "primary",
        "special",
        "by-election",
        "civil",
        "world",
        "independence",
        "border",
        "leadership",
        "gubernatorial",
        "senatorial",
        "mayoral",
        "provincial",
        "state",
        "peace",
        "snap",
        "mid-term",
        "midterm",
    ]
)
_EVENT_NAMES = frozenset(
    [
        "war",
        "election",
        "elections",
        "referendum",
        "uprising",
        "revolution",
        "genocide",
        "massacre",
        "crisis",
        "accord",
        "accords",
        "treaty",
        "summit",
    ]
)


def gazetteer_names(reading: Reading, gazetteer: Gazetteer) -> list[Name]:
    """Return the names of the reference data that stand in a document."""
    doc = reading.doc
    text = fold_text(doc.text)  # as the model saw it: capitals may have been restored
    starts = [token.idx for token in doc if not token.is_space and not token.is_punct and not token.is_digit]
    names = []
    for match in gazetteer.matches(text, starts):
        span = doc.char_span(match.start, match.end, alignment_mode="expand")
        if span is None or span.end_char - match.end > 1 or not _plausible(doc, span, match):
            continue
        if len(span) == 1 and span[0].is_upper and len(span[0]) <= 5 and all(entry.type == "Person" for entry, _ in match.senses):
            continue  # a leader's initials are more often something else's
        name = Name(span.start, span.end, match.senses[0][0].type, 0.9, "reference", match.senses)
        kinds = {kind for _, kind in match.senses}
        if kinds == {"demonym"}:
            name.demonym = True
            name.type = _demonym_type(doc, span, match.senses[0][0])
        else:
            name.type = sense_type(match.senses)
        names.append(name)
        names.extend(_state_within(doc, name, gazetteer))
    return names


def _state_within(doc: Doc, name: Name, gazetteer: Gazetteer) -> list[Name]:
    """Return the state that begins the name of one of its bodies ("Malian army"), and those within the name of an event."""
    if name.type == "NamedEvent":
        return _states_of_event(doc, name, gazetteer)
    if name.type not in ("SecurityForce", "GovernmentBody"):
        return []
    for end in range(min(name.end - 1, name.start + 3), name.start, -1):
        senses = tuple(sense for sense in gazetteer.senses(doc[name.start : end].text) if sense[0].type == "State")
        if senses:
            demonym = all(kind == "demonym" for _, kind in senses)
            return [Name(name.start, end, "State", 0.9, "reference", senses, demonym=demonym)]
    return []


def _states_of_event(doc: Doc, name: Name, gazetteer: Gazetteer) -> list[Name]:
    """Return the states within an event's name: "Russia" and "Ukraine" in "Russia's invasion of Ukraine"."""
    found: list[Name] = []
    index = name.start
    while index < name.end:
        for end in range(min(name.end, index + 4), index, -1):
            if (index, end) == (name.start, name.end) or not doc[index].text[:1].isupper():
                continue
            # As an argument only ("Russia's", "of Ukraine"): in "Iraq War" the state is part of the event's name.
            owns = end < name.end and doc[end].text in ("'s", "’s", "'", "’")
            if not owns and not (index > name.start and doc[index - 1].pos_ == "ADP"):
                continue
            senses = tuple(sense for sense in gazetteer.senses(doc[index:end].text) if sense[0].type == "State")
            if senses:
                found.append(Name(index, end, "State", 0.85, "part", senses))
                index = end - 1
                break
        index += 1
    return found


def _plausible(doc: Doc, span: TokenSpan, match: Match) -> bool:
    """Whether a match of the gazetteer is a name here and not a common word or part of a line in capitals."""
    token = span[0]
    if len(span) == 1:
        if token.is_upper and len(token) <= 5 and token.is_alpha:
            shouted = token.sent.text.isupper() and len(token.sent) > 3
            if token.i and (doc[token.i - 1].like_num or doc[token.i - 1].text in "$€£¥"):
                return False  # "16 GB"
            return not (shouted and (token.is_stop or token.lower_ in ("who", "us", "is", "it", "car", "who", "am", "pm")))
        if (
            token.is_title
            and token.i
            and doc[token.i - 1].pos_ == "PROPN"
            and doc[token.i - 1].dep_ == "compound"
            and doc[token.i - 1].head == token
            and all(entry.type == "MediaOrganization" for entry, _ in match.senses)
        ):
            return False  # "Greenwich Mean Time" is no magazine
        if (
            token.is_sent_start
            and token.is_title
            and token.tag_ in ("NN", "NNS")
            and all(entry.type == "MediaOrganization" for entry, _ in match.senses)
        ):
            return False  # "Time, however, is short"
        if (
            token.is_sent_start
            and token.pos_ == "ADJ"
            and token.dep_ == "amod"
            and token.head.text.islower()
            and all(kind != "demonym" for _, kind in match.senses)
        ):
            return False  # "Independent engineers" are no newspaper
        if token.pos_ in ("VERB", "AUX", "ADV", "DET", "PRON", "ADP", "CCONJ", "SCONJ", "INTJ") and token.is_title:
            # "May", "Polish", "March": a capital at the start of a sentence says nothing.
            return not token.is_stop and not (token.is_sent_start and token.pos_ in ("VERB", "AUX"))
    return not all(part.islower() for part in span.text.split()) or any(kind == "demonym" for _, kind in match.senses)


def sense_type(senses: tuple[tuple[Entry, NameKind], ...]) -> EntityType:
    """Return the type that a name with several senses most likely has."""
    rank = {"State": 0, "IntergovernmentalOrganization": 1, "ArmedGroup": 1}
    best = min(
        (sense for sense in senses if sense[1] != "demonym"),
        key=lambda sense: (sense[0].end is not None, rank.get(sense[0].type, 2)),
        default=senses[0],
    )
    return best[0].type


def _demonym_type(doc: Doc, span: TokenSpan, entry: Entry) -> EntityType:
    """Tell "Tajik troops" (the state) from "ethnic Tajiks" and "a Tajik" (people)."""
    last = span[-1]
    following = doc[last.i + 1] if last.i + 1 < len(doc) else None
    modifies = last.dep_ in ("amod", "compound", "nmod") and last.head.i > last.i
    hyphenated = following is not None and following.text in ("-", "–") and not following.whitespace_ and not last.whitespace_
    if span.start and doc[span.start - 1].lower_ == "ethnic":
        return "PopulationGroup"
    state_like: EntityType = "State" if entry.type == "State" else "Place"
    if last.tag_ in ("NNPS", "NNS") or (last.text.endswith("s") and last.text[:-1] in entry.demonyms):
        return "PopulationGroup"
    if modifies or hyphenated:
        return state_like
    if last.pos_ == "ADJ" and (following is None or following.is_punct or following.pos_ not in ("NOUN", "PROPN", "ADJ")):
        return state_like if last.dep_ in ("acomp", "conj", "amod") else "PopulationGroup"
    if last.pos_ in ("NOUN", "PROPN") and not (following is not None and following.pos_ in ("NOUN", "PROPN", "ADJ")):
        return "PopulationGroup"
    return state_like


def model_names(doc: Doc) -> list[Name]:
    """Return what spaCy's model marks as actors, places, peoples and events, its edges put right."""
    words = name_words()
    names = []
    for ent in doc.ents:
        label = ent.label_
        kind = _LABELS.get(label)
        if kind is None and label not in ("LAW", "PRODUCT", "WORK_OF_ART"):
            continue
        for first, last in _split(doc, ent.start, ent.end, kind):
            trimmed = trim_name(doc, first, last)
            if trimmed is None:
                continue
            start, end = trimmed
            if kind is None and doc[end - 1].text not in words.event:
                continue
            if any(character.isupper() for character in doc[start:end].text):
                names.append(Name(start, end, kind, 0.75, "model"))
    return names


def _split(doc: Doc, start: int, end: int, kind: EntityType | None) -> list[tuple[int, int]]:
    """Cut a model's name where it holds two: at commas, and at "and" between persons or places."""
    organization = name_words().organization
    pieces, first = [], start
    for index in range(start + 1, end - 1):
        text = doc[index].text
        if text in (",", ";", ":", "|", "/", "—", "–") or (text == "." and doc[index].whitespace_):
            if text == "," and doc[index + 1].text in ("Inc", "Inc.", "Ltd", "Ltd.", "LLC", "Jr.", "Jr", "Sr."):
                continue
            if text in ("–", "—", "/") and not doc[index].whitespace_ and not doc[index - 1].whitespace_:
                continue
        elif text == "and":
            if kind not in ("Person", "Place") and any(token.text in organization for token in doc[start:end]):
                continue
            if doc[end - 1].text in LEGAL_FORMS:
                continue
            if kind not in ("Person", "Place", "Organization") or (
                kind == "Place" and index - start == 1 and end - index == 2 and kind != "Place"
            ):
                continue
        elif text in BETWEEN and doc[index].pos_ != "PROPN":
            pass
        else:
            continue
        pieces.append((first, index))
        first = index + 1
    pieces.append((first, end))
    return pieces


def trim_name(doc: Doc, start: int, end: int) -> tuple[int, int] | None:
    """Take articles, possessive endings, quotes, white space, prefixes, titles and words in lower case off the edges."""
    words = name_words()
    changed = True
    while changed and start < end:
        changed = False
        first, last = doc[start], doc[end - 1]
        more = end - start > 1
        if first.text in _ARTICLES or first.is_space or first.text in _EDGE:
            start, changed = start + 1, True
        elif last.is_space or (last.text in _EDGE and (last.text != "." or len(last) == 1)):
            end, changed = end - 1, True
        elif more and first.is_sent_start and _opens(first) and doc[start + 1].text[:1].isupper():
            start, changed = start + 1, True
        elif more and first.text.islower() and first.text not in _NAME_PARTICLES:
            # "another Cold War", "pro-Kremlin"
            start, changed = start + 1, True
        elif more and last.text.islower() and last.text not in words.event_lower and last.lower_.title() not in words.place:
            # "Agence France-Presse news agency": what is in lower case is no part of the name.
            end, changed = end - 1, True
        elif more and last.tag_ in ("VBZ", "VBD", "VBP", "MD", "TO") and last.ent_type_ != "PERSON":
            end, changed = end - 1, True  # a headline's verb
        elif (more and first.text in words.never_name and (first.is_stop or first.text not in ("Islamic", "Islam"))) or (
            more and first.text in words.title and _is_titled(doc, start, end)
        ):
            start, changed = start + 1, True
    if end - start > 2 and doc[end - 1].is_upper and doc[end - 2].text in LEGAL_FORMS and doc[end - 1].text not in LEGAL_FORMS:
        end -= 1  # a ticker symbol behind a company's name
    return (start, end) if start < end else None


def _opens(token: Token) -> bool:
    """Whether the first word of a sentence has its capital from there: "Meanwhile Mali"; unknown names look like verbs."""
    return (
        token.pos_ in _COMMON and not token.is_upper and (token.is_stop or token.pos_ in ("ADV", "ADP", "SCONJ", "DET", "CCONJ"))
    )


def _is_titled(doc: Doc, start: int, end: int) -> bool:
    """Whether words that begin with a title are a title and a person's name, not "General Assembly" or "Prime Minister"."""
    words = name_words()
    following, last = doc[start + 1], doc[end - 1]
    if following.text in words.title and end - start > 2:
        return True
    shown = (words.organization, words.event, words.place, words.title)
    return (
        following.text[:1].isupper()
        and following.pos_ == "PROPN"
        and following.text not in _INNER
        and not any(following.text in known or last.text in known for known in shown)
        and not any(token.text in ("of", "for") for token in doc[start:end])
    )


def event_names(doc: Doc) -> list[Name]:
    """Return names of events that end in lower case: "1998 Brazilian general election", "Iraq war", "Libyan civil war"."""
    heads = name_words().event_lower
    names = []
    for token in doc:
        if token.text not in heads or not token.i:
            continue
        start = token.i
        capital = year = False
        while start > 0:
            previous = doc[start - 1]
            if previous.is_sent_start and previous.text in _ARTICLES:
                break
            if previous.text[:1].isupper() and previous.pos_ in ("PROPN", "ADJ", "NOUN") and previous.text not in _ARTICLES:
                capital = True
            elif _YEAR.match(previous.text):
                year = True
            elif not (previous.text in _EVENT_WORDS or previous.text in ("-", "–")):
                break
            start -= 1
            if year:
                break
        while start < token.i and doc[start].text in ("-", "–"):
            start += 1
        if capital and (year or token.text in _EVENT_NAMES) and doc[start].ent_type_ not in ("PERSON",):
            names.append(Name(start, token.i + 1, "NamedEvent", 0.75, "model"))
    return names


_ORDINAL = re.compile(r"\d{1,3}(?:st|nd|rd|th)|First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth")
_FORCES = frozenset({"Battalion", "Brigade", "Division", "Regiment", "Corps", "Fleet", "Squadron"})


def unit_names(doc: Doc) -> list[Name]:
    """Return names of units that begin with their number: "2nd Infantry Battalion", "Fifth Front"."""
    names = []
    for token in doc:
        kind: EntityType | None = "SecurityForce" if token.text in _FORCES else "ArmedGroup" if token.text == "Front" else None
        start = token.i - 1
        while kind is not None and start >= max(token.i - 4, 0):
            if _ORDINAL.fullmatch(doc[start].text):
                names.append(Name(start, token.i + 1, kind, 0.8, "list"))
                break
            if not doc[start].text[:1].isupper() or doc[start].is_sent_start:
                break
            start -= 1
    return names


def capital_runs(doc: Doc) -> list[Name]:
    """Return runs of words with capitals that the model left out, without a type."""
    words = name_words()
    names: list[Name] = []
    index, count = 0, len(doc)
    while index < count:
        token = doc[index]
        if (
            not _is_capital(token)
            or (token.is_stop and not token.is_upper)
            or token.text == "I"
            or (token.is_sent_start and token.pos_ in _COMMON and not token.is_upper)
            or token.ent_type_ in ("DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "LANGUAGE")
        ):
            index += 1
            continue
        end = index + 1
        while end < count:
            following = doc[end]
            if following.is_sent_start and doc[end - 1].is_space:
                break
            if following.text == "I" and following.pos_ == "PRON":
                break
            if _is_capital(following) or (following.text == "-" and not following.whitespace_):
                end += 1
            elif (
                following.text
                in ("of", "de", "al", "del", "bin", "ibn", "van", "von", "der", "du", "da", "for", "and", "the", "&")
                and end + 1 < count
                and _joins(doc, index, end)
            ):
                end += 2 if doc[end + 1].text != "the" else 3
            else:
                break
        end = min(end, count)
        trimmed = trim_name(doc, index, end)
        if trimmed is not None:
            start, stop = trimmed
            single = stop - start == 1
            only = doc[start]
            if not (
                single
                and (
                    only.text in words.never_name
                    or only.text in words.title
                    or only.pos_ not in ("PROPN", "NOUN", "ADJ", "X")
                    or (
                        (only.is_sent_start or (only.i and doc[only.i - 1].text in ("“", '"', "‘", ":"))) and only.pos_ != "PROPN"
                    )
                )
            ):
                names.append(Name(start, stop, None, 0.4, "words"))
        index = max(end, index + 1)
    return names


def _is_capital(token: Token) -> bool:
    return token.text[:1].isupper() and not token.is_space


def _joins(doc: Doc, start: int, index: int) -> bool:
    """Whether a small word joins the capitals on both sides to one name: "Ministry of Defence", "Bank of the Republic"."""
    words = name_words()
    following = doc[index + 1]
    if following.text == "the":
        if index + 2 >= len(doc) or not _is_capital(doc[index + 2]):
            return False
        following = doc[index + 2]
    if not _is_capital(following):
        return False
    joint = doc[index].text
    if joint in ("of", "for", "in", "on", "to"):
        return any(
            (token.text in words.organization or token.text in words.event or token.text in words.place)
            and (token.pos_ == "PROPN" or not token.is_sent_start)
            for token in doc[start:index]
        )
    if joint in ("and", "&"):
        first = doc[start].text
        return (first in words.organization or doc[index + 2 : index + 3].text in words.organization) and index - start <= 4
    if joint in ("'s", "’s") and doc[index - 1].ent_type_ in ("PERSON", "GPE", "NORP"):
        return False  # "Howard's Liberal Party", "France's National Front"
    return doc[index - 1].pos_ == "PROPN" and joint != "the"
