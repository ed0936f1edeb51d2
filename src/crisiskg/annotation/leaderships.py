"""Who leads a body that is spoken of by its leader: "the army under General X", "X's government", "the cabinet of X"."""

from __future__ import annotations

from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import ORGANIZATIONS, RelationFinder, RelationWriter

#: Bodies that are called after who leads them. "X's party" may be that of any of its members, "X's army" is his.
_LED = frozenset({"government", "cabinet", "administration", "regime", "junta", "faction", "militia", "movement", "camp"})
_FORCES = frozenset({"ArmedGroup", "SecurityForce"})
_OVER = frozenset({"under"})


def find_leaderships(writer: RelationWriter) -> None:
    """Add the relation headOf between persons and the bodies that are theirs."""
    finder = _LeadershipFinder(writer)
    for mention in list(writer.reading.mentions):
        if mention.type in ORGANIZATIONS and mention.entity is not None and mention.id in writer.index.head:
            finder.read(mention)


class _LeadershipFinder(RelationFinder):
    def read(self, body: Mention) -> None:
        """Write who leads one body."""
        head = self.index.head[body.id]
        for name, x in self.syntax.prepositions(head):
            if name in _OVER:
                self._lead(x, body, head, 0.65)
        if self.syntax.lemma[head] not in _LED and not (body.kind == "name" and body.type in _FORCES | {"GovernmentBody"}):
            return
        for x in [*self.grammar.possessors(head), *self.grammar.of(head)]:
            self._lead(x, body, head, 0.6)

    def _lead(self, token: int, body: Mention, at: int, sureness: float) -> None:
        leader = self.index.at(token) or self.index.in_name(token)
        if leader is not None and leader.type == "Person" and self.w.named(leader):
            self.w.add("headOf", leader, body, at, confidence=sureness)
