"""Prints which promises hold at each SPARQL server that is there, as the table of docs/remote-stores.md.

python tests/remote_matrix.py
"""

from __future__ import annotations

import sys
from pathlib import Path

from remote_named import outcomes
from remote_servers import SERVERS, Absent
from remote_talk import G, H, quad

from crisiskg.errors import CrisiskgError
from crisiskg.remote.checks import promises
from crisiskg.settings import load_settings
from crisiskg.sparql_store import SparqlStore

_MARKS = {"fine": "yes", "downgraded": "less", "wrong": "NO"}
_LEFT_OUT = ("server", "addresses")


def measure(folder: Path | None) -> dict[str, dict[str, str]]:
    """Return the cells of the table by promise and server. Named queries are asked where an embedded store is given."""
    found: dict[str, dict[str, str]] = {}
    for name, start in SERVERS.items():
        try:
            with start() as running, SparqlStore.from_settings(load_settings(store=running.url)) as store:
                store.replace_graph(G, [quad(n, subject=f"s{n}") for n in range(160)])
                store.replace_graph(H, [quad("other", H)])
                for promise in promises(store.connection, store.server, True):
                    words = promise.name.removeprefix("store: ")
                    if words == "server":
                        found.setdefault("version", {})[name] = store.server.version
                    if words not in _LEFT_OUT:
                        found.setdefault(words, {})[name] = f"{_MARKS[promise.state]}: {promise.detail}"
                if folder is not None:
                    for graph in store.graphs():
                        store.drop_graph(graph)
                    asked = outcomes(folder, store)
                    bad = [f"{query} {what}" for query, what in asked.items() if what not in ("same", "empty")]
                    found.setdefault("named queries", {})[name] = (
                        f"{len(asked) - len(bad)} of {len(asked)} as embedded" + "".join(f", {one}" for one in bad)
                    )
        except (Absent, CrisiskgError) as error:
            print(f"{name} is left out: {error}")
    return found


def table(found: dict[str, dict[str, str]]) -> str:
    """Return the table in Markdown."""
    names = [name for name in SERVERS if any(name in row for row in found.values())]
    lines = ["| promise | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for words, row in found.items():
        lines.append(f"| {words} | " + " | ".join(row.get(name, "").replace("|", "\\|") or " " for name in names) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(measure(Path(sys.argv[1]) if len(sys.argv) > 1 else None)))
