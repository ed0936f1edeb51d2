"""The author's own voice: what a text itself recommends, expects and judges, outside all that it reports of others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Span, StatementKind
from crisiskg.annotation.speech_lexicon import SpeechLexicon
from crisiskg.annotation.syntax import Syntax

_OPINION_KINDS = frozenset({"commentary", "analysis", "statement", "report", "podcast-episode", "interview"})
#: A text of unknown kind with at least one recommendation in so many characters is read as one with opinions.
_CHARS_PER_OPINION = 4000
#: What is at least so sure is the author's own voice in any text: "may", "could", what depends on a condition.
_SURE = 0.55
_CLAUSE_HEADS = frozenset({"ROOT", "conj", "ccomp", "parataxis"})


@dataclass(frozen=True, slots=True)
class AuthorStatement:
    """A stretch in the author's own voice."""

    content: Span
    kind: StatementKind
    confidence: float


def find_author_statements(
    reading: Reading, syntax: Syntax, lexicon: SpeechLexicon, taken: list[Span]
) -> Iterator[AuthorStatement]:
    """Yield the recommendations, forecasts and assessments in the author's voice.

    Args:
        reading: The document.
        syntax: Its parse.
        lexicon: Words by which such a voice is known.
        taken: Spans that somebody else says: contents of attributions and quotations.

    Yields:
        Statements in order of the text, each clause at most once.
    """
    words = lexicon.author
    merged = _merge(taken)
    candidates: list[tuple[int, StatementKind, float]] = []
    opinion = reading.document.kind in _OPINION_KINDS
    at = strong_count = 0
    for token, dep in enumerate(syntax.dep):
        if dep not in _CLAUSE_HEADS or syntax.pos[token] not in ("VERB", "AUX", "NOUN", "ADJ"):
            continue
        offset = syntax.start[token]
        while at < len(merged) and merged[at][1] <= offset:
            at += 1
        if at < len(merged) and merged[at][0] <= offset:
            continue
        if dep == "ccomp" and not _is_main(syntax, token):
            continue
        if reading.region_at(offset) in ("byline", "contributors", "note"):
            continue
        verdict = _judge(syntax, token, words)
        if verdict is None:
            continue
        kind, confidence, strong = verdict
        strong_count += strong
        candidates.append((token, kind, confidence))
    # News tells in "will" what is planned; only a text that also recommends forecasts with it in its own voice.
    opinion = opinion or strong_count * _CHARS_PER_OPINION >= len(reading.document.text)
    for token, kind, confidence in candidates:
        if not opinion and confidence < _SURE:
            continue
        span = _clause(reading, syntax, token)
        if span is not None:
            yield AuthorStatement(span, kind, confidence)


def _merge(spans: list[Span]) -> list[Span]:
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _is_main(syntax: Syntax, token: int) -> bool:
    """Whether a complement is a clause of its own that only punctuation joins to its head (";", ":")."""
    head = syntax.head[token]
    last = syntax.edges(token)[1]
    return last < head and any(syntax.lower[i] in (";", ":") for i in range(last, head + 1))


def _judge(syntax: Syntax, token: int, words: dict[str, frozenset[str]]) -> tuple[StatementKind, float, bool] | None:
    """Return kind, confidence, and whether such a clause marks the whole text as one with opinions; None for plain telling."""
    kids = syntax.children[token]
    helpers = {syntax.lower[k] for k in kids if syntax.dep[k] in ("aux", "auxpass")}
    deps = {syntax.dep[k] for k in kids}
    past = "have" in helpers
    if _is_question(syntax, token):
        return None
    if _is_condition(syntax, token):
        return None  # "should the feud outlast the spring" only says on what something else depends
    conditional = any(
        syntax.dep[k] == "advcl" and any(syntax.lower[m] in ("if", "unless") for m in syntax.kids(k, "mark", "advmod"))
        for k in kids
    ) or _inverted_condition(syntax, token)
    if (helpers & words["recommend_modals"] and not past and not conditional) or (
        helpers & words["recommend_modals"] and "must" in helpers and not past
    ):
        subject = next((syntax.lower[k] for k in kids if syntax.dep[k] in ("nsubj", "nsubjpass")), "")
        if subject not in ("i", "we", "you"):
            return "recommendation", 0.65, True
    if syntax.lemma[token] == "need" and "xcomp" in deps and "dobj" not in deps and syntax.tag[token] in ("VBP", "VBZ"):
        return "recommendation", 0.55, True
    complements = [k for k in kids if syntax.dep[k] in ("acomp", "attr", "oprd")]
    lemmas = {syntax.lemma[k] for k in complements}
    if syntax.lemma[token] == "be":
        if lemmas & words["likely"]:
            return "forecast", 0.7, False
        if any(syntax.lemma[k] == "matter" and any(syntax.lower[i] == "time" for i in syntax.subtree(k)) for k in complements):
            return "forecast", 0.75, False
        if lemmas & words["recommend_adjectives"] and any(d in deps for d in ("ccomp", "xcomp", "csubj")):
            return "recommendation", 0.6, True
        if lemmas & words["assess"] and not past and not helpers & {"was", "were"}:
            return "assessment", 0.5, False
    if helpers & words["forecast_modals"] and not past:
        if conditional:
            return "forecast", 0.65, False
        if helpers & {"may", "might", "could"}:
            # "may be draped in rhetoric" weighs how things are, "may return" what comes
            state = syntax.lemma[token] == "be" or "be" in helpers
            return ("assessment" if state else "forecast"), 0.55, False
        return "forecast", 0.5, False
    if "would" in helpers and conditional:
        return "forecast", 0.6, False
    if syntax.lemma[token] in words["risk_verbs"] and syntax.tag[token] in ("VBZ", "VBP") and "dobj" in deps:
        return "forecast", 0.5, False
    return None


def _is_condition(syntax: Syntax, token: int) -> bool:
    """Whether a clause is itself an inverted condition: "should", "were" or "had" before its subject."""
    subject = next((k for k in syntax.children[token] if syntax.dep[k] in ("nsubj", "nsubjpass", "expl")), None)
    opener = next((k for k in syntax.children[token] if syntax.lower[k] in ("should", "were", "had") and k < token), None)
    return subject is not None and opener is not None and opener < subject


def _is_question(syntax: Syntax, token: int) -> bool:
    """Whether the sentence asks and does not tell."""
    first, behind = syntax.bounds[syntax.sentence[token]]
    return any(syntax.lower[i] == "?" for i in range(max(first, behind - 3), behind))


def _inverted_condition(syntax: Syntax, token: int) -> bool:
    """“Should the monitors leave, …", "Were they to …", "Had it not been …"."""
    first = syntax.edges(token)[0]
    return (
        syntax.lower[first] in ("should", "were", "had")
        and syntax.dep[first] in ("aux", "auxpass", "advcl")
        and syntax.head[first] != token
    )


def _clause(reading: Reading, syntax: Syntax, token: int) -> Span | None:
    """Return the characters of a clause without the coordinated clauses behind it and the conjunction before it."""
    first = last = token
    stack = [token]
    while stack:
        current = stack.pop()
        first, last = min(first, current), max(last, current)
        for child in syntax.children[current]:
            if current == token and syntax.dep[child] == "conj" and _has_subject(syntax, child):
                continue
            if (current == token and syntax.dep[child] in ("parataxis",)) or (
                current == token and syntax.dep[child] == "ccomp" and _is_main(syntax, child)
            ):
                continue
            stack.append(child)
    text = reading.document.text
    start, end = syntax.span(first, last)
    while start < end and text[start] in ' \n\t,;:.—–-“”"':
        start += 1
    while end > start and text[end - 1] in ' \n\t,;:.—–-“”"':
        end -= 1
    for word in ("and ", "but ", "or ", "so "):
        if text[start : start + len(word)].lower() == word:
            start += len(word)
    for word in (" and", " but", " or"):
        if text[:end].endswith(word):
            end -= len(word)
    while end > start and text[end - 1] in " ,;:":
        end -= 1
    return (start, end) if end - start > 8 else None


def _has_subject(syntax: Syntax, token: int) -> bool:
    return any(syntax.dep[k] in ("nsubj", "nsubjpass", "expl") for k in syntax.children[token])
