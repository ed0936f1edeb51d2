"""What runs in a query worker: opens the newest generation, evaluates one query after the other, writes answers to a pipe.

Messages are frames: one letter, four bytes of length, content. The pool sends `Q` (a request in JSON); the worker answers with
`H` (a header in JSON), any number of `D` (data), and `E` (end, in JSON), or with `X` (an error, in JSON).
"""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from crisiskg.sandbox import block_network, limit_memory

_CHUNK = 65_536

#: Result formats of SELECT and ASK by media type, and whether ASK has it.
RESULT_FORMATS: dict[str, tuple[str, bool]] = {
    "application/sparql-results+json": ("JSON", True),
    "application/sparql-results+xml": ("XML", True),
    "text/csv": ("CSV", True),
    "text/tab-separated-values": ("TSV", True),
}
#: RDF formats of CONSTRUCT and DESCRIBE by media type.
RDF_FORMATS: dict[str, str] = {
    "text/turtle": "TURTLE",
    "application/n-triples": "N_TRIPLES",
    "application/rdf+xml": "RDF_XML",
    "application/ld+json": "JSON_LD",
    "application/n-quads": "N_QUADS",
    "application/trig": "TRIG",
}
#: Bytes that stand between or behind rows, and how many of them an answer of no rows counts. Inside of a JSON or XML literal they
#: cannot stand; a line break inside of a CSV field counts as a row more.
_ROW_MARKS = {"JSON": (b"}},{", -1), "XML": (b"<result>", 0), "CSV": (b"\r\n", 1), "TSV": (b"\n", 1)}


class TooLarge(Exception):
    """The answer grew beyond a limit."""


class FrameWriter:
    """Writes what an engine serialises as frames, and stops it at the limits.

    Args:
        stream: Pipe to the pool.
        max_bytes: Largest answer in bytes.
        max_rows: Most rows, counted by marks in the serialised text.
        marks: Bytes that stand once a row, and how many of them stand in an answer without rows; None to count no rows.
    """

    def __init__(self, stream: BinaryIO, max_bytes: int, max_rows: int, marks: tuple[bytes, int] | None = None) -> None:
        self._stream = stream
        self._max_bytes, self._max_rows = max_bytes, max_rows
        self._mark = marks[0] if marks else None
        self._buffer = bytearray()
        self.total = 0
        self._rows = -marks[1] if marks else 0
        self._before = b""

    def write(self, data: bytes) -> int:
        """Take data from the engine."""
        self._buffer += data
        self.total += len(data)
        if self._mark is not None:
            window = self._before + data
            self._rows += window.count(self._mark)
            self._before = window[-(len(self._mark) - 1) :] if len(self._mark) > 1 else b""
        if self.total > self._max_bytes:
            raise TooLarge(f"the answer is larger than {self._max_bytes} bytes")
        if self._rows > self._max_rows:
            raise TooLarge(_too_many(self._max_rows))
        if len(self._buffer) >= _CHUNK:
            self.flush()
        return len(data)

    @property
    def rows(self) -> int:
        """Rows so far. In JSON, marks stand between rows, so an answer without any counts as one that lacks a mark."""
        return max(0, self._rows)

    def flush(self) -> None:
        """Send what is waiting."""
        if self._buffer:
            send(self._stream, b"D", bytes(self._buffer))
            self._buffer.clear()


def send(stream: BinaryIO, letter: bytes, content: bytes) -> None:
    """Write one frame."""
    stream.write(letter + struct.pack(">I", len(content)) + content)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Read one frame; None where the stream ended."""
    head = stream.read(5)
    if len(head) < 5:
        return None
    content = stream.read(struct.unpack(">I", head[1:])[0])
    return head[:1], content


class Reader:
    """The newest generation, opened read-only; switches when a newer one was published.

    Args:
        store: Folder of the store.
        memory_mb: Memory that queries may take on top of what an open store takes, in MiB of address space.
    """

    def __init__(self, store: Path, memory_mb: int) -> None:
        from crisiskg.generations import Generations

        self.store = store
        self._generations = Generations(store)
        self._memory_mb: int | None = memory_mb
        self._number = -1
        self._db: Any = None

    def newest(self) -> tuple[int, Any]:
        """Return number and store of the newest generation."""
        import pyoxigraph as ox

        from crisiskg.errors import StoreError

        for attempt in range(3):
            self._number, known = -1, self._number
            try:
                number, path = self._generations.newest()
                if number == known:
                    self._number = known
                    break
                self._db = None
                self._db = ox.Store.read_only(str(path))
                self._number = number
                self._limit()
                break
            except (OSError, StoreError):  # pruned between reading CURRENT and opening
                if attempt == 2:
                    raise
        return self._number, self._db

    def _limit(self) -> None:
        """Limit memory once the store is open: its threads reserve address space that no query can help."""
        if self._memory_mb is None:
            return
        try:
            pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
            taken_mb = pages * resource.getpagesize() // 1_048_576
        except OSError:  # not Linux
            taken_mb = 512
        limit_memory(taken_mb + self._memory_mb)
        self._memory_mb = None


def answer(request: dict[str, Any], reader: Reader, stream: BinaryIO) -> None:
    """Evaluate one request and write the answer.

    Result objects of the engine must stay in the thread that made them, so evaluation and serialisation are one step.
    """
    import pyoxigraph as ox

    number, db = reader.newest()
    graphs = {
        "default_graph": [ox.NamedNode(iri) for iri in request.get("default_graphs", [])] or None,
        "named_graphs": [ox.NamedNode(iri) for iri in request.get("named_graphs", [])] or None,
    }
    if graphs["default_graph"] is None and graphs["named_graphs"] is not None:
        graphs["default_graph"] = []
    if graphs["named_graphs"] is None and graphs["default_graph"] is not None:
        graphs["named_graphs"] = []
    given = graphs["default_graph"] is not None or graphs["named_graphs"] is not None
    result = db.query(
        request["query"],
        base_iri=request.get("base_iri"),
        use_default_graph_as_union=not given and not request["names_dataset"],
        **(graphs if given else {}),
    )
    if isinstance(result, ox.QueryTriples):
        kind, offered = "graph", {media: (name, True) for media, name in RDF_FORMATS.items()}
    else:
        kind, offered = ("boolean" if isinstance(result, ox.QueryBoolean) else "bindings"), RESULT_FORMATS
    media_type = next((media for media in request["accept"] if media in offered), None)
    if media_type is None:
        reply = {"error": "not_acceptable", "message": f"an answer of this kind can be had as {', '.join(offered)}"}
        send(stream, b"X", json.dumps(reply).encode())
        return
    name = offered[media_type][0]
    formats: Any = ox.RdfFormat if kind == "graph" else ox.QueryResultsFormat
    send(stream, b"H", json.dumps({"kind": kind, "media_type": media_type, "generation": number}).encode())
    writer = FrameWriter(stream, request["max_bytes"], request["max_rows"], _ROW_MARKS.get(name))
    if kind == "graph":
        prefixes = request.get("prefixes") if name in {"TURTLE", "TRIG", "RDF_XML", "JSON_LD"} else None
        triples = _distinct(result, request["max_rows"])
        ox.serialize(triples, output=cast(IO[bytes], writer), format=getattr(formats, name), prefixes=prefixes)
    else:
        result.serialize(output=cast(IO[bytes], writer), format=getattr(formats, name))
    writer.flush()
    send(stream, b"E", json.dumps({"rows": writer.rows if kind == "bindings" else None}).encode())


def _distinct(triples: Iterable[Any], limit: int) -> Iterator[Any]:
    """Yield each triple once: what CONSTRUCT makes of the union of graphs repeats what stands in several of them."""
    seen: set[Any] = set()
    for triple in triples:
        if triple not in seen:
            seen.add(triple)
            if len(seen) > limit:
                raise TooLarge(_too_many(limit))
            yield triple


def _too_many(limit: int) -> str:
    return f"the answer has more than {limit} rows"


def _reply_to(request: dict[str, Any], reader: Reader, stream: BinaryIO) -> None:
    from crisiskg.errors import CrisiskgError

    try:
        answer(request, reader, stream)
    except TooLarge as error:
        problem = {"error": "limit_exceeded", "message": str(error)}
    except MemoryError:
        problem = {"error": "memory", "message": "the query needs more memory than it may take"}
    except SyntaxError as error:
        problem = {"error": "query_syntax", "message": str(error)}
    except CrisiskgError as error:
        problem = {"error": error.code, "message": error.message, "hint": error.hint or ""}
    except (ValueError, OSError, RuntimeError) as error:
        problem = {"error": "failed", "message": str(error).replace(str(reader.store), "the store")}
    else:
        return
    send(stream, b"X", json.dumps(problem).encode())


def main() -> None:
    """Answer requests until the pool closes the pipe. Arguments: folder of the store, memory limit in MiB, niceness."""
    store, memory_mb = Path(sys.argv[1]), int(sys.argv[2])
    os.nice(int(sys.argv[3]))
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):  # nothing that a library prints may get among the frames
        os.dup2(nothing, number)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    blocked = block_network()  # before the engine is loaded: SERVICE and LOAD would call out
    reader = Reader(store, memory_mb)
    send(answers, b"R", json.dumps({"network": blocked}).encode())
    while (frame := receive(requests)) is not None:
        _reply_to(json.loads(frame[1]), reader, answers)


if __name__ == "__main__":
    main()
