"""What a clause shows by itself: its auxiliaries, its negation, and the condition on which it depends."""

from __future__ import annotations

from crisiskg.annotation.factuality import Cues
from crisiskg.annotation.records import Span
from crisiskg.annotation.syntax import Syntax


class ClauseReader:
    """Reads the clauses of one document."""

    def __init__(self, syntax: Syntax, cues: Cues) -> None:
        """Keep the parse and the cues."""
        self.syntax = syntax
        self.cues = cues
        self._negated: dict[int, bool] = {}

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
            if dep in ("nsubj", "nsubjpass", "dobj") and self.is_none(child):
                return True
        if syntax.dep[verb] == "conj" and not syntax.kids(verb, "nsubj", "nsubjpass"):
            above = syntax.head[verb]
            coordinator = [syntax.lower[c] for c in syntax.children[above] if syntax.dep[c] == "cc"]
            # "did not attack or burn"; "did not fight and fled" keeps the second
            shared = "or" in coordinator or "nor" in coordinator or (syntax.tag[verb] == "VB" and not syntax.kids(verb, "aux"))
            if syntax.pos[above] in ("VERB", "AUX") and "but" not in coordinator and shared:
                return self.is_negated(above)
        return False

    def is_none(self, noun: int) -> bool:
        """Say whether a noun phrase stands for none: "nobody", "no soldier", "not a shot"."""
        syntax = self.syntax
        if syntax.lower[noun] in ("nobody", "none", "nothing", "neither"):
            return True
        for child in syntax.children[noun]:
            if syntax.lower[child] in ("no", "neither") and syntax.dep[child] in ("det", "neg", "preconj"):
                return True
            if syntax.lower[child] == "not" and syntax.dep[child] == "neg" and syntax.lower[child + 1] in ("a", "an", "one"):
                return True  # "not a shot was fired"
        return False

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
            return True
        first, _ = syntax.edges(clause)
        return syntax.lower[first] in ("should", "were", "had") and syntax.dep[first] in ("aux", "auxpass") and first < clause
