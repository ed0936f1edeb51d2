"""What is said, read from the order of the words where the parse does not hang it on its word of saying."""

from __future__ import annotations

from crisiskg.annotation.content_nouns import EVIDENCE
from crisiskg.annotation.records import Span
from crisiskg.annotation.speech_lexicon import SpeechLexicon
from crisiskg.annotation.syntax import Syntax

#: How far behind its verb "that" may stand: "told a visiting team of monitors on Monday that".
_REACH = 14
#: How the parser hangs a clause of content elsewhere: on a day, a hearer, or as an adverbial clause.
_MISPLACED = frozenset({"acl", "relcl", "advcl", "ccomp"})
#: How many words may follow "an official said" at the end of its sentence: "told reporters on Monday".
_TAIL = 5


def clause_with_that(syntax: Syntax, lexicon: SpeechLexicon, verb: int) -> int | None:
    """Return the head of a clause with "that" which stands behind a verb of saying and hangs on another of its words.

    "said on the day of the raid that his men had left", "told a team of monitors that …"; never the clause of a noun that says
    something itself ("denied reports that …").

    Args:
        syntax: The parse.
        lexicon: Words of saying.
        verb: Token of the verb of saying.

    Returns:
        The token that heads the clause; None where there is none.
    """
    _, behind = syntax.bounds[syntax.sentence[verb]]
    for token in range(verb + 1, min(verb + _REACH, behind)):
        if syntax.lower[token] in (";", ":", ".", "?", "!") or syntax.pos[token] in ("VERB", "AUX"):
            return None
        if syntax.lower[token] != "that" or syntax.dep[token] != "mark":
            continue
        clause = syntax.head[token]
        if syntax.dep[clause] not in _MISPLACED or clause < token:
            return None
        above = syntax.head[clause]
        if above == verb and syntax.dep[clause] == "ccomp":
            return None  # its own complement, which the rules of the parse have weighed
        for _ in range(5):
            if above == verb:
                return clause
            noun = syntax.lemma[above]
            if syntax.pos[above] in ("VERB", "AUX") or noun in lexicon.nouns or noun in EVIDENCE or above <= verb:
                return None
            above = syntax.head[above]
        return None
    return None


def sentence_before(syntax: Syntax, verb: int, subject: int) -> Span | None:
    """Return what stands in front of "…, an official said" at the end of a sentence.

    Args:
        syntax: The parse.
        verb: Token of the verb of saying.
        subject: Token of who says it.

    Returns:
        The span from the beginning of the sentence, or the last semicolon in it, to the comma; None where the words of saying
        do not end the sentence or stand behind no comma.
    """
    first, behind = syntax.bounds[syntax.sentence[verb]]
    left = min(syntax.edges(subject)[0], subject)
    if not left <= subject < verb or syntax.lower[left - 1] != "," or left - 2 <= first:
        return None
    rest = [t for t in range(verb + 1, behind) if syntax.pos[t] not in ("PUNCT", "SPACE")]
    if len(rest) > _TAIL or any(syntax.pos[t] in ("VERB", "AUX", "CCONJ", "SCONJ") for t in rest):
        return None
    last = left - 2
    bars = [t for t in range(first, last) if syntax.lower[t] in (";", ":")]
    first = bars[-1] + 1 if bars else first
    told = any(syntax.pos[t] in ("VERB", "AUX") and syntax.tag[t] != "VBG" for t in range(first, last + 1))
    opening = next((t for t in range(first, last + 1) if syntax.pos[t] not in ("PUNCT", "SPACE")), first)
    if not told or last - first < 3 or syntax.dep[opening] == "mark" or syntax.pos[opening] in ("SCONJ", "CCONJ"):
        return None  # "when the guns fell silent, he said": a circumstance of the saying
    return syntax.span(first, last)


def source_before(syntax: Syntax, verb: int) -> tuple[int, Span] | None:
    """Return who says it and what stands before the comma of "…, the Red Cross (ICRC) reports" at the end of a sentence.

    Args:
        syntax: The parse, which may take the verb for a plural noun.
        verb: The word of saying.

    Returns:
        The head of who says it, and the span of what is said; None for a plain noun at the end.
    """
    first, behind = syntax.bounds[syntax.sentence[verb]]
    if any(syntax.pos[t] not in ("PUNCT", "SPACE") for t in range(verb + 1, behind)):
        return None
    source = verb - 1
    if syntax.lower[source] == ")":
        while source > first and syntax.lower[source] != "(":
            source -= 1
        source -= 1
    if source <= first or syntax.pos[source] not in ("NOUN", "PROPN") or syntax.tag[source] == "POS":
        return None
    comma = source
    while comma > first and syntax.lower[comma] != ",":
        if syntax.pos[comma] in ("VERB", "CCONJ", "SCONJ", "NUM") or syntax.lower[comma] in ("'s", "’s") or source - comma > 8:
            return None
        comma -= 1
    opener = comma + 1
    if syntax.lower[opener] != "the" and syntax.pos[opener] != "PROPN":
        return None
    bars = [t for t in range(first, comma) if syntax.lower[t] in (";", ":")]
    first = bars[-1] + 1 if bars else first
    told = any(syntax.tag[t] in ("VBD", "VBZ", "VBP", "MD") for t in range(first, comma))
    return (source, syntax.span(first, comma - 1)) if told and comma - first >= 3 else None
