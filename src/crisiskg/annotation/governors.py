"""What governs a trigger: the walk up the parse, in which each governing word may weaken what the levels below left.

The words and what they do stand in `data/factuality_cues.toml`.
"""

from __future__ import annotations

from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.verb_modality import FUTURE, HAVE, VerbModality

#: Prepositions behind whose -ing form lies what did not happen.
_WITHOUT = frozenset({"without", "instead", "rather"})
#: Texts that rule what shall be.
_NORMS = frozenset(
    {"decree", "law", "bill", "resolution", "order", "treaty", "agreement", "deal", "plan", "draft", "accord", "pact"}
)
_SUSPENDING = frozenset({"suspend", "freeze", "pause"})
#: Words that ask for something before an infinitive or subjunctive, and assert what stands in the indicative.
_ASSERTING = frozenset({"insist", "suggest"})
#: Words that plan what is to come, and tell what has been.
_TELLING = frozenset({"announce", "announcement", "agree", "decree", "proclaim", "swear", "decide"})
_CIRCUMSTANTIAL_TEXT = """
after since during despite by in at amid over following because from with before as under
"""
#: Prepositions before a circumstance, which is told as fact.
_CIRCUMSTANTIAL = frozenset(_CIRCUMSTANTIAL_TEXT.split())
#: Words whose nominal object was under way or there before.
_ENDING = frozenset({"stop", "halt"})
#: Words whose nominal object may never come about.
_REFUSING = frozenset({"reject", "oppose", "refuse", "abandon", "ban", "forbid", "bar", "block", "exclude", "discourage"})
#: Words of expectation that leave little doubt.
_LIKELY = frozenset({"likely", "certain", "sure", "bound", "inevitable"})


class Ascent:
    """The walk from one trigger up to the root of its sentence."""

    def __init__(self, verbs: VerbModality, told: Factuality, *, definite: bool) -> None:
        """Start with what the trigger itself tells.

        Args:
            verbs: The verb forms of the document.
            told: What is told so far; the walk changes it.
            definite: Whether the trigger is a verb, or a noun that speaks of something known ("the attack").
        """
        self.verbs = verbs
        self.clauses = verbs.clauses
        self.syntax = verbs.syntax
        self.cues = verbs.cues
        self.told = told
        self.definite = definite

    def climb(self, token: int, *, nominal: bool) -> None:
        """Apply what governs the trigger, level by level, up to the root.

        Args:
            token: Head word of the trigger.
            nominal: Whether it is a noun.
        """
        syntax = self.syntax
        current, noun = token, nominal
        for _ in range(24):  # deeper nesting than any sentence has
            dep, head = syntax.dep[current], syntax.head[current]
            if head == current:
                return
            if dep == "advcl":
                self._adverbial(current, head)
                return
            if dep == "relcl" and syntax.tag[current] in ("VBZ", "VBP") and syntax.lemma[head] in _NORMS and not noun:
                self.told.weaken("planned")  # "a decree that dissolves the assembly": what a text rules is yet to be done
            if dep in ("relcl", "parataxis") or (dep == "acl" and syntax.tag[current] not in ("VB", "VBG", "VBN")):
                return
            if dep == "acl" and not any(syntax.lower[c] == "to" for c in syntax.kids(current, "aux")):
                return  # a participle says what its noun did or suffered
            if dep in ("prep", "agent", "dative"):
                if syntax.lower[current] in _WITHOUT:
                    self.told.polarity = "negative"
                    return
                if not self._is_accused(head) and not self._govern(head, noun, syntax.lower[current]):
                    return
                current = head
                noun = noun and syntax.pos[current] not in ("VERB", "AUX")
                continue
            if dep in ("pobj", "pcomp") and (syntax.pos[head] == "ADP" or syntax.dep[head] in ("prep", "agent")):
                current = head
                continue
            if dep == "conj":
                own_clause = syntax.pos[head] in ("VERB", "AUX") and not noun and syntax.kids(current, "nsubj", "nsubjpass")
                if own_clause and syntax.dep[head] not in ("ccomp", "xcomp"):
                    return
                current = head
                continue
            if dep in ("appos", "npadvmod", "tmod", "dep", "nmod"):
                return
            if noun and dep in ("nsubj", "nsubjpass"):
                self._said_of(head)
                if not self.definite and syntax.dep[head] == "advcl":
                    self._adverbial(head, syntax.head[head])
                return
            if dep == "xcomp" and syntax.lemma[head] == "be":
                self.told.weaken("planned")  # "envoys are to meet"
            # "X rejected it, he said": only words of saying reach back over what stands in front of them
            reaches_back = self.cues.governors.get(syntax.lemma[head]) in ("reported", "alleged", "fear", "threat")
            if dep in ("ccomp", "csubj") and current < head and not reaches_back:
                return
            if dep == "ccomp" and not noun and self._is_assertion(current, head):
                self.told.weaken(None, "probable" if syntax.lemma[head] in _ASSERTING else None)
                current = head
                continue
            if not self._govern(head, noun, None):
                return
            current = head
            noun = False if syntax.pos[head] in ("VERB", "AUX") else noun

    def _is_accused(self, token: int) -> bool:
        """Say whether a word is whom somebody accuses: "accused the ADF of massacres" is read as "the ADF of massacres"."""
        syntax = self.syntax
        verb = syntax.head[token]
        return syntax.dep[token] in ("dobj", "nsubjpass") and self.cues.governors.get(syntax.lemma[verb]) == "alleged"

    def _is_assertion(self, verb: int, head: int) -> bool:
        """Say whether a word of planning or wishing only asserts what its clause tells: "announced that X had fled"."""
        syntax = self.syntax
        lemma, auxiliaries = syntax.lemma[head], self.clauses.auxiliaries(verb)
        forms = [syntax.lower[a] for a in auxiliaries]
        if any(syntax.tag[a] in ("MD", "TO") for a in auxiliaries) or lemma not in _ASSERTING | _TELLING:
            return False
        if self.clauses.is_negated(head) or any(syntax.tag[a] == "MD" for a in self.clauses.auxiliaries(head)):
            return False
        if syntax.tag[verb] == "VBD" or any(f in ("had", "has", *HAVE) for f in forms):
            return True
        present = syntax.tag[verb] in ("VBZ", "VBP") or any(f in ("is", "are", "was", "were") for f in forms)
        return lemma in _ASSERTING and present

    def _govern(self, head: int, noun: bool, through: str | None) -> bool:
        """Apply one governing word; say whether to go on upwards.

        Args:
            head: The governing word.
            noun: Whether what it governs is still the noun of the trigger, not the clause that it stands in.
            through: The preposition between them, where there is one.
        """
        syntax, lemma, pos = self.syntax, self.syntax.lemma[head], self.syntax.pos[head]
        verbal = pos in ("VERB", "AUX")
        if noun and verbal and through is None and lemma in _SUSPENDING:
            self.told.weaken("hypothetical")  # "suspended the deployment": it does not go on, and may never have begun
            return False
        effect = self.cues.governors.get(lemma)
        if lemma == "go" and syntax.lower[head] != "going":
            effect = "fact"
        if noun and effect == "reported" and verbal:
            effect = None  # "estimated the losses": about something known
        held_off = effect in ("fear", "threat") or (effect == "negative" and through == "from")
        if noun and through in _CIRCUMSTANTIAL and not held_off:
            # "agreed after the attack": a circumstance, told as fact; an open noun under a modal is not ("troubled by unrest")
            return self._open_under_modal(head) if verbal else True
        if effect is None and verbal and noun:
            return self._open_under_modal(head)
        if effect is None or effect == "fact":
            if verbal:
                self.verbs.reach(head, self.told)
            return effect == "fact" or pos in ("VERB", "AUX", "NOUN", "ADJ")
        if effect == "negative":
            return self._deny(head, noun, through)
        return self._weaken(head, effect)

    def _deny(self, head: int, noun: bool, through: str | None) -> bool:
        """Apply a word that says that something did not come about, or came to its end; say whether to go on upwards."""
        syntax, lemma = self.syntax, self.syntax.lemma[head]
        verbal = syntax.pos[head] in ("VERB", "AUX")
        if lemma in _ENDING and (noun or through != "from"):
            return True  # "stopped firing": there was firing
        if noun and lemma in _REFUSING:
            self.told.weaken("hypothetical")
        elif lemma == "abandon" and through != "from":
            return True  # what one abandons one has done
        if lemma == "rule" and not any(syntax.lower[c] == "out" for c in syntax.children[head]):
            return True
        self.told.polarity = "positive" if verbal and self.clauses.is_negated(head) else "negative"
        if verbal:
            self.verbs.reach(head, self.told, negation=False)
        return True

    def _weaken(self, head: int, effect: str) -> bool:
        """Apply a word of threat, fear, chance, wish, plan or report; say whether to go on upwards."""
        told, lemma = self.told, self.syntax.lemma[head]
        verbal = self.syntax.pos[head] in ("VERB", "AUX")
        negated = verbal and self.clauses.is_negated(head)
        if effect == "threat":
            told.weaken("hypothetical")
            told.threatened = True
        elif effect == "fear":
            told.weaken("hypothetical", "possible")
            told.feared = True
        elif effect == "possible":
            told.weaken("hypothetical", "probable" if lemma in _LIKELY else "possible")
            if lemma == "unlikely":
                told.polarity = "negative"
        elif effect == "want":
            told.weaken("hypothetical")
        elif effect == "plan":
            told.weaken("planned")
        elif effect == "alleged":
            told.weaken(None, "possible")
        elif effect == "reported":
            told.weaken(None, "probable")
        if negated and effect in ("plan", "want", "possible"):
            told.weaken("hypothetical")
            told.polarity = "negative"
        if negated and effect in ("alleged", "reported"):
            told.weaken("hypothetical")
        return verbal

    def _open_under_modal(self, verb: int) -> bool:
        """Weaken a noun's event that a modal or hypothetical verb holds: "would be troubled by unrest"."""
        syntax = self.syntax
        modals = [syntax.lower[a] for a in self.clauses.auxiliaries(verb) if syntax.tag[a] == "MD"]
        if modals and not self.definite:
            self.verbs.modal(verb, modals, False, self.told)
        return False

    def _adverbial(self, clause: int, head: int) -> None:
        """An adverbial clause is told for itself; conditions and what is yet to come are not facts."""
        syntax = self.syntax
        if self.clauses.is_condition(clause):
            self.told.weaken("hypothetical")
            return
        marks = [syntax.lower[c] for c in syntax.children[clause] if syntax.dep[c] in ("mark", "advmod")]
        future = any(
            syntax.lower[a] in FUTURE or syntax.lower[a] in ("would", "may", "might", "could")
            for a in self.clauses.auxiliaries(head)
        )
        if any(m in self.cues.future_marks for m in marks) and future and syntax.tag[clause] not in ("VBD", "VBN"):
            self.told.weaken("hypothetical")

    def _said_of(self, verb: int) -> None:
        """Apply what a verb of occurrence or a predicate says of a nominal event that is its subject."""
        syntax = self.syntax
        lemma = syntax.lemma[verb]
        if lemma == "be":
            for child in syntax.kids(verb, "acomp", "attr"):
                effect = self.cues.governors.get(syntax.lemma[child])
                if effect in ("possible", "fear"):
                    self.told.weaken("hypothetical", "probable" if syntax.lemma[child] in ("likely", "probable") else "possible")
                if syntax.lower[child] in ("over", "finished"):
                    return
        effect = self.cues.governors.get(lemma)
        passive = syntax.is_passive(verb)
        if passive and lemma in _SUSPENDING:
            self.told.weaken("hypothetical")
        if passive and effect in ("plan", "want", "fear", "threat", "possible", "negative", "alleged", "reported"):
            self._govern(verb, True, None)
        if lemma in self.cues.occurrence or not self.definite:
            self.verbs.reach(verb, self.told)
        if lemma in ("loom", "threaten"):
            self.told.weaken("hypothetical", "possible")
            self.told.feared = True
        for child in syntax.kids(verb, "xcomp", "ccomp"):
            if lemma in ("expect", "due", "schedule", "set", "be", "plan") and any(
                syntax.lower[c] == "to" for c in syntax.kids(child, "aux")
            ):
                self.told.weaken("planned")
