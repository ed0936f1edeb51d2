"""Clauses that tell what a noun says: "the claim that …", "no evidence that …", and what the text makes of it.

A claim, an allegation or a rumour asserts nothing by itself. What the text says of it decides: "is false", "proved untrue", "was
confirmed", "the army denied it" in the same sentence or the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from crisiskg.annotation.clauses import ClauseReader
from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.syntax import Syntax

Verdict = Literal["false", "true", "open"]

_words = str.split
#: Nouns of what somebody puts forward, in doubt until the text confirms it.
DOUBTFUL = frozenset(
    _words(
        "claim allegation accusation charge rumour rumor suspicion insinuation contention assertion speculation theory suggestion"
    )
)
#: Nouns of what is told.
TOLD = frozenset(_words("report statement story message declaration testimony account information impression belief view"))
#: Nouns of what would show that something is so.
EVIDENCE = frozenset(_words("evidence proof indication sign confirmation trace hint indicator"))
#: Verbs whose clause is taken for true.
FACTIVE = frozenset(_words("recall remember regret learn discover realise realize know acknowledge lament"))
#: Verbs whose clause is taken for true in the present tense of official texts.
OFFICIAL = frozenset(_words("note reaffirm recognise recognize"))
#: Verbs that judge an event, and so take it for granted.
JUDGING = frozenset(
    _words(
        "condemn denounce deplore criticise criticize decry slam blast lambast deride protest welcome praise hail laud applaud "
        "regret lament mourn celebrate commend salute"
    )
)
#: Nouns of what is only said, planned or feared: "condemned threats of violence", "welcomed the plan to withdraw".
OPEN_CONTENT = (
    DOUBTFUL
    | TOLD
    | frozenset(
        _words(
            "threat plan proposal idea call demand intention promise pledge offer decision bid attempt effort possibility "
            "prospect commitment announcement readiness willingness draft initiative"
        )
    )
)
_SAID = DOUBTFUL | TOLD
#: What is done to a claim or rumour itself: "the claim that the army made".
_RAISING = frozenset(
    _words(
        "make put raise advance repeat spread publish issue level bring dismiss reject deny circulate share hear receive voice "
        "air file lodge face drop withdraw print post reprint quote refute investigate examine mention believe welcome "
        "check verify"
    )
)
_BACK = frozenset({"it", "this", "that", "they", "these", "those", "them", "which"})
_FALSE = frozenset(
    _words(
        "false untrue baseless groundless unfounded fabricated wrong incorrect absurd lie lies fabrication invention hoax "
        "fiction disinformation misinformation nonsense bogus erroneous inaccurate fake untruth slander malicious invented "
        "made-up mistaken"
    )
)
_FALSELY = frozenset(_words("falsely wrongly wrongfully untruthfully erroneously mistakenly"))
_TRUE = frozenset(_words("true correct accurate founded well-founded truthful"))
_OPEN = frozenset(
    _words("unverified unconfirmed unproven unproved unsubstantiated unclear doubtful dubious implausible unlikely")
)
#: What is done to a claim by a verb.
_DENYING = frozenset(_words("deny dismiss reject refute disprove debunk discredit contradict rebut invent fabricate repudiate"))
_CONFIRMING = frozenset(_words("confirm verify prove corroborate substantiate authenticate establish"))
#: What a claim has or lacks: "has no basis", "lacks any foundation", "without merit".
_GROUNDS = frozenset(_words("basis foundation merit substance truth grounds ground"))
#: Verbs of finding something, or of its being there: "there are no reports that …".
_FINDING = frozenset(_words("be find see receive hear have exist"))
_COPULAS = frozenset(
    _words(
        "be prove remain seem appear look sound turn call brand term consider deem find declare dismiss reject condemn denounce "
        "describe label"
    )
)
#: Verbs that put a claim down with a noun behind it, which the parse may take for a part of the claim.
_NAMING = frozenset(_words("call brand term label dub"))
_LITTLE = frozenset(_words("no little scant insufficient neither"))
#: Effects of governing words that reach the clause of a noun as well: "the fear that …", "the demand that …".
_OPENING = frozenset({"fear", "threat", "want", "possible"})


def weigh_content(clauses: ClauseReader, token: int, told: Factuality, *, known: bool) -> None:
    """Weaken what a noun of saying, evidence, fear or demand holds in its clause, or confirm it.

    Args:
        clauses: The clauses of the document.
        token: The trigger of the event.
        told: How it is told up to its clause; changed.
        known: Whether it is a nominal event taken as known ("the claim that he ordered the raid is false": there was a raid).
    """
    syntax = clauses.syntax
    clause = token
    for _ in range(12):
        noun = noun_of_clause(syntax, clause, clauses.cues.governors)
        if noun is not None:
            break
        if not known and _is_put_down(clauses, clause):
            told.polarity = "negative"
            return
        if syntax.dep[clause] in ("ROOT", "relcl", "advcl", "parataxis", "acl") or syntax.head[clause] == clause:
            return
        clause = syntax.head[clause]
    else:
        return
    lemma = syntax.lemma[noun]
    if lemma in EVIDENCE:
        if is_missing(syntax, noun, clauses.is_negated(syntax.head[noun]) or _fails(clauses, syntax.head[noun])) and not known:
            told.polarity = "negative"
        return
    if lemma not in _SAID:
        if not _is_past(clauses, clause):
            told.weaken("hypothetical", "possible" if clauses.cues.governors[lemma] == "fear" else None)
            told.feared = told.feared or clauses.cues.governors[lemma] == "fear"
            told.threatened = told.threatened or clauses.cues.governors[lemma] == "threat"
        elif clauses.cues.governors[lemma] == "fear":
            told.weaken(None, "possible")
        return
    judged = verdict(syntax, noun, clause)
    if judged == "true":
        told.confirmed = True
    elif judged == "false" and not known:
        told.polarity = "negative"
    elif is_missing(syntax, noun, clauses.is_negated(syntax.head[noun]) and syntax.lemma[syntax.head[noun]] in _FINDING):
        told.polarity = "negative" if not known else told.polarity
    else:
        told.weaken(None, "possible" if lemma in DOUBTFUL or judged == "open" else "probable")


def _is_put_down(clauses: ClauseReader, clause: int) -> bool:
    """Say whether the word above a clause calls it false: "falsely claimed that", "it is false that"."""
    syntax = clauses.syntax
    above, dep = syntax.head[clause], syntax.dep[clause]
    if dep in ("pcomp", "pobj"):
        above = syntax.head[above]
    elif dep not in ("ccomp", "csubj", "xcomp"):
        return False
    effect = clauses.cues.governors.get(syntax.lemma[above])
    if effect in ("alleged", "reported"):
        return any(syntax.lower[k] in _FALSELY for k in syntax.kids(above, "advmod"))
    judged = [above] if syntax.pos[above] == "ADJ" else syntax.kids(above, "acomp", "attr")
    return any(syntax.lower[k] in _FALSE for k in judged) and not clauses.is_negated(above) and dep != "xcomp"


def _fails(clauses: ClauseReader, verb: int) -> bool:
    """Say whether a verb stands under one of failing: "failed to find evidence", "was unable to find proof"."""
    syntax = clauses.syntax
    above = syntax.head[verb]
    return syntax.dep[verb] == "xcomp" and clauses.cues.governors.get(syntax.lemma[above]) == "negative"


def _is_past(clauses: ClauseReader, verb: int) -> bool:
    syntax, auxiliaries = clauses.syntax, clauses.auxiliaries(verb)
    if any(syntax.tag[a] in ("MD", "TO") for a in auxiliaries):
        return False
    return syntax.tag[verb] == "VBD" or any(syntax.lower[a] in ("has", "have", "had", "was", "were") for a in auxiliaries)


def noun_of_clause(syntax: Syntax, clause: int, governors: Mapping[str, str] | None = None) -> int | None:
    """Return the noun whose content a finite clause tells; None for a relative clause and all others.

    The parse may hang the clause on a name between them: "the claim of the ministry that …".

    Args:
        syntax: The parse.
        clause: The verb of the clause.
        governors: Effects of governing words; with them nouns of fear, threat, wish and chance count as well.
    """
    noun = syntax.head[clause]
    if syntax.dep[clause] not in ("acl", "relcl", "ccomp", "appos") or noun > clause or syntax.pos[noun] not in ("NOUN", "PROPN"):
        return None
    for _ in range(4):
        if _holds(syntax.lemma[noun], governors):
            return noun if _is_content(syntax, clause, noun) else None
        above = syntax.head[noun]
        if syntax.dep[noun] == "compound" or (syntax.dep[noun] == "conj" and syntax.pos[above] in ("NOUN", "PROPN")):
            noun = above
        elif syntax.dep[noun] == "pobj" and syntax.pos[syntax.head[above]] in ("NOUN", "PROPN"):
            noun = syntax.head[above]
        else:
            return None
    return None


def _holds(lemma: str, governors: Mapping[str, str] | None) -> bool:
    return lemma in _SAID or lemma in EVIDENCE or (governors is not None and governors.get(lemma) in _OPENING)


def _is_content(syntax: Syntax, clause: int, noun: int) -> bool:
    """Say whether a clause with "that" is complete without the noun: nothing in it stands for the noun."""
    kids = syntax.children[clause]
    opening = [k for k in kids if k < clause and syntax.lower[k] == "that" and syntax.dep[k] != "det"]
    if not opening:
        return False
    subjects = [k for k in kids if syntax.dep[k] in ("nsubj", "nsubjpass", "expl", "csubj") and k not in opening]
    if not subjects:
        return False
    if all(syntax.dep[k] == "mark" for k in opening):
        return True
    # "that" read as a relative pronoun: the clause is whole where it has its object, or is passive or intransitive
    whole = syntax.is_passive(clause) or any(syntax.dep[k] in ("dobj", "acomp", "attr") and k > clause for k in kids)
    if whole or not any(syntax.dep[k] in ("dobj", "pobj") for k in opening):
        return True
    # "the claim that the army fired": an army does not fire a claim
    return syntax.lemma[noun] in DOUBTFUL and syntax.lemma[clause] not in _RAISING


def is_missing(syntax: Syntax, noun: int, negated: bool) -> bool:
    """Say whether there is none of it: "no evidence", "did not find any proof", "little sign", "without indication".

    Args:
        syntax: The parse.
        noun: The noun.
        negated: Whether the verb above it is negated.
    """
    first = {syntax.lower[k] for k in syntax.children[noun] if syntax.dep[k] in ("det", "amod", "neg", "preconj", "advmod")}
    above = syntax.head[noun]
    if first & _LITTLE or (syntax.dep[noun] == "pobj" and syntax.lower[above] == "without"):
        return True
    if not negated:
        return False
    return "the" not in first and syntax.dep[noun] in ("dobj", "attr", "nsubj", "nsubjpass", "conj", "pobj")


def verdict(syntax: Syntax, noun: int, clause: int) -> Verdict | None:
    """Return what the text says of a noun of saying: in its own sentence, or of "it" in the next one.

    Two verdicts that differ leave it open.

    Args:
        syntax: The parse.
        noun: The noun ("claim").
        clause: The verb of its content.
    """
    sentence = syntax.sentence[noun]
    first, behind = syntax.bounds[sentence]
    following = sentence + 1
    while following < len(syntax.bounds) and not any(syntax.pos[t] != "SPACE" for t in range(*syntax.bounds[following])):
        following += 1
    last = syntax.bounds[following][1] if following < len(syntax.bounds) else behind
    content = range(*_content_edges(syntax, clause))
    found: set[Verdict] = set()
    above = syntax.head[noun]
    if syntax.dep[noun] == "pobj" and "contrary" in (syntax.lower[above], syntax.lower[above - 1]):
        found.add("false")  # "contrary to claims that they fled"
    if syntax.lemma[above] in _NAMING and any(syntax.lower[t] in _FALSE for t in range(clause, content.stop)):
        found.add("false")  # "called the claim that they fled a lie"
    for token in range(first, last):
        if token in content:
            continue
        lower, lemma = syntax.lower[token], syntax.lemma[token]
        if lower in _FALSE or lower in _TRUE or lower in _OPEN or lower in _GROUNDS:
            judged = _of_predicate(syntax, token, noun)
        elif (lemma in _DENYING or lemma in _CONFIRMING) and syntax.pos[token] == "VERB":
            judged = _of_verb(syntax, token, noun)
        else:
            continue
        if judged is not None:
            found.add(judged)
    if len(found) > 1:
        return "open"
    return found.pop() if found else None


def _content_edges(syntax: Syntax, clause: int) -> tuple[int, int]:
    """Return first token and token behind the last of what is said; a clause joined on with "but" judges it."""
    first, last = syntax.edges(clause)
    for child in syntax.kids(clause, "conj"):
        if child > clause and any(syntax.lower[k] == "but" for k in syntax.kids(clause, "cc") if k < child):
            last = min(last, child - 1)
    return first, last + 1


def _is_it(syntax: Syntax, token: int, noun: int) -> bool:
    """Say whether a word stands for a noun: the noun, "it" behind it, or "the report" in what follows."""
    if token == noun:
        return True
    if token < noun:
        return False
    if syntax.lower[token] in _BACK and syntax.pos[token] in ("PRON", "DET"):
        return syntax.dep[token] != "mark"
    determined = any(syntax.lower[k] in ("the", "this", "that", "these", "those") for k in syntax.kids(token, "det"))
    return determined and syntax.lemma[token] in _SAID and syntax.sentence[token] != syntax.sentence[noun]


def _is_negated(syntax: Syntax, token: int) -> bool:
    return any(syntax.dep[k] == "neg" or syntax.lower[k] in ("never", "no") for k in syntax.children[token])


def _of_predicate(syntax: Syntax, word: int, noun: int) -> Verdict | None:
    """Judge by an adjective or noun: "is false", "proved to be a lie", "dismissed it as untrue", "has no basis"."""
    current, negated = word, _is_negated(syntax, word)
    for _ in range(5):
        above = syntax.head[current]
        if above == current:
            break
        dep = syntax.dep[current]
        if dep in ("amod", "det", "nsubj", "nsubjpass", "relcl", "advmod", "compound"):
            return None
        current = above
        negated = negated or _is_negated(syntax, current) or syntax.lower[current] == "without" or syntax.lemma[current] == "lack"
        if syntax.pos[current] not in ("VERB", "AUX"):
            continue
        stands = syntax.lemma[current] in _COPULAS or (
            syntax.lower[word] in _GROUNDS and syntax.lemma[current] in ("have", "lack")
        )
        if stands and any(_is_it(syntax, k, noun) for k in syntax.kids(current, "nsubj", "nsubjpass", "dobj") if k != word):
            break
        if dep not in ("acomp", "attr", "oprd", "prep", "dobj", "xcomp", "advcl", "ccomp", "pobj", "conj"):
            return None
    if syntax.pos[current] not in ("VERB", "AUX"):
        if not any(_is_it(syntax, k, noun) for k in syntax.kids(word, "nsubj")):
            return None  # "called the claim a lie": the noun is the subject of the lie
    elif not any(
        _is_it(syntax, k, noun) for x in {current, word} for k in syntax.kids(x, "nsubj", "nsubjpass", "dobj") if k != word
    ):
        return None
    if any(syntax.tag[k] == "MD" for k in syntax.kids(current, "aux")) or any(
        syntax.lower[k] in ("if", "whether") for k in syntax.kids(current, "mark")
    ):
        return "open"
    lower = syntax.lower[word]
    if lower in _OPEN:
        return "open"
    if lower in _GROUNDS:
        return "false" if negated else None
    if lower in _FALSE:
        return "false" if not negated else None
    return "true" if not negated else "false"


def _of_verb(syntax: Syntax, verb: int, noun: int) -> Verdict | None:
    """Judge by what is done to it: "was confirmed", "could not be verified", "the army denied it"."""
    held = syntax.kids(verb, "nsubjpass") if syntax.is_passive(verb) else syntax.kids(verb, "dobj")
    if syntax.is_passive(verb) and not held and syntax.dep[verb] in ("conj", "xcomp"):
        held = syntax.kids(syntax.head[verb], "nsubjpass", "nsubj")
    if not any(_is_it(syntax, x, noun) for x in held):
        return None
    open_ = _is_negated(syntax, verb) or any(syntax.tag[k] in ("MD", "TO") for k in syntax.kids(verb, "aux"))
    open_ = open_ or any(syntax.lower[k] in ("nobody", "none") for k in syntax.kids(verb, "nsubj"))
    if syntax.lemma[verb] in _CONFIRMING:
        return "open" if open_ else "true"
    return None if open_ else "false"
