"""Reads from the parse how an event is told.

The walk goes from the trigger up to the root of its sentence. At the trigger its own auxiliaries, negation and adverbs count;
further up, each word that governs it (`data/factuality_cues.toml`) may weaken what the levels below left. Nothing on the way
makes an event more certain than it was: in doubt, it has not happened.
"""

from __future__ import annotations

from crisiskg.annotation.factuality import Factuality, load_cues
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.records import Span

_PRESENT_BE = frozenset({"is", "are", "am", "'s", "’s", "'re", "’re"})
_HAVE = ("have", "'ve", "’ve")
_PERFECT_BE = frozenset({"been", "'ve", "’ve"})
_DEFINITE = frozenset(
    {"the", "this", "that", "these", "those", "its", "their", "his", "her", "our", "my", "your", "both", "each"}
)
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
_FUTURE = frozenset({"will", "shall", "'ll", "’ll", "wo", "sha"})
_COMPLEMENTS = frozenset({"xcomp", "ccomp", "acl", "pcomp"})


class FactualityReader:
    """Reads the factuality of triggers of one document."""

    def __init__(self, grammar: Grammar) -> None:
        """Keep the parse and the cues."""
        self.grammar = grammar
        self.syntax = grammar.syntax
        self.cues = load_cues()
        self._negated: dict[int, bool] = {}
        self._definite = True

    def read(self, token: int, *, material: bool = True, headline: bool = False) -> Factuality:
        """Return how the event of a trigger is told.

        Args:
            token: The head word of the trigger.
            material: Whether the type is one of deeds; in the simple present these go on, while acts of speech are done.
            headline: Whether it stands in a title or caption, where the present tense tells what has happened.
        """
        told = Factuality()
        verbal = self.syntax.pos[token] in ("VERB", "AUX")
        self._definite = verbal or self._is_definite(token)
        if verbal:
            self._own_verb(token, told, material=material, headline=headline)
        else:
            self._own_noun(token, told)
        self._climb(token, told, verbal)
        if told.is_fact and self._is_asked(token):
            told.weaken("hypothetical")
        return told

    def _is_asked(self, token: int) -> bool:
        """Say whether the sentence is a question: what is asked is not told."""
        syntax = self.syntax
        first, behind = syntax.bounds[syntax.sentence[token]]
        for last in range(behind - 1, max(first, behind - 4), -1):
            if syntax.lower[last] == "?":
                return True
            if syntax.pos[last] not in ("PUNCT", "SPACE"):
                return False
        return False

    # ------------------------------------------------------------------ the trigger itself

    def auxiliaries(self, verb: int) -> list[int]:
        """Return the auxiliaries of a verb, those it shares with the verb it is coordinated with where it has none."""
        syntax = self.syntax
        own = syntax.kids(verb, "aux", "auxpass")
        if own or syntax.dep[verb] != "conj" or syntax.pos[syntax.head[verb]] not in ("VERB", "AUX"):
            return own
        if syntax.kids(verb, "nsubj", "nsubjpass"):
            return own
        shared = self.auxiliaries(syntax.head[verb])
        tag = syntax.tag[verb]
        wants = {"VB": ("MD", "TO"), "VBN": ("VBZ", "VBP", "VBD", "VBN", "VB", "VBG"), "VBG": ("VBZ", "VBP", "VBD", "VBN")}.get(
            tag, ()
        )
        # The first verb's "will" reaches a bare form, its "was" or "has" a participle; a finite form stands alone.
        if tag in wants or not any(syntax.tag[a] in wants or (tag != "VB" and syntax.tag[a] == "MD") for a in shared):
            return []
        return shared

    def is_negated(self, verb: int) -> bool:
        """Say whether a verb stands under a negation of its own clause."""
        found = self._negated.get(verb)
        if found is None:
            found = self._negated[verb] = self._find_negation(verb)
        return found

    def _find_negation(self, verb: int) -> bool:
        syntax = self.syntax
        words = self.cues.adverbs["negative"]
        for child in syntax.children[verb]:
            dep, lower = syntax.dep[child], syntax.lower[child]
            if dep == "neg" or (dep in ("advmod", "preconj", "cc") and lower in words and lower not in ("no", "nor")):
                if lower == "not" and child + 1 < len(syntax) and syntax.lower[child + 1] in ("only", "just", "merely", "least"):
                    continue
                return True
            if dep in ("nsubj", "nsubjpass", "dobj") and self._is_none(child):
                return True
        if syntax.dep[verb] == "conj" and not syntax.kids(verb, "nsubj", "nsubjpass"):
            above = syntax.head[verb]
            coordinator = [syntax.lower[c] for c in syntax.children[above] if syntax.dep[c] == "cc"]
            # "did not attack or burn"; "did not fight and fled" keeps the second
            shared = "or" in coordinator or "nor" in coordinator or (syntax.tag[verb] == "VB" and not syntax.kids(verb, "aux"))
            if syntax.pos[above] in ("VERB", "AUX") and "but" not in coordinator and shared:
                return self.is_negated(above)
        return False

    def _is_none(self, noun: int) -> bool:
        syntax = self.syntax
        if syntax.lower[noun] in ("nobody", "none", "nothing", "neither"):
            return True
        return any(
            syntax.lower[c] in ("no", "neither") and syntax.dep[c] in ("det", "neg", "preconj") for c in syntax.children[noun]
        )

    def _own_verb(self, verb: int, told: Factuality, *, material: bool, headline: bool) -> None:
        syntax = self.syntax
        auxiliaries = self.auxiliaries(verb)
        modals = [syntax.lower[a] for a in auxiliaries if syntax.tag[a] == "MD"]
        forms = [syntax.lower[a] for a in auxiliaries]
        perfect = any(f in ("have", "'ve", "’ve") for f in forms)
        self._modal(verb, modals, perfect, told)
        if not modals and told.status == "happened":
            tag = syntax.tag[verb]
            present = any(f in _PRESENT_BE for f in forms)
            since = any(syntax.lower[c] == "since" and syntax.dep[c] in ("prep", "mark") for c in syntax.children[verb])
            progressive = tag == "VBG" and (present or any(f in _PERFECT_BE for f in forms))
            passive = tag == "VBN" and present and ("being" in forms or (material and not headline))
            lasting = material and since and any(f in ("has", *_HAVE) for f in forms)
            simple = tag in ("VBZ", "VBP") and material and not headline and not auxiliaries and syntax.dep[verb] != "ccomp"
            if progressive or passive or lasting or simple:
                told.status = "ongoing"
            elif (
                tag == "VB"
                and not auxiliaries
                and syntax.dep[verb] in ("ROOT", "ccomp", "conj", "parataxis")
                and not syntax.kids(verb, "nsubj", "nsubjpass")
            ):
                told.weaken("hypothetical")  # an imperative
        if self.is_negated(verb):
            told.polarity = "negative"
        self._adverbs(verb, told)
        if "to" in forms and not modals:
            self._infinitive(verb, told)

    def _modal(self, verb: int, modals: list[str], perfect: bool, told: Factuality) -> None:
        """Apply the modal verbs of a clause."""
        for modal in modals:
            if modal in _FUTURE:
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
            condition = self.condition_of(verb)
            if condition is not None:
                told.condition = condition
                told.weaken("hypothetical")

    def _is_commitment(self, verb: int) -> bool:
        """Say whether "would" is "will" as somebody said it of himself: "announced that he would withdraw"."""
        syntax = self.syntax
        clause = verb
        while syntax.dep[clause] in ("conj", "xcomp"):
            clause = syntax.head[clause]
        return syntax.dep[clause] == "ccomp" and syntax.lemma[syntax.head[clause]] in self.cues.commitment

    def _infinitive(self, verb: int, told: Factuality) -> None:
        """An infinitive of purpose tells what is meant to come; one that a verb or noun governs is weighed there."""
        syntax = self.syntax
        dep = syntax.dep[verb]
        if dep == "advcl" or (dep in ("relcl", "acl") and syntax.lemma[syntax.head[verb]] not in self.cues.governors):
            told.weaken("planned")
        elif dep in ("ROOT", "nsubj", "csubj", "pobj"):
            told.weaken("hypothetical")

    def _own_noun(self, noun: int, told: Factuality) -> None:
        syntax, adjectives = self.syntax, self.cues.adjectives
        for child in syntax.children[noun]:
            lower, dep = syntax.lower[child], syntax.dep[child]
            if dep in ("amod", "det", "compound", "neg", "preconj", "advmod"):
                if lower in ("no", "neither") or dep == "neg":
                    told.polarity = "negative"
                if lower == "any":
                    told.weaken("hypothetical")
                if lower in adjectives["negative"]:
                    told.polarity = "negative"
                if lower in adjectives["planned"]:
                    told.weaken("planned")
                if lower in adjectives["hypothetical"]:
                    told.weaken("hypothetical", "possible")
                if lower in adjectives["possible"]:
                    told.weaken(None, "possible")
                if lower in adjectives["probable"]:
                    told.weaken(None, "probable")
                if lower in adjectives["ongoing"] and told.status == "happened":
                    told.status = "ongoing"
                for word, certainty in (("probable", "probable"), ("possible", "possible")):
                    if any(syntax.lower[x] in self.cues.adverbs[word] for x in syntax.children[child]):
                        told.weaken(None, certainty)  # type: ignore[arg-type]

    def _adverbs(self, verb: int, told: Factuality) -> None:
        syntax, adverbs = self.syntax, self.cues.adverbs
        for child in syntax.children[verb]:
            if syntax.dep[child] in ("advmod", "acomp", "parataxis", "nsubj", "nsubjpass"):
                words = [syntax.lower[child]]
                if syntax.dep[child] in ("nsubj", "nsubjpass"):  # "fighters, probably the X, are ..." weakens only the apposition
                    continue
                if any(w in adverbs["possible"] for w in words):
                    told.weaken(None, "possible")
                elif any(w in adverbs["probable"] for w in words):
                    told.weaken(None, "probable")

    def condition_of(self, verb: int) -> Span | None:
        """Return the span of the conditional clause on which a clause depends, looked for at the verb and its governors."""
        syntax = self.syntax
        seen = verb
        for _ in range(6):
            for child in syntax.children[seen]:
                if syntax.dep[child] == "advcl" and self.is_condition(child):
                    return syntax.span(*syntax.edges(child))
                if syntax.dep[child] == "prep" and syntax.lower[child] in ("without", "unless"):
                    return syntax.span(*syntax.edges(child))
                if syntax.dep[child] == "mark" and syntax.lower[child] == "if" and syntax.dep[seen] == "ROOT":
                    return None
            if syntax.dep[seen] not in ("conj", "xcomp", "ccomp", "parataxis"):
                return None
            seen = syntax.head[seen]
        return None

    def is_condition(self, clause: int) -> bool:
        """Say whether a clause is a condition: by its mark, or by inversion ("should the rains ease")."""
        syntax = self.syntax
        marks = [syntax.lower[c] for c in syntax.children[clause] if syntax.dep[c] in ("mark", "advmod")]
        if any(m in self.cues.conditions for m in marks):
            return not any(m == "even" for m in marks) or True
        first, _ = syntax.edges(clause)
        return syntax.lower[first] in ("should", "were", "had") and syntax.dep[first] in ("aux", "auxpass") and first < clause

    # ------------------------------------------------------------------ what governs it

    def _climb(self, token: int, told: Factuality, verbal: bool) -> None:
        """Apply what governs the trigger, level by level, up to the root."""
        syntax = self.syntax
        current, noun = token, not verbal
        through: str | None = None
        for _ in range(24):  # deeper nesting than any sentence has
            dep, head = syntax.dep[current], syntax.head[current]
            if head == current:
                return
            if dep == "advcl":
                self._adverbial(current, head, told)
                return
            if dep == "relcl" and syntax.tag[current] in ("VBZ", "VBP") and syntax.lemma[head] in _NORMS and not noun:
                told.weaken("planned")  # "a decree that dissolves the assembly": what a text rules is yet to be done
            if dep in ("relcl", "parataxis") or (dep == "acl" and syntax.tag[current] not in ("VB", "VBG", "VBN")):
                return
            if dep == "acl" and not any(syntax.lower[c] == "to" for c in syntax.kids(current, "aux")):
                return  # a participle says what its noun did or suffered
            if dep in ("prep", "agent", "dative"):
                if syntax.lower[current] in _WITHOUT:
                    told.polarity = "negative"
                    return
                through = syntax.lower[current]
                current = head
                if not self._govern(current, told, noun, through):
                    return
                through = None
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
                self._said_of(head, told)
                if not self._definite and syntax.dep[head] == "advcl":
                    self._adverbial(head, syntax.head[head], told)
                return
            if dep == "xcomp" and syntax.lemma[head] == "be":
                told.weaken("planned")  # "envoys are to meet"
            # "X rejected it, he said": only words of saying reach back over what stands in front of them
            reaches_back = self.cues.governors.get(syntax.lemma[head]) in ("reported", "alleged", "fear", "threat")
            if dep in ("ccomp", "csubj") and current < head and not reaches_back:
                return
            if dep == "ccomp" and not noun and self._is_assertion(current, head):
                told.weaken(None, "probable" if syntax.lemma[head] in _ASSERTING else None)
                current = head
                continue
            if not self._govern(head, told, noun, None):
                return
            current = head
            noun = False if syntax.pos[head] in ("VERB", "AUX") else noun

    def _is_assertion(self, verb: int, head: int) -> bool:
        """Say whether a word of planning or wishing only asserts what its clause tells: "announced that X had fled"."""
        syntax = self.syntax
        lemma, auxiliaries = syntax.lemma[head], self.auxiliaries(verb)
        forms = [syntax.lower[a] for a in auxiliaries]
        if any(syntax.tag[a] in ("MD", "TO") for a in auxiliaries) or lemma not in _ASSERTING | _TELLING:
            return False
        if self.is_negated(head) or any(syntax.tag[a] == "MD" for a in self.auxiliaries(head)):
            return False
        if syntax.tag[verb] == "VBD" or any(f in ("had", "has", *_HAVE) for f in forms):
            return True
        present = syntax.tag[verb] in ("VBZ", "VBP") or any(f in ("is", "are", "was", "were") for f in forms)
        return lemma in _ASSERTING and present

    def _govern(self, head: int, told: Factuality, noun: bool, through: str | None) -> bool:
        """Apply one governing word; say whether to go on upwards."""
        syntax = self.syntax
        lemma = syntax.lemma[head]
        effect = self.cues.governors.get(lemma)
        pos = syntax.pos[head]
        verbal = pos in ("VERB", "AUX")
        if lemma == "go" and syntax.lower[head] != "going":
            effect = "fact"
        if noun and verbal and through is None and lemma in _SUSPENDING:
            told.weaken("hypothetical")  # "suspended the deployment": it does not go on, and may never have begun
            return False
        if noun and effect == "reported" and verbal:
            effect = None  # "estimated the losses": about something known
        if (
            through
            in (
                "after",
                "since",
                "during",
                "despite",
                "by",
                "in",
                "at",
                "amid",
                "over",
                "following",
                "because",
                "from",
                "with",
                "before",
                "as",
                "under",
            )
            and noun
            and effect not in ("fear", "threat")
            and not (effect == "negative" and through == "from")
        ):
            # "agreed after the attack": a circumstance, told as fact; an open noun under a modal is not ("troubled by unrest")
            return self._open_under_modal(head, told) if verbal else True
        if effect is None:
            if verbal:
                if noun:
                    return self._open_under_modal(head, told)
                self._outer(head, told)
            return pos in ("VERB", "AUX", "NOUN", "ADJ")
        negated = verbal and self.is_negated(head)
        if effect == "fact":
            if verbal:
                self._outer(head, told)
            return True
        if effect == "negative":
            if noun and lemma in (
                "reject",
                "oppose",
                "refuse",
                "abandon",
                "ban",
                "forbid",
                "bar",
                "block",
                "stop",
                "halt",
                "exclude",
                "discourage",
            ):
                if lemma in ("stop", "halt"):
                    return True
                told.weaken("hypothetical")
            elif lemma in ("stop", "halt", "abandon") and through != "from":
                return True  # "stopped firing": there was firing
            if lemma == "rule" and not any(syntax.lower[c] == "out" for c in syntax.children[head]):
                return True
            told.polarity = "positive" if negated else "negative"
            if verbal:
                self._outer(head, told, negation=False)
            return True
        if effect == "threat":
            told.weaken("hypothetical")
            told.threatened = True
        elif effect == "fear":
            told.weaken("hypothetical", "possible")
            told.feared = True
        elif effect == "possible":
            told.weaken(
                "hypothetical", "possible" if lemma not in ("likely", "certain", "sure", "bound", "inevitable") else "probable"
            )
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
        if verbal and effect in ("alleged", "reported"):
            if negated:
                told.weaken("hypothetical")
            return True
        return verbal

    def _outer(self, verb: int, told: Factuality, *, negation: bool = True) -> None:
        """Let modals, negation and adverbs of a transparent verb reach what it governs."""
        syntax = self.syntax
        auxiliaries = self.auxiliaries(verb)
        modals = [syntax.lower[a] for a in auxiliaries if syntax.tag[a] == "MD"]
        perfect = any(syntax.lower[a] in ("have", "'ve", "’ve") for a in auxiliaries)
        self._modal(verb, modals, perfect, told)
        if negation and self.is_negated(verb):
            told.polarity = "negative"
        self._adverbs(verb, told)
        if not modals and any(syntax.lower[a] == "to" for a in auxiliaries):
            self._infinitive(verb, told)
        if told.status == "happened" and syntax.tag[verb] == "VBG" and any(syntax.lower[a] in _PRESENT_BE for a in auxiliaries):
            told.status = "ongoing"

    def _open_under_modal(self, verb: int, told: Factuality) -> bool:
        """Weaken a noun's event that a modal or hypothetical verb holds: "would be troubled by unrest"."""
        syntax = self.syntax
        modals = [syntax.lower[a] for a in self.auxiliaries(verb) if syntax.tag[a] == "MD"]
        if modals and not self._definite:
            self._modal(verb, modals, False, told)
        return False

    def _adverbial(self, clause: int, head: int, told: Factuality) -> None:
        """An adverbial clause is told for itself; conditions and what is yet to come are not facts."""
        syntax = self.syntax
        if self.is_condition(clause):
            told.weaken("hypothetical")
            return
        marks = [syntax.lower[c] for c in syntax.children[clause] if syntax.dep[c] in ("mark", "advmod")]
        future = any(
            syntax.lower[a] in _FUTURE or syntax.lower[a] in ("would", "may", "might", "could") for a in self.auxiliaries(head)
        )
        if any(m in self.cues.future_marks for m in marks) and future and syntax.tag[clause] not in ("VBD", "VBN"):
            told.weaken("hypothetical")

    def _said_of(self, verb: int, told: Factuality) -> None:
        """Apply what a verb of occurrence or a predicate says of a nominal event that is its subject."""
        syntax = self.syntax
        lemma = syntax.lemma[verb]
        if lemma == "be":
            for child in syntax.kids(verb, "acomp", "attr"):
                effect = self.cues.governors.get(syntax.lemma[child])
                if effect in ("possible", "fear"):
                    told.weaken("hypothetical", "probable" if syntax.lemma[child] in ("likely", "probable") else "possible")
                if syntax.lower[child] in ("over", "finished"):
                    return
        effect = self.cues.governors.get(lemma)
        passive = syntax.is_passive(verb)
        if passive and lemma in _SUSPENDING:
            told.weaken("hypothetical")
        if passive and effect in ("plan", "want", "fear", "threat", "possible", "negative", "alleged", "reported"):
            self._govern(verb, told, True, None)
        if lemma in self.cues.occurrence or not self._definite:
            self._outer(verb, told)
        if lemma in ("loom", "threaten"):
            told.weaken("hypothetical", "possible")
            told.feared = True
        for child in syntax.kids(verb, "xcomp", "ccomp"):
            if lemma in ("expect", "due", "schedule", "set", "be", "plan") and any(
                syntax.lower[c] == "to" for c in syntax.kids(child, "aux")
            ):
                told.weaken("planned")

    def is_known(self, noun: int) -> bool:
        """Say whether a nominal trigger speaks of something taken as known to the reader."""
        return self._is_definite(noun)

    def _is_definite(self, noun: int) -> bool:
        """Say whether a nominal event is spoken of as known: "the attack", "its withdrawal", not "further attacks"."""
        syntax = self.syntax
        words = {syntax.lower[c] for c in syntax.children[noun] if syntax.dep[c] in ("det", "poss", "amod", "nummod")}
        named = bool(syntax.kids(noun, "poss"))
        return (named or not words.isdisjoint(_DEFINITE)) and words.isdisjoint(self.cues.adjectives["open"])
