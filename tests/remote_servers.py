"""SPARQL servers on loopback for tests: Oxigraph, rdflib-endpoint, Virtuoso and Jena, each where it is there.

Oxigraph's server and rdflib-endpoint come with the Python packages of the tests. Virtuoso and Jena are Debian packages, which are
not installed but unpacked into a folder, without their service scripts. This fetches them on Debian or Ubuntu, without the rights
of an administrator; the tests find them where CRISISKG_SERVERS names the folder:

    python tests/remote_servers.py fetch DIR

What is absent is skipped. Every server ends with the process that started it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(os.environ.get("CRISISKG_SERVERS", "no-such-folder"))
PACKAGES = [
    "virtuoso-opensource-7-bin",
    "libminizip1",
    "libpcre3",
    "libapache-jena-java",
    "libcommons-cli-java",
    "libcommons-codec-java",
    "libcommons-compress-java",
    "libcommons-csv-java",
    "libcommons-io-java",
    "libcommons-lang3-java",
    "libcommons-logging-java",
    "libdexx-java",
    "libgoogle-gson-java",
    "libguava-java",
    "libhttpclient-java",
    "libhttpcore-java",
    "libjackson2-annotations-java",
    "libjackson2-core-java",
    "libjackson2-databind-java",
    "libjsonld-java",
    "libjsonp2-java",
    "libprotobuf-java",
    "libslf4j-java",
    "libthrift-java",
    "libtitanium-json-ld-java",
]
_START_S = 30.0


class Absent(Exception):
    """A server that is not on this machine."""


@dataclass(frozen=True)
class Running:
    """A server that runs.

    Attributes:
        name: Its name here.
        url: Address of the store, as a setting would have it.
        query: Endpoint for queries.
        update: Endpoint for updates.
        graphs: Endpoint of the Graph Store Protocol; empty for none.
        kind: Name of the kind that it must be found to be.
    """

    name: str
    url: str
    query: str
    update: str
    graphs: str
    kind: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def process(arguments: list[str], port: int, environment: dict[str, str] | None = None, **options: object) -> Iterator[None]:
    """Run a server until it listens and to the end of the block."""
    started = subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
        **options,  # type: ignore[call-overload]
    )
    try:
        deadline = time.monotonic() + _START_S
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if started.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{arguments[0]} did not start")
            time.sleep(0.05)
        yield
    finally:
        started.kill()
        started.wait()


@contextlib.contextmanager
def oxigraph(union: bool = True) -> Iterator[Running]:
    binary = Path(sys.executable).parent / "oxigraph"
    found = str(binary) if binary.exists() else shutil.which("oxigraph")
    if not found:
        raise Absent("the PyPI package oxigraph, which holds the server, is not installed")
    port = free_port()
    flags = ["--union-default-graph"] if union else []
    with process([found, "serve", "--bind", f"127.0.0.1:{port}", *flags], port):
        url = f"http://127.0.0.1:{port}"
        yield Running(
            "oxigraph" if union else "oxigraph-separate", url, f"{url}/query", f"{url}/update", f"{url}/store", "oxigraph"
        )


_RDFLIB = """
import sys
import uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
graph = Dataset(default_union=True)
application = SparqlEndpoint(graph=graph, enable_update=True)
uvicorn.run(application, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical")
"""


@contextlib.contextmanager
def rdflib_endpoint() -> Iterator[Running]:
    if not any((Path(folder) / "rdflib_endpoint").is_dir() for folder in sys.path):
        raise Absent("the PyPI package rdflib-endpoint is not installed")
    port = free_port()
    with process([sys.executable, "-W", "ignore", "-c", _RDFLIB, str(port)], port):
        url = f"http://127.0.0.1:{port}"
        yield Running("rdflib-endpoint", url, f"{url}/", f"{url}/", "", "other")


_INI = """
[Database]
DatabaseFile={folder}/virtuoso.db
ErrorLogFile={folder}/virtuoso.log
LockFile={folder}/virtuoso.lck
TransactionFile={folder}/virtuoso.trx
xa_persistent_file={folder}/virtuoso.pxa
FileExtend=200
[TempDatabase]
DatabaseFile={folder}/temporary.db
TransactionFile={folder}/temporary.trx
[Parameters]
ServerPort=127.0.0.1:{sql}
ServerThreads=20
NumberOfBuffers=10000
MaxDirtyBuffers=6000
DirsAllowed=.
[HTTPServer]
ServerPort=127.0.0.1:{http}
ServerRoot={folder}
ServerThreads=20
[SPARQL]
ResultSetMaxRows=2000
"""


@contextlib.contextmanager
def virtuoso() -> Iterator[Running]:
    """Virtuoso, which gives at most 2,000 rows, and where everybody may write."""
    binary = FOLDER / "usr/bin/virtuoso-t"
    if not binary.exists():
        raise Absent("CRISISKG_SERVERS names no folder with Virtuoso; see tests/remote_servers.py")
    sql, http = free_port(), free_port()
    libraries = {"LD_LIBRARY_PATH": f"{FOLDER}/usr/lib/x86_64-linux-gnu:{FOLDER}/lib/x86_64-linux-gnu"}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "virtuoso.ini").write_text(_INI.format(folder=folder, sql=sql, http=http), encoding="utf-8")
        arguments = [str(binary), "+foreground", "+configfile", f"{folder}/virtuoso.ini"]
        with process(arguments, http, libraries, cwd=folder):
            granting = "GRANT SPARQL_UPDATE TO \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET ('nobody', 7);"
            subprocess.run(
                [str(FOLDER / "usr/bin/isql-vt"), f"127.0.0.1:{sql}", "dba", "dba", f"exec={granting}"],
                env={**os.environ, **libraries},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
            )
            url = f"http://127.0.0.1:{http}"
            yield Running("virtuoso", url, f"{url}/sparql", f"{url}/sparql", f"{url}/sparql-graph-crud", "virtuoso")


_NOT_FOR_JENA = ("slf4j-jcl", "slf4j-jdk14", "slf4j-log4j12", "slf4j-simple", "over-slf4j", "to-slf4j", "slf4j-android")


def class_path(work: Path) -> str:
    """Return the class path of Jena, with what Debian left in another folder than the classes look in."""
    jars = [
        jar
        for jar in sorted((FOLDER / "usr/share/java").glob("*.jar"))
        if not jar.is_symlink() and not any(word in jar.name for word in _NOT_FOR_JENA)
    ]
    # Versioned names are links to plain ones in some packages, and the other way round in others.
    missing = FOLDER / "usr/share/java/jena-core.jar"
    with zipfile.ZipFile(missing) as archive:
        beginning = "org/apache/jena/ext/xerces/"
        for name in archive.namelist():
            if name.startswith(beginning) and name.endswith(".properties"):
                target = work / "xerces" / name.removeprefix(beginning)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
    return os.pathsep.join([str(work), *map(str, jars)])


@contextlib.contextmanager
def jena(union: bool = True) -> Iterator[Running]:
    """Jena's engine over TDB2 behind a small server of ours (`jena_server/JenaServer.java`)."""
    compiler, machine = shutil.which("javac"), shutil.which("java")
    if not compiler or not machine:
        raise Absent("there is no Java development kit")
    if not (FOLDER / "usr/share/java/jena-tdb2.jar").exists():
        raise Absent("CRISISKG_SERVERS names no folder with Jena; see tests/remote_servers.py")
    with tempfile.TemporaryDirectory() as folder:
        path = class_path(Path(folder))
        source = Path(__file__).parent / "jena_server" / "JenaServer.java"
        subprocess.run(
            [compiler, "-nowarn", "-cp", path, "-d", folder, str(source)], check=True, stderr=subprocess.DEVNULL, timeout=120
        )
        started = subprocess.Popen(
            [machine, "-Xmx512m", "-cp", path, "JenaServer", "union" if union else "separate"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert started.stdout is not None
            port = started.stdout.readline().strip()
            if not port:
                raise RuntimeError("the server of Jena did not start")
            url = f"http://127.0.0.1:{port}"
            yield Running("jena" if union else "jena-separate", url, f"{url}/query", f"{url}/update", f"{url}/data", "jena")
        finally:
            started.kill()
            started.wait()
            for stream in (started.stdin, started.stdout):
                assert stream is not None
                stream.close()


SERVERS: dict[str, Callable[[], contextlib.AbstractContextManager[Running]]] = {
    "oxigraph": oxigraph,
    "oxigraph-separate": lambda: oxigraph(union=False),
    "rdflib-endpoint": rdflib_endpoint,
    "virtuoso": virtuoso,
    "jena": jena,
    "jena-separate": lambda: jena(union=False),
}


def fetch(folder: Path) -> None:
    """Download the Debian packages and unpack them."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["apt-get", "download", *PACKAGES], cwd=work, check=True)
        for package in sorted(Path(work).glob("*.deb")):
            subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True)
    print(f"unpacked; set CRISISKG_SERVERS={folder.resolve()}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "fetch":
        sys.exit("usage: python tests/remote_servers.py fetch DIR")
    fetch(Path(sys.argv[2]))
