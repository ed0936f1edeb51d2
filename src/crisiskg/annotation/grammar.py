"""Who stands where around a verb or noun: subjects, objects, controllers, antecedents, modifiers. Knows nothing of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.syntax import DATE_WORDS, NOUN_MODIFIERS, Syntax

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: Nouns that only measure or gather what "of" brings: "dozens of villagers", "a group of gunmen".
_MEASURES_TEXT = """
dozen score hundred thousand million group number handful lot majority minority half most some many several all part
rest couple pair series wave total none one two three family crowd band column convoy member fighter third quarter
remnant bulk ten each both any few sort kind type body ten figure scores tens
"""
MEASURES = frozenset(_MEASURES_TEXT.split())
RELATIVE = frozenset({"who", "which", "that", "whom"})
#: Adjectives whose subject is what the infinitive behind them is done to: "is hard to defeat".
_TOUGH = frozenset({"hard", "easy", "difficult", "impossible", "tough", "dangerous", "simple"})
#: Verbs whose object, not their subject, is the one that acts in the infinitive behind it.
_OBJECT_CONTROL_TEXT = """
ask urge order tell force compel allow permit let help encourage persuade want invite instruct command press call appeal
direct enable cause lead authorize authorise push require get make see watch hear send expect forbid warn advise train
hire recruit beg implore exhort convince drive deploy use mandate oblige coerce pressure incite
"""
OBJECT_CONTROL = frozenset(_OBJECT_CONTROL_TEXT.split())
#: Those of them that bring the one who is to act behind a preposition: "called upon the army to leave".
_CALLING = frozenset({"call", "appeal"})


class Grammar:
    """Grammatical places around the tokens of one parse; what was asked once is remembered."""

    def __init__(self, syntax: Syntax, kinds: Mapping[int, str] | None = None) -> None:
        """Keep the parse.

        Args:
            syntax: The parse.
            kinds: Type of the mention that a token heads, where that is known.
        """
        self.syntax = syntax
        self.kinds: Mapping[int, str] = kinds or {}
        self._subjects: dict[int, list[int]] = {}
        self._objects: dict[int, list[int]] = {}

    def subjects(self, verb: int) -> list[int]:
        """Return who acts: heads of the phrases that are the logical subject of a verb.

        Subjects of actives, agents of passives, subjects shared by coordination, controllers of infinitives and participles,
        antecedents of relative pronouns.
        """
        found = self._subjects.get(verb)
        if found is None:
            self._subjects[verb] = []  # a parse may hold no cycle, but control may come back to where it began
            found = self._subjects[verb] = self._find_subjects(verb)
        return found

    def objects(self, verb: int) -> list[int]:
        """Return what is acted on: direct objects of an active, subjects of a passive."""
        found = self._objects.get(verb)
        if found is None:
            self._objects[verb] = []
            found = self._objects[verb] = self._find_objects(verb)
        return found

    def _find_subjects(self, verb: int) -> list[int]:
        syntax = self.syntax
        if syntax.is_passive(verb):
            agents = [x for c in syntax.kids(verb, "agent") for p in syntax.kids(c, "pobj") for x in syntax.series(p)]
            if not agents:
                agents = self._shared_agents(verb)
            if not agents and syntax.dep[verb] == "conj" and not syntax.kids(verb, "nsubjpass"):
                # "was attacked and burned by rebels" has the agent at the last verb, "attacked by rebels and burned" at the first
                return [] if not syntax.is_passive(syntax.head[verb]) else self.subjects(syntax.head[verb])
            return agents
        return self._surface_subjects(verb)

    def _shared_agents(self, verb: int) -> list[int]:
        """Return the agent that stands at the last of several participles: "was stopped and beaten by soldiers"."""
        syntax = self.syntax
        for member in reversed(syntax.series(verb)[1:]):
            if syntax.tag[member] == "VBN" and not syntax.kids(member, "aux", "auxpass", "nsubj", "nsubjpass"):
                agents = [x for c in syntax.kids(member, "agent") for p in syntax.kids(c, "pobj") for x in syntax.series(p)]
                if agents:
                    return agents
        return []

    def _surface_subjects(self, verb: int) -> list[int]:
        """Return the grammatical subject, also where it stands elsewhere."""
        syntax = self.syntax
        own = syntax.kids(verb, "nsubj", "nsubjpass", "csubj", "expl")
        own = [x for x in own if syntax.dep[x] != "expl"]
        if own:
            return [y for x in own for y in self.antecedents(x)]
        dep, head = syntax.dep[verb], syntax.head[verb]
        if dep == "conj" and syntax.pos[head] in ("VERB", "AUX"):
            return self._passed_on(head)
        if dep in ("xcomp", "advcl", "ccomp", "pcomp") or (dep == "pobj" and syntax.tag[verb] == "VBG"):
            if dep in ("pcomp", "pobj"):  # "accused of killing", "after leaving"
                head = syntax.head[head]
            if syntax.pos[head] not in ("VERB", "AUX", "ADJ", "NOUN"):
                return []
            if dep == "ccomp" and any(c for c in syntax.kids(verb, "aux") if syntax.tag[c] in ("VBD", "VBZ", "VBP", "MD")):
                return []
            objects = self.objects(head)
            if not objects and syntax.lemma[head] in _CALLING and not syntax.is_passive(head):
                called = [x for name, x in syntax.prepositions(head) if name in ("on", "upon", "to") and x < verb]
                objects = [x for x in called if syntax.lower[x] not in DATE_WORDS]
            if objects and (
                syntax.lemma[head] in OBJECT_CONTROL
                or (
                    dep == "pcomp"
                    and syntax.lemma[head]
                    in ("accuse", "suspect", "charge", "prevent", "stop", "convict", "keep", "bar", "blame")
                )
            ):
                return objects
            accused = dep == "pcomp" and syntax.dep[head] == "dobj" and syntax.pos[head] == "NOUN"
            if accused and syntax.lemma[syntax.head[head]] in ("accuse", "suspect", "charge", "convict", "blame"):
                return [head]  # "accused the army of burning crops", read as "the army of burning"
            if syntax.pos[head] == "NOUN":
                return self.of(head) or self.possessors(head)
            return self._passed_on(head)
        if dep in ("acomp", "oprd") and syntax.pos[head] in ("VERB", "AUX") and syntax.lemma[verb] not in _TOUGH:
            return self._passed_on(head)  # "is willing to withdraw"
        if self._is_misread_gerund(verb) and syntax.dep[head] == "pobj":
            return self._passed_on(syntax.head[syntax.head[head]])
        if dep == "acl":
            if syntax.tag[verb] == "VBG":
                return syntax.series(head)[:1] if syntax.pos[head] != "VERB" else self._passed_on(head)
            if syntax.tag[verb] == "VB":  # "the decision of Mali to leave", "Macron's promise to withdraw"
                return self.possessors(head) or self.of(head) or self._holder(head)
        return []

    def _is_misread_gerund(self, verb: int) -> bool:
        """Say whether the parser took "by banning the party" for a modified noun: an article between the two shows it."""
        syntax = self.syntax
        if syntax.tag[verb] != "VBG" or syntax.dep[verb] not in ("nmod", "amod", "compound"):
            return False
        return any(syntax.dep[c] in ("det", "poss") and verb < c for c in syntax.children[syntax.head[verb]])

    def _holder(self, noun: int) -> list[int]:
        """Return the subject of the verb of which a noun is the object ("made a promise to leave")."""
        syntax = self.syntax
        return self._passed_on(syntax.head[noun]) if syntax.dep[noun] == "dobj" else []

    def _passed_on(self, verb: int) -> list[int]:
        """Return the grammatical subject that a verb shares with what depends on it."""
        syntax = self.syntax
        if syntax.pos[verb] not in ("VERB", "AUX", "ADJ"):
            return []
        passive = syntax.kids(verb, "nsubjpass")
        if passive:
            return [y for x in passive for y in self.antecedents(x)]
        if syntax.is_passive(verb) and syntax.dep[verb] in ("acl", "relcl"):
            return [syntax.head[verb]]
        key = ~verb
        found = self._subjects.get(key)
        if found is None:
            self._subjects[key] = []
            found = self._subjects[key] = self._surface_subjects(verb)
        return found

    def _find_objects(self, verb: int) -> list[int]:
        syntax = self.syntax
        if syntax.is_passive(verb):
            own = syntax.kids(verb, "nsubjpass", "csubjpass")
            if own:
                return [y for x in own for y in self.antecedents(x)]
            if syntax.dep[verb] in ("acl", "amod"):
                return [syntax.head[verb]]
            if syntax.dep[verb] == "conj" and syntax.pos[syntax.head[verb]] == "VERB":
                above = syntax.head[verb]
                return self.objects(above) if syntax.is_passive(above) else self._passed_on(above)
            return self._surface_subjects(verb)
        own = syntax.kids(verb, "dobj")
        if own:
            return [y for x in own for y in self.antecedents(x)]
        if self._is_misread_gerund(verb):
            return [syntax.head[verb]]
        # a bare participle coordinated with a passive: "was arrested and tortured"
        dep, head = syntax.dep[verb], syntax.head[verb]
        if (
            dep == "conj"
            and syntax.tag[verb] == "VBN"
            and syntax.pos[head] == "VERB"
            and syntax.is_passive(head)
            and not syntax.kids(verb, "aux", "nsubj")
        ):
            return self.objects(head)
        own_subjects = syntax.kids(verb, "nsubj")
        if dep == "relcl" and own_subjects and not any(syntax.lower[x] in RELATIVE for x in own_subjects):
            return [head]  # "the men they killed"
        # one object for several verbs: "attacked and burned the village"
        for member in syntax.conjuncts.get(verb, ()):
            if (
                syntax.pos[member] == "VERB"
                and not syntax.kids(member, "nsubj", "nsubjpass")
                and syntax.kids(member, "dobj")
                and member - verb <= 3
            ):
                return self.objects(member)
        return []

    def antecedents(self, noun: int) -> list[int]:
        """Return the heads that a noun phrase stands for: its series, or what a relative pronoun points back to."""
        syntax = self.syntax
        if syntax.lower[noun] in RELATIVE and syntax.tag[noun] in ("WDT", "WP", "IN", "DT"):
            clause = syntax.head[noun]
            while syntax.dep[clause] == "conj":
                clause = syntax.head[clause]
            if syntax.dep[clause] == "relcl":
                return [syntax.head[clause]]
            return [noun]
        return syntax.series(noun)

    def infinitives(self, verb: int) -> Iterator[int]:
        """Yield the verbs of infinitives that complement a verb."""
        syntax = self.syntax
        for child in syntax.children[verb]:
            if syntax.dep[child] not in ("xcomp", "ccomp", "advcl", "acl") or syntax.tag[child] not in ("VB", "VBG", "VBN"):
                continue
            if any(syntax.lower[c] == "to" for c in syntax.kids(child, "aux")):
                yield from syntax.series(child)

    def content(self, head: int) -> list[int]:
        """Return the head of a phrase and, behind words of number and measure, what is counted: "200 of the migrants"."""
        syntax = self.syntax
        if syntax.pos[head] == "NUM" or syntax.lemma[head] in MEASURES:
            return [head, *self.of(head)]
        return [head]

    def of(self, noun: int) -> list[int]:
        """Return what "of" joins to a noun, each member of a series."""
        return [x for name, x in self.syntax.prepositions(noun) if name == "of"]

    def possessors(self, noun: int) -> list[int]:
        """Return the possessors of a noun ("Mali's army", "their")."""
        return [y for x in self.syntax.kids(noun, "poss") for y in self.syntax.series(x)]

    def modifiers(self, noun: int) -> list[int]:
        """Return the modifiers in front of a noun, with theirs, nearest last."""
        syntax = self.syntax
        out: list[int] = []
        stack = [
            c
            for c in syntax.children[noun]
            if c < noun and (syntax.dep[c] in NOUN_MODIFIERS or (syntax.dep[c] == "npadvmod" and syntax.lower[c + 1] == "-"))
        ]
        while stack:
            child = stack.pop()
            out.append(child)
            stack.extend(c for c in syntax.children[child] if syntax.dep[c] in (*NOUN_MODIFIERS, "npadvmod", "advmod", "conj"))
        return sorted(out)

    def modifier_words(self, noun: int) -> set[str]:
        """Return lemmas and forms of the modifiers in front of a noun."""
        syntax = self.syntax
        return {w for m in self.modifiers(noun) if syntax.dep[m] != "poss" for w in (syntax.lemma[m], syntax.lower[m])}

    def is_counted(self, token: int) -> bool:
        """Say whether a number stands directly in front of or governs a word ("12 dead")."""
        syntax = self.syntax
        return bool(syntax.kids(token, "nummod")) or (token > 0 and syntax.pos[token - 1] == "NUM")

    def is_said_to_happen(self, noun: int) -> bool:
        """Say whether a noun is the subject of a verb that only says that it came about: "the exchange took place"."""
        syntax = self.syntax
        verb = syntax.head[noun]
        if syntax.dep[noun] == "nsubj":
            lemma = syntax.lemma[verb]
            return lemma in ("occur", "happen") or (
                lemma == "take" and any(syntax.lower[x] == "place" for x in syntax.kids(verb, "dobj", "prt", "advmod"))
            )
        return syntax.dep[noun] == "nsubjpass" and syntax.lemma[verb] in ("hold", "conduct", "complete", "carry")

    def clause_of(self, token: int) -> int:
        """Return the verb of the clause in which a token stands, or the root of its fragment."""
        syntax = self.syntax
        while syntax.pos[token] not in ("VERB", "AUX") or syntax.dep[token] in ("aux", "auxpass", "amod", "compound"):
            if syntax.head[token] == token:
                return token
            token = syntax.head[token]
        return token
