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
_TELLING = frozenset({"announce", "announcement", "agree", "decree", "proclaim", "swear", "decide", "assure"})
_CIRCUMSTANTIAL_TEXT = """
after since during despite by in at amid over following because from with before as under
"""
#: Prepositions before a circumstance, which is told as fact.
_CIRCUMSTANTIAL = frozenset(_CIRCUMSTANTIAL_TEXT.split())
#: Words whose nominal object was under way or there before.
_ENDING = frozenset({"stop", "halt"})
#: Words whose nominal object may never come about.
_REFUSING = frozenset({"reject", "oppose", "refuse", "abandon", "ban", "forbid", "bar", "block", "exclude", "discourage"})
#: Words whose nominal object goes on by them.
_KEEPING = frozenset({"extend", "prolong", "enforce", "maintain", "observe", "uphold", "respect", "tighten"})
#: What lasts or is in force, said of a nominal event.
_LASTING_VERBS = frozenset({"remain", "persist", "rage", "continue", "linger", "drag"})
_IN_FORCE = frozenset({"force", "place", "way", "effect"})
#: Words that open a clause which takes for granted that something happened.
_KNOWN_OPENINGS = frozenset({"how", "why", "who", "whoever", "what", "where", "when"})
#: Agreements, which are there once they are announced.
_ACCORDS = frozenset({"deal", "agreement", "accord", "pact", "settlement", "compromise"})
_TRUCES = frozenset({"truce", "ceasefire", "cease-fire", "armistice", "pause"})
#: Nouns of an attempt on power, which a verb of failing denies.
_COUPS = frozenset({"coup", "putsch", "takeover", "mutiny"})
#: Words that tell of a statement, and before an infinitive of an order: "told them to leave".
_ORDERING = frozenset({"tell", "warn", "direct"})
#: Verbs of asking and refusing whose object the pluperfect takes for granted: "had ordered the strikes".
_CARRIED_OUT = frozenset({"order", "request", "demand", "propose", "urge"})
#: Modal verbs under which a clause of time lies ahead.
_AHEAD = frozenset({"would", "should", "must", "may", "might", "could", "can"})
#: Conjunctions behind which even the past tense lies ahead: "would not stop until they laid down their arms".
_LIMITS = frozenset({"until", "till", "once"})
#: Nouns of having a share in what has been done.
SHARES = frozenset({"responsibility", "involvement", "complicity", "credit", "blame", "role", "part", "guilt"})
#: Words of what somebody feels at what has been.
_MOVED = frozenset({"concern", "concerned", "alarm", "alarmed", "worry", "worried", "anxiety"})
#: Words of expectation that leave little doubt.
_LIKELY = frozenset({"likely", "certain", "sure", "bound", "inevitable"})


class Ascent:
    """The walk from one trigger up to the root of its sentence."""

    def __init__(self, verbs: VerbModality, told: Factuality, *, definite: bool, said: bool = False) -> None:
        """Start with what the trigger itself tells.

        Args:
            verbs: The verb forms of the document.
            told: What is told so far; the walk changes it.
            definite: Whether the trigger is a verb, or a noun that speaks of something known ("the attack").
            said: Whether it is a noun of what somebody says ("the charge"), which is there although others reject it.
        """
        self.said = said
        self.trigger = -1
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
        self.trigger = token
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
            if dep == "acl" and syntax.pos[head] == "VERB" and syntax.kids(current, "mark"):
                dep = "ccomp"  # "3. Demand that Mali withdraw"
            if dep == "acl" and not any(syntax.lower[c] == "to" for c in syntax.kids(current, "aux")):
                return  # a participle says what its noun did or suffered
            if dep in ("prep", "agent", "dative"):
                if syntax.lower[current] in _WITHOUT or (syntax.lower[current] == "of" and syntax.lower[head] in _WITHOUT):
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
            if dep in ("appos", "npadvmod", "tmod", "dep", "nmod") or (dep == "amod" and syntax.tag[current] == "VBN"):
                return
            if noun and dep in ("nsubj", "nsubjpass"):
                self._said_of(head)
                if not self.definite and syntax.dep[head] == "advcl":
                    self._adverbial(head, syntax.head[head])
                return
            if noun and dep == "attr" and syntax.lemma[head] == "be":
                if self.clauses.is_negated(head) and any(syntax.lower[c] in ("a", "an") for c in syntax.kids(current, "det")):
                    self.told.polarity = "negative"  # "it was not a coup"
                return
            if dep == "xcomp" and syntax.lemma[head] == "be":
                self.told.weaken("planned")  # "envoys are to meet"
            # "X rejected it, he said": only words of saying reach back over what stands in front of them
            reaches_back = self.cues.governors.get(syntax.lemma[head]) in ("reported", "alleged", "fear", "threat")
            if dep in ("ccomp", "csubj") and current < head and not reaches_back:
                return
            if (
                not noun
                and dep in ("ccomp", "csubj", "csubjpass", "nsubj", "nsubjpass", "pcomp")
                and self._is_known_clause(current)
            ):
                return
            if dep == "ccomp" and not noun and any(syntax.lower[c] == "whether" for c in syntax.kids(current, "mark")):
                self.told.weaken("hypothetical")
                return
            if dep == "ccomp" and not noun and syntax.lemma[head] == "insist" and self._is_future(current):
                self.told.weaken(None, "probable")  # "insists that she will not resign"
                current = head
                continue
            if dep == "ccomp" and not noun and self._has_passed(current, head):
                current = head
                continue
            if dep == "ccomp" and not noun and self._is_assertion(current, head):
                self.told.weaken(None, "probable" if syntax.lemma[head] in _ASSERTING else None)
                current = head
                continue
            if not noun and dep in ("xcomp", "ccomp", "advcl") and self._is_order(current, head):
                self.told.weaken("hypothetical")
                current = head
                continue
            if not self._govern(head, noun, None):
                return
            current = head
            noun = False if syntax.pos[head] in ("VERB", "AUX") else noun

    def _is_order(self, verb: int, head: int) -> bool:
        """Say whether an infinitive is what somebody is told to do: "told its citizens to leave"."""
        return self.syntax.lemma[head] in _ORDERING and any(self.syntax.lower[a] == "to" for a in self.clauses.auxiliaries(verb))

    def _is_accused(self, token: int) -> bool:
        """Say whether a word is whom somebody accuses: "accused the ADF of massacres" is read as "the ADF of massacres"."""
        syntax = self.syntax
        verb = syntax.head[token]
        if syntax.lemma[token] in SHARES:
            return False  # "claimed responsibility for the attack"
        return syntax.dep[token] in ("dobj", "nsubjpass") and self.cues.governors.get(syntax.lemma[verb]) == "alleged"

    def _is_future(self, verb: int) -> bool:
        return any(self.syntax.lower[a] in FUTURE for a in self.clauses.auxiliaries(verb))

    def _is_known_clause(self, verb: int) -> bool:
        """Say whether a clause takes for granted what it tells: "how many died", "whoever ordered it", in the past tense."""
        syntax = self.syntax
        auxiliaries = self.clauses.auxiliaries(verb)
        past = syntax.tag[verb] == "VBD" or any(syntax.lower[a] in ("had", "was", "were") for a in auxiliaries)
        if not past or any(syntax.tag[a] == "MD" for a in auxiliaries):
            return False
        first, _ = syntax.edges(verb)
        return syntax.lower[first] in _KNOWN_OPENINGS

    def _has_passed(self, verb: int, head: int) -> bool:
        """Apply a word of threat or fear before a clause that tells what has been: "fear that boys may have been seized"."""
        syntax = self.syntax
        effect = self.cues.governors.get(syntax.lemma[head])
        if effect not in ("threat", "fear") or not syntax.kids(verb, "nsubj", "nsubjpass"):
            return False
        auxiliaries = self.clauses.auxiliaries(verb)
        perfect = any(syntax.lower[a] in ("has", "had", *HAVE) for a in auxiliaries)
        past = syntax.tag[verb] == "VBD" or any(syntax.lower[a] in ("was", "were") for a in auxiliaries)
        if not perfect and (not past or any(syntax.tag[a] == "MD" for a in auxiliaries) or self.clauses.is_condition(verb)):
            return False
        if effect == "fear":
            self.told.weaken(None, "possible")
            self.told.feared = True
        return True

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
        if noun and self._presupposes(head):
            return False
        if not noun and not verbal and self.clauses.is_none(head):
            self.told.weaken("hypothetical")  # "has no power to dismiss her", "has no policy of negotiating"
            self.told.polarity = "negative"
            return True
        if not noun and lemma == "short" and through == "of":
            self.told.polarity = "negative"  # "stopped short of announcing"
            return True
        shares = (lemma in SHARES and not verbal) or (
            verbal and any(syntax.lemma[x] in SHARES for x in syntax.kids(head, "dobj"))
        )
        if noun and shares and through in ("for", "in") and self.definite:
            return False  # "claimed responsibility for the attack": there was one, whoever did it
        effect = self.cues.governors.get(lemma)
        if lemma == "go" and syntax.lower[head] != "going":
            effect = "fact"
        if effect == "want" and noun and through == "for" and lemma in ("want", "seek") and syntax.is_passive(head):
            return False  # "wanted for the bombing"
        if noun and effect == "reported" and verbal:
            effect = None  # "estimated the losses": about something known
        if noun and verbal and through is None and self.definite and self._takes_for_granted(head):
            effect = None
        if noun and effect == "fear" and self.definite and lemma in _MOVED and through in ("at", "over", "about", "by"):
            return True  # "expressed concern at the seizure of the town"
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

    def _takes_for_granted(self, head: int) -> bool:
        """Say whether a word of asking speaks of what is there: "called the strike deliberate", "had ordered the raids"."""
        syntax, lemma = self.syntax, self.syntax.lemma[head]
        if syntax.is_passive(head) and not any(syntax.lower[a] == "had" for a in self.clauses.auxiliaries(head)):
            return False
        if lemma == "call":
            return not any(name in ("for", "on", "off") for name, _ in syntax.prepositions(head)) and not syntax.kids(head, "prt")
        return lemma in _CARRIED_OUT and any(syntax.lower[a] == "had" for a in self.clauses.auxiliaries(head))

    def _presupposes(self, head: int) -> bool:
        """Apply a word that ends or keeps up what it governs, which is under way: "called on them to halt the offensive"."""
        syntax, lemma = self.syntax, self.syntax.lemma[head]
        forms = [syntax.lower[a] for a in self.clauses.auxiliaries(head)]
        told = syntax.tag[head] in ("VBD", "VBZ", "VBP") or any(f in ("has", "had", "was", "were", *HAVE) for f in forms)
        keeps = lemma in _KEEPING and (told or self.definite)
        if not keeps and (lemma not in self.cues.enders or told):
            return False
        if self.told.status == "happened" and self.told.polarity == "positive":
            self.told.status = "ongoing"
        return True

    def _deny(self, head: int, noun: bool, through: str | None) -> bool:
        """Apply a word that says that something did not come about, or came to its end; say whether to go on upwards."""
        syntax, lemma = self.syntax, self.syntax.lemma[head]
        verbal = syntax.pos[head] in ("VERB", "AUX")
        if noun and self.said and lemma in _REFUSING | {"deny", "denial"}:
            return False  # "rejected the charges": they were made
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
            told.weaken("planned" if lemma == "invite" and self.syntax.pos[self.trigger] == "NOUN" else "hypothetical")
        elif effect == "plan":
            if lemma != "announce" or self.syntax.lemma[self.trigger] not in _ACCORDS:
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
        modals = [syntax.lower[a] for a in self.clauses.auxiliaries(clause) if syntax.tag[a] == "MD"]
        if "before" in marks and ("could" in modals or "can" in modals):
            self.told.weaken("hypothetical")  # "before it could be signed": it never was
            self.told.polarity = "negative"
            return
        future = any(syntax.lower[a] in FUTURE or syntax.lower[a] in _AHEAD for a in self.clauses.auxiliaries(head))
        if future and any(m in self.cues.future_marks for m in marks) and self._lies_ahead(clause, marks):
            self.told.weaken("hypothetical")

    def _lies_ahead(self, clause: int, marks: list[str]) -> bool:
        """Say whether a clause of time under a future is yet to come: "until it has been signed", not "after it was signed"."""
        syntax = self.syntax
        if any(m in _LIMITS for m in marks):
            return True
        forms = {syntax.lower[a] for a in self.clauses.auxiliaries(clause)}
        if forms & {"was", "were", "had"}:
            return False
        return syntax.tag[clause] not in ("VBD", "VBN") or bool(forms & {"has", "is", "are", *HAVE})

    def _is_in_force(self, verb: int) -> None:
        """Tell a noun's event as going on where its verb says so: "the curfew remains in force", "while raids were under way"."""
        syntax, told = self.syntax, self.told
        if told.status != "happened":
            return
        forms = [syntax.lower[a] for a in self.clauses.auxiliaries(verb)]
        lemma = syntax.lemma[verb]
        goes_on = syntax.tag[verb] == "VBG" and any(f in ("is", "are", "was", "were") for f in forms)
        present = goes_on or syntax.tag[verb] in ("VBZ", "VBP") or lemma == "continue"
        steady = present and (lemma in _LASTING_VERBS or (lemma == "hold" and syntax.lemma[self.trigger] in _TRUCES))
        in_force = syntax.lemma[verb] in ("be", "remain", "stay") and any(
            name in ("in", "under") and syntax.lemma[x] in _IN_FORCE for name, x in syntax.prepositions(verb)
        )
        underway = any(syntax.lower[c] == "underway" for c in syntax.children[verb])
        if (
            (steady or in_force or underway)
            and not self.clauses.is_negated(verb)
            and "MD" not in {syntax.tag[a] for a in self.clauses.auxiliaries(verb)}
        ):
            told.status = "ongoing"

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
        self._is_in_force(verb)
        if lemma in self.cues.failing and syntax.lemma[self.trigger] in _COUPS and not self.clauses.is_negated(verb):
            self.told.polarity = "negative"
        effect = self.cues.governors.get(lemma)
        passive = syntax.is_passive(verb)
        if passive and lemma == "call" and any(name == "for" for name, _ in syntax.prepositions(verb)):
            self.told.weaken("planned")  # "a rally is called for Friday"
            return
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
