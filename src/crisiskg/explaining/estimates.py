"""How many rows the parts of a query may have, by counts of the store: orders of magnitude, no more.

Joins are estimated as database textbooks do it: values are taken to be spread evenly and independently of each other. Counts
over all graphs are used for the part in GRAPH too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from crisiskg.explaining.shape import RDF_TYPE, Group, Part, Path, Shape, Triple, Union, Values, is_variable
from crisiskg.explaining.statistics import Property, Statistics

#: Share of rows that a condition of which nothing is known lets through.
_PASSED = 1 / 3


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of a part.

    Attributes:
        rows: Number of rows.
        values: Number of different values by variable.
    """

    rows: float
    values: dict[str, float]

    def limited(self, rows: float) -> Relation:
        """Return the relation cut to a number of rows."""
        if rows >= self.rows:
            return self
        return Relation(rows, {variable: min(number, rows) for variable, number in self.values.items()})

    def join(self, other: Relation) -> Relation:
        """Return the rows that both have in common."""
        rows = self.rows * other.rows
        values = {**self.values, **other.values}
        for variable in self.values.keys() & other.values.keys():
            here, there = self.values[variable], other.values[variable]
            rows /= max(here, there, 1.0)
            values[variable] = min(here, there)
        return Relation(rows, {variable: min(number, max(rows, 1.0)) for variable, number in values.items()})


ONE = Relation(1.0, {})


def triple_relation(triple: Triple, statistics: Statistics) -> Relation:
    """Return the rows of one triple pattern."""
    predicate = triple.predicate
    if isinstance(predicate, Path):
        counts = _of_path(predicate, statistics)
    elif is_variable(predicate):
        counts = statistics.total
    else:
        counts = statistics.properties.get(predicate[1:-1], Property(0, 0, 0))
    rows = float(counts.quads)
    values: dict[str, float] = {}
    if predicate == RDF_TYPE and not is_variable(triple.object):
        rows = float(statistics.classes.get(triple.object[1:-1], 0))
        if is_variable(triple.subject):
            values[triple.subject] = rows
        else:
            rows = min(rows, 1.0)
        return Relation(rows, values)
    for term, number in ((triple.subject, counts.subjects), (triple.object, counts.objects)):
        if is_variable(term):
            values[term] = min(float(number), values.get(term, float(number)))
        else:
            rows /= max(number, 1)
    if triple.subject == triple.object and is_variable(triple.subject):
        rows /= max(counts.subjects, counts.objects, 1)
    if isinstance(predicate, str) and is_variable(predicate):
        values[predicate] = float(max(len(statistics.properties), 1))
    if is_variable(triple.graph):
        values[triple.graph] = float(max(statistics.graphs, 1))
    return Relation(rows, {variable: min(number, max(rows, 1.0)) for variable, number in values.items()})


def _of_path(path: Path, statistics: Statistics) -> Property:
    """Return counts of a path: of a sequence as a join, otherwise those of its properties together."""
    steps = [statistics.properties.get(name[1:-1], Property(0, 0, 0)) for name in path.sequence or path.properties]
    if path.sequence:
        rows = float(steps[0].quads)
        for before, after in pairwise(steps):
            rows *= after.quads / max(before.objects, after.subjects, 1)
        return Property(round(rows), steps[0].subjects, steps[-1].objects)
    if path.excludes:
        return statistics.total
    found = Property(sum(step.quads for step in steps), sum(step.subjects for step in steps), sum(step.objects for step in steps))
    if not path.repeats:
        return found
    # Whatever the depth, few hierarchies are deeper than ten; zero steps lead from everything to itself.
    return Property(found.quads * 10 + statistics.total.subjects, statistics.total.subjects, statistics.total.subjects)


def group_relation(group: Group, statistics: Statistics) -> Relation:
    """Return the rows of a group, optional parts with it."""
    found = required_relation(group, statistics)
    for optional in group.optionals:
        joined = found.join(group_relation(optional, statistics))
        found = Relation(max(found.rows, joined.rows), {**joined.values, **found.values})
    return found


def required_relation(group: Group, statistics: Statistics) -> Relation:
    """Return the rows of a group without its optional parts."""
    found = ONE
    for part in group.parts:
        found = found.join(part_relation(part, statistics))
    given = {variable: number for condition in group.filters for variable, number in condition.equals.items()}
    rows, values = found.rows, dict(found.values)
    for variable, number in given.items():
        if variable in values:
            rows *= min(1.0, number / max(values[variable], 1.0))
            values[variable] = min(values[variable], float(number))
    for condition in group.filters:
        if not condition.equals:
            rows *= _PASSED
    return Relation(rows, {variable: min(number, max(rows, 1.0)) for variable, number in values.items()})


def part_relation(part: Part, statistics: Statistics) -> Relation:
    """Return the rows of a part of a group."""
    if isinstance(part, Triple):
        return triple_relation(part, statistics)
    if isinstance(part, Values):
        return Relation(float(part.rows), dict.fromkeys(part.variables, float(part.rows)))
    if isinstance(part, Union):
        branches = [group_relation(branch, statistics) for branch in part.branches]
        values: dict[str, float] = {}
        for branch in branches:
            for variable, number in branch.values.items():
                values[variable] = values.get(variable, 0.0) + number
        return Relation(sum(branch.rows for branch in branches), values)
    if isinstance(part, Shape):
        return answer_relation(part, statistics)
    return ONE  # a SERVICE, of which nothing is known


def answer_relation(shape: Shape, statistics: Statistics) -> Relation:
    """Return the rows of the answer to a query."""
    found = group_relation(shape.group, statistics)
    values = {variable: found.values[variable] for variable in shape.columns if variable in found.values}
    rows = found.rows
    if shape.one_row:
        rows = 1.0
    elif shape.keys is not None or shape.distinct:
        keys = shape.keys if shape.keys is not None else shape.variables
        combinations = 1.0
        for key in keys:
            combinations *= found.values.get(key, rows)
            if combinations > rows:
                break
        rows = min(rows, combinations)
    answer = Relation(rows, values)
    return answer if shape.limit is None else answer.limited(float(shape.limit))
