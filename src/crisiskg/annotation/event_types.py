"""Where event types meet: rules that need more than one trigger or the kind of the participants. docs/events.md lists them."""

from __future__ import annotations

from dataclasses import dataclass

from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.syntax import MentionIndex
from crisiskg.annotation.triggers import Trigger, load_lexicon

_AGREEMENTS = frozenset(
    {
        "agreement",
        "deal",
        "accord",
        "pact",
        "treaty",
        "truce",
        "ceasefire",
        "cease-fire",
        "settlement",
        "compromise",
        "understanding",
    }
)
_SHOTS = frozenset({"shot", "round", "bullet"})
_DEATHS = frozenset({"die", "perish", "death", "dead", "toll"})
_THREATENING = frozenset({"promise", "vow", "pledge", "swear"})
_CRITICS_TEXT = """
critic opposition lawmaker mp politician press media economist rival campaigner analyst commentator senator legislator parliament
columnist union activist supporter colleague public voter fan observer newspaper
"""
_CRITICS = frozenset(_CRITICS_TEXT.split())
#: What is criticized and never shot at.
_CRITICIZED_TEXT = """
plan policy proposal decision law bill budget record strategy deal agreement idea theory claim report remark comment statement
approach right freedom value integrity independence reputation
"""
_CRITICIZED = frozenset(_CRITICIZED_TEXT.split())
#: Deeds whose participle before a noun says in what state people live.
_STATES_OF_PEOPLE = frozenset({"displace", "uproot", "exile"})
#: How long somebody is under fire: "for two hours".
_LASTING = frozenset({"second", "minute", "hour", "day", "night", "week", "month", "year", "time", "while"})
_PRISON = frozenset({"prison", "jail", "imprisonment", "year", "month", "life", "labour", "labor"})


@dataclass(slots=True)
class Candidate:
    """A trigger in its sentence.

    Attributes:
        token: Head word.
        trigger: Entry of the lexicon.
        support: Verb that carries a nominal trigger.
        type: Event type after the rules.
        mode: Mode after the rules.
        contexts: Contexts after the rules.
        generic: True for a verb without an entry, which tells a happening of no type.
        voted: True for a word without an entry that the learned reader takes for a trigger.
    """

    token: int
    trigger: Trigger
    support: int | None
    type: str | None
    mode: str | None
    contexts: tuple[str, ...]
    generic: bool = False
    voted: bool = False


def settle_types(candidates: list[Candidate], grammar: Grammar, index: MentionIndex) -> list[Candidate]:
    """Return the candidates that stand, with their final types and modes, in order of the text."""
    by_token = {c.token: c for c in candidates}
    dropped: set[int] = set()
    extra: list[Candidate] = []
    for candidate in candidates:
        _drop_doubles(candidate, by_token, grammar, dropped)
        _choose_by_participants(candidate, grammar, index)
        _choose_mode(candidate, grammar)
        if candidate.type == "SANCTION" and candidate.mode == "convict" and _to_prison(candidate, grammar):
            extra.append(Candidate(candidate.token, candidate.trigger, candidate.support, "COERCE", "arrest", ("legal",)))
    _type_deaths(candidates, grammar)
    _type_exchanges(candidates)
    kept = [c for c in candidates if c.token not in dropped]
    return sorted([*kept, *(e for e in extra if e.token not in dropped)], key=lambda c: (c.token, c.type or ""))


def _type_deaths(candidates: list[Candidate], grammar: Grammar) -> None:
    """Count a death as violence where its sentence, or the one before, tells violence."""
    violent = {grammar.syntax.sentence[c.token] for c in candidates if c.type == "ASSAULT"}
    for candidate in candidates:
        sentence = grammar.syntax.sentence[candidate.token]
        if candidate.type is None and candidate.trigger.lemma in _DEATHS and (sentence in violent or sentence - 1 in violent):
            candidate.type = "ASSAULT"


def _type_exchanges(candidates: list[Candidate]) -> None:
    """Count an exchange that took place as one of prisoners where the text before tells of releases."""
    released = False
    for candidate in candidates:
        if candidate.type is None and candidate.trigger.lemma == "exchange" and released:
            candidate.type, candidate.mode = "RETREAT", "release"
        released = released or (candidate.type == "RETREAT" and candidate.mode == "release")


def _is_criticized(candidate: Candidate, grammar: Grammar) -> bool:
    """Say whether "under fire" and "under attack" only mean criticism: "came under fire from critics", "for its record"."""
    syntax, token = grammar.syntax, candidate.token
    above = syntax.head[token]
    if candidate.trigger.verb or syntax.dep[token] != "pobj" or syntax.lower[above] != "under":
        return False
    verb = syntax.head[above]
    for name, x in (*syntax.prepositions(token), *syntax.prepositions(verb)):
        if name in ("for", "over") and syntax.lemma[x] not in _LASTING:
            return True
        if name in ("from", "by", "in") and syntax.lemma[x] in _CRITICS:
            return True
    return any(syntax.lemma[x] in _CRITICIZED for x in grammar.subjects(verb))


def _drop_doubles(candidate: Candidate, by_token: dict[int, Candidate], grammar: Grammar, dropped: set[int]) -> None:
    """Drop what would tell one event twice, or is no event at all."""
    syntax, token = grammar.syntax, candidate.token
    head = syntax.head[token]
    if candidate.type == "ASSAULT" and _is_criticized(candidate, grammar):
        dropped.add(token)
        return
    if candidate.trigger.verb and syntax.lemma[token] in _STATES_OF_PEOPLE and syntax.dep[token] == "amod":
        dropped.add(token)  # "14 displaced persons", "uprooted families": what they are, not what happens
        return
    if candidate.type == "AID" and _is_ordered(candidate, by_token, grammar):
        dropped.add(token)
        return
    if not candidate.trigger.verb:
        told = by_token.get(head) if syntax.dep[token] in ("dobj", "nsubjpass") else None
        if told is not None and (syntax.lemma[token], told.type) == ("protest", "ACCUSE"):
            dropped.add(token)  # "lodged a protest": nobody took to the streets
            return
        if told is not None and syntax.lemma[token] in _SHOTS and told.type == candidate.type:
            dropped.add(token)  # "fired a shot": the verb says it
            return
        if syntax.lemma[token] == "death" and syntax.dep[token] == "pobj" and syntax.lower[head] == "to":
            put = by_token.get(syntax.head[head])
            if put is not None and put.type in ("ASSAULT", "SANCTION"):
                dropped.add(token)  # "beaten to death", "sentenced to death"
                return
        if told is not None and syntax.lemma[token] == "siege" and told.type == candidate.type:
            dropped.add(token)  # "laid siege to the town"
            return
        if syntax.dep[token] == "pobj" and syntax.lower[head] in ("under", "into", "to", "with"):
            put = by_token.get(syntax.head[head])
            if put is not None and put.trigger.verb and put.type == candidate.type and candidate.type != "ASSAULT":
                dropped.add(token)  # "placed him under arrest", "hit the company with sanctions"
                return
        if candidate.support is not None and (verb := by_token.get(candidate.support)) is not None:
            lemma = syntax.lemma[token]
            if verb.type == candidate.type:
                dropped.add(verb.token)  # "imposed a curfew": the noun says it
            elif lemma in _AGREEMENTS and verb.type in ("SUPPORT", "REJECT", "AGREE"):
                dropped.add(token)  # "signed the accord", "broke the truce": the verb says it
        return
    above = by_token.get(head) if syntax.dep[token] in ("advcl", "xcomp", "acl") else None
    if above is None:
        return
    if candidate.type == "REQUEST" and above.type == "PROTEST":
        dropped.add(token)  # a demand made by demonstrating is the protest
    if candidate.type == "ASSAULT" and above.type == "MOBILIZE" and syntax.tag[token] == "VBG":
        dropped.add(above.token)  # "advanced on the town, killing 12"


def _is_ordered(candidate: Candidate, by_token: dict[int, Candidate], grammar: Grammar) -> bool:
    """Say whether a payment is what a court orders, which is no help."""
    syntax = grammar.syntax
    verb = candidate.support if candidate.support is not None else candidate.token
    above = by_token.get(syntax.head[verb]) if syntax.dep[verb] in ("xcomp", "ccomp", "advcl") else None
    return above is not None and above.type == "SANCTION" and syntax.lemma[above.token] in ("order", "sentence")


def _choose_by_participants(candidate: Candidate, grammar: Grammar, index: MentionIndex) -> None:
    """Apply the rules that ask who acts."""
    syntax, token = grammar.syntax, candidate.token
    if not candidate.trigger.verb:
        return

    def types(heads: list[int]) -> set[str]:
        return {m.type for h in heads if (m := index.at(h)) is not None}

    if candidate.type == "AID" and syntax.lemma[token] in ("free", "liberate"):
        if "ArmedGroup" in types(grammar.subjects(token)) or not grammar.subjects(token):
            candidate.type, candidate.mode = "RETREAT", "release"  # the captor lets go; others rescue
    elif candidate.type == "MOBILIZE" and candidate.mode == "troops":
        who = types(grammar.subjects(token)) | types(grammar.objects(token))
        if "ArmedGroup" in who and not who & {"SecurityForce", "State"}:
            candidate.mode, candidate.contexts = "militia", tuple(c for c in candidate.contexts if c != "military")
        elif any(syntax.lemma[x] in ("police", "policeman") for x in (*grammar.subjects(token), *grammar.objects(token))):
            candidate.mode = "police"
    elif candidate.type == "AGREE" and syntax.lemma[token] in _THREATENING and _promises_violence(token, grammar):
        candidate.type, candidate.mode = "THREATEN", "violence"


def _promises_violence(verb: int, grammar: Grammar) -> bool:
    """Say whether what a verb of promising governs is violence: "promised to return to wage jihad"."""
    syntax, lexicon = grammar.syntax, load_lexicon()
    stack = [(x, 0) for x in syntax.children[verb] if syntax.dep[x] in ("xcomp", "ccomp", "dobj", "advcl") and x > verb]
    while stack:
        x, depth = stack.pop()
        trigger = lexicon.match(grammar, x) if syntax.pos[x] in ("VERB", "NOUN") else None
        if trigger is not None and trigger.type == "ASSAULT" and not any(syntax.dep[c] == "neg" for c in syntax.children[x]):
            return trigger.lemma not in ("defend", "resist", "end")
        if depth < 3:
            stack.extend((y, depth + 1) for y in syntax.children[x] if syntax.dep[y] in ("xcomp", "dobj", "conj", "advcl"))
    return False


def _choose_mode(candidate: Candidate, grammar: Grammar) -> None:
    """Let the instrument decide the mode of an assault; the content that of a threat."""
    syntax, token = grammar.syntax, candidate.token
    lexicon = load_lexicon()
    if candidate.type == "ASSAULT" and candidate.mode in (None, "targeted", "beat", "explosives"):
        near = [x for name, x in syntax.prepositions(token) if name in ("with", "by", "using", "in", "from")]
        if candidate.trigger.verb:
            near += grammar.subjects(token)
        for x in near:
            for word in (*(syntax.lemma[c] for c in syntax.kids(x, "compound", "amod")), syntax.lemma[x]):
                mode = lexicon.instruments.get(word)
                if mode is not None and not (candidate.mode == "explosives" and mode == "aerial" and word == "air"):
                    candidate.mode = mode
                    return
        if not candidate.trigger.verb:
            for word in grammar.modifier_words(token):
                if (mode := lexicon.instruments.get(word)) is not None:
                    candidate.mode = mode
                    return
    elif candidate.type == "THREATEN" and candidate.mode is None:
        for x in grammar.infinitives(token) if candidate.trigger.verb else ():
            if any(row.type == "ASSAULT" for row in lexicon.verbs.get(syntax.lemma[x], ())):
                candidate.mode = "violence"
        for name, x in syntax.prepositions(token):
            if name in ("of", "with") and any(row.type == "ASSAULT" for row in lexicon.nouns.get(syntax.lemma[x], ())):
                candidate.mode = "violence"


def _to_prison(candidate: Candidate, grammar: Grammar) -> bool:
    """Say whether a sentence is one of prison."""
    syntax = grammar.syntax
    for name, x in syntax.prepositions(candidate.token):
        if name in ("to", "for") and (
            syntax.lemma[x] in _PRISON or any(syntax.lemma[y] in _PRISON for _, y in syntax.prepositions(x))
        ):
            return True
    return False
