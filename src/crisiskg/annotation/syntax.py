"""The dependency parse of a document as plain lists, and which mention each phrase stands for.

Relations and events ask for heads, children and mentions of nearly every token. Asking spaCy's objects costs more than all the
rules together, so the parse is copied once into lists; a token is its number from here on.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from crisiskg.annotation.records import Mention, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spacy.tokens import Doc

SUBJECTS = frozenset({"nsubj", "csubj"})
PASSIVE_SUBJECTS = frozenset({"nsubjpass", "csubjpass"})
_DATE_WORDS_TEXT = """
january february march april may june july august september october november december
monday tuesday wednesday thursday friday saturday sunday
"""
#: Names of months and days of the week, in lower case.
DATE_WORDS = frozenset(_DATE_WORDS_TEXT.split())
_PARTS_OF_TIME = frozenset({"morning", "afternoon", "evening", "night", "weekend"})
NOUN_MODIFIERS = frozenset({"compound", "amod", "poss", "nmod", "nummod"})
CLAUSES = frozenset({"ccomp", "xcomp", "advcl", "acl", "relcl", "csubj", "csubjpass", "pcomp", "conj", "parataxis", "ROOT"})


class Syntax:
    """Parse of one document.

    Attributes:
        lower: Lower-case form of each token.
        lemma: Lower-case lemma of each token.
        pos: Universal part of speech.
        tag: Fine-grained tag.
        dep: Dependency label.
        head: Number of the head; a root is its own head.
        children: Numbers of the dependents, in order.
        start: Offset of the first character in the document's text.
        end: Offset behind the last character.
        sentence: Number of the sentence.
        bounds: First token and token behind the last of each sentence.
    """

    def __init__(self, doc: Doc) -> None:
        """Copy what the rules need out of a parsed document."""
        from spacy.attrs import DEP, HEAD, IDX, LEMMA, LENGTH, LOWER, POS, SENT_START, TAG

        count = len(doc)
        rows = doc.to_array([LOWER, LEMMA, POS, TAG, DEP, HEAD, IDX, LENGTH, SENT_START]).astype("int64") if count else None
        strings = doc.vocab.strings
        known: dict[int, str] = {0: ""}

        def words(column: int, fold: bool = False) -> list[str]:
            assert rows is not None
            out = []
            for key in rows[:, column].astype("uint64").tolist():
                word = known.get(key)
                if word is None:
                    word = known[key] = strings[key]
                out.append(word.lower() if fold else word)
            return out

        self.lower: list[str] = words(0) if count else []
        self.lemma: list[str] = words(1, fold=True) if count else []
        self.pos: list[str] = words(2) if count else []
        self.tag: list[str] = words(3) if count else []
        self.dep: list[str] = words(4) if count else []
        self.head: list[int] = [i + h for i, h in enumerate(rows[:, 5].tolist())] if rows is not None else []
        self.start: list[int] = rows[:, 6].tolist() if rows is not None else []
        self.end: list[int] = [a + n for a, n in zip(self.start, rows[:, 7].tolist(), strict=True)] if rows is not None else []
        self._mend_possessives()
        self._mend_dated_subjects()
        self.children: list[list[int]] = [[] for _ in range(count)]
        for i, head in enumerate(self.head):
            if head != i:
                self.children[head].append(i)
        self.sentence: list[int] = []
        self.bounds: list[tuple[int, int]] = []
        begin = 0
        for i, first in enumerate(rows[:, 8].tolist() if rows is not None else []):
            if first == 1 and i > begin:
                self.bounds.append((begin, i))
                begin = i
            self.sentence.append(len(self.bounds))
        if count:
            self.bounds.append((begin, count))
        # A conjunct hides behind the first member of its series; every rule wants the series.
        self.conjuncts: dict[int, list[int]] = {}
        for i in range(count):
            if self.dep[i] == "conj":
                self.conjuncts.setdefault(self.head[i], []).append(i)

    def __len__(self) -> int:
        return len(self.lower)

    def _mend_possessives(self) -> None:
        """Hang what has a possessive ending on the noun behind it; the parser often fails to where the apostrophe is curly."""
        for mark in range(1, len(self.tag) - 1):
            owner = mark - 1
            if self.tag[mark] != "POS" or self.dep[owner] == "poss" or self.pos[owner] not in ("PROPN", "NOUN"):
                continue
            owned, behind = None, mark + 1
            while behind < len(self.tag) and self.pos[behind] in ("ADJ", "NOUN", "PROPN", "NUM"):
                if self.pos[behind] in ("NOUN", "PROPN"):
                    owned = behind
                behind += 1
            if owned is None:
                continue
            above = self.head[owner]
            seen = owner
            while above not in (seen, owned):
                above, seen = self.head[above], above
            if above != owned:  # what the owner hung on is what the thing owned hangs on
                self.head[owned] = self.head[owner] if self.head[owner] != owner else owned
                self.dep[owned] = self.dep[owner]
            self.head[owner], self.dep[owner] = owned, "poss"

    def _mend_dated_subjects(self) -> None:
        """Part a date from the subject behind it: the parser often reads "On 3 May fighters attacked" as "on May fighters"."""
        words = DATE_WORDS | _PARTS_OF_TIME
        for day in range(1, len(self.lower) - 1):
            if self.lower[day] not in words or self.dep[day] not in (*NOUN_MODIFIERS, "npadvmod"):
                continue
            noun = self.head[day]
            if self.pos[noun] == "NUM":  # "12 June" with the month below the day
                noun = self.head[noun]
            name = self.head[noun]
            verb = self.head[name]
            if noun < day or self.dep[noun] != "pobj" or name > day or verb <= noun or self.dep[name] != "prep":
                continue
            if self.pos[verb] not in ("VERB", "AUX") or self.lower[name] not in ("on", "in", "since", "by", "during"):
                continue
            beside = [x for x in range(name + 1, min(len(self.head), verb + 40)) if self.head[x] == verb]
            if any(self.dep[x] in ("nsubj", "nsubjpass", "csubj", "expl") for x in beside):
                continue
            if self.tag[verb] not in ("VBD", "VBZ", "VBP") and not any(self.dep[x] in ("aux", "auxpass") for x in beside):
                continue
            for x in range(name + 1, noun):
                if self.head[x] == noun and (x < day or (self.pos[x] == "NUM" and x <= day + 2)):
                    self.head[x], self.dep[x] = day, "nummod" if self.pos[x] == "NUM" else self.dep[x]
            self.head[day], self.dep[day] = name, "pobj"
            self.head[noun] = verb
            self.dep[noun] = "nsubjpass" if any(self.dep[x] == "auxpass" for x in beside) else "nsubj"

    def token_at(self, offset: int) -> int:
        """Return the number of the token that holds a character, or the first behind it."""
        return bisect_right(self.end, offset)

    def tokens(self, span: Span) -> range:
        """Return the tokens that lie in a span of characters, wholly or in part."""
        return range(bisect_right(self.end, span[0]), bisect_left(self.start, span[1]))

    def span(self, first: int, last: int) -> Span:
        """Return the characters from one token to another, both included."""
        return self.start[first], self.end[last]

    def sentence_span(self, token: int) -> Span:
        """Return the characters of the sentence that holds a token."""
        first, behind = self.bounds[self.sentence[token]]
        while behind - 1 > first and not self.lower[behind - 1].strip():
            behind -= 1
        return self.start[first], self.end[behind - 1]

    def kids(self, token: int, *deps: str) -> list[int]:
        """Return the dependents of a token that stand in one of the relations."""
        dep = self.dep
        return [c for c in self.children[token] if dep[c] in deps]

    def series(self, token: int) -> list[int]:
        """Return a token and all that is coordinated with it, in order."""
        out = [token]
        for member in out:
            out.extend(self.conjuncts.get(member, ()))
        return out

    def subtree(self, token: int) -> Iterator[int]:
        """Yield a token and all below it, in no particular order."""
        stack = [token]
        while stack:
            current = stack.pop()
            yield current
            stack.extend(self.children[current])

    def edges(self, token: int) -> tuple[int, int]:
        """Return the first and the last token below a token, itself included."""
        first = last = token
        for below in self.subtree(token):
            if below < first:
                first = below
            elif below > last:
                last = below
        return first, last

    def phrase(self, token: int) -> tuple[int, int]:
        """Return first and last token of a noun phrase without its relative clauses, appositions and further conjuncts."""
        first = last = token
        for child in self.children[token]:
            if self.dep[child] in ("relcl", "acl", "appos", "conj", "cc", "punct", "case") or (
                self.dep[child] == "prep" and self.lower[child] != "of"
            ):
                continue
            a, b = self.edges(child)
            first, last = min(first, a), max(last, b)
        return first, last

    def is_passive(self, verb: int) -> bool:
        """Say whether a verb is passive: with a passive subject or auxiliary, or a participle behind its noun."""
        if any(self.dep[c] in ("nsubjpass", "csubjpass", "auxpass", "agent") for c in self.children[verb]):
            return True
        if self.tag[verb] != "VBN" or self.kids(verb, "aux", "dobj"):
            return False
        if self.dep[verb] == "conj":  # "was arrested, beaten and deported"
            above = self.head[verb]
            return self.pos[above] == "VERB" and not self.kids(verb, "nsubj") and self.is_passive(above)
        return self.dep[verb] in ("acl", "amod", "advcl")

    def prepositions(self, token: int) -> Iterator[tuple[str, int]]:
        """Yield (preposition, object) for each prepositional phrase of a token, coordinated objects one by one."""
        for child in self.children[token]:
            if self.dep[child] not in ("prep", "agent", "dative"):
                continue
            name = self.lower[child]
            for below in self.children[child]:
                if self.dep[below] in ("pobj", "pcomp"):
                    for member in self.series(below):
                        yield name, member
                elif self.dep[below] == "prep":  # "from across the border", "because of"
                    for deeper in self.kids(below, "pobj"):
                        for member in self.series(deeper):
                            yield f"{name} {self.lower[below]}", member


class MentionIndex:
    """Which mentions a token heads, and which cover it."""

    def __init__(self, syntax: Syntax, mentions: Iterable[Mention]) -> None:
        """Index mentions by their syntactic heads."""
        self.syntax = syntax
        self.by_id: dict[str, Mention] = {}
        self.head: dict[str, int] = {}
        self.headed: dict[int, list[Mention]] = {}
        self.cover: dict[int, list[Mention]] = {}
        for mention in mentions:
            self.add(mention)

    def add(self, mention: Mention) -> None:
        """Take up one more mention."""
        syntax = self.syntax
        inside = syntax.tokens((mention.start, mention.end))
        if not inside:
            return
        head = inside[-1]
        for token in inside:
            above = syntax.head[token]
            if (above == token or above < inside.start or above >= inside.stop) and syntax.dep[token] not in (
                "punct",
                "det",
                "case",
            ):
                head = token
                break
        self.by_id[mention.id] = mention
        self.head[mention.id] = head
        longest_first = self.headed.setdefault(head, [])
        longest_first.append(mention)
        longest_first.sort(key=lambda m: m.start - m.end)
        for token in inside:
            self.cover.setdefault(token, []).append(mention)

    def at(self, token: int) -> Mention | None:
        """Return the longest mention that a token heads."""
        found = self.headed.get(token)
        return found[0] if found else None

    def over(self, token: int) -> Mention | None:
        """Return the longest mention that covers a token."""
        found = self.cover.get(token)
        return max(found, key=lambda m: m.end - m.start) if found else None

    def in_name(self, token: int) -> Mention | None:
        """Return the longest name that covers a token."""
        names = [m for m in self.cover.get(token, ()) if m.kind == "name"]
        return max(names, key=lambda m: m.end - m.start) if names else None
