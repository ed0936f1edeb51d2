"""The learned part of relations: a logistic regression for each type over hashed features of a pair of entities.

It adds what the rules missed; what they found stays as it is. The weights (data/relation_model.npz) were trained by
bench/train_relations.py; their card (data/relation_model.json) says on which sets.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from crisiskg.annotation.pair_features import Pair, PairReader
from crisiskg.annotation.relation_writer import SYMMETRIC
from crisiskg.annotation.weights import read_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from crisiskg.annotation.relation_writer import RelationWriter

WEIGHTS, CARD = "relation_model.npz", "relation_model.json"
#: Offices that one person holds in one state or body; where the rules know of one, the model adds none.
_SINGLE = frozenset({"headOfState", "headOfGovernment", "ministerOf"})
#: What only a person is, and only one with a name: "the country's leaders" are not its head of state.
_OF_PERSONS = _SINGLE | {"spokespersonOf", "parentOf", "spouseOf"}
#: What the model does not say of two entities that are something else to each other already, whichever of them heads it.
_RULED_OUT = {"against": ("partOf", "memberOf", "alliedWith"), "alliedWith": ("against",), "partOf": ("partOf",)}
_TITLED = frozenset({"headOfState", "headOfGovernment", "ministerOf", "headOf", "agentOf", "spokespersonOf", "memberOf"})
#: What holds or not with the clause that tells it; an office is held even where its holder is told to have done nothing.
_TOLD = frozenset({"against", "alliedWith", "foundedBy", "memberOf", "partOf"})


@dataclass(frozen=True, slots=True, eq=False)
class RelationModel:
    """The model.

    Attributes:
        types: Relation types; with "~" before it, the second of a pair heads the relation.
        weights: One row for each hashed feature, one column for each type.
        bias: One number for each type.
        thresholds: Probability in (0, 1] from which a relation is written, for each type.
    """

    types: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    thresholds: NDArray[np.float32]

    def probabilities(self, rows: Sequence[tuple[int, ...]]) -> NDArray[np.float32]:
        """Return the probability of each type for each pair.

        Args:
            rows: Numbers of the features of each pair; none of them empty.

        Returns:
            One row for each pair, one column for each type.
        """
        if not rows:
            return np.zeros((0, len(self.types)), dtype=np.float32)
        sizes = np.array([len(row) for row in rows])
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        index = np.fromiter((number for row in rows for number in row), dtype=np.int64, count=int(sizes.sum()))
        sums = np.add.reduceat(self.weights[index], starts, axis=0) + self.bias
        found: NDArray[np.float32] = (1.0 / (1.0 + np.exp(-sums))).astype(np.float32)
        return found


@cache
def relation_model() -> RelationModel:
    """Return the model that comes with the package.

    Raises:
        ModelUnavailable: the file of weights is missing or not the expected one.
    """
    with np.load(io.BytesIO(read_weights(WEIGHTS)), allow_pickle=False) as arrays:
        return RelationModel(
            tuple(str(name) for name in arrays["types"]),
            arrays["weights"].astype(np.float32) * np.float32(arrays["scale"]),
            arrays["bias"].astype(np.float32),
            arrays["thresholds"].astype(np.float32),
        )


def add_learned(writer: RelationWriter) -> None:
    """Add the relations that the model finds and the rules did not.

    Args:
        writer: The relations of the rules must have been written.
    """
    model = relation_model()
    pairs = list(PairReader(writer).pairs())
    found = model.probabilities([pair.features for pair in pairs])
    known = {(r.type, r.head, r.tail) for r in writer.relations.values()}
    known |= {(type_, tail, head) for type_, head, tail in known if type_ in SYMMETRIC}
    held = {(r.type, r.head) for r in writer.relations.values() if r.type in _SINGLE}
    numbers, columns = np.nonzero(found >= model.thresholds)
    order = np.argsort(-found[numbers, columns], kind="stable")
    for at in order.tolist():
        number, column = int(numbers[at]), int(columns[at])
        _add(writer, pairs[number], model.types[column], float(found[number, column]), known, held)


def _add(
    writer: RelationWriter,
    pair: Pair,
    type_: str,
    probability: float,
    known: set[tuple[str, str, str]],
    held: set[tuple[str, str]],
) -> None:
    """Write one relation, unless the rules or a likelier one speak against it."""
    head, tail = pair.first, pair.second
    if type_.startswith("~"):
        type_, head, tail = type_[1:], tail, head
    one, other = head.entity or "", tail.entity or ""
    if type_ in _OF_PERSONS and (head.type != "Person" or not writer.named(head)):
        return
    if (type_, one, other) in known or (type_ in _SINGLE and (type_, one) in held):
        return
    if any((ruled, *both) in known for ruled in _RULED_OUT.get(type_, ()) for both in ((one, other), (other, one))):
        return
    at = writer.index.head[head.id]
    told = None
    if type_ in _TOLD and pair.shared:
        told = writer.factuality.read(writer.grammar.clause_of(at), material=False)
        if told.polarity == "negative" or told.status in ("planned", "hypothetical"):
            return
    known.add((type_, one, other))
    if type_ in SYMMETRIC:
        known.add((type_, other, one))
    if type_ in _SINGLE:
        held.add((type_, one))
    title = writer.reading.titles.get(head.id) if type_ in _TITLED else None
    former = _is_former(writer, head.start) if type_ in _TITLED else False
    writer.add(type_, head, tail, at, confidence=round(probability, 3), told=told, title=title, former=former)


def _is_former(writer: RelationWriter, start: int) -> bool:
    """Say whether "former" or the like stands before a name and its title."""
    syntax = writer.syntax
    first = syntax.token_at(start)
    return bool(writer.words_of("roles", "former").intersection(syntax.lower[max(first - 3, 0) : first]))
