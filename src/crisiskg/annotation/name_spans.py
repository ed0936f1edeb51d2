"""Finds names: what spaCy's model says, put right by the gazetteer, by words in and beside a name, and by the whole text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan

from crisiskg.annotation.gazetteer import Gazetteer
from crisiskg.annotation.lexicon import LEGAL_FORMS, name_words
from crisiskg.annotation.metonymy import stands_for_government
from crisiskg.annotation.name_breaks import cut_at_breaks
from crisiskg.annotation.name_candidates import capital_runs, event_names, gazetteer_names, model_names, sense_type, unit_names
from crisiskg.annotation.name_companies import company_names, settle_companies
from crisiskg.annotation.name_context import settle_by_context, widen_names
from crisiskg.annotation.name_joining import join_names
from crisiskg.annotation.name_places import close_abbreviations, settle_places
from crisiskg.annotation.name_roles import settle_by_role
from crisiskg.annotation.name_types import CLASSES, NameTyper, name_typer
from crisiskg.annotation.name_votes import join_shares, learned_shares, vote_spans
from crisiskg.annotation.names import ORGANIZATIONS, Name
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import EntityType
from crisiskg.annotation.settlements import fold_name

_LOCATIVE = frozenset(
    [
        "in",
        "at",
        "near",
        "from",
        "to",
        "toward",
        "towards",
        "into",
        "outside",
        "inside",
        "around",
        "across",
        "through",
        "throughout",
        "via",
    ]
)


#: Products are neither actors nor places: "iPhone", "iTunes".
_PRODUCT = re.compile(r"i[A-Z][A-Za-z]+\Z")


def find_names(reading: Reading, gazetteer: Gazetteer) -> list[Name]:
    """Return the names of a document in order; a name may lie within another ("Malian" in "Malian Armed Forces")."""
    doc = reading.doc
    names = find_candidates(reading, gazetteer)
    _contextual(doc, names, gazetteer)
    typer = name_typer()
    if reading.learned is not None:
        names = [name for name in vote_spans(doc, names, reading.learned) if name.source != "learned" or not _is_never(doc, name)]
        for name in names:
            if name.source == "learned" and name.type == "Organization":
                name.type = _organization_kind(doc[name.start : name.end]) or name.type
    names = cut_at_breaks(doc, names)
    _retype(reading, names, gazetteer, typer)
    _generic(doc, names)
    settle_companies(doc, names)
    close_abbreviations(doc, names)
    settle_places(doc, names, gazetteer)
    settle_by_context(doc, names, gazetteer)
    settle_by_role(doc, names, gazetteer)
    _defined(doc, names)
    names = widen_names(doc, [name for name in names if name.type is not None])
    for name in names:
        capital = name.type == "Place" and gazetteer.state_of_capital(doc[name.start : name.end].text) is not None
        if capital and stands_for_government(doc, name.start, name.end):
            name.type = "State"
    names = [name for name in _agree(doc, names) if _is_read(reading, name)]
    return sorted(names, key=lambda name: (name.start, -name.end))


def _is_read(reading: Reading, name: Name) -> bool:
    """Whether a name stands in what is read as prose; of bylines and lists of contributors only the contributors' names count."""
    doc, document = reading.doc, reading.document
    if not document.regions or reading.region_at(doc[name.start].idx) not in ("byline", "contributors"):
        return True
    text = fold_name(doc[name.start : name.end].text)
    return name.type == "Person" and any(fold_name(contribution.name) == text for contribution in document.contributions)


def find_candidates(reading: Reading, gazetteer: Gazetteer) -> list[Name]:
    """Return what may be names, with the type that the rules give (None where they give none)."""
    doc = reading.doc
    marked = company_names(doc) + event_names(doc) + unit_names(doc) + model_names(doc)
    joined = join_names(doc, gazetteer_names(reading, gazetteer), marked, capital_runs(doc))
    names = sorted(joined, key=lambda name: (name.start, -name.end))
    return [name for name in names if _judge(doc, name, gazetteer) or not _is_never(doc, name)]


def _is_never(doc: Doc, name: Name) -> bool:
    word = doc[name.start].text
    if name.end - name.start == 1 and name.source in ("model", "words") and _is_shouted(doc[name.start]):
        return True
    return name.end - name.start == 1 and (
        word in name_words().never_name or not any(c.isalpha() for c in word) or _PRODUCT.match(word) is not None
    )


def _is_shouted(token: Token) -> bool:
    """Whether a common word has its capitals from a headline in capitals alone, and is no name elsewhere in the text."""
    if (
        not token.is_upper
        or len(token) < 4
        or not token.has_vector
        or token.ent_type_ == "PERSON"
        or not token.sent.text.isupper()
    ):
        return False
    title = token.text.title()
    return len(token.sent) > 3 and not any(other.text in (title, token.text) for other in token.doc if other.i != token.i)


def _contextual(doc: Doc, names: list[Name], gazetteer: Gazetteer) -> None:
    """Let a general word ("the Caliphate") name a group of the reference data where the text names that group otherwise too."""
    known = {id(entry) for name in names for entry, _ in name.senses}
    for name in names:
        if name.source != "reference" and not name.demonym and name.end - name.start <= 3:
            text = doc[name.start : name.end].text
            meant = [
                entry
                for entry in gazetteer.contextual(text)
                if id(entry) in known and not (entry.type == "Person" and text.isupper() and len(text) <= 5)
            ]
            if meant:
                name.senses, name.type = ((meant[0], "name"),), meant[0].type
                name.source, name.confidence = "reference", 0.75


def _generic(doc: Doc, names: list[Name]) -> None:
    """Give a single word that ends organizations' names their kind, where a model took it for a place or person: "the Junta"."""
    heads = name_words().organization
    for name in names:
        word = doc[name.start].text
        if name.end - name.start == 1 and name.source not in ("reference", "part") and name.type in ("Place", "Person"):
            kind = heads.get(word)
            before = doc[name.start - 1].lower_ if name.start else ""
            if kind in ("GovernmentBody", "SecurityForce", "ArmedGroup") and before in ("the", "'s", "’s", "this", "that"):
                name.type, name.confidence = kind, 0.6


def _defined(doc: Doc, names: list[Name]) -> None:
    """Give words with capitals the type of the acronym that stands behind them in brackets: "Special Unit (OMON)"."""
    by_start = {name.start: name for name in names}
    for name in names:
        if name.end - name.start < 2 or name.end + 2 >= len(doc) or doc[name.end].text != "(":
            continue
        short = by_start.get(name.end + 1)
        if short is None or not doc[short.start].text.isupper() or doc[short.end].text != ")" or short.end - short.start > 1:
            continue
        initials = "".join(token.text[0] for token in doc[name.start : name.end] if token.text[:1].isupper())
        fits = initials == doc[short.start].text
        if name.type is None and (fits or short.source == "reference"):
            name.type = short.type if short.type in ORGANIZATIONS or short.source == "reference" else "Organization"
            name.confidence = 0.75
        elif fits and name.type in ORGANIZATIONS and short.type not in ORGANIZATIONS and short.source != "reference":
            short.type, short.confidence = name.type, 0.8


def is_settled(name: Name) -> bool:
    """Whether the reference data settle the type of a name, so that the model is not asked."""
    return name.demonym or name.source in ("reference", "part", "list") or name.type == "Company"


def _retype(reading: Reading, names: list[Name], gazetteer: Gazetteer, typer: NameTyper) -> None:
    """Let the models decide the types that the reference data do not settle."""
    doc = reading.doc
    judged = typer.probabilities(doc, names, gazetteer)
    if reading.learned is not None:
        judged = join_shares(judged, learned_shares(doc, names, reading.learned))
    for name, shares in zip(names, judged, strict=True):
        if is_settled(name):
            continue
        best = int(shares.argmax())
        kind = CLASSES[best]
        name.confidence = float(shares[best])
        if kind == "Other":
            name.type = None
        elif kind == "Organization":
            if name.type not in ORGANIZATIONS:
                name.type = _organization_kind(doc[name.start : name.end]) or "Organization"
        elif kind == "Place":
            if name.type != "State":
                name.type = "Place"
        else:
            name.type = kind  # type: ignore[assignment]


def _judge(doc: Doc, name: Name, gazetteer: Gazetteer) -> bool:
    """Settle the type of a name from its words and those beside it; false where it is none."""
    words = name_words()
    span = doc[name.start : name.end]
    first, last = span[0], span[-1]
    text = span.text
    if _is_never(doc, name):
        return False
    if name.source in ("reference", "part") and not name.demonym:
        return True
    if name.demonym:
        return True
    if len(span) == 1 and text in words.population:
        name.type, name.confidence, name.source = "PopulationGroup", 0.85, "list"
        return True
    if len(span) == 1 and text in words.adjective_population:
        name.type, name.confidence, name.source = "PopulationGroup", 0.8, "list"
        return True
    if len(span) > 1 and (last.text in words.event or last.text in words.event_lower):
        name.type, name.confidence = "NamedEvent", 0.8
        return True
    kind = _organization_kind(span)
    before = doc[name.start - 1] if name.start else None
    titled = before is not None and (
        before.text in words.title or (before.lower_ in words.title_lower and before.pos_ in ("NOUN", "PROPN"))
    )
    if titled and kind is None and not name.senses and name.type in (None, "Person", "Organization", "Place"):
        assert before is not None
        if (
            before.dep_ in ("compound", "nmod", "amod", "appos")
            or before.head.i in range(name.start, name.end)
            or before.text in words.title
        ):
            name.type, name.confidence = "Person", 0.9
            return True
    senses = gazetteer.senses(text)
    if senses and name.type != "Person":
        kinds = [sense for sense in senses if sense[1] != "demonym"]
        if kinds and (name.type in (None, "Place", "Organization", "PopulationGroup")):
            name.senses = senses
            name.type, name.confidence = sense_type(senses), 0.85
            return True
    if (
        kind is not None
        and len(span) > 1
        and (name.type != "Person" or last.text in ("Party", "Ministry", "Movement", "Front", "Army"))
    ):
        name.type, name.confidence = kind, max(name.confidence, 0.8)
        return True
    if (
        len(span) > 1
        and name.type in (None, "Place", "Organization")
        and (last.text in words.place or first.text in ("Mount", "Lake", "Cape", "Fort", "Camp", "Gulf", "Port"))
    ):
        name.type, name.confidence = "Place", 0.8
        return True
    settlements = gazetteer.places(text) if name.type in (None, "Organization", "Place") and len(text) > 2 else ()
    if settlements:
        best = settlements[0]
        locative = before is not None and before.lower_ in _LOCATIVE
        if name.type is None:
            if (locative and best.main and best.population >= 5_000) or (
                best.main and best.population >= 300_000 and not text.isupper()
            ):
                name.type, name.confidence = "Place", 0.7
                return True
        elif name.type == "Organization" and len(span) == 1 and best.main and not text.isupper():
            needed = 20_000 if locative else 1_000_000
            if best.population >= needed:
                name.type, name.confidence = "Place", 0.7
    return name.type is not None


def _organization_kind(span: TokenSpan) -> EntityType | None:
    """Return the kind of organization that the words of a name show; None where none does."""
    words = name_words().organization
    texts = [token.text for token in span]
    cut = next((i for i, text in enumerate(texts) if text in ("of", "for", "in", "on") and i), len(texts))
    head = texts[cut - 1]
    found = words.get(head)
    if found is None and cut < len(texts):
        found = words.get(texts[-1]) if texts[-1] not in ("Nations",) else None
    return found


def _agree(doc: Doc, names: list[Name]) -> list[Name]:
    """Make the names of one text agree: surnames of known persons are persons, the same words have one type."""
    surnames: Counter[str] = Counter()
    full: Counter[str] = Counter()
    for name in names:
        if name.type == "Person" and name.end - name.start >= 2:
            surnames[doc[name.end - 1].text] += 1
            full[doc[name.start : name.end].text] += 1
    prefixes: dict[str, EntityType] = {}
    for name in names:
        if name.type in ORGANIZATIONS and name.end - name.start >= 2 and name.confidence >= 0.6:
            for end in range(name.start + 1, name.end):
                if all(token.text in LEGAL_FORMS for token in doc[end : name.end]):
                    prefixes[doc[name.start : end].text] = name.type
            if name.type == "Company" and doc[name.start].is_oov is False:
                prefixes.setdefault(doc[name.start].text, name.type)
    votes: dict[str, Counter[EntityType]] = defaultdict(Counter)
    for name in names:
        if name.type is not None and not name.demonym:
            votes[doc[name.start : name.end].text][name.type] += 1 if name.source != "title" else 2
    kept: list[Name] = []
    for name in names:
        text = doc[name.start : name.end].text
        if name.source not in ("reference", "part", "said") and not name.demonym:
            if text in prefixes and text not in surnames and name.type not in ORGANIZATIONS:
                name.type, name.confidence = prefixes[text], 0.8
            elif (
                name.end - name.start == 1
                and text in surnames
                and name.type in ("Organization", "Place", "PopulationGroup", None)
            ):
                name.type, name.confidence = "Person", 0.85
            elif len(votes[text]) > 1 and name.type is not None:
                best, count = votes[text].most_common(1)[0]
                if count > votes[text][name.type]:
                    name.type = best
        kept.append(name)
    kept.extend(_missed(doc, kept, surnames))
    return kept


def _missed(doc: Doc, names: list[Name], surnames: Counter[str]) -> list[Name]:
    """Find further occurrences of the text's own names that nothing marked."""
    taken = bytearray(len(doc))
    types: dict[str, EntityType] = {}
    for name in names:
        for index in range(name.start, name.end):
            taken[index] = 1
        if name.end - name.start == 1 and name.type is not None and not name.demonym:
            types.setdefault(doc[name.start].text, name.type)
    found = []
    for token in doc:
        if taken[token.i] or not token.text[:1].isupper() or len(token) < 3:
            continue
        if token.ent_type_ in ("DATE", "TIME") and not _acts(token):
            continue  # "on May 24" beside a person of this name
        text = token.text
        if text in surnames and token.pos_ == "PROPN":
            found.append(Name(token.i, token.i + 1, "Person", 0.8, "text"))
        elif (
            text in types
            and token.pos_ == "PROPN"
            and not (token.i and doc[token.i - 1].text[:1].isupper() and not token.is_sent_start)
        ):
            found.append(Name(token.i, token.i + 1, types[text], 0.7, "text"))
    return found


def _acts(token: Token) -> bool:
    """Whether a verb or a possessive ending follows a word."""
    return token.i + 1 < len(token.doc) and (token.nbor().pos_ in ("VERB", "AUX") or token.nbor().text in ("'s", "’s"))
