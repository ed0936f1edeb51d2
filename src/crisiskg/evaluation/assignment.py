"""The best one-to-one assignment between two sets."""

from __future__ import annotations

from collections.abc import Mapping

_INFINITE = float("inf")


def best_assignment(weights: Mapping[tuple[int, int], float]) -> float:
    """Return the largest sum of weights of pairs in which nothing stands twice (Kuhn's Hungarian method, 1955).

    Args:
        weights: Positive weight of each possible pair; pairs that are not there cannot be chosen with gain.

    >>> best_assignment({(0, 0): 0.9, (0, 1): 0.8, (1, 0): 0.8})
    1.6
    """
    total = 0.0
    for part in _components(weights):
        rows = sorted({row for row, _ in part})
        columns = sorted({column for _, column in part})
        if len(rows) == 1 or len(columns) == 1:
            total += max(part.values())
            continue
        if len(rows) > len(columns):
            rows, columns = columns, rows
            matrix = [[part.get((column, row), 0.0) for column in columns] for row in rows]
        else:
            matrix = [[part.get((row, column), 0.0) for column in columns] for row in rows]
        total += _hungarian(matrix)
    return total


def _components(weights: Mapping[tuple[int, int], float]) -> list[dict[tuple[int, int], float]]:
    """Cut the pairs into groups that share no member, which can be assigned on their own."""
    owner: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        while owner.setdefault(node, node) != node:
            owner[node] = owner[owner[node]]
            node = owner[node]
        return node

    for row, column in weights:
        owner[root(("row", row))] = root(("column", column))
    parts: dict[tuple[str, int], dict[tuple[int, int], float]] = {}
    for (row, column), weight in weights.items():
        parts.setdefault(root(("row", row)), {})[row, column] = weight
    return list(parts.values())


def _hungarian(matrix: list[list[float]]) -> float:
    """Return the largest sum, with one cell in each row and at most one in each column; rows are not more than columns."""
    height, width = len(matrix), len(matrix[0])
    # Potentials of rows and columns, and the row of each column; place 0 stands for none.
    rows, columns, taken = [0.0] * (height + 1), [0.0] * (width + 1), [0] * (width + 1)
    for row in range(1, height + 1):
        taken[0], column = row, 0
        slack, came_from, seen = [_INFINITE] * (width + 1), [0] * (width + 1), [False] * (width + 1)
        while True:
            seen[column] = True
            current, gap, following = taken[column], _INFINITE, 0
            for other in range(1, width + 1):
                if seen[other]:
                    continue
                reduced = -matrix[current - 1][other - 1] - rows[current] - columns[other]
                if reduced < slack[other]:
                    slack[other], came_from[other] = reduced, column
                if slack[other] < gap:
                    gap, following = slack[other], other
            for other in range(width + 1):
                if seen[other]:
                    rows[taken[other]] += gap
                    columns[other] -= gap
                else:
                    slack[other] -= gap
            column = following
            if taken[column] == 0:
                break
        while column:
            taken[column] = taken[came_from[column]]
            column = came_from[column]
    return sum(matrix[taken[column] - 1][column - 1] for column in range(1, width + 1) if taken[column])
