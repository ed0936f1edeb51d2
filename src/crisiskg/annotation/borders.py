"""Who borders whom, and in which direction."""

from __future__ import annotations

from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import PLACES, RelationFinder, RelationWriter


def find_borders(writer: RelationWriter) -> None:
    """Add the relation borders, with the direction where it is said."""
    finder = _BorderFinder(writer)
    syntax = writer.syntax
    border = writer.words_of("places", "border")
    for token in range(len(syntax)):
        if syntax.pos[token] == "VERB" and syntax.lemma[token] == "border":
            finder.borders_verb(token)
        elif syntax.pos[token] == "NOUN" and syntax.lemma[token] in border:
            finder.border(token)


class _BorderFinder(RelationFinder):
    def border(self, noun: int) -> None:
        """As in "X has a border with Y to the south, Z to the north"; "the border between X and Y"; "the X-Y border"."""
        syntax = self.syntax
        owners = [m for x in self.grammar.possessors(noun) if (m := self.index.at(x)) and m.type in PLACES]
        if not owners and syntax.dep[noun] == "dobj":
            owners = [m for x in self.grammar.subjects(syntax.head[noun]) if (m := self.index.at(x)) and m.type in PLACES]
        told = None
        if syntax.dep[noun] == "dobj":
            told = self.w.factuality.read(syntax.head[noun])
        behind = noun + 1
        if behind < len(syntax) and syntax.lower[behind] == "with" and owners:
            for neighbour, direction in self._neighbours(behind + 1):
                for owner in owners:
                    self.w.add("borders", owner, neighbour, noun, confidence=0.8, told=told, qualifier=direction)
            return
        between = [
            m for name, x in syntax.prepositions(noun) if name == "between" if (m := self.index.at(x)) and m.type in PLACES
        ]
        if len(between) == 2:
            self.w.add("borders", between[0], between[1], noun, confidence=0.8)
            return
        before = [m for x in self.grammar.modifiers(noun) if (m := self.index.at(x)) and m.type == "State"]
        if len(before) == 2 and self._hyphen_between(before[0], before[1]):
            self.w.add("borders", before[0], before[1], noun, confidence=0.75)

    def _hyphen_between(self, a: Mention, b: Mention) -> bool:
        between = self.w.reading.document.text[min(a.end, b.end) : max(a.start, b.start)]
        return between.strip() in ("-", "–", "—", "and")

    def _neighbours(self, token: int) -> list[tuple[Mention, str | None]]:
        """Return states and places listed from a token on, each with the direction that follows it."""
        directions = self.w.words_of("places", "directions")
        syntax = self.syntax
        _, behind = syntax.bounds[syntax.sentence[token]] if token < len(syntax) else (0, 0)
        found: list[tuple[Mention, str | None]] = []
        while token < behind:
            lower = syntax.lower[token]
            mention = next((m for m in self.index.cover.get(token, ()) if m.type in PLACES and m.kind == "name"), None)
            if lower in directions and found and found[-1][1] is None:
                found[-1] = (found[-1][0], lower)
            elif mention is not None:
                if not found or found[-1][0].end <= mention.start:
                    found.append((mention, None))
            elif syntax.pos[token] in ("VERB", "AUX") or lower in (".", ";", ":", "but", "which", "where"):
                break
            token += 1
        return found

    def borders_verb(self, verb: int) -> None:
        """As in "X borders Y", "X is bordered by Y"."""
        told = self.w.factuality.read(verb, material=False)
        for s in self.grammar.subjects(verb):
            for o in self.grammar.objects(verb):
                one, other = self.index.at(s), self.index.at(o)
                if one is not None and other is not None and one.type in PLACES and other.type in PLACES:
                    self.w.add("borders", one, other, verb, confidence=0.85, told=told)
