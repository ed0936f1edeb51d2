"""The command: which suites, which servers, and what is written."""

from __future__ import annotations

import argparse
import contextlib
import gzip
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from conformance import tables
from conformance.cases import Case, Verdict
from conformance.earl import write_earl
from conformance.endpoints import Endpoints, standing
from conformance.evaluation import Runner
from conformance.manifests import ManifestError, read_suites
from conformance.page import conformance_page
from conformance.servers import PATHS, NotStarted, Server, addresses, crisiskg, oxigraph

_ROOT = Path(__file__).resolve().parent.parent.parent
REPORT = _ROOT / "src" / "crisiskg" / "api" / "static" / "conformance.ttl.gz"
PAGE = _ROOT / "docs" / "conformance.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suites.

    Returns:
        0 where crisiskg passes all that Oxigraph passes (or, tested alone, what it was asked); 1 otherwise; 2 for wrong use.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.write and (given.only or given.server or given.running):
        parser.error("--write is for all tests against both servers, which this program starts itself")
    try:
        folder = _folder(given.suite)
        cases = [case for case in read_suites(folder) if not given.only or any(word in case.iri for word in given.only)]
        if not cases:
            raise ManifestError(f"no test has any of {', '.join(given.only)} in its name")
        servers, verdicts = _run(given, cases, folder)
    except (ManifestError, NotStarted) as error:
        print(error, file=sys.stderr)
        return 2
    for line in tables.terminal(cases, verdicts, servers, given.all):
        print(line)
    worse = tables.below(cases, verdicts) if len(servers) > 1 else []
    for case in worse:
        print(f"below oxigraph: {case.suite}#{case.iri.rpartition('#')[2]}: {verdicts['crisiskg'][case.iri].why}")
    if given.write:
        _write(cases, verdicts, servers)
    failed = any(verdict.outcome == "failed" for found in verdicts.values() for verdict in found.values())
    return 1 if worse or (len(servers) == 1 and failed) else 0


_CODES = "Exit code 0: crisiskg passes all that Oxigraph passes; 1: it does not; 2: wrong use."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python bench/conformance", description=__doc__, epilog=_CODES)
    parser.add_argument("suite", type=Path, help="folder rdf-tests, or its sparql/sparql11")
    parser.add_argument("--server", action="append", choices=sorted(PATHS), help="who is tested; both without it")
    parser.add_argument("--only", action="append", metavar="WORD", help="tests with this in their IRI; may be repeated")
    parser.add_argument("--all", action="store_true", help="list also the tests that passed")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of crisiskg")
    parser.add_argument("--oxigraph", metavar="PROGRAM", help="Oxigraph's program, where it is not beside this Python")
    parser.add_argument("--running", metavar="URL", help="test the crisiskg that runs there; ITS STORE IS EMPTIED")
    parser.add_argument("--paths", nargs=3, default=PATHS["crisiskg"], metavar=("QUERY", "UPDATE", "GRAPHS"), help="paths there")
    parser.add_argument("--write", action="store_true", help="write docs/conformance.md and the EARL report; of all tests only")
    return parser


def _folder(suite: Path) -> Path:
    for candidate in (suite, suite / "sparql" / "sparql11"):
        if (candidate / "manifest-all.ttl").is_file():
            return candidate.resolve()
    raise ManifestError(f"there is no manifest-all.ttl in {suite}, nor in {suite / 'sparql' / 'sparql11'}")


def _run(given: argparse.Namespace, cases: Sequence[Case], folder: Path) -> tuple[list[Server], dict[str, dict[str, Verdict]]]:
    servers, verdicts = [], {}
    for name in dict.fromkeys(given.server or sorted(PATHS)):
        with _opened(name, given, cases, folder) as (server, endpoints):
            begin = time.monotonic()
            runner = Runner(server, folder, endpoints)
            verdicts[name] = {case.iri: runner.run(case) for case in cases}
            print(f"{name} {server.version}: {len(cases)} tests in {time.monotonic() - begin:.0f} s", file=sys.stderr)
        servers.append(server)
    return servers, verdicts


@contextlib.contextmanager
def _opened(
    name: str, given: argparse.Namespace, cases: Sequence[Case], folder: Path
) -> Iterator[tuple[Server, Endpoints | None]]:
    """Start a server, or take the one that runs, with what stands for the endpoints that tests name."""
    if name == "oxigraph":
        with oxigraph(given.oxigraph) as server:
            yield server, None
    elif given.running:
        yield Server(name, version("crisiskg"), *addresses(given.running, given.paths)), None
    else:
        with standing(cases, folder, given.oxigraph) as endpoints, crisiskg(given.set, endpoints.profiles()) as server:
            yield server, endpoints


def _write(cases: Sequence[Case], verdicts: dict[str, dict[str, Verdict]], servers: Sequence[Server]) -> None:
    day = datetime.now(UTC).date()
    REPORT.write_bytes(gzip.compress(write_earl(cases, verdicts, servers, day), mtime=0))
    facts = [
        f"crisiskg {version('crisiskg')}, pyoxigraph {version('pyoxigraph')}, Python {platform.python_version()}; "
        + ", ".join(f"{server.name} {server.version}" for server in servers if server.name != "crisiskg"),
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    ]
    PAGE.write_text(conformance_page(cases, verdicts, servers, day, facts), encoding="utf-8")
    print(f"written: {REPORT.relative_to(_ROOT)}, {PAGE.relative_to(_ROOT)}", file=sys.stderr)
