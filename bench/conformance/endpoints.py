"""The other endpoints that tests of SERVICE name: one Oxigraph stands for all of them, a graph for each."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, urljoin

from conformance import graphs
from conformance.cases import Case, QueryCase, SyntaxCase
from conformance.client import Reply, send
from conformance.manifests import file_iri
from conformance.servers import Server, oxigraph

_SERVICE = re.compile(r"\bSERVICE\s+(?:SILENT\s+)?<([^<>\s]+)>", re.IGNORECASE)


class Endpoints:
    """Stands for the endpoints that the tests name.

    Args:
        server: Where they are kept.
        cases: The tests.
        folder: Folder of the suites.
    """

    def __init__(self, server: Server, cases: Sequence[Case], folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._filled = sorted({iri for case in cases if isinstance(case, QueryCase) for iri, _ in case.services})
        texts = {case.query for case in cases if isinstance(case, QueryCase)}
        texts |= {case.text for case in cases if isinstance(case, SyntaxCase) and case.valid and not case.update}
        named = {urljoin(file_iri(path, folder), iri) for path in texts for iri in _SERVICE.findall(path.read_text("utf-8"))}
        self._absent = sorted(iri for iri in named - set(self._filled) if iri.startswith(("http:", "https:")))

    def profiles(self) -> str:
        """Return the profiles of them for crisiskg, as TOML. Those that no test gives content lead to where nothing answers."""
        lines = []
        for number, iri in enumerate([*self._filled, *self._absent]):
            graph = f"?default-graph-uri={quote(iri, safe='')}"
            url = f"{self._server.query}{graph}" if iri in self._filled else f"{self._server.query}/nothing-here"
            lines += [f"[endpoint-{number}]", f'url = "{url}"', f'iri = "{iri}"']
            lines += ["allow_private = true", "requests_per_minute = 6000", ""]
        return "\n".join(lines)

    def fill(self, services: Sequence[tuple[str, Path]]) -> Reply | None:
        """Give endpoints what a test says that they hold; the others hold nothing.

        Returns:
            The answer of what went wrong; None where all went well.
        """
        held = dict(services)
        for iri in self._filled:
            triples = graphs.read_file(held[iri], file_iri(held[iri], self._folder)) if iri in held else []
            address = f"{self._server.graphs}?graph={quote(iri, safe='')}"
            reply = send("PUT", address, [("Content-Type", "application/n-triples")], graphs.n_triples(triples))
            if not reply.fine:
                return reply
        return None


@contextlib.contextmanager
def standing(cases: Sequence[Case], folder: Path, program: str | None = None) -> Iterator[Endpoints]:
    """Start what stands for the endpoints that tests name.

    Args:
        cases: The tests.
        folder: Folder of the suites.
        program: Path of Oxigraph's program; None means the one beside this Python or on the path.

    Raises:
        NotStarted: it did not start.
    """
    with oxigraph(program) as server:
        yield Endpoints(server, cases, folder)
