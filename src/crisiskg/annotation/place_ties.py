"""What a place lies in, and whose capital it is."""

from __future__ import annotations

from crisiskg.annotation.records import Entity, Mention
from crisiskg.annotation.relation_writer import PLACES, RelationFinder, RelationWriter

_DIRECTIONAL_TEXT = """
the a northern southern eastern western central greater north south east west far northeastern northwestern southeastern
southwestern north-eastern north-western south-eastern south-western upper lower
"""
#: What may follow a place that stands between commas.
_ENDING = frozenset({",", ".", ";", ")", "(", "district", "province", "region", "department", "county", "state"})
#: Words that make of a place's name the name of its part.
_DIRECTIONAL = frozenset(_DIRECTIONAL_TEXT.split())


class PlaceTies(RelationFinder):
    """Finds what the places of one document lie in."""

    def __init__(self, writer: RelationWriter) -> None:
        """Index the mentions of states by country code."""
        super().__init__(writer)
        self.place_nouns = writer.words_of("places", "nouns")
        self._states: dict[str, list[Mention]] = {}
        for mention in writer.reading.mentions:
            state = writer.reading.entity(mention.entity) if mention.type == "State" else None
            if state is not None and state.iso3 is not None and mention.id in writer.index.head:
                self._states.setdefault(state.iso3, []).append(mention)

    def read(self, mention: Mention) -> None:
        """What a place lies in, and whose capital it is."""
        entity = self.w.reading.entity(mention.entity)
        if (entity is not None and entity.type == "State") or not self.w.named(mention):
            return
        syntax, head = self.syntax, self.index.head[mention.id]
        for token in syntax.tokens((mention.start, mention.end)):  # "northern Mali"
            for m in self.index.headed.get(token, ()):
                if (
                    m.id != mention.id
                    and m.type in PLACES
                    and mention.start <= m.start
                    and m.end <= mention.end
                    and m.entity != mention.entity
                    and self._has_own_name(mention, m)
                ):
                    self.w.add("locatedIn", mention, m, head, confidence=0.6)
        for x in [*self.grammar.possessors(head), *self.grammar.modifiers(head)]:  # "Mali's Gao region"
            other = self.index.at(x)
            if other is not None and other.type == "State" and not (mention.start <= other.start and other.end <= mention.end):
                self.w.add("locatedIn", mention, other, head, confidence=0.65)
        self._by_gazetteer(mention, entity, head)
        if mention.kind != "name":
            return
        self._after_comma(mention)
        self._comma_in(mention)
        for name, x in syntax.prepositions(head):
            other = self.index.at(x)
            if other is not None and other.type in PLACES and name in ("in", "of") and other.kind == "name":
                self.w.add("locatedIn", mention, other, head, confidence=0.65)
        nouns = [*syntax.kids(head, "appos")]
        if syntax.dep[head] in ("appos", "compound", "nmod", "pobj"):
            above = syntax.head[head]
            nouns.append(syntax.head[above] if syntax.dep[head] == "pobj" and syntax.lower[above] == "of" else above)
        if syntax.dep[head] == "nsubj" and syntax.lemma[syntax.head[head]] == "be":
            nouns += syntax.kids(syntax.head[head], "attr")
        for noun in nouns:
            if syntax.lemma[noun] not in self.place_nouns and syntax.lemma[noun] != "part":
                continue
            capital = syntax.lemma[noun] == "capital"
            around = [(x, 0.7) for x in [*self.grammar.possessors(noun), *self.grammar.modifiers(noun)]]
            around += [(x, 0.7) for n, x in syntax.prepositions(noun) if n in ("of", "in") or (n == "on" and not capital)]
            for x, sureness in around:
                other = self._proper(x)
                if other is None or other.entity == mention.entity or other.type not in PLACES:
                    continue
                if capital and (other.type == "State" or syntax.dep[x] in ("poss", "pobj")):
                    self.w.add("capitalOf", mention, other, noun, confidence=0.85)
                elif other.kind == "name" or other.type == "State":
                    self.w.add("locatedIn", mention, other, noun, confidence=sureness)

    def _by_gazetteer(self, mention: Mention, entity: Entity | None, head: int) -> None:
        """A settlement and its state: the gazetteer says that it lies there, the document speaks of both."""
        if entity is None or entity.iso3 is None or entity.geonames is None:
            return
        sentence = self.syntax.sentence[head]
        states = self._states.get(entity.iso3, [])
        if states and self.w.named(mention):
            near = min(states, key=lambda m: abs(self.syntax.sentence[self.index.head[m.id]] - sentence))
            together = self.syntax.sentence[self.index.head[near.id]] == sentence
            if together:  # a sentence that speaks of one of them only says nothing of where it lies
                self.w.add("locatedIn", mention, near, head, confidence=0.6)

    def _has_own_name(self, outer: Mention, inner: Mention) -> bool:
        """Say whether a place lies in another one that stands inside its phrase: "Mali's Gao region", "a clinic in Gao".

        "Northern Mali" is no place of its own, and what is near or outside another place is not in it.
        """
        syntax, head = self.syntax, self.index.head[inner.id]
        if syntax.dep[head] == "pobj":
            name = syntax.lower[syntax.head[head]]
            if name == "of" and syntax.lemma[self.index.head[outer.id]] in self.place_nouns:
                return False  # "the city of Khujand" is Khujand
            return name in ("in", "at", "of", "inside", "within")
        rest = outer.text.replace(inner.text, " ").replace("’s", "").replace("'s", "")
        return any(word.lower() not in _DIRECTIONAL and word.isalpha() for word in rest.split())

    def _after_comma(self, mention: Mention) -> None:
        """As in "Gao, Mali": a place, a comma, and the state or region right behind, not a list."""
        syntax = self.syntax
        behind = syntax.tokens((mention.start, mention.end)).stop
        if behind + 1 >= len(syntax) or syntax.lower[behind] != ",":
            return
        over = next(
            (m for m in self.index.cover.get(behind + 1, ()) if m.kind == "name" and m.start == syntax.start[behind + 1]), None
        )
        if over is None or over.entity == mention.entity:
            return
        following = syntax.tokens((over.start, over.end)).stop
        after = syntax.lower[following] if following < len(syntax) else "."
        if after in ("and", "or", "'s", "’s") or (over.type == "Place" and after == ","):
            return
        if over.type == "State" and not self._listed(mention):
            self.w.add("locatedIn", mention, over, behind, confidence=0.7)
        elif (
            over.type == "Place"
            and not self._listed(mention)
            and syntax.dep[self.index.head[over.id]] in ("appos", "npadvmod", "nmod")
        ):
            self.w.add("locatedIn", mention, over, behind, confidence=0.55)

    def _comma_in(self, mention: Mention) -> None:
        """As in "near Hobo, in Huila, ..." and "Rafah, in northern Sinai": between the commas stands where the place is."""
        syntax = self.syntax
        behind = syntax.tokens((mention.start, mention.end)).stop
        if behind + 2 >= len(syntax) or syntax.lower[behind] != "," or syntax.lower[behind + 1] != "in" or self._listed(mention):
            return
        first = behind + 2
        while first < min(behind + 5, len(syntax)) and (syntax.lower[first] in _DIRECTIONAL or syntax.pos[first] == "DET"):
            first += 1
        names = [m for m in self.index.cover.get(first, ()) if m.type in PLACES and m.kind == "name"]
        over = max(names, key=lambda m: m.end - m.start, default=None)
        if over is None or over.entity == mention.entity:
            return
        following = syntax.tokens((over.start, over.end)).stop
        if following >= len(syntax) or syntax.lower[following] in _ENDING:
            self.w.add("locatedIn", mention, over, behind, confidence=0.65)

    def _proper(self, token: int) -> Mention | None:
        """Return the place that a token stands for: for "the region of Sumy" the name in it."""
        found = self.index.at(token)
        if found is None or found.kind == "name" or self.syntax.lemma[token] not in self.place_nouns:
            return found
        inner = [m for x in self.grammar.of(token) if (m := self.index.at(x)) is not None and m.kind == "name"]
        return inner[0] if inner and inner[0].type in PLACES else found

    def _listed(self, mention: Mention) -> bool:
        syntax, head = self.syntax, self.index.head[mention.id]
        return syntax.dep[head] == "conj" or head in syntax.conjuncts
