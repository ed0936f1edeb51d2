"""A document and its annotation, written by hand, for the tests of graph and validation.

`story()` is one invented article with every kind of record; `long_story(n)` repeats its body to the size of a real one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from crisiskg.annotation.records import (
    Annotation,
    Attribution,
    Entity,
    Event,
    Mention,
    Quantity,
    Relation,
    Span,
    TimeExpression,
)
from crisiskg.documents import Contribution, DateBounds, Document
from crisiskg.graph import Run

RUN = Run("0.1.0", "toy 1.0", "ab" * 32, "0.1.0")

TITLE = "Calm returns to Verania's north"
BYLINE = "By Ada Lund, Senior Analyst at the Lowland Institute."
SENTENCES = (
    "On 3 March 2021 soldiers of the Veranian Army attacked the River Front near Tolm.",
    "At least 12 civilians were killed, according to the Veranian Red Cross.",
    "Defence Minister Ivo Marek said the army would withdraw from Tolm if the River Front disarmed.",
    "The River Front denied that it had abducted villagers.",
    "President Lena Orsk threatened to close the border with Sundal.",
    "The Harvest War, in which the River Front fought Verania, ended in 2009.",
    "They may return.",
)


def _day(year: int, month: int, day: int) -> DateBounds:
    date = dt.date(year, month, day)
    return DateBounds(date, date, "day", "stated")


def _article(times: int) -> tuple[str, list[Span]]:
    text, spans = f"{TITLE}\n\n{BYLINE}\n\n", []
    for _ in range(times):
        for sentence in SENTENCES:
            spans.append((len(text), len(text) + len(sentence)))
            text += sentence + " "
        text = text.rstrip() + "\n\n"
    return text.rstrip() + "\n", spans


ENTITIES = (
    Entity("army", "SecurityForce", "Veranian Army", aliases=("the army",)),
    Entity("front", "ArmedGroup", "River Front", iri="https://w3id.org/crisiskg/id/entity/x-river-front", score=0.97),
    Entity(
        "tolm",
        "Place",
        "Tolm",
        iri="https://w3id.org/crisiskg/id/entity/gn-990001",
        geonames=990001,
        lat=12.5,
        lon=-3.25,
        accuracy_m=5000,
        score=0.8,
    ),
    Entity("cross", "NongovernmentalOrganization", "Veranian Red Cross"),
    Entity("marek", "Person", "Ivo Marek"),
    Entity("orsk", "Person", "Lena Orsk", wikidata="Q990002"),
    Entity("verania", "State", "Verania", wikidata="Q990003", iso3="VRN", lat=13.0, lon=-3.0, accuracy_m=400000.5, score=1.0),
    Entity("sundal", "State", "Sundal", wikidata="Q990004", iso3="SND", score=1.0),
    Entity("war", "NamedEvent", "Harvest War", subtype="war"),
    Entity("civilians", "PopulationGroup", "civilians", gap="not-in-gazetteer"),
)


def _find(text: str, span: Span, words: str) -> Span:
    start = text.index(words, span[0], span[1])
    return start, start + len(words)


def long_story(times: int) -> tuple[Document, Annotation]:
    """Return the article with its body so many times, and all that is to be found in it."""
    text, spans = _article(times)
    mentions: list[Mention] = []
    found_times: list[TimeExpression] = []
    relations: list[Relation] = []
    events: list[Event] = []
    attributions: list[Attribution] = []

    def mention(span: Span, words: str, type_: str, entity: str | None, kind: str = "name") -> str:
        start, end = _find(text, span, words)
        mentions.append(Mention(f"m{len(mentions)}", start, end, words, type_, kind, entity, 0.9))  # type: ignore[arg-type]
        return mentions[-1].id

    def time(span: Span, words: str, value: str, bounds: DateBounds) -> str:
        start, end = _find(text, span, words)
        found_times.append(TimeExpression(f"t{len(found_times)}", start, end, words, value, None, bounds))
        return found_times[-1].id

    def event(span: Span, words: str, type_: str | None, mode: str | None, **more: object) -> None:
        start, end = _find(text, span, words)
        events.append(Event(f"v{len(events)}", type_, mode, (), start, end, span, confidence=0.75, **more))  # type: ignore[arg-type]

    def attribution(span: Span, source: str, cue: str, content: str, entity: str | None) -> str:
        words = (_find(text, span, source), _find(text, span, cue), _find(text, span, content))
        attributions.append(Attribution(f"a{len(attributions)}", *words, entity=entity, confidence=0.8))
        return attributions[-1].id

    for number in range(times):
        one, two, three, four, five, six, seven = spans[number * 7 : number * 7 + 7]

        army = mention(one, "soldiers of the Veranian Army", "SecurityForce", "army", "nominal")
        front = mention(one, "River Front", "ArmedGroup", "front")
        tolm = mention(one, "Tolm", "Place", "tolm")
        day = time(one, "3 March 2021", "2021-03-03", _day(2021, 3, 3))
        event(one, "attacked", "ASSAULT", "firearms", actor=(army,), recipient=(front,), place=tolm, time=day)

        civilians = mention(two, "civilians", "PopulationGroup", "civilians", "nominal")
        mention(two, "Veranian Red Cross", "NongovernmentalOrganization", "cross")
        said = attribution(two, "the Veranian Red Cross", "according to", "At least 12 civilians were killed", "cross")
        start, end = _find(text, two, "At least 12")
        dead = Quantity("killed", 12, 12, None, start, end, civilians)
        event(two, "killed", "ASSAULT", None, recipient=(civilians,), quantities=(dead,), attribution=said)

        minister = mention(three, "Ivo Marek", "Person", "marek")
        force = mention(three, "the army", "SecurityForce", "army", "nominal")
        place = mention(three, "Tolm", "Place", "tolm")
        other = mention(three, "River Front", "ArmedGroup", "front")
        said = attribution(three, "Defence Minister Ivo Marek", "said", "the army would withdraw from Tolm", "marek")
        event(three, "said", "CONSULT", None, actor=(minister,), time=None)
        event(
            three,
            "withdraw",
            "RETREAT",
            "withdraw",
            actor=(force,),
            origin=place,
            status="planned",
            attribution=said,
            condition=_find(text, three, "if the River Front disarmed"),
        )
        event(three, "disarmed", "RETREAT", "disarm", actor=(other,), status="hypothetical")
        start, end = _find(text, three, "Defence Minister Ivo Marek")
        relations.append(Relation("ministerOf", "marek", "verania", start, end, minister, title="Defence Minister"))

        denier = mention(four, "River Front", "ArmedGroup", "front")
        it = mention(four, "it", "ArmedGroup", "front", "pronoun")
        said = attribution(four, "The River Front", "denied", "it had abducted villagers", "front")
        event(four, "abducted", "ASSAULT", "abduct", actor=(it,), polarity="negative", attribution=said)
        event(four, "denied", "REJECT", None, actor=(denier,))

        president = mention(five, "Lena Orsk", "Person", "orsk")
        sundal = mention(five, "Sundal", "State", "sundal")
        event(five, "threatened", "THREATEN", "restrict", actor=(president,), recipient=(sundal,))
        event(five, "close", "COERCE", "restrict", actor=(president,), status="hypothetical", threatened=True)
        start, end = _find(text, five, "President Lena Orsk")
        relations.append(Relation("headOfState", "orsk", "verania", start, end, president, title="President"))
        start, end = _find(text, five, "border with Sundal")
        relations.append(Relation("borders", "verania", "sundal", start, end, None, sundal, qualifier="east"))

        war = mention(six, "Harvest War", "NamedEvent", "war")
        side = mention(six, "River Front", "ArmedGroup", "front")
        mention(six, "Verania", "State", "verania")
        ended = DateBounds(dt.date(2009, 1, 1), dt.date(2009, 12, 31), "year", "stated")
        time(six, "2009", "2009", ended)
        for head, tail in (("front", "war"), ("verania", "war"), ("front", "verania")):
            kind = "sideIn" if tail == "war" else "against"
            relations.append(Relation(kind, head, tail, *six, side, war if tail == "war" else None, finish=ended, former=True))

        they = mention(seven, "They", "ArmedGroup", None, "pronoun")
        event(seven, "return", None, None, actor=(they,), place=tolm, status="hypothetical", certainty="possible", feared=True)

    start = text.index(BYLINE)
    contribution = Contribution("Ada Lund", "author", "Senior Analyst", "Lowland Institute", start, start + len(BYLINE))
    document = Document(
        text=text,
        kind="commentary",
        title=TITLE,
        publisher="The Lowland Institute",
        contributions=(contribution,),
        published=replace(_day(2021, 3, 5), basis="metadata"),
        url="https://example.org/calm-returns",
        media_type="text/html",
        raw_sha256="cd" * 32,
    )
    annotation = Annotation(
        id="story",
        sentences=tuple(spans),
        mentions=tuple(mentions),
        entities=ENTITIES,
        times=tuple(found_times),
        relations=tuple(relations),
        events=tuple(events),
        attributions=tuple(attributions),
    )
    return document, annotation


def story() -> tuple[Document, Annotation]:
    """Return the article."""
    return long_story(1)
