"""A graph in two dictionaries, for the look-ups that pyshacl makes most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rdflib import Graph


class Index(Graph):
    """A graph in two dictionaries, of which nothing is taken out: what pyshacl asks for most is one look-up."""

    def __init__(self, triples: Iterable[Any]) -> None:
        super().__init__(bind_namespaces="none")
        self._outgoing: dict[Any, dict[Any, dict[Any, None]]] = {}
        #: By property, made when it is first asked for: few are.
        self._by_value: dict[Any, dict[Any, dict[Any, None]]] = {}
        self._lists: dict[Any, tuple[Any, ...]] = {}
        for triple in triples:
            self.add(triple)

    def add(self, triple: Any) -> Index:
        """Add a triple."""
        subject, predicate, value = triple
        properties = self._outgoing.get(subject)
        if properties is None:
            properties = self._outgoing[subject] = {}
        values = properties.get(predicate)
        if values is None:
            properties[predicate] = {value: None}
        else:
            values[value] = None
        if self._by_value:
            self._by_value.clear()
        return self

    def _incoming(self, predicate: Any) -> dict[Any, dict[Any, None]]:
        """Return the subjects of a property by its values."""
        found = self._by_value.get(predicate)
        if found is None:
            found = self._by_value[predicate] = {}
            for subject, properties in self._outgoing.items():
                for value in properties.get(predicate, ()):
                    found.setdefault(value, {})[subject] = None
        return found

    def __len__(self) -> int:
        return sum(1 for _ in self.triples((None, None, None)))

    def __contains__(self, triple: Any) -> bool:
        return next(self.triples(triple), None) is not None

    def triples(self, triple: Any) -> Iterator[Any]:
        """Yield the triples of a pattern in which None stands for any term."""
        subject, predicate, value = triple
        if subject is not None:
            properties = self._outgoing.get(subject, {})
            for name in [predicate] if predicate is not None else list(properties):
                for found in properties.get(name, ()):
                    if value is None or found == value:
                        yield subject, name, found
            return
        if predicate is not None:
            names = [predicate]
        else:
            names = list(dict.fromkeys(name for properties in self._outgoing.values() for name in properties))
        for name in names:
            subjects = self._incoming(name)
            for found in [value] if value is not None else list(subjects):
                for user in subjects.get(found, ()):
                    yield user, name, found

    def objects(self, subject: Any = None, predicate: Any = None, unique: bool = False) -> Iterator[Any]:
        """Yield values; one look-up where subject and property are given."""
        if subject is not None and predicate is not None:
            yield from self._outgoing.get(subject, {}).get(predicate, ())
        else:
            yield from super().objects(subject, predicate, unique)

    def subjects(self, predicate: Any = None, object: Any = None, unique: bool = False) -> Iterator[Any]:
        """Yield subjects; one look-up where property and value are given."""
        if predicate is not None and object is not None:
            yield from self._incoming(predicate).get(object, ())
        else:
            yield from super().subjects(predicate, object, unique)

    def walk(self, subjects: Iterable[Any], steps: tuple[tuple[Any, bool], ...]) -> dict[Any, set[Any]]:
        """Return where a path of properties leads from each subject."""
        none: dict[Any, dict[Any, None]] = {}
        (predicate, backwards), *rest = steps
        if backwards:
            users = self._incoming(predicate)
            found = {subject: set(users.get(subject, ())) for subject in subjects}
        else:
            found = {subject: set(self._outgoing.get(subject, none).get(predicate, ())) for subject in subjects}
        for step in rest:
            for subject, nodes in found.items():
                if nodes:
                    found[subject] = set().union(*self.walk(nodes, (step,)).values())
        return found

    def users(self, predicate: Any) -> Iterator[Any]:
        """Yield the subjects of a property."""
        for subject, properties in self._outgoing.items():
            if predicate in properties:
                yield subject

    def predicate_objects(self, subject: Any = None, unique: bool = False) -> Iterator[Any]:
        """Yield pairs of property and value; one look-up where the subject is given."""
        if subject is None:
            yield from super().predicate_objects(subject, unique)
            return
        for predicate, values in self._outgoing.get(subject, {}).items():
            for value in values:
                yield predicate, value

    def items(self, list: Any) -> Iterator[Any]:
        """Yield the members of a list, which is walked through once."""
        if list not in self._lists:
            self._lists[list] = tuple(super().items(list))
        yield from self._lists[list]
