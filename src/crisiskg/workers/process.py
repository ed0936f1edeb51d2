"""What runs in a query worker: opens generations, evaluates one query after the other, writes answers to a pipe.

Messages are frames (`crisiskg.workers.frames`). The crew sends `Q` (a request in JSON); the worker answers with `H`, any number
of `D`, and `E`, or at any place with `X`.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import os
import resource
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from crisiskg.namespaces import PREFIXES
from crisiskg.sandbox import block_network, die_with_parent, limit_memory
from crisiskg.workers.frames import pack, pack_json
from crisiskg.workers.glance import is_plain
from crisiskg.workers.inbox import Inbox
from crisiskg.workers.scan import Limits, scan_query

_CHUNK = 65_536
#: Bytes of one part that are looked at again with the next, because a mark of a row may stand across: as many as the longest has.
_OVERLAP = 8
#: The answer to a request that was taken back.
_NOTHING = pack_json(b"E", {"rows": None})

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
#: Formats of a whole dataset by media type.
QUAD_FORMATS: dict[str, str] = {"application/n-quads": "N_QUADS", "application/trig": "TRIG", "application/ld+json": "JSON_LD"}
#: Bytes that stand between or behind rows, and how many of them an answer of no rows counts. Inside of a JSON or XML literal they
#: cannot stand; a line break inside of a CSV field counts as a row more.
_ROW_MARKS = {"JSON": (b"}},{", -1), "XML": (b"<result>", 0), "CSV": (b"\r\n", 1), "TSV": (b"\n", 1)}


class TooLarge(Exception):
    """The answer grew beyond a limit."""


class FrameWriter:
    """Writes what an engine serialises as frames, and stops it at the limits.

    What is short leaves in one piece, with its header and its end: a system call costs as much as a small query.

    Args:
        channel: Number of the file to write to.
        header: Frames that stand before the data.
        max_bytes: Largest answer in bytes.
        max_rows: Most rows, counted by marks in the serialised text.
        marks: Bytes that stand once a row, and how many of them stand in an answer without rows; None to count no rows.
    """

    def __init__(
        self, channel: int, header: bytes, max_bytes: int, max_rows: int, marks: tuple[bytes, int] | None = None
    ) -> None:
        self._channel = channel
        self._before_data = header
        self._max_bytes, self._max_rows = max_bytes, max_rows
        self._mark = marks[0] if marks else None
        self._buffer = bytearray()
        self.total = 0
        self._rows = -marks[1] if marks else 0
        self._before = b""

    def write(self, data: bytes) -> int:
        """Take data from the engine."""
        self._buffer += data
        if len(self._buffer) >= _CHUNK:
            write_all(self._channel, self._waiting())
        return len(data)

    def flush(self) -> None:
        """Do nothing: data leaves when there is enough of it, or at the end."""

    @property
    def rows(self) -> int:
        """Rows so far. In JSON, marks stand between rows, so what an answer without any ends with is looked at."""
        return 0 if self._before.endswith(b"[]}}") else max(0, self._rows)

    def _waiting(self) -> bytes:
        """Return what waits, as frames, and hold it to the limits."""
        data = bytes(self._buffer)
        self._buffer.clear()
        self.total += len(data)
        if self._mark is not None:
            window = self._before + data
            self._rows += window.count(self._mark) - self._before.count(self._mark)
            self._before = window[-_OVERLAP:]
        if self.total > self._max_bytes:
            raise TooLarge(f"the answer is larger than {self._max_bytes} bytes")
        if self._rows > self._max_rows:
            raise TooLarge(_too_many(self._max_rows))
        waiting = self._before_data + (pack(b"D", data) if data else b"")
        self._before_data = b""
        return waiting

    def end(self, *, count_rows: bool = False, rows: int | None = None) -> None:
        """Send what is waiting, and the end, with the number of rows where it is wanted or known."""
        waiting = self._waiting()
        number = self.rows if count_rows else rows
        write_all(self._channel, waiting + pack(b"E", b'{"rows": null}' if number is None else b'{"rows": %d}' % number))


def write_all(channel: int, data: bytes) -> None:
    """Write all of the bytes to a pipe or socket."""
    view = memoryview(data)
    while view:
        view = view[os.write(channel, view) :]


def receive(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """Read one frame; None where the stream ended."""
    head = stream.read(5)
    if len(head) < 5:
        return None
    content = stream.read(struct.unpack(">I", head[1:])[0])
    return head[:1], content


class Reader:
    """Generations of a store, opened read-only: the newest, and one older that was asked for.

    Args:
        store: Folder of the store.
        memory_mb: Memory that queries may take on top of what an open store takes, in MiB of address space.
    """

    def __init__(self, store: Path, memory_mb: int) -> None:
        from crisiskg.generations import Generations
        from crisiskg.workers.graph_tags import GraphTags

        self.store = store
        self.tags = GraphTags(store)
        self._generations = Generations(store)
        self._memory_mb = memory_mb
        self._pointer = str(self._generations.pointer)
        self._seen: tuple[int, int] | None = None
        self._number = -1
        self._db: Any = None
        self._old: tuple[int, Any] | None = None
        #: Whether there may be a newer generation than when the last request was answered.
        self.stale = True

    def newest(self) -> tuple[int, Any]:
        """Return number and store of the newest generation."""
        if not self.stale and self._seen is not None:
            return self._number, self._db
        from crisiskg.errors import StoreError

        try:
            state = os.stat(self._pointer)
            seen = (state.st_ino, state.st_mtime_ns)
        except OSError:
            seen = None
        self.stale = False
        if seen is not None and seen == self._seen:
            return self._number, self._db
        self._seen = None
        for attempt in range(3):
            self._number, known = -1, self._number
            try:
                number, path = self._generations.newest()
                if number == known:
                    self._number = known
                    break
                self._db = None
                self._db = self._open(path)
                self._number = number
                break
            except (OSError, StoreError):  # pruned between reading CURRENT and opening
                if attempt == 2:
                    raise
        self._seen = seen  # what was read is this or newer
        return self._number, self._db

    def at(self, wanted: int | None) -> tuple[int, Any]:
        """Return number and store of a generation; None means the newest.

        Raises:
            NotFound: there was none of this number yet.
            Gone: it is kept no longer.
        """
        from crisiskg.errors import Gone, NotFound

        number, db = self.newest()
        if wanted is None or wanted == number:
            return number, db
        if wanted > number or wanted < 1:
            raise NotFound(f"there is no generation {wanted}; the newest is {number}")
        path = self._generations.path(wanted)
        if not path.is_dir():  # also where it is still open here: every worker must say the same
            self._old = None
            kept = ", ".join(str(one) for one in self._generations.numbers())
            raise Gone(f"generation {wanted} is kept no longer; there are {kept}")
        if self._old is None or self._old[0] != wanted:
            self._old = None
            try:
                self._old = (wanted, self._open(path))
            except OSError:
                raise Gone(f"generation {wanted} is kept no longer") from None
        return self._old

    def _open(self, path: Path) -> Any:
        """Open a generation. Memory is limited afresh: threads of the store reserve address space that no query can help."""
        import pyoxigraph as ox

        if not path.is_dir():
            raise FileNotFoundError(path)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_AS)[1]))
        db = ox.Store.read_only(str(path))
        try:
            pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
            taken_mb = pages * resource.getpagesize() // 1_048_576
        except OSError:  # not Linux
            taken_mb = 512
        limit_memory(taken_mb + self._memory_mb)
        return db


def answer(request: dict[str, Any], reader: Reader, channel: int) -> None:
    """Evaluate one request and write the answer.

    Result objects of the engine must stay in the thread that made them, so evaluation and serialisation are one step.
    """
    if "graph" in request:
        _answer_graph(request, reader, channel)
        return
    import pyoxigraph as ox

    query = request["query"]
    limits = _limits(*request["limits"])
    scan = None if is_plain(query, limits) else scan_query(query, limits)
    number, db = reader.at(request.get("generation"))
    if "identity" in request:
        query = _expanded(query, request, limits, db)
    defaults = [_name(iri) for iri in request.get("default_graphs", ())]
    named = [ox.NamedNode(iri) for iri in request.get("named_graphs", ())]
    given = bool(defaults or named)
    graphs = {"default_graph": defaults, "named_graphs": named} if given else {}
    result = db.query(
        query,
        base_iri=request.get("base_iri"),
        use_default_graph_as_union=request["union"] and not given and not (scan and scan.names_dataset),
        **graphs,
    )
    if isinstance(result, ox.QueryTriples):
        kind, offered = "graph", {media: (name, True) for media, name in RDF_FORMATS.items()}
    else:
        kind, offered = ("boolean" if isinstance(result, ox.QueryBoolean) else "bindings"), RESULT_FORMATS
    media_type = _chosen(request["accept"], offered)
    name = offered[media_type][0]
    formats: Any = ox.RdfFormat if kind == "graph" else ox.QueryResultsFormat
    header = _header(kind, media_type, number, bool(scan and scan.volatile))
    writer = FrameWriter(channel, header, request["max_bytes"], request["max_rows"], _ROW_MARKS.get(name))
    if kind == "graph":
        triples = _distinct(result, request["max_rows"])
        ox.serialize(triples, output=cast(IO[bytes], writer), format=getattr(formats, name), prefixes=_prefixes(name))
    else:
        result.serialize(output=cast(IO[bytes], writer), format=getattr(formats, name))
    writer.end(count_rows=kind == "bindings")


def _expanded(query: str, request: dict[str, Any], limits: Limits, db: Any) -> str:
    """Return a query whose constants stand for all that are the same, as the request asks."""
    from crisiskg.workers.expanding import Wish, expand_query

    return expand_query(query, Wish.of(request["identity"]), limits, lambda own: list(db.query(own)), request.get("base_iri"))


@functools.lru_cache(64)
def _limits(*numbers: int) -> Limits:
    """Return the limits of a request; they are the same for nearly all."""
    return Limits(*numbers)


@functools.lru_cache(64)
def _header(kind: str, media_type: str, generation: int, volatile: bool) -> bytes:
    """Return the header of an answer as a frame; there are few different ones."""
    return pack_json(b"H", {"kind": kind, "media_type": media_type, "generation": generation, "volatile": volatile})


def _answer_graph(request: dict[str, Any], reader: Reader, channel: int) -> None:
    """Write one graph ("default" is the default graph), or with None the whole dataset as quads."""
    import pyoxigraph as ox

    from crisiskg.errors import NotFound

    number, db = reader.at(request.get("generation"))
    graph = request["graph"]
    offered = QUAD_FORMATS if graph is None else RDF_FORMATS
    media_type = _chosen(request["accept"], offered)
    name = offered[media_type]
    if graph is None:
        quads: Iterable[Any] = db
    else:
        node = _name(graph)
        if graph != "default" and not db.contains_named_graph(node):
            raise NotFound(f"there is no graph {graph}")
        quads = db.quads_for_pattern(None, None, None, node)
        if name not in ("N_QUADS", "TRIG"):
            quads = (quad.triple for quad in quads)
    tag = reader.tags.tag(number, graph)
    header = {"kind": "graph", "media_type": media_type, "generation": number, "volatile": False, "tag": tag}
    writer = FrameWriter(channel, pack_json(b"H", header), request["max_bytes"], request["max_rows"])
    ox.serialize(quads, output=cast(IO[bytes], writer), format=getattr(ox.RdfFormat, name), prefixes=_prefixes(name))
    writer.end()


def _name(iri: str) -> Any:
    import pyoxigraph as ox

    return ox.DefaultGraph() if iri == "default" else ox.NamedNode(iri)


def _prefixes(name: str) -> dict[str, str] | None:
    return dict(PREFIXES) if name in {"TURTLE", "TRIG", "RDF_XML", "JSON_LD"} else None


def _chosen(accept: list[str], offered: Iterable[str]) -> str:
    from crisiskg.errors import NotAcceptable

    for media_type in accept:
        if media_type in offered:
            return media_type
    raise NotAcceptable(f"an answer of this kind can be had as {', '.join(offered)}")


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


def _reply_to(request: dict[str, Any], reader: Reader, channel: int) -> None:
    from crisiskg.errors import CrisiskgError

    try:
        answer(request, reader, channel)
    except TooLarge as error:
        problem = {"error": "limit_exceeded", "message": str(error)}
    except MemoryError:
        problem = {"error": "memory", "message": "the query needs more memory than it may take"}
    except SyntaxError as error:
        problem = {"error": "query_syntax", "message": f"the query does not parse: {error}"}
    except CrisiskgError as error:
        problem = {"error": error.code, "message": error.message, "hint": error.hint or ""}
    except (ValueError, OSError, RuntimeError) as error:
        message = str(error).replace(str(reader.store.resolve()), "the store").replace(str(reader.store), "the store")
        ours = isinstance(error, OSError) or "corrupt" in message.lower()
        problem = {"error": "failed" if ours else "query_failed", "message": f"the query failed: {message[:300]}"}
    else:
        return
    write_all(channel, pack_json(b"X", problem))


def main() -> None:
    """Answer requests until the pool closes the pipe. Arguments: folder of the store, memory limit in MiB, niceness."""
    store, memory_mb = Path(sys.argv[1]), int(sys.argv[2])
    os.nice(int(sys.argv[3]))
    die_with_parent()
    inbox = Inbox(0)
    channel = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):  # nothing that a library prints may get among the frames
        os.dup2(nothing, number)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    blocked = block_network()  # before the engine is loaded: SERVICE and LOAD would call out
    gc.freeze()  # what is loaded now stays, and need not be looked through again and again
    gc.set_threshold(50_000, 20, 50)
    reader = Reader(store, memory_mb)
    with contextlib.suppress(Exception):  # the first query says what is wrong with the store
        reader.newest()
    write_all(channel, pack_json(b"R", {"network": blocked}))
    while (request := inbox.next()) is not None:
        if inbox.fresh:
            inbox.fresh = False
            reader.stale = True
        try:
            if request:
                _reply_to(json.loads(request), reader, channel)
            else:
                write_all(channel, _NOTHING)
        except BrokenPipeError:
            return


if __name__ == "__main__":
    main()
