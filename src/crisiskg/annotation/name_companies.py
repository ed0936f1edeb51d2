"""Finds companies by the words of law that end their names ("Inc", "& Co", "Holdings PLC") and by how a text speaks of them."""

from __future__ import annotations

import re

from spacy.tokens import Doc, Token

from crisiskg.annotation.lexicon import name_words
from crisiskg.annotation.names import ORGANIZATIONS, Name

#: Words that make a name a company's, whatever stands before them. Not "SE", "Pte", "AS": they are words and initials too.
LEGAL_FORMS = frozenset(
    [
        "Inc",
        "Inc.",
        "Incorporated",
        "Corp",
        "Corp.",
        "Corporation",
        "Ltd",
        "Ltd.",
        "Limited",
        "LLC",
        "LLP",
        "PLC",
        "Plc",
        "plc",
        "Co",
        "Co.",
        "Cos",
        "Company",
        "Companies",
        "AG",
        "GmbH",
        "SA",
        "S.A.",
        "SpA",
        "S.p.A.",
        "SPA",
        "NV",
        "N.V.",
        "BV",
        "B.V.",
        "AB",
        "ASA",
        "A/S",
        "Oy",
        "Oyj",
        "KGaA",
        "Bhd",
        "Berhad",
        "JSC",
        "OJSC",
        "PJSC",
        "OAO",
        "ZAO",
        "Bancorp",
        "Bancorporation",
        "Bancshares",
        "corp",
        "inc",
        "ltd",
        "plc",
    ]
)
#: Those that are initials or words elsewhere too: they count only behind another word of a name that the model marks as well.
_DOUBTFUL = frozenset(["SA", "AG", "AB", "SPA", "ASA", "Co", "Company", "Companies", "Limited", "Corporation", "Oy"])
_JOINING = frozenset({"and", "&"})
_SMALL = frozenset({"of", "de", "del", "la", "du", "des", "di", "da", "und", "et", "y", "for"})
_SYMBOL = re.compile(r"[A-Z]{1,5}(?:\.[A-Z]{1,2})?\Z")
_GRADE = re.compile(r"(?:A{2,3}|Aa{1,2}|Baa|B{2,3}|C{2,3})[+-]?\d?\Z")
_SAYING = frozenset(
    [
        "say",
        "report",
        "announce",
        "add",
        "expect",
        "plan",
        "agree",
        "sell",
        "buy",
        "acquire",
        "estimate",
        "post",
        "declare",
        "earn",
        "file",
    ]
)
_BODIES = frozenset(
    [
        "company",
        "firm",
        "newspaper",
        "daily",
        "weekly",
        "magazine",
        "bank",
        "brokerage",
        "agency",
        "broadcaster",
        "airline",
        "automaker",
        "retailer",
    ]
)
#: Trades that stand behind "and" in the names of companies: "Telephone and Telegraph Co", "Oil and Gas Ltd".
_TRADES = frozenset(
    [
        "Gas",
        "Telegraph",
        "Light",
        "Power",
        "Electric",
        "Steel",
        "Iron",
        "Coal",
        "Water",
        "Loan",
        "Trust",
        "Savings",
        "Paper",
        "Refining",
        "Smelting",
        "Nickel",
    ]
)
_ANALYSTS = frozenset(["analyst", "economist", "strategist", "trader", "broker", "dealer", "consultant", "researcher", "fellow"])
_OPENERS = frozenset({"DET", "ADP", "PRON", "AUX", "CCONJ", "SCONJ", "ADV", "INTJ"})


def company_names(doc: Doc) -> list[Name]:
    """Return the names that end in a legal form, whole: "Goldman, Sachs & Co", "Helen of Troy Corp", "Alex. Brown and Sons Inc".

    Args:
        doc: The document in tokens.
    """
    found: list[Name] = []
    index = 0
    while index < len(doc):
        token = doc[index]
        if token.text not in LEGAL_FORMS or not index:
            index += 1
            continue
        start = _left(doc, index)
        end = _right(doc, index + 1)
        if start < index and not (token.text in _DOUBTFUL and not _is_backed(doc, index)):
            found.append(Name(start, end, "Company", 0.9, "legal"))
        index = end
    return found


def _is_backed(doc: Doc, form: int) -> bool:
    """Whether a doubtful legal form belongs to a name: the model marks it, or it is joined ("Peabody and Co")."""
    return doc[form - 1].text in _JOINING or doc[form].ent_type_ in ("ORG", "PERSON") or doc[form].text in ("Co", "Corporation")


def _left(doc: Doc, form: int) -> int:
    """Return the first token of the name that ends in a legal form."""
    words = name_words()
    first = form
    while first > 0:
        previous = doc[first - 1]
        if previous.text == "." and first >= 2 and not doc[first - 2].whitespace_ and _is_short(doc[first - 2]):
            first -= 2  # "Alex. Brown and Sons Inc", which the model takes for the end of a sentence
            continue
        if previous.is_space or doc[first].is_sent_start:
            break
        if previous.text in LEGAL_FORMS and first == form:
            first -= 1  # "Co Inc", "Corp Ltd"
            continue
        if _is_word(previous) and previous.text not in words.title and previous.text not in words.never_name:
            if previous.pos_ in _OPENERS and previous.is_stop and (previous.is_sent_start or not previous.ent_type_):
                break
            first -= 1
            continue
        if previous.text in ("-", "/") and first >= 2 and not previous.whitespace_ and not doc[first - 2].whitespace_:
            first -= 2  # "West Point-Pepperell Inc", "Data I/O Corp"
            continue
        if first >= 2 and _is_word(doc[first - 2]) and doc[first - 2].text not in LEGAL_FORMS:
            before = doc[first - 2]
            if previous.text in _JOINING and _may_join(doc, first, form):
                first -= 2
                continue
            if previous.text == "," and (doc[first].text in LEGAL_FORMS or _is_list_of_partners(doc, first, form)):
                first -= 2  # "Smith, Inc.", "Goldman, Sachs & Co"
                continue
            if previous.lower_ in _SMALL and first < form and before.ent_type_ == "ORG" and previous.ent_type_ == "ORG":
                first -= 2
                continue
            if previous.text == "of" and before.pos_ == "PROPN" and (first - 2 == 0 or doc[first - 2].is_sent_start):
                first -= 2  # "Helen of Troy Corp said"
                continue
        break
    # "French Thomson SA": a demonym that the model leaves out is no part of the name.
    if form - first > 1 and doc[first].ent_type_ == "NORP":
        first += 1
    return first


def _is_short(token: Token) -> bool:
    """Whether a word before a full stop is a shortened first name: "Alex", "Wm", "Chas"."""
    return (
        token.text[:1].isupper()
        and 1 < len(token) <= 4
        and token.text not in LEGAL_FORMS
        and token.ent_type_ in ("PERSON", "ORG")
    )


def _is_word(token: Token) -> bool:
    return (token.text[:1].isupper() or (token.text[:1].isdigit() and len(token) > 1 and not token.like_num)) and (
        any(character.isalpha() for character in token.text)
    )


def _may_join(doc: Doc, first: int, form: int) -> bool:
    """Whether "and" joins words of one name: "Brown and Sons Inc", "Peabody and Co", not "Ford Motor and Chrysler Corp"."""
    if first == form or doc[first].text in LEGAL_FORMS or doc[first].text in ("Sons", "Brothers", "Associates", "Company"):
        return True
    if doc[first - 1].text == "&" or (form - first == 1 and doc[first].text in _TRADES):
        return True
    return form - first == 1 and not (
        doc[first - 2].ent_iob_ != "" and doc[first].ent_iob_ == "B" and doc[first].ent_type_ == "ORG"
    )


def _is_list_of_partners(doc: Doc, first: int, form: int) -> bool:
    """Whether a comma stands within a firm's name: "Goldman, Sachs and Co", "Stifel, Nicolaus & Co Inc"."""
    return first + 2 <= form and doc[first + 1].text in _JOINING and doc[first + 2].text in LEGAL_FORMS


def _right(doc: Doc, end: int) -> int:
    """Return the token behind a name, with the legal forms that follow the first: "Co Inc", "Corp of Canada Ltd"."""
    while end < len(doc):
        if doc[end].text in LEGAL_FORMS:
            end += 1
        elif doc[end].text == "," and end + 1 < len(doc) and doc[end + 1].text in LEGAL_FORMS:
            end += 2
        elif doc[end].text == "of" and end + 2 < len(doc) and _is_word(doc[end + 1]) and doc[end + 2].text in LEGAL_FORMS:
            end += 3
        elif doc[end].text == "." and not doc[end - 1].text.endswith(".") and not doc[end - 1].whitespace_ and _goes_on(doc, end):
            end += 1  # "Inc ." in spaced texts stays out, "Inc." cut by the tokenizer stays in
        else:
            break
    return end


def _goes_on(doc: Doc, dot: int) -> bool:
    return dot + 1 < len(doc) and doc[dot + 1].text[:1].islower()


def is_symbol(doc: Doc, name: Name, companies: set[int]) -> bool:
    """Whether a name in capitals is a stock-exchange symbol or a credit grade and names nobody: "Alex. Brown Inc ABSB", "<ESK>".

    Args:
        doc: The document in tokens.
        name: A name of one token.
        companies: Tokens behind the names of companies.
    """
    if name.end - name.start != 1 or not doc[name.start].text.isupper():
        return False
    text = doc[name.start].text
    before = doc[name.start - 1].text if name.start else ""
    behind = doc[name.end].text if name.end < len(doc) else ""
    if _SYMBOL.match(text) and ((before == "<" and behind.startswith(">")) or name.start in companies):
        return True
    return _GRADE.match(text) is not None and any(
        token.lemma_.lower() in ("rate", "rating", "grade") or token.lower_ in ("moody", "moodys", "moody's", "fitch")
        for token in doc[max(name.start - 12, 0) : name.end + 12]
    )


def speaks_as_company(doc: Doc, name: Name) -> bool:
    """Whether a text says "it" of a name that says something: "Raytheon said its earnings rose", "Sanofi said it had agreed".

    Args:
        doc: The document in tokens.
        name: A name marked as a person.
    """
    root = doc[name.start : name.end].root
    verb = root.head
    if root.dep_ != "nsubj" or verb.lemma_ not in _SAYING or verb.pos_ != "VERB":
        return False
    start, stop = verb.i + 1, min(verb.i + 7, len(doc))
    for token in doc[start:stop]:
        if token.is_sent_start or token.text in (".", ";"):
            return False
        lower = token.lower_
        if lower in ("he", "she", "his", "her", "they", "their", "i", "we"):
            return False
        if lower in ("it", "its"):
            expletive = lower == "it" and (token.dep_ == "expl" or token.head.lemma_ in ("be", "seem", "appear", "take"))
            return not expletive and (token.i == start or doc[start].text == "that" or token.lower_ == "its")
        if token.text[:1].isupper():
            return False
    return False


def is_called_body(doc: Doc, name: Name) -> bool:
    """Whether the words before a name call it a body: "the newspaper X", "an analyst with X"; or capitals alone: "ATT".

    Args:
        doc: The document in tokens.
        name: A name marked as a person.
    """
    first = doc[name.start]
    if name.end - name.start == 1 and first.is_upper and 2 <= len(first) <= 5 and first.is_alpha:
        return not first.sent.text.isupper() and not (name.start and doc[name.start - 1].text in ('"', "“"))
    if not name.start:
        return False
    before = doc[name.start - 1]
    if before.lower_ in _BODIES and before.tag_ == "NN" and before.text.islower():
        return before.head.i in range(name.start, name.end) or before.dep_ in ("compound", "nmod", "appos", "pobj")
    if before.lower_ in ("with", "at") and name.start >= 2:
        return doc[name.start - 2].lemma_.lower() in _ANALYSTS
    return False


def settle_companies(doc: Doc, names: list[Name]) -> None:
    """Give the short forms of companies their type, and take it from stock-exchange symbols.

    Args:
        doc: The document in tokens.
        names: Its names; types are changed in place, None where a name is none.
    """
    ends = {name.end for name in names if name.type == "Company"}
    surnames = {doc[name.end - 1].text for name in names if name.type == "Person" and name.end - name.start >= 2}
    shorts = _short_forms(doc, names)
    titled = {doc[name.end - 1].text for name in names if name.type == "Person" and _is_titled(doc, name)}
    spoken: set[str] = set()
    for name in names:
        if name.type == "Person" and name.source != "reference":
            text = doc[name.start : name.end].text
            if text not in titled and ((name.confidence < 0.985 and speaks_as_company(doc, name)) or is_called_body(doc, name)):
                spoken.add(text)
    for name in names:
        if is_symbol(doc, name, ends) and name.source != "reference":
            name.type = None
            continue
        if name.source in ("reference", "part") or name.demonym or name.type in ORGANIZATIONS:
            continue
        text = doc[name.start : name.end].text
        if text in shorts and not (text in surnames and _is_titled(doc, name)):
            name.type, name.confidence = "Company", 0.8
        elif text in spoken and name.type == "Person":
            name.type, name.confidence, name.source = "Organization", 0.7, "said"
        elif name.type == "Person" and name.end - name.start >= 3 and doc[name.start : name.start + 2].text in shorts:
            name.type, name.confidence = "Company", 0.7  # "Merrill Lynch Capital Markets" beside "Merrill Lynch & Co"


def _is_titled(doc: Doc, name: Name) -> bool:
    words = name_words()
    return name.start > 0 and (doc[name.start - 1].text in words.title or doc[name.start - 1].lower_ in words.title_lower)


def _short_forms(doc: Doc, names: list[Name]) -> set[str]:
    """Return what a text may call its companies: "Goldman, Sachs", "Raytheon", "Western Digital"."""
    found: set[str] = set()
    for name in names:
        if name.type != "Company" or name.source == "reference":
            continue
        end = name.end
        while end > name.start and (
            doc[end - 1].text in LEGAL_FORMS
            or doc[end - 1].text in _JOINING
            or doc[end - 1].text in (",", ".", "Holdings", "Group", "Sons")
        ):
            end -= 1
        if end == name.end or end == name.start:
            continue
        found.add(doc[name.start : end].text)
        first = doc[name.start].text
        if end - name.start > 1 and doc[name.start + 1].text in (",", "and", "&") and len(first) > 3:
            found.add(first)
    return {form for form in found if len(form) > 2}
