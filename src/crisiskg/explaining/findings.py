"""Looks for shapes in a query that make it slow, and says in words what they are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from difflib import get_close_matches

from crisiskg.explaining.connections import components, given, is_selective, is_small, is_whole, names_class
from crisiskg.explaining.estimates import answer_relation, group_relation, part_relation, required_relation, triple_relation
from crisiskg.explaining.records import CAUSES, Estimate, Explanation, Finding, Severity
from crisiskg.explaining.shape import RDF_TYPE, Group, Part, Path, Service, Shape, Triple, Union, Values, is_variable
from crisiskg.explaining.statistics import Statistics
from crisiskg.explaining.wording import Words, count
from crisiskg.namespaces import PREFIXES

#: Rows from which on something is worth a note, a warning, and from which on it will hardly end.
_SOME, _MANY, _ENDLESS = 10_000, 100_000, 10_000_000
_SEVERITIES = ("severe", "warning", "note")
_CODES = tuple(CAUSES)


def explanation_of(shape: Shape, prefixes: dict[str, str], statistics: Statistics | None) -> Explanation:
    """Return what can be said of a query.

    Args:
        shape: The query.
        prefixes: Its prefixes, to write IRIs as it does.
        statistics: Counts of the store.
    """
    looker = _Looker({**PREFIXES, **prefixes}, statistics)
    found = list(dict.fromkeys(looker.of_query(shape, outermost=True)))
    found.sort(key=lambda finding: (_SEVERITIES.index(finding.severity), _CODES.index(finding.code)))
    if statistics is None:
        return Explanation(shape.form, tuple(found))
    estimates = tuple(
        Estimate(looker.words.triple(triple), round(triple_relation(triple, statistics).rows))
        for group in shape.group.walk()
        for triple in group.triples
    )
    rows = round(min(answer_relation(shape, statistics).rows, 1e18))
    return Explanation(shape.form, tuple(found), estimates, rows, statistics.generation)


class _Looker:
    """Finds what is slow in one query.

    Args:
        prefixes: Prefixes to write IRIs with.
        statistics: Counts of the store; None where there are none.
    """

    def __init__(self, prefixes: dict[str, str], statistics: Statistics | None) -> None:
        self.words = Words(prefixes)
        self._statistics = statistics

    def of_query(self, shape: Shape, outermost: bool = False) -> Iterator[Finding]:
        """Yield what is found in a query or subquery."""
        yield from self._group(shape.group, frozenset())
        yield from self._rows(shape, outermost)
        for group in shape.group.walk():
            for part in group.parts:
                if isinstance(part, Shape):
                    yield from self._rows(part, False)

    # --- what the whole of the rows goes through ----------------------------------------------------------------------

    def _rows(self, shape: Shape, outermost: bool) -> Iterator[Finding]:
        """Yield what is done with all rows at once."""
        rows = None if self._statistics is None else group_relation(shape.group, self._statistics).rows
        wide = self._is_wide(shape.group)
        severity = self._severity(rows, wide)
        about = f"about {count(rows)} rows" if rows is not None else "every row that is found"
        if severity is not None:
            if shape.order:
                limit = f", although only {shape.limit} are wanted" if shape.limit is not None else ""
                yield Finding("sort", severity, f"ORDER BY needs all rows before the first is given{limit}: {about}", _NARROW)
                yield from self._mixed(shape)
            if shape.keys is not None:
                yield Finding("group", severity, f"GROUP BY reads all rows before the first is given: {about}", _NARROW)
            elif shape.distinct and shape.limit is None:
                yield Finding("distinct", severity, f"DISTINCT keeps all rows in memory to compare them: {about}", _NARROW)
        if not outermost:
            return
        if shape.form != "ASK" and shape.limit is None and not shape.one_row and shape.keys is None:
            answer = rows if self._statistics is None else answer_relation(shape, self._statistics).rows
            if (answer is None and wide) or (answer is not None and answer >= _SOME):
                many = "all that is found" if answer is None else f"about {count(answer)} rows"
                yield Finding(
                    "unlimited", "note", f"there is no LIMIT: {many} will be sent", "Set a LIMIT while you try a query."
                )
        if shape.offset >= _SOME:
            yield Finding(
                "offset",
                "note",
                f"OFFSET {shape.offset} computes as many rows and drops them",
                "Page by a value: FILTER(?value > the last one that you saw).",
            )
        if shape.star and len(shape.columns) > 6:
            yield Finding(
                "columns", "note", f"SELECT * gives all {len(shape.columns)} variables", "Name the variables that you need."
            )

    def _mixed(self, shape: Shape) -> Iterator[Finding]:
        """Yield sorting by what may be IRIs, numbers, dates and texts: no engine can order them well."""
        for triple in shape.group.triples:
            if isinstance(triple.predicate, str) and is_variable(triple.predicate) and triple.object in shape.order_by:
                yield Finding(
                    "mixed",
                    "warning",
                    f"ORDER BY {triple.object} sorts values of all kinds, which have no common order: the query may end of it",
                    f"Sort by STR({triple.object}), or name a property.",
                )
                return

    def _severity(self, rows: float | None, wide: bool) -> Severity | None:
        if rows is None:
            return "warning" if wide else None
        if rows >= _ENDLESS:
            return "severe"
        return "warning" if rows >= _MANY else "note" if rows >= _SOME else None

    def _is_wide(self, group: Group) -> bool:
        """Tell whether a group finds something of every statement: nothing is given, or its parts are not connected."""
        if any(isinstance(part, Union) and any(self._is_wide(branch) for branch in part.branches) for part in group.parts):
            return True
        known = given(group)
        for parts in components(group):
            if is_whole(parts) and not any(part.variables & known for part in parts):
                return True
        factors = self._factors(group, frozenset())
        return sum(not is_small(parts, known) for parts in factors) > 1

    # --- groups -------------------------------------------------------------------------------------------------------

    def _group(self, group: Group, outside: frozenset[str]) -> Iterator[Finding]:
        """Yield what is found in a group.

        Args:
            group: The group.
            outside: Variables that have a value already when it is looked at, as in OPTIONAL and EXISTS.
        """
        yield from self._product(group, outside)
        yield from self._triples(group, outside)
        yield from self._searches(group, outside)
        yield from self._graphs(group)
        known = outside | frozenset().union(*(part.variables for part in group.parts))
        known |= {bind.variable for bind in group.binds}
        for part in group.parts:
            if isinstance(part, Union):
                others = outside.union(*(other.variables for other in group.parts if other is not part))
                for branch in part.branches:
                    yield from self._group(branch, others & branch.variables)
            elif isinstance(part, Shape):
                yield from self._group(part.group, frozenset())
        for optional in group.optionals:
            if optional.triples and not optional.variables & known and group.parts:
                yield self._unconnected("optional", "OPTIONAL", optional, group, "every row is combined with all that it finds")
            yield from self._group(optional, known & optional.variables)
        for minus in group.minuses:
            if minus.variables and not minus.variables & (known | group.variables):
                yield Finding(
                    "minus",
                    "warning",
                    f"MINUS {{ {self.words.group(minus)} }} shares no variable with the rest, so that it removes nothing",
                    "Use a variable of the rest in it, or FILTER NOT EXISTS.",
                )
            yield from self._group(minus, frozenset())
        for condition in group.filters:
            for exists in condition.exists:
                if exists.triples and not exists.variables & (known | group.variables):
                    yield Finding(
                        "exists",
                        "warning",
                        f"EXISTS {{ {self.words.group(exists)} }} shares no variable with the rest: it is the same for every row",
                        "Use a variable of the rest in it.",
                    )
                yield from self._group(exists, exists.variables & (known | group.variables))

    def _unconnected(self, code: str, word: str, inner: Group, group: Group, what: str) -> Finding:
        rows = None
        if self._statistics is not None:
            rows = required_relation(group, self._statistics).rows * group_relation(inner, self._statistics).rows
        return Finding(
            code,
            _of_product(rows),
            f"{word} {{ {self.words.group(inner)} }} shares no variable with what stands before it: {what}",
            "Connect it by a variable of the rest.",
        )

    def _factors(self, group: Group, outside: frozenset[str]) -> list[list[Part]]:
        """Return the components that are multiplied with each other."""
        found = []
        for parts in components(group, outside):
            if all(isinstance(part, (Values, Service)) for part in parts):
                continue
            if all(isinstance(part, Shape) and (part.one_row or part.limit == 1) for part in parts):
                continue
            if not any(part.variables for part in parts):
                continue
            if self._statistics is not None and self._rows_of(parts, outside) <= 1:
                continue
            found.append(parts)
        return found

    def _rows_of(self, parts: list[Part], outside: frozenset[str] = frozenset()) -> float:
        assert self._statistics is not None
        relations = [part_relation(part, self._statistics) for part in parts]
        if any(part.variables & outside for part in parts):  # they may be connected by what is outside alone
            return max(relation.rows for relation in relations)
        found = relations[0]
        for relation in relations[1:]:
            found = found.join(relation)
        return found.rows

    def _product(self, group: Group, outside: frozenset[str]) -> Iterator[Finding]:
        """Yield where parts of a group share no variable."""
        factors = self._factors(group, outside)
        if len(factors) < 2:
            return
        size = ""
        if self._statistics is None:
            wide = sum(not is_small(parts, outside | given(group)) for parts in factors)
            if wide == 0:
                return
            severity: Severity = "warning" if wide > 1 else "note"
        else:
            sizes = [self._rows_of(parts, outside) for parts in factors]
            rows = math.prod(sizes)
            severity = _of_product(rows)
            size = f", about {' × '.join(map(count, sizes))} = {count(rows)} rows"
        texts = [self.words.parts(parts) for parts in factors]
        named = " and ".join(texts) if len(texts) < 4 else f"{' and '.join(texts[:3])} and {len(texts) - 3} more"
        hint = "Connect them by a common variable, or ask a query for each."
        if any(condition.links for condition in group.filters):
            hint = "Write one variable in both instead of comparing two of them in FILTER, which is done for every combination."
        yield Finding("product", severity, f"{named} share no variable: all rows are combined with all rows{size}", hint)

    def _triples(self, group: Group, outside: frozenset[str]) -> Iterator[Finding]:
        """Yield what is found in single patterns and paths."""
        for parts in components(group):
            triples = [part for part in parts if isinstance(part, Triple)]
            bound = outside | given(group)
            for triple in triples:
                others = bound.union(*(part.variables for part in parts if part is not triple))
                if isinstance(triple.predicate, Path):
                    yield from self._path(triple, triple.predicate, others)
                yield from self._absent(triple)
            if triples and is_whole(parts) and not any(triple.variables & bound for triple in triples):
                size = "" if self._statistics is None else f", {count(self._statistics.total.quads)} of them"
                few = self._statistics is not None and self._statistics.total.quads < _MANY
                yield Finding(
                    "everything",
                    "note" if few else "warning",
                    f"{self.words.parts(parts)} looks at every statement of the store{size}",
                    "Name a property, a class or a thing.",
                )

    def _path(self, triple: Triple, path: Path, others: frozenset[str]) -> Iterator[Finding]:
        if path.nested:
            yield Finding(
                "path",
                "severe",
                f"the path {self.words.short(path.text)} repeats inside of a repetition, which can take very long",
                "Repeat once: (a|b)* finds what (a*|b*)* finds.",
            )
        if not path.repeats:
            return
        if path.excludes:
            yield Finding(
                "path",
                "severe",
                f"the path {self.words.short(path.text)} follows nearly all properties to everything that they lead to",
                "Name the properties to follow.",
            )
        if all(is_variable(end) and end not in others for end in triple.ends):
            yield Finding(
                "path",
                "severe" if self._statistics is None or self._statistics.total.quads >= _MANY else "warning",
                f"both ends of the path {self.words.triple(triple)} are open: it is followed from everything in the store",
                "Name one end, by an IRI, by VALUES, or by a pattern that few things fit.",
            )

    def _absent(self, triple: Triple) -> Iterator[Finding]:
        """Yield properties and classes that no statement has."""
        statistics = self._statistics
        if statistics is None or not statistics.properties:
            return
        predicate = triple.predicate
        if isinstance(predicate, str) and not is_variable(predicate):
            names: tuple[str, ...] = (predicate,)
        else:  # alternatives may well be absent
            names = predicate.sequence if isinstance(predicate, Path) else ()
        for name in names:
            if name[1:-1] not in statistics.properties:
                yield self._missing("property", name[1:-1], list(statistics.properties))
        if predicate == RDF_TYPE and triple.object.startswith("<") and triple.object[1:-1] not in statistics.classes:
            yield self._missing("class", triple.object[1:-1], list(statistics.classes))

    def _missing(self, kind: str, iri: str, known: list[str]) -> Finding:
        close = get_close_matches(iri, known, 1, 0.85)
        hint = f"Did you mean {self.words.short(f'<{close[0]}>')}?" if close else ""
        what = "no statement has the property" if kind == "property" else "nothing belongs to the class"
        return Finding("absent", "warning" if close else "note", f"{what} {self.words.short(f'<{iri}>')}", hint)

    def _searches(self, group: Group, outside: frozenset[str]) -> Iterator[Finding]:
        """Yield text searches over all values of a property."""
        sources = {bind.variable: bind.uses for bind in group.binds}
        connected = components(group)
        for word, variable in dict.fromkeys(search for condition in group.filters for search in condition.searches):
            variables = {variable} | set(sources.get(variable, ()))
            for parts in connected:
                if not any(variables & part.variables for part in parts):
                    continue
                if any(is_selective(part) or outside & part.variables for part in parts):
                    continue
                rows = None if self._statistics is None else self._rows_of(parts)
                if rows is not None and rows < _SOME:
                    continue
                many = rows >= _MANY if rows is not None else not any(names_class(part) for part in parts)
                source = [part for part in parts if isinstance(part, Triple) and part.object in variables]
                yield Finding(
                    "search",
                    "warning" if many else "note",
                    f"{word} on {variable} reads every value that {self.words.parts(list(source[:1]) or parts)} finds"
                    + (f", about {count(rows)}" if rows is not None else ""),
                    "Narrow them down before: name a class, a property, a thing or a time.",
                )

    def _graphs(self, group: Group) -> Iterator[Finding]:
        """Yield joins between the patterns of a GRAPH whose name is open and others."""
        inside = [triple for triple in group.triples if is_variable(triple.graph)]
        graphs = sorted({triple.graph for triple in inside})
        if len(graphs) < 2 and len(inside) in (0, len(group.triples)):
            return
        rows = None if self._statistics is None else required_relation(group, self._statistics).rows
        if rows is not None and rows < _SOME:
            return
        if rows is None and any(is_selective(part) for part in group.parts):
            return
        yield Finding(
            "graph",
            "note",
            f"GRAPH {' and GRAPH '.join(graphs)} is joined with patterns outside of it, which is slower than without GRAPH",
            "Leave GRAPH out where the source does not matter: queries see all graphs together.",
        )


def _of_product(rows: float | None) -> Severity:
    if rows is None:
        return "warning"
    return "severe" if rows >= _ENDLESS else "warning" if rows >= _SOME else "note"


_NARROW = "Name a class, a property, a thing or a time, so that there are fewer."
