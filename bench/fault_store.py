"""Faults of an embedded store: death at each point of a write, damaged files, a full disk."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from fault_common import State, Tally, content_of, copy_tree, differing, digest_of, in_child, invented, killed

from crisiskg.errors import CrisiskgError, StoreError
from crisiskg.generations import Generations
from crisiskg.journal import canonical_digest, n_quads_lines
from crisiskg.settings import load_settings
from crisiskg.store import OxigraphStore
from crisiskg.writing.change import Change, GraphEdit
from crisiskg.writing.points import POINTS
from crisiskg.writing.requests import WriteRequest

_GRAPH = "https://example.org/graph/{}"
_GRAPHS = 24
_SIZE = 30


@dataclass(frozen=True)
class Image:
    """A store as a dead process left it.

    Attributes:
        folder: Its folder.
        acknowledged: What was told of as written.
        published: What the newest generation shows.
        flying: What was being written: for each graph the digest it would have, None where it was to go.
        together: Whether that is one write, of which all or nothing may be there.
    """

    folder: Path
    acknowledged: State
    published: State
    flying: dict[str, str | None]
    together: bool = False

    def allows(self, found: State) -> set[str]:
        """Return the graphs whose content can neither be told from the acknowledged writes nor from those on their way."""
        wrong = {
            graph
            for graph in differing(found, self.acknowledged)
            if graph not in self.flying or found.get(graph) != self.flying[graph]
        }
        if self.together and not wrong:
            done = {graph for graph in self.flying if found.get(graph) == self.flying[graph]}
            if done and done != set(self.flying):
                return set(self.flying) - done
        return wrong


def edit(graph: str, old: list[ox.Quad], new: list[ox.Quad]) -> GraphEdit:
    """Return the edit that makes one content of a graph of another."""
    before, after = n_quads_lines(old), n_quads_lines(new)
    count, sha256 = canonical_digest(new)
    gone, come = tuple(sorted(set(before) - set(after))), tuple(sorted(set(after) - set(before)))
    return GraphEdit(graph, gone, come, bool(old), bool(new), count, sha256)


def make_images(folder: Path) -> dict[str, Image]:
    """Make three stores of one history: one at rest, one that died in an ingest, one that died in a change of three graphs."""
    settled, ingesting, changing = folder / "settled", folder / "ingesting", folder / "changing"
    contents = {_GRAPH.format(n): invented(_GRAPH.format(n), 1, _SIZE) for n in range(_GRAPHS)}
    three = [_GRAPH.format(n) for n in (1, 2, 3)]

    def history(tell: Callable[[Any], None]) -> None:
        store = OxigraphStore(settled)
        for n, (graph, quads) in enumerate(contents.items()):
            store.replace_graph(graph, quads)
            if n % 5 == 4:
                store.flush()
        store.publish()
        store.publish()
        for n in range(0, 12, 2):
            store.replace_graph(_GRAPH.format(n), invented(_GRAPH.format(n), 2, _SIZE))
            store.flush()
        store.drop_graph(_GRAPH.format(5))
        store.flush()
        edits = tuple(
            edit(graph, invented(graph, 2 if graph == three[1] else 1, _SIZE), invented(graph, 3, _SIZE)) for graph in three
        )
        store.commit(Change(edits))
        store.publish()
        tell("done")
        os._exit(0)  # as a death would leave it: not closed

    assert in_child(history).told == ("done",), "the history could not be written"
    final = {graph: digest_of(quads) for graph, quads in contents.items()}
    final |= {_GRAPH.format(n): digest_of(invented(_GRAPH.format(n), 2, _SIZE)) for n in range(0, 12, 2)}
    final |= {graph: digest_of(invented(graph, 3, _SIZE)) for graph in three}
    del final[_GRAPH.format(5)]

    new = [_GRAPH.format(n) for n in (7, 30, 31)]
    for target in (ingesting, changing):
        copy_tree(settled, target)

    def ingest(tell: Callable[[Any], None]) -> None:
        store = OxigraphStore(ingesting)
        for graph in new:
            store.replace_graph(graph, invented(graph, 4, 4 * _SIZE))
        store.drop_graph(_GRAPH.format(8))
        tell("done")
        os._exit(0)

    def change(tell: Callable[[Any], None]) -> None:
        store = OxigraphStore(changing)
        edits = tuple(edit(graph, invented(graph, 3, _SIZE), invented(graph, 5, _SIZE)) for graph in three)
        tell("done")
        store.commit(Change(edits))

    assert in_child(ingest).told == ("done",)
    assert killed(in_child(change, {"CRISISKG_KILL_AT": "half-applied"}))
    flying = {graph: digest_of(invented(graph, 4, 4 * _SIZE)) for graph in new}
    return {
        "settled": Image(settled, final, final, {}),
        "ingesting": Image(ingesting, final, final, {**flying, _GRAPH.format(8): None}),
        "changing": Image(
            changing, final, final, {graph: digest_of(invented(graph, 5, _SIZE)) for graph in three}, together=True
        ),
    }


def inspect(folder: Path) -> Callable[[Callable[[Any], None]], dict[str, Any]]:
    """Return a function that opens a store as every command does, and says what it finds; for `in_child`."""

    def look(tell: Callable[[Any], None]) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def attempt(name: str, work: Callable[[], Any]) -> Any:
            tell(name)
            try:
                found[name] = work()
            except CrisiskgError as error:
                found[name] = f"error {type(error).__name__}: {error.message}"
            except (OSError, RuntimeError) as error:
                found[name] = f"engine {type(error).__name__}: {error}"
            except Exception as error:
                found[name] = f"raw {type(error).__name__}: {error}"
            return found[name]

        def read_generation() -> State:
            return content_of(ox.Store.read_only(str(Generations(folder).newest()[1])))

        def read_all() -> State:
            with OxigraphStore(folder) as store:
                return content_of_store(store)

        def verify() -> list[str]:
            with OxigraphStore(folder, check=False) as store:
                result = store.verify()
                return [*result.missing, *result.changed, *result.extra]

        attempt("generation", read_generation)
        attempt("content", read_all)
        attempt("verify", verify)
        return found

    return look


def content_of_store(store: OxigraphStore) -> State:
    """Return the digest of each graph of a store."""
    return {graph: digest_of(quads) for graph in store.graphs() if (quads := list(store.quads(graph)))}


def judge(tally: Tally, where: str, image: Image, folder: Path) -> None:
    """Look at a damaged copy of an image and count what comes of it."""
    ended = in_child(inspect(folder))
    if ended.result is None:
        step = ended.told[-1] if ended.told else "start"
        tally.hole(where, f"the process died in the step {step} ({ended.signal or ended.error[-300:]})")
        return
    shown, content, verified = (ended.result[name] for name in ("generation", "content", "verify"))
    if isinstance(shown, dict) and differing(shown, image.published):
        tally.hole(where, f"readers see wrong content of {sorted(differing(shown, image.published))[:3]}")
        return
    if isinstance(shown, str) and shown.startswith("raw "):
        tally.hole(where, f"readers get an error that is not of ours: {shown[:200]}")
        return
    if any(isinstance(what, str) and what.startswith("raw ") for what in (content, verified)):
        tally.hole(where, f"an error that is not of ours: {content if isinstance(content, str) else verified}"[:300])
        return
    readers = "" if isinstance(shown, dict) else ", readers get an error"
    if isinstance(content, str):
        named = f"verify names {len(verified)} graphs" if isinstance(verified, list) else "verify says so too"
        tally.count(f"refused: {content.split(':')[0]}, {named}{readers}")
        return
    wrong = image.allows(content)
    if not wrong:
        tally.count(f"whole{readers}")
    elif isinstance(verified, str):
        tally.count(f"opens, verify refuses: {verified.split(':')[0]}{readers}")
    elif wrong <= set(verified):
        tally.count(f"opens, verify names every loss{readers}")
    else:
        tally.hole(where, f"opens, and nobody names the wrong content of {sorted(wrong - set(verified))[:3]}")


#: What is damaged, in which image, and how often of 180.
DAMAGES: tuple[tuple[str, str, str, int], ...] = (
    ("truncate", "ingesting", "db/*.log", 40),
    ("flip", "ingesting", "db/*.log", 20),
    ("flip", "settled", "db/*.sst", 40),
    ("flip", "settled", "db/MANIFEST-*", 12),
    ("truncate", "settled", "db/MANIFEST-*", 5),
    ("flip", "settled", "db/CURRENT", 3),
    ("flip", "settled", "journal.jsonl", 20),
    ("truncate", "settled", "journal.jsonl", 12),
    ("flip", "changing", "redo", 8),
    ("truncate", "changing", "redo", 6),
    ("flip", "settled", "CURRENT", 6),
    ("flip", "ingesting", "pending", 4),
    ("flip", "settled", "store.json", 4),
)


def damage(tally: Tally, folder: Path, share: float) -> None:
    """Cut files short or flip a bit in them, and see whether anybody is told wrong things.

    Args:
        tally: Where outcomes go; its seed draws what is damaged.
        folder: Folder for the stores.
        share: Of each kind of damage how many trials are made, 1.0 for all; at least one.
    """
    images = make_images(folder)
    draw = random.Random(tally.seed)
    trial = folder / "trial"
    for how, name, pattern, number in DAMAGES:
        for _ in range(max(1, round(number * share))):
            copy_tree(images[name].folder, trial)
            victims = sorted(path for path in trial.glob(pattern) if path.stat().st_size)
            victim = draw.choice(victims)
            size = victim.stat().st_size
            at, bit = draw.randrange(size), draw.randrange(8)
            if how == "truncate":
                os.truncate(victim, at)
                what = f"{victim.relative_to(trial)} of the image {name} cut at {at} of {size}"
            else:
                flip(victim, at, bit)
                what = f"bit {bit} of byte {at} of {size} of {victim.relative_to(trial)} of the image {name} flipped"
            judge(tally, what, images[name], trial)
            shutil.rmtree(trial)


def flip(path: Path, at: int, bit: int) -> None:
    """Flip one bit of a file in place, so that all its hard links have it."""
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ (1 << bit)]))


@dataclass(frozen=True)
class Write:
    """One write of many graphs, and what the store holds behind it.

    Attributes:
        name: What it does.
        request: As a client would ask for it; None for what only ingest does.
        after: Content of the graphs that it writes; no quads where a graph goes.
    """

    name: str
    request: WriteRequest | None
    after: dict[str, list[ox.Quad]]

    def state(self, before: State) -> State:
        """Return what the store holds behind it."""
        found = before | {graph: digest_of(quads) for graph, quads in self.after.items()}
        return {graph: digest for graph, digest in found.items() if self.after.get(graph, True)}


def some_write(draw: random.Random, version: int) -> Write:
    """Return a write of a random kind to graphs that are in the image at rest, or to new ones."""
    old, other, fresh = _GRAPH.format(9), _GRAPH.format(11), _GRAPH.format(40 + draw.randrange(5))
    contents = {graph: invented(graph, version, draw.randint(5, 40)) for graph in (old, other, fresh)}

    def triples(graph: str) -> bytes:
        return ox.serialize((quad.triple for quad in contents[graph]), format=ox.RdfFormat.N_TRIPLES) or b""

    kind = draw.choice(("put new", "put old", "delete", "update"))
    if kind == "put new":
        return Write(kind, WriteRequest("put", triples(fresh), "application/n-triples", graph=fresh), {fresh: contents[fresh]})
    if kind == "put old":
        return Write(kind, WriteRequest("put", triples(old), "application/n-triples", graph=old), {old: contents[old]})
    if kind == "delete":
        return Write(kind, WriteRequest("delete", graph=old), {old: []})
    text = f"DROP SILENT GRAPH <{old}> ; DROP SILENT GRAPH <{fresh}> ; CLEAR SILENT GRAPH <{other}>"
    for graph in (fresh, other):
        text += f" ; INSERT DATA {{ GRAPH <{graph}> {{ {triples(graph).decode()} }} }}"
    after = {old: [], fresh: contents[fresh], other: contents[other]}
    return Write("update of three graphs", WriteRequest("update", text.encode()), after)


def write_directly(folder: Path, write: Write) -> None:
    """Do a write as the writer process does, without the process that evaluates requests."""
    with OxigraphStore(folder) as store:
        edits = [edit(graph, list(store.quads(graph)), quads) for graph, quads in sorted(write.after.items())]
        store.commit(Change(tuple(edits)))
        store.publish()


def write_by_request(folder: Path, write: Write) -> None:
    """Do a write as a client asks for it: evaluated and validated in a process of its own."""
    from crisiskg.writing.writer import Writer

    assert write.request is not None
    writer = Writer(load_settings(store=str(folder), max_update_bytes=10_000_000))
    writer.write(write.request)
    writer.close()


def write_as_ingest(folder: Path, write: Write) -> None:
    """Do a write as ingest does: graph after graph, acknowledged together by one flush."""
    with OxigraphStore(folder) as store:
        for graph, quads in write.after.items():
            store.replace_graph(graph, quads)
            store.graphs()  # what waits to be written is written
        store.flush()


def kill_points(tally: Tally, folder: Path, each: int, by_request: int) -> None:
    """Kill the writer at each named point, open the store again, and write once more.

    Args:
        tally: Where outcomes go; its seed draws the writes.
        folder: Folder for the stores.
        each: Deaths at each point.
        by_request: How many of them come while a request is handled from its text on; the others begin with the change.
    """
    image = make_images(folder)["settled"]
    draw = random.Random(tally.seed)
    trial = folder / "trial"
    for point in POINTS:
        for number in range(each):
            whole = number < by_request or point == "evaluated"
            work = write_as_ingest if point == "graph-written" else write_by_request if whole else write_directly
            write, again = some_write(draw, 10), some_write(draw, 11)
            where = f"{write.name} killed at {point}, then {again.name} ({work.__name__})"
            copy_tree(image.folder, trial)

            def act(tell: Callable[[Any], None], work: Callable[[Path, Write], None] = work, write: Write = write) -> None:
                work(trial, write)
                tell("acknowledged")

            ended = in_child(act, {"CRISISKG_KILL_AT": point})
            if not killed(ended):
                tally.hole(where, f"the point was not reached: {ended.error[-300:]}")
            else:
                _after_death(tally, where, point, trial, image, write, again, work)
            shutil.rmtree(trial)


def _after_death(
    tally: Tally,
    where: str,
    point: str,
    folder: Path,
    image: Image,
    write: Write,
    again: Write,
    work: Callable[[Path, Write], None],
) -> None:
    before, after = image.acknowledged, write.state(image.acknowledged)
    found = in_child(inspect(folder))
    if found.result is None or isinstance(found.result["content"], str):
        tally.hole(where, f"the store does not open again: {found.result or found.error}"[:400])
        return
    content, shown = found.result["content"], found.result["generation"]
    if point == "graph-written":  # ingest promises each graph whole, and the first of them is written
        ok = all(content.get(graph) in (before.get(graph), after.get(graph)) for graph in {*before, *after, *content})
        state = content
    else:
        ok = content in (before, after)
        state = content
        if ok and content != (before if point == "evaluated" else after):
            tally.hole(
                where, "the write is not there though it was on the disk" if content == before else "it is there too early"
            )
            return
    if not ok:
        tally.hole(where, f"half a write: {sorted(differing(content, after))[:4]} are not as written")
        return
    if found.result["verify"]:
        tally.hole(where, f"verify is not content: {found.result['verify']}"[:300])
        return
    if not isinstance(shown, dict) or shown not in (before, after):
        tally.hole(where, f"readers see neither the state before nor the one after: {shown}"[:300])
        return

    def once_more(tell: Callable[[Any], None]) -> None:
        work(folder, again)
        tell("acknowledged")

    ended = in_child(once_more)
    if (
        not ended.told
        and "NotFound" in ended.error
        and again.name == "delete"
        and not write.after.get(next(iter(again.after)), True)
    ):
        tally.count(f"{point}: as before the write" if state == before else f"{point}: as after the write")
        return  # the graph is gone already, and the second delete is told so
    if not ended.told:
        tally.hole(where, f"the next write fails: {ended.error[-300:]}")
        return
    found = in_child(inspect(folder))
    wanted = again.state(state)
    if found.result is None or found.result["content"] != wanted or found.result["verify"]:
        wrong = (
            differing(found.result["content"], wanted) if found.result and isinstance(found.result["content"], dict) else found
        )
        tally.hole(where, f"after the next write the store is wrong: {wrong}"[:400])
        return
    if work is not write_as_ingest and found.result["generation"] != wanted:
        tally.hole(where, "after the next write readers see something else")
        return
    tally.count(f"{point}: as before the write" if state == before else f"{point}: as after the write")


def full_disk(tally: Tally, folder: Path, rounds: int) -> None:
    """Fill the disk below a store that is written, free it, and open it again. Needs the right to mount.

    Args:
        tally: Where outcomes go; its seed draws sizes and writes.
        folder: Folder for the stores.
        rounds: How many disks are filled.
    """
    image = make_images(folder)["settled"]
    draw = random.Random(tally.seed)
    used = int(subprocess.run(["du", "-sk", image.folder], check=True, capture_output=True, text=True).stdout.split()[0])
    disk = folder / "disk"
    disk.mkdir()
    for number in range(rounds):
        free = draw.randrange(300, 6_000)
        options = f"size={used + free}k"
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True, text=True)
        if mount.returncode:
            tally.count("skipped: no right to mount a small disk")
            return
        try:
            copy_tree(image.folder, disk / "store")
            _fill(tally, f"disk {number} with {free} KiB free", disk, image, draw.choice(("ingest", "change")), used)
        finally:
            subprocess.run(["umount", disk], check=True)


def _fill(tally: Tally, where: str, disk: Path, image: Image, kind: str, used: int) -> None:
    folder = disk / "store"

    def write(tell: Callable[[Any], None]) -> None:
        version, refused = 20, 0
        store = OxigraphStore(folder)
        while refused < 4 and version < 400:
            version += 1
            graph = _GRAPH.format(version % 30)
            quads = invented(graph, version, 100)
            tell(["tries", graph, digest_of(quads)])
            try:
                if kind == "ingest":
                    store.replace_graph(graph, quads)
                    store.flush()
                else:
                    store.commit(Change((edit(graph, list(store.quads(graph)), quads),)))
            except StoreError as error:
                refused += 1
                tell(["refused", type(error).__name__, error.message])
                continue
            tell(["acknowledged", graph, digest_of(quads)])
        os._exit(0)

    told = in_child(write).told
    acknowledged, flying = dict(image.acknowledged), {}
    for what, graph, digest in told:
        if what == "tries":
            flying[graph] = digest
        elif what == "acknowledged":
            acknowledged[graph] = flying.pop(graph)
    if not any(what == "refused" for what, *_ in told):
        tally.hole(where, f"the writer was not told that the disk is full: {told[-1:]}")
        return
    # Several tries of one graph may be on their way, but each later one was refused outright.
    tries: dict[str, set[str | None]] = {}
    for what, graph, digest in told:
        if what == "tries":
            tries.setdefault(graph, set()).add(digest)

    def read_generation(_: Callable[[Any], None]) -> State:
        return content_of(ox.Store.read_only(str(Generations(folder).newest()[1])))

    shown = in_child(read_generation)
    if shown.result != image.published:
        tally.hole(where, f"readers do not go on: {shown.error[-300:] or 'wrong content'}")
        return
    subprocess.run(["mount", "-o", f"remount,size={used + 60_000}k", disk], check=True)
    found = in_child(inspect(folder))
    if found.result is None or isinstance(found.result["content"], str):
        tally.hole(where, f"with space freed the store does not open: {found.result or found.error}"[:400])
        return
    content = found.result["content"]
    wrong = [g for g in differing(content, acknowledged) if g not in flying or content.get(g) not in tries[g]]
    if wrong or found.result["verify"]:
        tally.hole(
            where, f"({kind}) after freeing space {wrong[:3]} are not as acknowledged; verify: {found.result['verify'][:3]}"
        )
        return

    def once_more(tell: Callable[[Any], None]) -> None:
        with OxigraphStore(folder) as store:
            store.replace_graph(_GRAPH.format(99), invented(_GRAPH.format(99), 1, 10))
            store.publish()
        tell("acknowledged")

    if not in_child(once_more).told:
        tally.hole(where, "with space freed nothing can be written")
        return
    tally.count(f"{kind}: told of, readers went on, nothing lost, written again")
