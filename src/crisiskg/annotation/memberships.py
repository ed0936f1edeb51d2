"""Who joins and who leaves: verbs of joining, defecting, resigning and being dismissed give memberships their bounds.

A person that disappears, resigns, defects or is dismissed holds what he held until then. One that joins a group, or that shows
himself in what the group publishes, is with it from then on at the latest.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import ORGANIZATIONS, RelationFinder, RelationWriter
from crisiskg.documents import DateBounds

_HELD = frozenset({"headOf", "memberOf", "agentOf", "ministerOf", "headOfState", "headOfGovernment", "spokespersonOf"})
#: Verbs after which nobody holds a post any more, whatever he left.
_GONE = frozenset({"defect", "desert", "disappear", "vanish", "abscond", "resign", "retire", "quit"})
_JOIN_WITH = {
    "defect": ("to",),
    "enlist": ("in", "with"),
    "belong": ("to",),
    "enroll": ("in",),
    "enrol": ("in",),
    "pledge": ("to",),
    "swear": ("to",),
    "side": ("with",),
}


def find_changes(writer: RelationWriter) -> None:
    """Add memberships that begin, and bound those that end."""
    finder = _ChangeFinder(writer)
    syntax = writer.syntax
    leave, removed, join = (writer.words_of("roles", name) for name in ("leave", "removed", "join"))
    for token in range(len(syntax)):
        lemma = syntax.lemma[token]
        if syntax.pos[token] == "VERB":
            if lemma in join or lemma == "side":
                finder.join(token)
            if lemma in leave:
                finder.leave(token)
            elif lemma in removed and syntax.is_passive(token):
                finder.removed(token)
            if lemma in ("appear", "feature", "pose", "star", "speak", "surface"):
                finder.appear(token, writer.grammar.subjects(token))
            elif lemma in ("fight", "serve", "work", "teach", "lecture"):
                finder.serve(token)
        elif syntax.pos[token] == "NOUN":
            if lemma in ("appearance",):
                finder.appear(token, [*writer.grammar.of(token), *writer.grammar.possessors(token)])
            elif lemma in ("defection", "desertion", "resignation", "departure", "dismissal"):
                finder.left_by_noun(token)
    finder.close()


class _ChangeFinder(RelationFinder):
    def __init__(self, writer: RelationWriter) -> None:
        super().__init__(writer)
        #: person → (token that says that he left, what he left or None for all, when at the latest)
        self.left: list[tuple[str, int, str | None, DateBounds | None]] = []
        self.defected: set[str] = set()
        self.appeared: list[tuple[Mention, Mention, int, DateBounds | None, Factuality]] = []
        #: person → the earliest and the surest word on his coming to another side
        self.joined: dict[str, DateBounds] = {}

    # ------------------------------------------------------------------ joining

    def join(self, verb: int) -> None:
        """As in "X joined the group", "X defected to the rebels", "X belongs to Y"."""
        told = self.w.factuality.read(verb, material=False)
        lemma = self.syntax.lemma[verb]
        names = _JOIN_WITH.get(lemma)
        targets = self.grammar.objects(verb) if names is None else [x for n, x in self.syntax.prepositions(verb) if n in names]
        if lemma in ("pledge", "swear") and not any(
            self.syntax.lemma[o] in ("allegiance", "loyalty", "fealty") for o in self.grammar.objects(verb)
        ):
            return
        when = self.when(verb)
        for subject in self.grammar.subjects(verb):
            member = self.index.at(subject)
            if member is None:
                continue
            for x in targets:
                group = self.index.at(x) or self.index.in_name(x)
                if group is None or group.type not in ORGANIZATIONS or not self.w.named(group):
                    continue
                begin = (
                    DateBounds(None, when.latest, when.precision, when.basis, when.start, when.end) if when is not None else None
                )
                self.w.add("memberOf", member, group, verb, confidence=0.75, told=told, begin=begin)
                if lemma == "defect" and member.entity is not None and told.is_fact:
                    self.defected.add(member.entity)

    def serve(self, verb: int) -> None:
        """As in "fought for the Front", "served in the army"."""
        told = self.w.factuality.read(verb, material=False)
        for subject in self.grammar.subjects(verb):
            member = self.index.at(subject)
            if member is None or member.type != "Person":
                continue
            for name, x in self.syntax.prepositions(verb):
                group = self.index.at(x)
                if (
                    name in ("for", "in", "with", "at")
                    and group is not None
                    and group.type in ORGANIZATIONS
                    and self.w.named(group)
                ):
                    if self.syntax.lemma[verb] == "fight" and name == "with":
                        continue
                    self.w.add("memberOf", member, group, verb, confidence=0.6, told=told)

    def appear(self, token: int, subjects: list[int]) -> None:
        """As in "X appeared in a video of the group": he is with it, if he is known to have changed sides; else perhaps."""
        publications = self.w.words_of("roles", "publications")
        when = self.when(token)
        told = self.w.factuality.read(token, material=False)
        for name, x in self.syntax.prepositions(token):
            if name not in ("in", "on") or self.syntax.lemma[x] not in publications:
                continue
            owners = [*self.grammar.modifiers(x), *self.grammar.of(x), *self.grammar.possessors(x)]
            groups = [
                m for o in owners if (m := self.index.at(o) or self.index.in_name(o)) is not None and m.type in ("ArmedGroup",)
            ]
            if when is None:
                when = self.when(x)
            for subject in subjects:
                person = self.index.at(subject) or self.index.in_name(subject)
                if person is not None and person.type == "Person" and groups:
                    self.appeared.append((person, groups[0], token, when, told))

    # ------------------------------------------------------------------ leaving

    def leave(self, verb: int) -> None:
        """As in "X resigned", "X left the party in 2012", "the head of Y disappeared"."""
        syntax, lemma = self.syntax, self.syntax.lemma[verb]
        told = self.w.factuality.read(verb, material=False)
        if not told.is_fact:
            return
        if lemma == "step" and not any(syntax.lower[c] in ("down", "aside") for c in syntax.children[verb]):
            return
        what: list[str | None] = []
        for x in [*self.grammar.objects(verb), *(y for n, y in syntax.prepositions(verb) if n in ("from", "with"))]:
            mention = self.index.at(x)
            if mention is not None and mention.type in ORGANIZATIONS and mention.entity is not None:
                what.append(mention.entity)
        if not what:
            if lemma not in _GONE and lemma != "step":
                return
            what = [None]
        when = self.when(verb)
        for subject in self.grammar.subjects(verb):
            person = self.index.at(subject)
            if person is None or person.entity is None or person.type != "Person":
                continue
            self.left.extend((person.entity, verb, w, when) for w in what)
            if lemma in ("defect", "desert"):
                self.defected.add(person.entity)
            for w in what:
                if w is not None:
                    group = next(m for m in self.w.reading.mentions if m.entity == w)
                    self.w.add("memberOf", person, group, verb, confidence=0.6, former=True, finish=_at_latest(when))

    def removed(self, verb: int) -> None:
        """As in "X was dismissed", "the ousted president"."""
        if not self.w.factuality.read(verb, material=False).is_fact:
            return
        when = self.when(verb)
        for x in self.grammar.objects(verb):
            person = self.index.at(x)
            if person is not None and person.type == "Person" and person.entity is not None:
                self.left.append((person.entity, verb, None, when))

    def left_by_noun(self, noun: int) -> None:
        """As in "his defection", "the resignation of X"."""
        if not self.w.factuality.read(noun).is_fact:
            return
        for x in [*self.grammar.possessors(noun), *self.grammar.of(noun)]:
            person = self.index.at(x)
            if person is not None and person.type == "Person" and person.entity is not None:
                if self.syntax.lemma[noun] in ("defection", "desertion"):
                    self.defected.add(person.entity)
                    self.left.append((person.entity, noun, None, self.when(noun)))
                elif self.syntax.lemma[noun] != "departure":
                    self.left.append((person.entity, noun, None, self.when(noun)))

    def when(self, token: int) -> DateBounds | None:
        """Return the bounds of the time stated in the clause of a token, else in its sentence."""
        syntax = self.syntax
        clause = self.grammar.clause_of(token)
        first, behind = syntax.bounds[syntax.sentence[token]]
        a, b = syntax.start[first], syntax.end[behind - 1]
        here = [t for t in self.w.reading.times if a <= t.start < b and t.bounds is not None]
        same = [t for t in here if self.grammar.clause_of(syntax.token_at(t.start)) == clause]
        chosen = same or here
        return chosen[0].bounds if chosen else None

    # ------------------------------------------------------------------ putting together

    def close(self) -> None:
        """Write what appearances tell, then bound what was held by those who left."""
        joined_at: dict[str, tuple[str, DateBounds | None]] = {}
        for person, group, token, when, told in self.appeared:
            sure = person.entity in self.defected
            begin = _at_latest(when)
            if not sure:
                told.weaken(None, "probable")
            self.w.add("memberOf", person, group, token, confidence=0.8 if sure else 0.5, told=told, begin=begin)
            if sure and person.entity is not None and group.entity is not None:
                known = joined_at.get(person.entity)
                if known is None or known[1] is None:
                    joined_at[person.entity] = (group.entity, begin)
        for left_by, token, what, when in self.left:
            entity = self._known_as(left_by)
            kept = joined_at.get(entity)
            finish = _at_latest(when)
            if (
                kept is not None
                and kept[1] is not None
                and (finish is None or finish.latest is None or (kept[1].latest or dt.date.max) < finish.latest)
            ):
                finish = kept[1]  # who is with the others has left his own
            if finish is None:
                finish = _at_latest(self.w.reading.published)
            ended = self._ended_then(entity, when) if what is None else set()
            for key, relation in list(self.w.relations.items()):
                if relation.head != entity or relation.type not in _HELD or relation.polarity == "negative":
                    continue
                if ended and key not in ended:
                    continue  # "He held the post until 2006, when he was dismissed": from that post
                if what is not None and relation.tail != what:
                    continue
                if kept is not None and relation.tail == kept[0]:
                    continue
                if (
                    what is None
                    and self.syntax.lemma[token] in ("resign", "quit")
                    and relation.begin is not None
                    and when is not None
                    and relation.begin.earliest is not None
                    and when.latest is not None
                    and relation.begin.earliest > when.latest
                ):
                    continue
                earlier = relation.finish
                if (
                    earlier is not None
                    and finish is not None
                    and earlier.latest is not None
                    and finish.latest is not None
                    and earlier.latest <= finish.latest
                ):
                    finish_here: DateBounds | None = earlier
                else:
                    finish_here = finish or earlier
                self.w.change(key, replace(relation, former=True, finish=finish_here))

    def _ended_then(self, entity: str, when: DateBounds | None) -> set[tuple[object, ...]]:
        """Return what somebody held whose end is told for the same time."""
        if when is None or when.latest is None:
            return set()
        return {
            key
            for key, relation in self.w.relations.items()
            if relation.head == entity and relation.finish is not None and relation.finish.latest == when.latest
        }

    def _known_as(self, entity: str) -> str:
        """Return the named person that holds the same office as somebody spoken of by his office alone ("the head of X")."""
        named = {m.entity for m in self.w.reading.mentions if m.kind == "name"}
        if entity in named:
            return entity
        posts = {(r.type, r.tail) for r in self.w.relations.values() if r.head == entity and r.type in _HELD}
        holders = {r.head for r in self.w.relations.values() if (r.type, r.tail) in posts and r.head in named and not r.former}
        return holders.pop() if len(holders) == 1 else entity


def _at_latest(bounds: DateBounds | None) -> DateBounds | None:
    """Return bounds that only say "by then"."""
    if bounds is None or bounds.latest is None:
        return None
    return DateBounds(None, bounds.latest, bounds.precision, bounds.basis, bounds.start, bounds.end)
