"""What a query is made of, as plain records: groups, patterns, paths, filters, and what is done with their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


@dataclass(frozen=True, slots=True)
class Path:
    """A property path.

    Attributes:
        text: As it would be written.
        properties: Properties in it, in N-Triples form.
        repeats: Whether it has `*` or `+`.
        nested: Whether a repetition stands inside of a repetition.
        excludes: Whether it has `!`, which leads along all other properties.
        sequence: Its steps, where it is a plain sequence of properties; otherwise empty.
    """

    text: str
    properties: tuple[str, ...]
    repeats: bool
    nested: bool
    excludes: bool
    sequence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Triple:
    """A triple pattern. Terms are in N-Triples form; variables begin with `?`, blank nodes, which are variables too, with `_:`.

    Attributes:
        subject: Term.
        predicate: Term or path.
        object: Term.
        graph: Term of the GRAPH around it, empty outside of any.
    """

    subject: str
    predicate: str | Path
    object: str
    graph: str = ""

    @property
    def ends(self) -> tuple[str, str]:
        """Subject and object."""
        return self.subject, self.object

    @property
    def variables(self) -> frozenset[str]:
        """Variables, that of the graph with them."""
        terms = [self.subject, self.object, self.graph]
        if isinstance(self.predicate, str):
            terms.append(self.predicate)
        return frozenset(term for term in terms if is_variable(term))

    @property
    def is_open(self) -> bool:
        """Whether no term of it is given."""
        return isinstance(self.predicate, str) and all(map(is_variable, (self.subject, self.predicate, self.object)))


@dataclass(frozen=True, slots=True)
class Values:
    """Rows that the query gives itself.

    Attributes:
        variables: Variables that have a value in every row.
        rows: Number of rows.
    """

    variables: frozenset[str]
    rows: int


@dataclass(frozen=True, slots=True)
class Bind:
    """A value that is computed.

    Attributes:
        variable: Where it goes.
        uses: Variables that it is computed from.
    """

    variable: str
    uses: frozenset[str]

    @property
    def variables(self) -> frozenset[str]:
        """All of them."""
        return self.uses | {self.variable}


@dataclass(slots=True)
class Filter:
    """A condition.

    Attributes:
        variables: Variables outside of its EXISTS.
        searches: Function that searches in text and the variable that it searches: ("REGEX", "?label").
        equals: Variables that must have one of so many given values.
        links: Pairs of variables that it compares with each other.
        exists: Groups of its EXISTS and NOT EXISTS.
    """

    variables: frozenset[str]
    searches: list[tuple[str, str]] = field(default_factory=list)
    equals: dict[str, int] = field(default_factory=dict)
    links: list[frozenset[str]] = field(default_factory=list)
    exists: list[Group] = field(default_factory=list)


@dataclass(slots=True)
class Union:
    """Groups that are alternatives of each other."""

    branches: list[Group]

    @property
    def variables(self) -> frozenset[str]:
        """Variables of any branch."""
        return frozenset().union(*(branch.variables for branch in self.branches))


@dataclass(slots=True)
class Service:
    """A group that another endpoint answers."""

    variables: frozenset[str]


#: What a group is made of.
Part: TypeAlias = "Triple | Values | Union | Service | Shape"


@dataclass(slots=True)
class Group:
    """What stands between braces, nested groups that are only joined included.

    Attributes:
        parts: What must be found.
        optionals: Groups of OPTIONAL.
        minuses: Groups of MINUS.
        filters: Conditions.
        binds: Values that are computed.
    """

    parts: list[Part] = field(default_factory=list)
    optionals: list[Group] = field(default_factory=list)
    minuses: list[Group] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    binds: list[Bind] = field(default_factory=list)

    @property
    def variables(self) -> frozenset[str]:
        """Variables that a row of it may have."""
        found: set[str] = {bind.variable for bind in self.binds}
        for each in (*self.parts, *self.optionals):
            found |= each.variables
        return frozenset(found)

    @property
    def triples(self) -> list[Triple]:
        """Its own triple patterns."""
        return [part for part in self.parts if isinstance(part, Triple)]

    def walk(self) -> Iterator[Group]:
        """Yield this group and all groups inside of it."""
        yield self
        inner: list[Group] = [*self.optionals, *self.minuses]
        for part in self.parts:
            if isinstance(part, Union):
                inner += part.branches
            elif isinstance(part, Shape):
                inner.append(part.group)
        for condition in self.filters:
            inner += condition.exists
        for group in inner:
            yield from group.walk()


@dataclass(slots=True)
class Shape:
    """A query, or a query inside of one.

    Attributes:
        form: SELECT, ASK, CONSTRUCT or DESCRIBE.
        group: Its WHERE.
        columns: Variables of its rows.
        star: Whether it has SELECT *.
        distinct: Whether it drops rows that are equal.
        order: Whether it sorts.
        order_by: Variables that it sorts by as they are, without a function.
        aggregates: Whether it has COUNT or the like.
        keys: Variables of GROUP BY; None where rows are not grouped.
        limit: LIMIT.
        offset: OFFSET, 0 without.
    """

    form: str
    group: Group
    columns: tuple[str, ...] = ()
    star: bool = False
    distinct: bool = False
    order: bool = False
    order_by: frozenset[str] = frozenset()
    aggregates: bool = False
    keys: frozenset[str] | None = None
    limit: int | None = None
    offset: int = 0

    @property
    def variables(self) -> frozenset[str]:
        """Variables of its rows."""
        return frozenset(self.columns)

    @property
    def one_row(self) -> bool:
        """Whether it gives one row whatever it finds."""
        return self.form == "ASK" or (self.aggregates and not self.keys)


def is_variable(term: str) -> bool:
    """Tell whether a term is a variable or a blank node.

    >>> is_variable("?x"), is_variable("<urn:x>"), is_variable("")
    (True, False, False)
    """
    return term[:1] in ("?", "_")
