"""Makes the graphs that the benchmarks and the fault harness work on: invented, deterministic, and mapped by crisiskg itself.

Documents are short articles of invented actors in invented places. Their annotations are written by rule, `crisiskg.graph.build`
maps them, and so each document's named graph has the very shape of one that was read from text. Beside the documents stand the
vocabulary and the reference data that every store has, and a registry of the invented actors and places.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from crisiskg.annotation.records import Annotation, Attribution, Entity, Event, Mention, Span, TimeExpression
from crisiskg.documents import DateBounds, Document
from crisiskg.graph import Run, build
from crisiskg.iris import mint_dataset_entity, mint_document_graph, mint_graph
from crisiskg.namespaces import BASE, CKG, CKGC, GEO, RDF, RDFS, SKOS

RUN = Run("0.0.0", "invented 1.0", "ab" * 32, "0.1.0")
ACTORS, DISTRICTS, TOWNS = 2_000, 300, 6_000

_SYLLABLES = ("ka", "ro", "mi", "ten", "su", "lor", "va", "des", "ni", "bur", "ol", "ga", "shi", "rem", "tal", "no", "ve", "qui")
_KINDS = (
    ("ArmedGroup", "{} Front"),
    ("SecurityForce", "{} Army"),
    ("PoliticalParty", "{} Party"),
    ("NongovernmentalOrganization", "{} Relief"),
)
_VERBS = (
    ("attacked", "ASSAULT", "firearms"),
    ("shelled", "ASSAULT", None),
    ("accused", "ACCUSE", None),
    ("met", "CONSULT", None),
    ("threatened", "THREATEN", None),
)


def _name(draw: random.Random) -> str:
    return "".join(draw.choice(_SYLLABLES) for _ in range(draw.randint(2, 4))).capitalize()


@dataclass(frozen=True)
class World:
    """The invented actors and places: names, types and IRIs."""

    actors: tuple[Entity, ...]
    towns: tuple[Entity, ...]
    weights: tuple[float, ...]


def make_world(seed: int = 1) -> World:
    """Return the same world for the same seed. How often an actor is met falls with its rank, as in the news."""
    draw = random.Random(seed)
    actors = []
    for number in range(ACTORS):
        kind, form = _KINDS[number % len(_KINDS)]
        name = form.format(f"{_name(draw)} {number}")
        actors.append(Entity(f"a{number}", kind, name, iri=mint_dataset_entity("x", f"actor-{number}"), score=0.95))  # type: ignore[arg-type]
    towns = tuple(
        Entity(
            f"p{number}",
            "Place",
            f"{_name(draw)}{number}",
            iri=mint_dataset_entity("x", f"town-{number}"),
            lat=round(draw.uniform(-30, 30), 4),
            lon=round(draw.uniform(-20, 50), 4),
            accuracy_m=5000,
            score=0.9,
        )
        for number in range(TOWNS)
    )
    return World(tuple(actors), towns, tuple(1 / (rank + 3) for rank in range(ACTORS)))


def registry(world: World) -> list[ox.Quad]:
    """Return the graph of the actors and places, with types, names, points and what is part of what."""
    graph = ox.NamedNode(mint_graph("registry"))
    quads = []

    def add(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> None:
        quads.append(ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), value, graph))

    for number, actor in enumerate(world.actors):
        assert actor.iri
        add(actor.iri, RDF + "type", ox.NamedNode(CKG + actor.type))
        add(actor.iri, RDFS + "label", ox.Literal(actor.name, language="en"))
        add(actor.iri, SKOS + "altLabel", ox.Literal(f"{actor.name} of {world.towns[number % TOWNS].name}", language="en"))
        add(actor.iri, CKG + "basedIn", ox.NamedNode(world.towns[number % TOWNS].iri or ""))
    for number, town in enumerate(world.towns):
        assert town.iri
        point = town.iri + "/point"
        add(town.iri, RDF + "type", ox.NamedNode(CKG + "Place"))
        add(town.iri, RDFS + "label", ox.Literal(town.name, language="en"))
        add(town.iri, CKG + "placeKind", ox.NamedNode(CKGC + "place-settlement"))
        add(town.iri, CKG + "isPartOf", ox.NamedNode(mint_dataset_entity("x", f"district-{number % DISTRICTS}")))
        add(town.iri, GEO + "hasDefaultGeometry", ox.NamedNode(point))
        add(point, RDF + "type", ox.NamedNode(GEO + "Geometry"))
        wkt = f"POINT({town.lon} {town.lat})"
        add(point, GEO + "asWKT", ox.Literal(wkt, datatype=ox.NamedNode(GEO + "wktLiteral")))
    for number in range(DISTRICTS):
        district = mint_dataset_entity("x", f"district-{number}")
        add(district, RDF + "type", ox.NamedNode(CKG + "Place"))
        add(district, RDFS + "label", ox.Literal(f"District {number}", language="en"))
        add(district, CKG + "placeKind", ox.NamedNode(CKGC + "place-admin1"))
    return quads


def make_document(world: World, number: int, sentences: int | None = None) -> tuple[Document, Annotation]:
    """Return the article of a number and what is found in it.

    Args:
        world: Its actors and places.
        number: Which one; the same number gives the same article.
        sentences: How many sentences tell events; None for 8 to 16. Each makes about 45 quads.
    """
    draw = random.Random(f"document {number}")
    title = f"Report {number} from {draw.choice(world.towns).name}"
    text = title + "\n\n"
    spans: list[Span] = []
    mentions: list[Mention] = []
    entities: dict[str, Entity] = {}
    times: list[TimeExpression] = []
    events: list[Event] = []
    attributions: list[Attribution] = []
    published = dt.date(2014, 1, 1) + dt.timedelta(days=draw.randrange(4_000))

    def mention(start: int, entity: Entity) -> str:
        entities[entity.id] = entity
        end = start + len(entity.name)
        mentions.append(Mention(f"m{len(mentions)}", start, end, entity.name, entity.type, "name", entity.id, 0.9))
        return mentions[-1].id

    for _ in range(sentences or draw.randint(8, 16)):
        actor, recipient = draw.choices(world.actors, world.weights, k=2)
        town, (verb, kind, mode) = draw.choice(world.towns), draw.choice(_VERBS)
        day = published - dt.timedelta(days=draw.randrange(1, 200))
        when = f"{day.day} {day:%B} {day.year}"
        told = f"on {when} the {actor.name} {verb} the {recipient.name} near {town.name}"
        source = draw.choices(world.actors, world.weights)[0] if draw.random() < 0.4 else None
        lead = f"The {source.name} said that " if source else ""
        sentence = lead + (told if source else told[0].upper() + told[1:]) + "."
        begin = len(text)
        at = begin + len(lead)
        spans.append((begin, begin + len(sentence)))
        text += sentence + " "
        said = None
        if source is not None:
            mention(begin + 4, source)
            span, cue = (begin, begin + 4 + len(source.name)), (at - len("said that "), at - len(" that "))
            said = f"s{len(attributions)}"
            attributions.append(Attribution(said, span, cue, (at, at + len(told)), entity=source.id, confidence=0.8))
        at += len("on ")
        times.append(
            TimeExpression(
                f"t{len(times)}", at, at + len(when), when, day.isoformat(), None, DateBounds(day, day, "day", "stated")
            )
        )
        at += len(when) + len(" the ")
        who = mention(at, actor)
        at += len(actor.name) + 1
        trigger = (at, at + len(verb))
        at += len(verb) + len(" the ")
        whom = mention(at, recipient)
        where = mention(at + len(recipient.name) + len(" near "), town)
        events.append(
            Event(
                f"v{len(events)}",
                kind,
                mode,
                (),
                *trigger,
                spans[-1],
                actor=(who,),
                recipient=(whom,),
                place=where,
                time=times[-1].id,
                attribution=said,
                confidence=0.75,
            )
        )
    document = Document(
        text=text.rstrip() + "\n",
        kind="news",
        title=title,
        published=DateBounds(published, published, "day", "metadata"),
        url=f"https://example.org/report-{number}",
        media_type="text/html",
        raw_sha256=hashlib.sha256(title.encode()).hexdigest(),
    )
    annotation = Annotation(
        id=f"d{number}",
        sentences=tuple(spans),
        mentions=tuple(mentions),
        entities=tuple(entities.values()),
        times=tuple(times),
        events=tuple(events),
        attributions=tuple(attributions),
    )
    return document, annotation


def document_quads(world: World, number: int, sentences: int | None = None) -> tuple[str, list[ox.Quad]]:
    """Return name and quads of the graph of an article."""
    document, annotation = make_document(world, number, sentences)
    return mint_document_graph(document.key), build(document, annotation, RUN)


def graphs(quads: int, world: World) -> Iterator[tuple[str, list[ox.Quad]]]:
    """Yield graphs, each with its name, until together they have a number of quads (the last one may exceed it)."""
    from crisiskg.vocabulary import reference_quads, vocabulary_quads

    total = 0
    common = ((mint_graph("vocabulary"), vocabulary_quads(BASE)), (mint_graph("reference"), reference_quads(BASE)))
    for name, content in (*common, (mint_graph("registry"), registry(world))):
        total += len(content)
        yield name, content
    number = 0
    while total < quads:
        name, content = document_quads(world, number)
        total += len(content)
        number += 1
        yield name, content


@dataclass(frozen=True)
class Prepared:
    """A data set on disk, made once and kept in a temporary folder.

    Attributes:
        folder: Where all of it lies.
        store: Folder of our store, published.
        oxigraph: Folder of a store of `oxigraph serve`.
        quads: Number of quads.
        documents: Number of documents.
    """

    folder: Path
    store: Path
    oxigraph: Path
    quads: int
    documents: int


def prepare(quads: int, root: Path | None = None, oxigraph: Path | None = None) -> Prepared:
    """Make the data set of a size, or return the one that was made before by the same rules.

    Args:
        quads: About how many quads, at least 200,000.
        root: Folder to keep it in; None means one in the folder for temporary files.
        oxigraph: The program `oxigraph`; None leaves its store out.
    """
    from crisiskg.store import OxigraphStore

    rules = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:10]
    folder = (root or Path(tempfile.gettempdir()) / "crisiskg-bench") / f"{quads}-{rules}"
    done = folder / "done"
    lines = folder / "data.nq"
    if not done.is_file():
        if folder.exists():
            raise SystemExit(f"{folder} was not finished; remove it and start again")
        folder.mkdir(parents=True)
        world, total, documents = make_world(), 0, 0
        with OxigraphStore(folder / "store") as store, lines.open("wb") as file:
            for name, content in graphs(quads, world):
                store.replace_graph(name, content)
                ox.serialize(content, file, format=ox.RdfFormat.N_QUADS)
                total += len(content)
                documents += "/graph/document/" in name
            store.publish()
        done.write_text(f"{total} {documents}\n")
    total, documents = map(int, done.read_text().split())
    other = folder / "oxigraph"
    if oxigraph is not None and not other.exists():
        unfinished = other.with_suffix(".tmp")
        subprocess.run([oxigraph, "load", "--location", unfinished, "--file", lines], check=True, stderr=subprocess.DEVNULL)
        unfinished.rename(other)
    return Prepared(folder, folder / "store", other, total, documents)


def n_triples(quads: Iterable[ox.Quad]) -> bytes:
    """Return quads as the body of a Graph Store request."""
    return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""


if __name__ == "__main__":
    print(prepare(int(sys.argv[1])))
