"""Features of pairs of entities, for the learned part of relations: what the document and each shared sentence say of a pair.

A pair is ordered: what may head a relation stands first (persons, then organizations, groups, places, states). Two of one kind
give two pairs, one for each order. A feature is a string, hashed to the number of a row of weights.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from crisiskg.annotation.records import Entity, Mention
from crisiskg.annotation.relation_writer import ORGANIZATIONS, RelationFinder, RelationWriter

#: Number of rows of weights; a power of two.
ROWS = 1 << 16
#: Which types of entities may stand in relations, and in which order they make a pair; one letter for each kind.
KINDS = {"Person": "0P", **dict.fromkeys(ORGANIZATIONS, "1O"), "PopulationGroup": "2G", "Place": "3L", "State": "4S"}
#: How many states and organizations, the most often named first, are paired with what never shares a sentence with them.
_FAR_STATES, _FAR_ORGANIZATIONS = 3, 2
#: Tokens between two mentions beyond which single words between them say little.
_NEAR = 8
_LONGEST_PATH = 8
#: Mention pairs of one pair of entities that are looked at, the nearest first.
_LOOKED_AT = 2


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entities that may be related.

    Attributes:
        first: Mention of the one that would head the relation.
        second: Mention of the other; in the same sentence where the two ever share one.
        shared: Whether they share a sentence.
        features: Rows of the weights, each once.
    """

    first: Mention
    second: Mention
    shared: bool
    features: tuple[int, ...]


def row_of(feature: str) -> int:
    """Return the row of the weights of a feature.

    >>> 0 <= row_of("PS:title=president") < ROWS
    True
    """
    return zlib.crc32(feature.encode("utf-8")) & (ROWS - 1)


class PairReader(RelationFinder):
    """Reads the pairs of one document. The relations that the rules found must have been written: they are features too."""

    def __init__(self, writer: RelationWriter) -> None:
        """Index mentions by entity and by sentence, and what the rules found by entity."""
        super().__init__(writer)
        reading, index, sentence = writer.reading, writer.index, writer.syntax.sentence
        self.entities: dict[str, Entity] = {e.id: e for e in reading.entities if e.type in KINDS}
        self.mentions: dict[str, list[Mention]] = defaultdict(list)
        self.by_sentence: dict[int, list[Mention]] = defaultdict(list)
        for mention in reading.mentions:
            if mention.entity in self.entities and mention.id in index.head and not reading.in_credits(mention.start):
                self.mentions[mention.entity or ""].append(mention)
                self.by_sentence[sentence[index.head[mention.id]]].append(mention)
        self._own = {entity: self._about(entity) for entity in self.mentions}
        self._rank = self._ranks()
        self._ruled: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._heads: dict[str, set[str]] = defaultdict(set)
        self._tails: dict[str, set[str]] = defaultdict(set)
        for relation in writer.relations.values():
            if relation.polarity == "positive":
                self._ruled[relation.head, relation.tail].append(f"{relation.type}{'!' if relation.confidence >= 0.65 else ''}")
                self._ruled[relation.tail, relation.head].append(f"~{relation.type}")
                self._heads[relation.head].add(relation.type)
                self._tails[relation.tail].add(relation.type)

    # ------------------------------------------------------------------ which pairs

    def pairs(self) -> Iterator[Pair]:
        """Yield the pairs of a document, those that share a sentence first."""
        together = self._together()
        for (one, other), found in together.items():
            yield self._pair(one, other, found)
        for one, other in self._apart(together):
            yield self._pair(one, other, [])

    def _together(self) -> dict[tuple[str, str], list[tuple[int, Mention, Mention]]]:
        """Return the pairs that share a sentence, with their mentions and the number of tokens between these."""
        found: dict[tuple[str, str], list[tuple[int, Mention, Mention]]] = defaultdict(list)
        head, named, kinds = self.index.head, self.w.named, KINDS
        for mentions in self.by_sentence.values():
            known = [(m, m.entity or "", kinds[self.entities[m.entity or ""].type], head[m.id], named(m)) for m in mentions]
            for number, (a, one, kind, at, is_named) in enumerate(known):
                for b, other, other_kind, other_at, other_named in known[number + 1 :]:
                    if one == other or not (is_named or other_named):
                        continue
                    near = abs(at - other_at)
                    if kind <= other_kind:
                        found[one, other].append((near, a, b))
                    if other_kind <= kind:
                        found[other, one].append((near, b, a))
        return found

    def _apart(self, together: dict[tuple[str, str], list[tuple[int, Mention, Mention]]]) -> Iterator[tuple[str, str]]:
        """Yield pairs that share no sentence: named things with the states and organizations that the text is about."""
        for kind, many, ones in (("4S", _FAR_STATES, "013"), ("1O", _FAR_ORGANIZATIONS, "0")):
            for other, rank in self._rank.items():
                if rank >= many or KINDS[self.entities[other].type] != kind:
                    continue
                for one, entity in self.entities.items():
                    if KINDS[entity.type][0] not in ones or one == other or one not in self._own:
                        continue
                    if (one, other) not in together and self.w.named(self.mentions[one][0]):
                        yield one, other

    def _ranks(self) -> dict[str, int]:
        """Return the rank of each named state and organization by how often it is spoken of, from 0."""
        found: dict[str, int] = {}
        for kind in ("4S", "1O"):
            counts = Counter(
                {e: len(ms) for e, ms in self.mentions.items() if KINDS[self.entities[e].type] == kind and self.w.named(ms[0])}
            )
            found.update({entity: rank for rank, (entity, _) in enumerate(counts.most_common())})
        return found

    # ------------------------------------------------------------------ features

    def _about(self, entity: str) -> tuple[list[str], bool]:
        """Return what the words beside and of an entity's mentions say of it, and whether the first sentence names it."""
        words: dict[str, None] = {}
        for mention in self.mentions[entity][:12]:
            title = self.w.reading.titles.get(mention.id)
            if title is not None:
                title = title.lower()
                words[title] = None
                words[title.rpartition(" ")[2]] = None
            if mention.kind == "nominal":
                words[self.syntax.lemma[self.index.head[mention.id]]] = None
            elif mention.kind == "name":
                for noun in self.syntax.kids(self.index.head[mention.id], "appos"):
                    if self.syntax.pos[noun] == "NOUN":
                        words[self.syntax.lemma[noun]] = None
        first = self.syntax.sentence[self.index.head[self.mentions[entity][0].id]] == 0
        return list(words)[:6], first

    def _pair(self, one: str, other: str, found: list[tuple[int, Mention, Mention]]) -> Pair:
        first, second = self.entities[one], self.entities[other]
        kinds = KINDS[first.type][1] + KINDS[second.type][1]
        features = [f"T{first.type}|{second.type}"]
        words, opens = self._own[one]
        other_words, other_opens = self._own[other]
        rank, other_rank = min(self._rank.get(one, 9), 4), min(self._rank.get(other, 9), 4)
        count = min(len(found), 4)
        features += [f"w{kinds}{word}" for word in words]
        features += [f"v{kinds}{word}" for word in other_words]
        features += [f"r{kinds}{type_}" for type_ in self._ruled.get((one, other), ())]
        features += [f"h{kinds}{type_}" for type_ in self._heads.get(one, ())]
        features += [f"t{kinds}{type_}" for type_ in self._tails.get(other, ())]
        features += [f"f{kinds}{fact}" for fact in self._facts(first, second)]
        features.append(f"n{kinds}{count}{self.w.named(self.mentions[one][0])}{self.w.named(self.mentions[other][0])}")
        features.append(f"k{kinds}{count > 0}{rank}{other_rank}{opens}{other_opens}")
        if words and not found:
            features += [f"x{kinds}{word}{other_rank}" for word in words]
        found.sort(key=lambda entry: entry[0])
        for near, a, b in found[:_LOOKED_AT]:
            features += self._between(kinds, near, a, b)
        if found:
            a, b = found[0][1], found[0][2]
        else:
            a, b = self.mentions[one][0], self.mentions[other][0]
        return Pair(a, b, bool(found), tuple({row_of(feature) for feature in features}))

    def _facts(self, first: Entity, second: Entity) -> Iterator[str]:
        """Yield what the reference data and the gazetteer say of two entities."""
        reading = self.w.reading
        one, other = reading.entries.get(first.id), reading.entries.get(second.id)
        if first.iso3 is not None and second.iso3 is not None:
            yield "same" if first.iso3 == second.iso3 else "elsewhere"
        if one is not None and other is not None:
            if one.iri in (other.capital,):
                yield "capital"
            if other.iri in one.wholes:
                yield "whole"
            if other.iri in one.related:
                yield "related"
            if one.iri in other.related:
                yield "relates"
        held = reading.holdings.get(first.id)
        if held:
            published = reading.published
            day = None if published is None else published.latest or published.earliest
            here = [h for h in held if h.organization == second.iri]
            for h in here:
                yield f"{h.role}{None if day is None else h.covers(day)}"
            if not here:
                yield "holds"
        if second.type in ("State", "Place") or second.type in ORGANIZATIONS:
            name = second.name
            if name in first.name:
                yield "in-name"

    def _between(self, kinds: str, near: int, a: Mention, b: Mention) -> Iterator[str]:
        """Yield what stands between two mentions of one sentence, and how the parse joins them."""
        syntax, index = self.syntax, self.index
        left, right = (a, b) if (a.start, -a.end) <= (b.start, -b.end) else (b, a)
        k = kinds + ("<" if left is a else ">")
        yield f"d{k}{near if near < 4 else 4 + min(near // 4, 5)}"
        if right.end <= left.end:
            yield f"i{k}in"
            yield f"i{k}{syntax.lemma[index.head[left.id]]}"
        else:
            first, behind = syntax.tokens((left.start, left.end)).stop, syntax.tokens((right.start, right.end))
            gap = syntax.lemma[first : behind.start]
            if len(gap) <= _NEAR:
                for word in gap:
                    yield f"b{k}{word}"
                if len(gap) <= 4:
                    yield f"g{k}{' '.join(gap)}"
            last = behind.stop
            if last < len(syntax):
                yield f"a{k}{syntax.lemma[last]}"
        before = syntax.tokens((left.start, left.end)).start - 1
        if before >= 0:
            yield f"p{k}{syntax.lemma[before]}"
        yield from self._path(k, index.head[a.id], index.head[b.id])

    def _path(self, k: str, one: int, other: int) -> Iterator[str]:
        """Yield the way through the parse from one token to another."""
        syntax = self.syntax
        up: list[int] = [one]
        while syntax.head[up[-1]] != up[-1] and len(up) <= _LONGEST_PATH:
            up.append(syntax.head[up[-1]])
        place = {token: number for number, token in enumerate(up)}
        down: list[int] = [other]
        while down[-1] not in place:
            above = syntax.head[down[-1]]
            if above == down[-1] or len(down) > _LONGEST_PATH:
                yield f"q{k}far"
                return
            down.append(above)
        top = down.pop()
        climb = up[: place[top]]
        if len(climb) + len(down) > _LONGEST_PATH:
            yield f"q{k}far"
            return
        deps = ".".join(syntax.dep[t] for t in climb) + "^" + ".".join(syntax.dep[t] for t in reversed(down))
        inner = [*climb[1:], *((top,) if top not in (one, other) else ()), *reversed(down[1:])]
        yield f"q{k}{deps}"
        if inner:
            yield f"l{k}{deps}{'.'.join(syntax.lemma[t] for t in inner)}"
            for t in inner:
                yield f"m{k}{syntax.lemma[t]}"
            yield f"c{k}{syntax.lemma[top]}"
