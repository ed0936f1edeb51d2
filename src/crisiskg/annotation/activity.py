"""Who lives where, and which group is active where, in which order."""

from __future__ import annotations

from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.records import Mention, Quantity
from crisiskg.annotation.relation_writer import ORGANIZATIONS, PLACES, RelationFinder, RelationWriter

_STATIC = frozenset({"in", "on", "at", "across", "throughout", "inside", "near", "around", "along", "within"})
_PEOPLE = frozenset({"PopulationGroup", "Person"})
_ACTIVE = ORGANIZATIONS | {"PopulationGroup"}
_FIGHTERS = ORGANIZATIONS - {"GovernmentBody", "MediaOrganization"}


def find_activity(writer: RelationWriter) -> None:
    """Add livesIn and activeIn."""
    finder = _ActivityFinder(writer)
    syntax = writer.syntax
    for token in range(len(syntax)):
        if syntax.pos[token] == "VERB":
            finder.verb(token)
        elif syntax.pos[token] == "AUX":
            finder.copula(token)
        elif syntax.pos[token] == "NOUN":
            finder.noun(token)
    for mention in list(writer.reading.mentions):
        if mention.type in _PEOPLE and mention.id in writer.index.head:
            finder.people_in(mention)


class _ActivityFinder(RelationFinder):
    def words_of(self, name: str) -> frozenset[str]:
        return self.w.words_of("activity", name)

    # ------------------------------------------------------------------ living, being active

    def verb(self, verb: int) -> None:
        """As in "live in", "is inhabited by", "operate in", "have extended their reach from X to Y"."""
        lemma = self.syntax.lemma[verb]
        if lemma in self.words_of("live"):
            self._live(verb)
        if lemma in self.words_of("operate"):
            self._operate(verb)
        if lemma in self.words_of("spread"):
            self._spread(verb)
        if lemma in self.words_of("hold") and not self.syntax.is_passive(verb):
            told = self.w.factuality.read(verb)
            for s in self._who(self.grammar.subjects(verb), frozenset({"ArmedGroup"})):
                for o in self.grammar.objects(verb):
                    place = self.index.at(o)
                    if place is not None and place.type == "Place":
                        self.w.add("activeIn", s, place, verb, confidence=0.6, told=told)

    def _live(self, verb: int) -> None:
        told = self.w.factuality.read(verb)
        lemma, passive = self.syntax.lemma[verb], self.syntax.is_passive(verb)
        if lemma in self.words_of("inhabited"):
            people, places = self.grammar.subjects(verb), self.grammar.objects(verb)
            if lemma == "inhabit" or passive:
                for m in self._who(people, _PEOPLE):
                    for x in places:
                        self.w.add("livesIn", m, self._place(x), verb, confidence=0.8, told=told, quantity=self._quantity(m))
                return
        for m in self._who(self.grammar.subjects(verb), _PEOPLE):
            if lemma == "work" and not self._is_moved(m):
                continue
            for name, x in self._prepositions_with_objects(verb):
                place = self._place(x)
                if name in _STATIC and place is not None:
                    self.w.add(
                        "livesIn",
                        m,
                        place,
                        verb,
                        confidence=0.75 if lemma != "work" else 0.65,
                        told=told,
                        quantity=self._quantity(m),
                    )
                    break

    def _prepositions_with_objects(self, verb: int) -> list[tuple[str, int]]:
        """Return the phrases of a verb and of its objects: "work low-paid jobs in Russia"."""
        found = list(self.syntax.prepositions(verb))
        for child in self.syntax.kids(verb, "dobj", "advmod"):
            found.extend(self.syntax.prepositions(child))
        return found

    def _is_moved(self, mention: Mention) -> bool:
        """Say whether people are such as live where they work: migrants, refugees, a diaspora."""
        return any(self.syntax.lemma[t] in self.words_of("workers") for t in self.syntax.tokens((mention.start, mention.end)))

    def _operate(self, verb: int) -> None:
        told = self.w.factuality.read(verb)
        lemma = self.syntax.lemma[verb]
        who = self.grammar.objects(verb) if lemma == "base" else self.grammar.subjects(verb)
        self._active(
            self._who(who, _FIGHTERS if lemma != "fight" else frozenset({"ArmedGroup"})),
            self.syntax.prepositions(verb),
            verb,
            told,
        )

    def _active(self, who: list[Mention], phrases: object, at: int, told: Factuality, sureness: float = 0.7) -> None:
        for name, x in phrases:  # type: ignore[attr-defined]
            place = self._place(x)
            if name not in _STATIC or place is None:
                continue
            for m in who:
                self.w.add(
                    "activeIn",
                    m,
                    place,
                    at,
                    confidence=sureness,
                    told=self._apposition_certainty(m, told),
                    qualifier=self._where(x, place),
                )

    def _apposition_certainty(self, mention: Mention, told: Factuality) -> Factuality:
        """As in "fighters, probably the X, are ...": what is said of X is as sure as the word in front of it."""
        syntax, head = self.syntax, self.index.head[mention.id]
        near: set[str] = set()
        for x in (head, *syntax.kids(head, "appos")):
            named = self.index.at(x)
            if named is None or named.entity != mention.entity or (x != head and syntax.dep[x] != "appos"):
                continue
            first = syntax.edges(x)[0]
            near |= {syntax.lower[t] for t in range(max(0, first - 1), syntax.tokens((named.start, named.end)).start)}
        adverbs = self.w.factuality.cues.adverbs
        weakened = Factuality(told.status, told.polarity, told.certainty, told.threatened, told.feared, told.condition)
        if near & adverbs["possible"]:
            weakened.weaken(None, "possible")
        elif near & adverbs["probable"]:
            weakened.weaken(None, "probable")
        return weakened

    def copula(self, verb: int) -> None:
        """As in "are active in", "are present in"."""
        if self.syntax.lemma[verb] != "be":
            return
        for child in self.syntax.kids(verb, "acomp", "attr"):
            if self.syntax.lemma[child] in self.words_of("active"):
                told = self.w.factuality.read(verb)
                told.status = "ongoing" if told.status == "happened" else told.status
                self._active(
                    self._who(self.grammar.subjects(verb), _FIGHTERS),
                    [*self.syntax.prepositions(child), *self.syntax.prepositions(verb)],
                    verb,
                    told,
                    0.75,
                )

    def noun(self, noun: int) -> None:
        """As in "its presence in", "a foothold in"."""
        if self.syntax.lemma[noun] not in self.words_of("presence"):
            return
        owners = self._who([*self.grammar.possessors(noun), *self.grammar.of(noun)], _FIGHTERS)
        if owners:
            self._active(owners, self.syntax.prepositions(noun), noun, self.w.factuality.read(noun), 0.55)

    def _spread(self, verb: int) -> None:
        """As in "have extended their reach from X to Y and to parts of Z": places in the order of the words."""
        told = self.w.factuality.read(verb)
        objects = self.grammar.objects(verb)
        if objects and not any(self.syntax.lemma[o] in self.words_of("spread_objects") for o in objects):
            return
        who = self._who(self.grammar.subjects(verb), frozenset({"ArmedGroup"})) or (
            self._who([p for o in objects for p in self.grammar.possessors(o)], frozenset({"ArmedGroup"}))
        )
        if not who or (self.syntax.lemma[verb] in ("move", "push", "advance") and not objects):
            return
        # Coordinated phrases hang on one another in many ways; between the first "from" or "to" and the clause's end the order of
        # the text is the order of the spread.
        first, behind = self.syntax.bounds[self.syntax.sentence[verb]]
        del first
        places: list[Mention] = []
        opened = False
        for token in range(verb + 1, behind):
            lower = self.syntax.lower[token]
            if lower in ("from", "to", "into", "across", "beyond") and self.syntax.pos[token] in ("ADP", "PART", "SCONJ"):
                opened = True
            elif self.syntax.dep[token] in ("ROOT", "relcl", "advcl", "ccomp") or self.syntax.lower[token] in (";", ":"):
                break
            if not opened:
                continue
            place = self.index.at(token)
            if place is not None and place.type in PLACES and not any(p.end > place.start for p in places):
                if (
                    self.syntax.dep[token] in ("amod", "nmod", "compound", "poss")
                    and self.index.at(self.syntax.head[token]) is not None
                ):
                    continue
                places.append(place)
        for m in who:
            for order, place in enumerate(places, start=1):
                self.w.add(
                    "activeIn",
                    m,
                    place,
                    verb,
                    confidence=0.7,
                    told=told,
                    order=order,
                    qualifier=self._part(self.index.head[place.id], place),
                )

    def people_in(self, mention: Mention) -> None:
        """As in "Tajiks still in Russia", "migrants in Russia": people with a place right behind them."""
        if mention.type != "PopulationGroup":
            return
        syntax, head = self.syntax, self.index.head[mention.id]
        for name, x in syntax.prepositions(head):
            place = self.index.at(x)
            if (
                name == "in"
                and place is not None
                and place.type in PLACES
                and place.kind == "name"
                and not (mention.start <= place.start < mention.end)
            ) and (self.w.named(mention) or self._is_moved(mention)):
                self.w.add("livesIn", mention, place, head, confidence=0.5, quantity=self._quantity(mention))

    def _who(self, heads: list[int], types: frozenset[str]) -> list[Mention]:
        """Return the mentions of some types that phrases stand for, appositions included."""
        out: list[Mention] = []
        for head in heads:
            mention = self.index.at(head) or self.index.in_name(head)
            if mention is None and types & _PEOPLE:
                inner = [self.index.at(x) for x in self.grammar.of(head)]
                mention = next((m for m in inner if m is not None), None)
            if mention is not None and mention.type in types and mention.entity is not None and mention not in out:
                out.append(mention)
            for apposition in self.syntax.kids(head, "appos"):
                second = self.index.at(apposition)
                if second is not None and second.type in types and second not in out:
                    out.append(second)
        return out

    def _place(self, x: int) -> Mention | None:
        """Return the place of a phrase; "Tajikistan's southern border" stands for Tajikistan where it is no mention itself."""
        mention = self.index.at(x)
        if mention is not None and (mention.type in PLACES or mention.kind == "name"):
            return mention if mention.type in PLACES else None
        for y in [*self.grammar.possessors(x), *self.grammar.of(x), *reversed(self.grammar.modifiers(x))]:
            m = self.index.at(y)
            if m is not None and m.type in PLACES:
                return m
        return None

    def _where(self, x: int, place: Mention) -> str | None:
        """Return the words of a place that is more than the mention that stands for it."""
        if (at := self.index.at(x)) is not None and at.type in PLACES:
            return self._part(x, at)
        first, last = self.syntax.phrase(x)
        start, end = self.syntax.span(first, last)
        return self.w.reading.document.text[start:end] if end - start <= 80 and place.start >= start else None

    def _part(self, x: int, place: Mention) -> str | None:
        """Return the words of a part of a place: "northern Mali" where the mention is Mali."""
        syntax = self.syntax
        first = min((m for m in syntax.kids(x, "amod") if syntax.start[m] < place.start), default=None)
        return self.w.reading.document.text[syntax.start[first] : place.end] if first is not None else None

    def _quantity(self, mention: Mention) -> Quantity | None:
        for quantity in self.w.reading.quantities:
            if quantity.subject == mention.id or (mention.start <= quantity.start < mention.end):
                return quantity
            # "More than one million Tajik migrants": the number stands in the same phrase, before the mention
            if quantity.end <= mention.start and mention.start - quantity.end <= 2:
                return quantity
        return None
