"""How the form of a verb tells: its tense and aspect, its modal verbs, negation, adverbs and infinitive."""

from __future__ import annotations

from crisiskg.annotation.clauses import ClauseReader
from crisiskg.annotation.factuality import Cues, Factuality
from crisiskg.annotation.syntax import Syntax

_PRESENT_BE = frozenset({"is", "are", "am", "'s", "’s", "'re", "’re"})
_PERFECT_BE = frozenset({"been", "'ve", "’ve"})
#: Forms of the infinitive and plural of "have" as auxiliary.
HAVE = ("have", "'ve", "’ve")
#: Texts that rule what is to be done.
_RULING = frozenset(
    {"agreement", "accord", "deal", "pact", "treaty", "memorandum", "plan", "arrangement", "settlement", "truce", "pullback"}
)
#: Nouns of what somebody says that he will do.
_PROMISES = frozenset({"announcement", "promise", "pledge", "assurance", "undertaking", "guarantee", "vow", "commitment"})
#: Verbs of coming together, whose infinitive tells what was done there: "gathered to complain of hunger".
_GATHERING = frozenset({"gather", "rally", "assemble", "reappear", "congregate"})
#: Units of a time that somebody gives for something to be done in.
_TERMS = frozenset({"hour", "day", "week", "fortnight", "month"})
#: What remains so goes on: "schools remain closed".
_REMAINING = frozenset({"remain", "stay"})
FUTURE = frozenset({"will", "shall", "'ll", "’ll", "wo", "sha"})


class VerbModality:
    """Reads the verb forms of one document."""

    def __init__(self, syntax: Syntax, cues: Cues) -> None:
        """Keep the parse and the cues."""
        self.syntax = syntax
        self.cues = cues
        self.clauses = ClauseReader(syntax, cues)

    def read(self, verb: int, told: Factuality, *, material: bool, headline: bool) -> None:
        """Apply what the form of a trigger tells.

        Args:
            verb: The trigger.
            told: What is told of it so far; it is changed.
            material: Whether the type is one of deeds; in the simple present these go on, while acts of speech are done.
            headline: Whether it stands in a title or caption, where the present tense tells what has happened.
        """
        syntax = self.syntax
        auxiliaries = self.clauses.auxiliaries(verb)
        modals = [syntax.lower[a] for a in auxiliaries if syntax.tag[a] == "MD"]
        forms = [syntax.lower[a] for a in auxiliaries]
        perfect = any(f in HAVE for f in forms)
        self.modal(verb, modals, perfect, told)
        if not modals and told.status == "happened":
            tag = syntax.tag[verb]
            present = any(f in _PRESENT_BE for f in forms)
            since = syntax.lemma[verb] in self.cues.lasting and any(
                syntax.lower[c] == "since" and syntax.dep[c] in ("prep", "mark") for c in syntax.children[verb]
            )
            progressive = tag == "VBG" and (present or any(f in _PERFECT_BE for f in forms))
            passive = tag == "VBN" and present and ("being" in forms or (material and not headline))
            meanwhile = tag == "VBG" and any(f in ("was", "were") for f in forms) and self._is_meanwhile(verb)
            lasting = material and since and any(f in ("has", *HAVE) for f in forms)
            simple = tag in ("VBZ", "VBP") and material and not headline and not auxiliaries and syntax.dep[verb] != "ccomp"
            still = tag != "VB" and any(syntax.lower[c] == "still" for c in syntax.kids(verb, "advmod"))
            if progressive or passive or lasting or simple or meanwhile or still or self._remains(verb):
                told.status = "ongoing"
            elif (
                tag == "VB"
                and not auxiliaries
                and syntax.dep[verb] in ("ROOT", "ccomp", "conj", "parataxis")
                and not syntax.kids(verb, "nsubj", "nsubjpass")
                and (material or not self._is_resolved(verb))
            ):
                told.weaken("hypothetical")  # an imperative
        if self.clauses.is_negated(verb):
            told.polarity = "negative"
        self._adverbs(verb, told)
        if told.status == "planned" and told.certainty != "certain" and any(m in FUTURE for m in modals):
            told.weaken("hypothetical")  # "will most likely reject it": a forecast
        if "to" in forms and not modals:
            self._infinitive(verb, told)

    def _is_resolved(self, verb: int) -> bool:
        """Say whether a verb opens a numbered paragraph that is one of a series: "3. Condemn the attack;"."""
        syntax = self.syntax
        first, behind = syntax.bounds[syntax.sentence[verb]]
        last = next((t for t in range(behind - 1, first, -1) if syntax.pos[t] != "SPACE"), first)
        numbered = verb - first <= 4 and syntax.pos[first] in ("X", "NUM", "SPACE", "PUNCT")
        return numbered and syntax.lower[last] in (";", ",", "and")

    def reach(self, verb: int, told: Factuality, *, negation: bool = True) -> None:
        """Let modals, negation and adverbs of a transparent verb reach what it governs."""
        syntax = self.syntax
        auxiliaries = self.clauses.auxiliaries(verb)
        modals = [syntax.lower[a] for a in auxiliaries if syntax.tag[a] == "MD"]
        perfect = any(syntax.lower[a] in HAVE for a in auxiliaries)
        self.modal(verb, modals, perfect, told)
        if negation and self.clauses.is_negated(verb):
            told.polarity = "negative"
        self._adverbs(verb, told)
        if not modals and any(syntax.lower[a] == "to" for a in auxiliaries):
            self._infinitive(verb, told)
        if told.status == "happened" and not modals and self._goes_on(verb, [syntax.lower[a] for a in auxiliaries]):
            told.status = "ongoing"

    def modal(self, verb: int, modals: list[str], perfect: bool, told: Factuality) -> None:
        """Apply the modal verbs of a clause."""
        for modal in modals:
            if modal in FUTURE:
                told.weaken("planned")
            elif modal in ("would", "'d", "’d"):
                if perfect:
                    told.weaken("hypothetical", "possible")
                elif self._is_commitment(verb):
                    told.weaken("planned")
                else:
                    told.weaken("hypothetical")
            elif modal in ("may", "might", "could"):
                told.weaken(None if perfect else "hypothetical", "possible")
            elif modal == "must":
                told.weaken(None if perfect else "hypothetical", "probable" if perfect else None)
            elif modal in ("should", "ought", "can", "ca"):
                told.weaken("hypothetical")
        if modals:
            condition = self.clauses.condition_of(verb)
            if condition is not None:
                told.condition = condition
                told.weaken("hypothetical")

    def _goes_on(self, verb: int, forms: list[str]) -> bool:
        """Say whether a transparent verb tells that what it governs goes on: "are carrying out", "have begun to"."""
        syntax = self.syntax
        if syntax.tag[verb] == "VBG" and any(f in _PRESENT_BE for f in forms):
            return True
        present = syntax.tag[verb] in ("VBZ", "VBP") or any(f in ("has", *HAVE) for f in forms)
        return present and syntax.lemma[verb] in self.cues.phases

    def _remains(self, participle: int) -> bool:
        """Say whether a participle is what something remains: "the schools remain closed", not "will remain closed"."""
        syntax, head = self.syntax, self.syntax.head[participle]
        auxiliaries = self.clauses.auxiliaries(participle)
        if any(syntax.lemma[a] in _REMAINING for a in auxiliaries):
            return not any(syntax.tag[a] == "MD" for a in auxiliaries)
        if syntax.lemma[head] not in _REMAINING or syntax.dep[participle] not in ("acomp", "xcomp", "oprd", "advcl"):
            return False
        if syntax.kids(participle, "nsubj", "nsubjpass", "mark", "advmod"):
            return False  # "stayed until the rebels withdrew"
        return syntax.tag[participle] in ("VBN", "VBD", "JJ") and not self.clauses.auxiliaries(head)

    def _is_meanwhile(self, verb: int) -> bool:
        """Say whether a clause tells what goes on while something else is told: "as soldiers were searching houses"."""
        syntax = self.syntax
        marks = [syntax.lower[c] for c in syntax.children[verb] if syntax.dep[c] in ("mark", "advmod")]
        return syntax.dep[verb] == "advcl" and any(m in ("while", "as", "when", "since") for m in marks)

    def _is_commitment(self, verb: int) -> bool:
        """Say whether "would" is "will" as somebody said it of himself: "announced that he would withdraw"."""
        syntax = self.syntax
        clause = verb
        while syntax.dep[clause] in ("conj", "xcomp"):
            clause = syntax.head[clause]
        head = syntax.head[clause]
        if syntax.dep[clause] == "relcl" and syntax.lemma[head] in _RULING:
            return any(syntax.lower[t] == "under" for t in range(head + 1, clause))  # "an accord under which they would leave"
        if syntax.dep[clause] == "acl" and syntax.lemma[head] in _PROMISES:
            return True  # "the announcement that it would disband"
        return syntax.dep[clause] == "ccomp" and syntax.lemma[head] in self.cues.commitment

    def _infinitive(self, verb: int, told: Factuality) -> None:
        """An infinitive of purpose tells what is meant to come; one that a verb or noun governs is weighed there."""
        syntax = self.syntax
        while syntax.dep[verb] == "conj" and syntax.tag[syntax.head[verb]] == "VB":
            verb = syntax.head[verb]  # "appealed to them to free the men and leave the town"
        dep, head = syntax.dep[verb], syntax.head[verb]
        if dep == "advcl" and syntax.lemma[head] == "go" and any(syntax.lower[c] == "on" for c in syntax.children[head]):
            return  # "went on to ban the party"
        if dep == "advcl" and syntax.lemma[head] in _GATHERING and syntax.tag[head] == "VBD":
            return
        if self._is_term(verb):
            told.weaken("hypothetical")
        if dep == "advcl" and self.cues.governors.get(syntax.lemma[head]) == "want" and not syntax.is_passive(head):
            told.weaken("hypothetical")  # "calls on the government to free them"
        if dep == "advcl" or (dep in ("relcl", "acl") and syntax.lemma[syntax.head[verb]] not in self.cues.governors):
            told.weaken("planned")
        elif dep in ("ROOT", "nsubj", "csubj", "pobj"):
            told.weaken("hypothetical")

    def _is_term(self, verb: int) -> bool:
        """Say whether an infinitive is what somebody is given time for: "gave them three days to leave"."""
        syntax, head = self.syntax, self.syntax.head[verb]
        if syntax.dep[verb] in ("acl", "relcl") and syntax.lemma[head] in _TERMS:
            return syntax.lemma[syntax.head[head]] == "give"
        if syntax.dep[verb] not in ("advcl", "xcomp") or syntax.lemma[head] != "give":
            return False
        return any(syntax.lemma[x] in _TERMS for x in syntax.kids(head, "dobj", "npadvmod", "tmod"))

    def _adverbs(self, verb: int, told: Factuality) -> None:
        syntax, adverbs = self.syntax, self.cues.adverbs
        for child in syntax.children[verb]:
            # never the subject's own: "fighters, probably the X, are ..." weakens only the apposition
            if syntax.dep[child] in ("advmod", "acomp", "parataxis"):
                if syntax.lower[child] in adverbs["possible"]:
                    told.weaken(None, "possible")
                elif syntax.lower[child] in adverbs["probable"]:
                    told.weaken(None, "probable")
