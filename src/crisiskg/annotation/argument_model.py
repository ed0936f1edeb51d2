"""Who else takes part in an event: a small linear model looks again at those whom the rules passed over.

For each mention of a trigger's sentence the model gives the probability that it acts, that it has the event done to it, or
neither. It knows the way from trigger to mention through the parse, what both are, and what the rules say. The weights
(data/argument_weights.json) were trained by bench/train_arguments.py; the file says on which sets.
"""

from __future__ import annotations

import json
import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from crisiskg.annotation.weights import read_weights

if TYPE_CHECKING:
    from crisiskg.annotation.arguments import Arguments
    from crisiskg.annotation.event_types import Candidate
    from crisiskg.annotation.grammar import Grammar
    from crisiskg.annotation.records import Mention
    from crisiskg.annotation.syntax import MentionIndex

#: What a mention may be to an event, in the order of the model's columns.
ROLES: tuple[str, ...] = ("none", "actor", "recipient")
#: Probability from which a role is given; chosen on held-out documents of the training sets.
ENOUGH = 0.4
#: Longest way through the parse, in edges, and most mentions of a sentence that are looked at.
_FARTHEST = 7
_MOST = 40


class ArgumentModel:
    """The weights: a row for each feature, a column for each role."""

    def __init__(self, weights: Mapping[str, Sequence[float]], bias: Sequence[float]) -> None:
        """Keep the weights.

        Args:
            weights: Weights by feature, one number a role.
            bias: One number a role.
        """
        self._weights = {feature: tuple(row) for feature, row in weights.items()}
        self._bias = tuple(bias)

    def probabilities(self, features: Iterable[str]) -> tuple[float, ...]:
        """Return the probability of each role, in [0, 1], in the order of `ROLES`."""
        none, actor, recipient = self._bias
        weights = self._weights
        for feature in features:
            row = weights.get(feature)
            if row is not None:
                none += row[0]
                actor += row[1]
                recipient += row[2]
        top = max(none, actor, recipient)
        shares = [math.exp(x - top) for x in (none, actor, recipient)]
        total = sum(shares)
        return tuple(share / total for share in shares)


@cache
def argument_model() -> ArgumentModel:
    """Return the trained model.

    Raises:
        ModelUnavailable: the file of weights is missing or not the expected one.
    """
    found = json.loads(read_weights("argument_weights.json"))
    scale = found["scale"]
    return ArgumentModel({feature: [n / scale for n in row] for feature, row in found["weights"].items()}, found["bias"])


@dataclass(frozen=True, slots=True)
class _View:
    """The parse as one trigger sees it: the ways up from it, its support and its clause; the verbs above it and their parts."""

    own: dict[int, str]
    support: dict[int, str] | None
    clause: dict[int, str] | None
    governors: list[tuple[int, dict[int, str]]]


class ArgumentWeigher:
    """Weighs the mentions of one document as participants of its events."""

    def __init__(self, grammar: Grammar, index: MentionIndex) -> None:
        """Index the mentions by sentence."""
        self.grammar = grammar
        self.syntax = grammar.syntax
        self.index = index
        self._parts: dict[int, dict[int, str]] = {}
        self._by_sentence: dict[int, list[tuple[int, Mention]]] = {}
        for head, mentions in sorted(index.headed.items()):
            mention = mentions[0]
            if mention.type != "NamedEvent":
                self._by_sentence.setdefault(self.syntax.sentence[head], []).append((head, mention))

    def add(self, candidate: Candidate, arguments: Arguments, model: ArgumentModel) -> None:
        """Add the participants that the model finds among those to whom the rules gave nothing.

        Args:
            candidate: The trigger, with its type.
            arguments: What the rules found; actors and recipients are added.
            model: The weights.
        """
        given = {m.id for m in (*arguments.actor, *arguments.recipient)}
        taken = {m.entity for m in (*arguments.actor, *arguments.recipient) if m.entity is not None}
        added: list[tuple[float, int, Mention]] = []
        for mention, features in self.examples(candidate, arguments, without=given | arguments.barred):
            probabilities = model.probabilities(features)
            best = 1 if probabilities[1] >= probabilities[2] else 2
            if probabilities[best] >= ENOUGH:
                added.append((probabilities[best], best, mention))
        for _, best, mention in sorted(added, key=lambda found: (-found[0], found[2].start)):
            if mention.entity is None or mention.entity not in taken:
                (arguments.actor if best == 1 else arguments.recipient).append(mention)
                taken.update({mention.entity} if mention.entity is not None else ())

    def examples(
        self, candidate: Candidate, arguments: Arguments, without: Container[str] = ()
    ) -> list[tuple[Mention, list[str]]]:
        """Return the mentions of a trigger's sentence but for some, by their ids, each with its features."""
        token = candidate.token
        around = [x for x in self._by_sentence.get(self.syntax.sentence[token], []) if x[1].id not in without][:_MOST]
        if not around:
            return []
        clause = self.grammar.clause_of(token)
        view = _View(
            self._climb(token),
            self._climb(candidate.support) if candidate.support is not None else None,
            self._climb(clause) if clause != token else None,
            [(verb, self._parts_of(verb)) for verb in self._governors(token)],
        )
        found = []
        for head, mention in around:
            if head != token and (way := self._way(view.own, head)) != "far":
                found.append((mention, self._features(candidate, arguments, head, mention, view, way)))
        return found

    def _features(
        self, candidate: Candidate, arguments: Arguments, head: int, mention: Mention, view: _View, way: str
    ) -> list[str]:
        syntax, token = self.syntax, candidate.token
        rule = "A" if mention in arguments.actor else "R" if mention in arguments.recipient else "-"
        place = mention in (arguments.place, arguments.origin, arguments.destination)
        has = f"{bool(arguments.actor):d}{bool(arguments.recipient):d}"
        kind, form = candidate.type or "-", "V" if candidate.trigger.verb else "N"
        if candidate.trigger.verb and syntax.is_passive(token):
            form = "P"
        support_way = self._way(view.support, head) if view.support is not None else "="
        clause_way = self._way(view.clause, head) if view.clause is not None else "="
        last = syntax.dep[head]
        preposition = syntax.lower[syntax.head[head]] if last == "pobj" else "="
        distance = head - token
        near = "<" if distance < 0 else ">"
        size = min(abs(distance), 20).bit_length()
        found = [
            f"rule={rule}",
            f"rule={rule}&{has}",
            f"rule={rule}&{form}{kind}",
            f"rule={rule}&{mention.type}",
            f"rule={rule}&{last}{preposition}",
            f"rule={rule}&{mention.kind}&{has}",
            f"frame={candidate.trigger.frame}&{way}",
            f"way={form}&{way}",
            f"way={form}&{way}&{kind}",
            f"way={form}&{way}&{has}",
            f"support={support_way}",
            f"clause={form}&{clause_way}&{has}",
            f"clause={form}&{clause_way}&{kind}",
            f"last={last}&{near}&{form}",
            f"last={last}&{preposition}&{form}",
            f"last={last}&{preposition}&{kind}",
            f"type={mention.type}&{kind}",
            f"kind={mention.kind}",
            f"near={near}{size}",
            f"near={near}{size}&{form}&{has}",
            f"place={place}&{rule}",
        ]
        plain = "/".join(e for e in way.replace("|", "^|^").split("^") if e not in ("conj", "appos", ""))
        found += [f"plain={form}&{plain}", f"plain={form}&{plain}&{has}", f"plain={form}&{plain}&{kind}"]
        for level, (verb, parts) in enumerate(view.governors):
            part = parts.get(head)
            if part:
                found += [
                    f"part={form}{level}{part}&{has}",
                    f"part={form}{level}{part}&{kind}",
                    f"part={form}{level}{part}&{rule}",
                ]
                if level:
                    found.append(f"part={form}{level}{part}&{syntax.lemma[verb]}")
                break
        if mention.kind == "pronoun":
            found.append(f"pronoun={syntax.lower[head]}&{form}")
        return found

    def _governors(self, token: int) -> list[int]:
        """Return the trigger, where it is a verb, and the verbs above it, nearest first."""
        syntax = self.syntax
        found = [token] if syntax.pos[token] == "VERB" else []
        while len(found) < 4 and syntax.head[token] != token:
            token = syntax.head[token]
            if syntax.pos[token] in ("VERB", "AUX"):
                found.append(token)
        return found

    def _parts_of(self, verb: int) -> dict[int, str]:
        found = self._parts.get(verb)
        if found is None:
            found = self._parts[verb] = self._find_parts(verb)
        return found

    def _find_parts(self, verb: int) -> dict[int, str]:
        """Return what phrases are to a verb, by their heads: "s" its subject, "o" its object, else their preposition."""
        found = {x: name for name, x in self.syntax.prepositions(verb)}
        found.update(dict.fromkeys(self.grammar.objects(verb), "o"))
        found.update(dict.fromkeys(self.grammar.subjects(verb), "s"))
        return found

    def _climb(self, start: int) -> dict[int, str]:
        """Return the tokens from one up to the root of its sentence, not too far, with the way that leads there."""
        syntax, found, way = self.syntax, {start: ""}, ""
        for _ in range(_FARTHEST):
            above = syntax.head[start]
            if above == start:
                break
            way = f"{way}^{self._edge(start)}" if way else self._edge(start)
            found[above] = way
            start = above
        return found

    def _way(self, above: Mapping[int, str], goal: int) -> str:
        """Return the way through the parse from where `above` begins to another token, with the prepositions it takes."""
        syntax = self.syntax
        down = ""
        for _ in range(_FARTHEST + 1):
            if goal in above:
                return f"{above[goal]}|{down}"
            down = f"{self._edge(goal)}v{down}" if down else self._edge(goal)
            if syntax.head[goal] == goal:
                break
            goal = syntax.head[goal]
        return "far"

    def _edge(self, token: int) -> str:
        dep = self.syntax.dep[token]
        return f"{dep}:{self.syntax.lower[token]}" if dep in ("prep", "agent", "dative") else dep
