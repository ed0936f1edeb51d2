"""Which parts of a group belong together, and whether what belongs together finds few things."""

from __future__ import annotations

from crisiskg.explaining.shape import RDF_TYPE, Group, Part, Shape, Triple, Values, is_variable


def components(group: Group, outside: frozenset[str] = frozenset()) -> list[list[Part]]:
    """Return the parts of a group, those together that a shared variable connects; computed values connect too.

    Args:
        group: The group.
        outside: Variables that have a value already, and so connect what has them.
    """
    sets: list[tuple[set[str], list[Part]]] = [(set(outside), [])]
    items: list[tuple[frozenset[str], Part | None]] = [(part.variables, part) for part in group.parts]
    items += [(bind.variables, None) for bind in group.binds if bind.uses]
    for variables, part in items:
        joined: tuple[set[str], list[Part]] = (set(variables), [] if part is None else [part])
        rest = []
        for each in sets:
            if each[0] & joined[0]:
                joined = (joined[0] | each[0], each[1] + joined[1])
            else:
                rest.append(each)
        sets = [*rest, joined]
    return [parts for _, parts in sets if parts]


def is_whole(parts: list[Part]) -> bool:
    """Tell whether connected parts are patterns without anything given."""
    return all(isinstance(part, Triple) and part.is_open for part in parts)


def is_small(parts: list[Part], known: frozenset[str]) -> bool:
    """Tell whether connected parts find few rows, as far as the query shows: a thing or value is given in them."""
    return any(is_selective(part) or part.variables & known for part in parts)


def given(group: Group) -> frozenset[str]:
    """Return the variables to which conditions of a group give values."""
    return frozenset().union(*(condition.equals.keys() for condition in group.filters))


def is_selective(part: Part) -> bool:
    """Tell whether a part names a thing or a value, and so finds few rows."""
    if isinstance(part, Values):
        return bool(part.variables)
    if isinstance(part, Shape):
        return part.limit is not None or any(map(is_selective, part.group.parts))
    if isinstance(part, Triple):
        ends = part.ends[:1] if part.predicate == RDF_TYPE else part.ends
        return any(not is_variable(end) for end in ends) or (bool(part.graph) and not is_variable(part.graph))
    return False


def names_class(part: Part) -> bool:
    """Tell whether a part says to which class something belongs."""
    return isinstance(part, Triple) and part.predicate == RDF_TYPE and not is_variable(part.object)
