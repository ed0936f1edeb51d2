"""build: a document and its annotation as the graph of docs/model.md, the same every time, and nothing that does not conform."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import pytest
from graph_records import ENTITIES, RUN, SENTENCES, story
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize

from crisiskg.annotation.records import (
    Annotation,
    Attribution,
    Entity,
    Event,
    Mention,
    Quantity,
    Relation,
    TimeExpression,
)
from crisiskg.documents import Contribution, DateBounds, Document
from crisiskg.errors import CrisiskgError
from crisiskg.graph import Run, build, factuality, run_iri, runs_graph, to_rdflib
from crisiskg.graph.writer import Bounds
from crisiskg.namespaces import BASE, CKG, CKGC, CKGT, GEO, OA, RDF, RDFS, SKOS
from crisiskg.validation import validate

TYPE = RDF + "type"


def lines(quads: Iterable[Quad]) -> list[bytes]:
    return sorted(serialize(quads, format=RdfFormat.N_QUADS).splitlines())


def value(quad: Quad) -> str:
    return quad.object.value  # type: ignore[union-attr]


def subjects(quads: Iterable[Quad], class_: str) -> list[str]:
    return [str(quad.subject.value) for quad in quads if quad.predicate.value == TYPE and value(quad) == CKG + class_]  # type: ignore[union-attr]


def values(quads: Iterable[Quad], subject: str, property_: str) -> list[str]:
    """Values of a property, with our namespaces cut off."""
    iri = property_ if ":" in property_ else CKG + property_
    found = [value(quad) for quad in quads if quad.subject == NamedNode(subject) and quad.predicate.value == iri]
    for namespace in (CKGC, CKGT, CKG):
        found = [text.removeprefix(namespace) for text in found]
    return found


def the(items: list[str]) -> str:
    assert len(items) == 1, items
    return items[0]


def event(quads: list[Quad], label: str) -> str:
    return the([node for node in subjects(quads, "Event") if values(quads, node, RDFS + "label") == [label]])


def entity(quads: list[Quad], label: str) -> str:
    return the(
        [
            str(quad.subject.value)  # type: ignore[union-attr]
            for quad in quads
            if quad.predicate.value == RDFS + "label" and value(quad) == label and "/event/" not in str(quad.subject)
        ]
    )


def claims(quads: list[Quad], about: str) -> list[str]:
    return [node for node in subjects(quads, "Claim") if values(quads, node, "isAbout") == [about]]


@pytest.fixture(scope="module")
def quads() -> list[Quad]:
    return build(*story(), RUN)


# the graph as a whole


def test_story_conforms(quads: list[Quad]) -> None:
    assert [(result.focus_node, result.message) for result in validate(quads).results] == []


def test_same_input_gives_the_same_quads(quads: list[Quad]) -> None:
    assert build(*story(), RUN) == quads
    assert len(set(quads)) == len(quads)


def test_order_of_entities_does_not_matter(quads: list[Quad]) -> None:
    document, annotation = story()
    assert lines(build(document, replace(annotation, entities=annotation.entities[::-1]), RUN)) == lines(quads)


def test_all_is_in_the_document_graph_without_blank_nodes(quads: list[Quad]) -> None:
    document, _ = story()
    assert {quad.graph_name for quad in quads} == {NamedNode(f"{BASE}graph/document/{document.key}")}
    assert not any(isinstance(node, BlankNode) for quad in quads for node in (quad.subject, quad.object))


def test_store_gives_back_what_was_written(quads: list[Quad]) -> None:
    store = Store()
    store.extend(quads)
    assert lines(store) == lines(quads)
    assert lines(parse(serialize(quads, format=RdfFormat.TRIG), RdfFormat.TRIG)) == lines(quads)  # type: ignore[arg-type]


def test_other_base() -> None:
    document, annotation = story()
    found = build(document, annotation, RUN, "https://data.example.org/kg/")
    ours = [quad for quad in found if str(quad.subject.value).startswith("https://data.example.org/kg/document/")]  # type: ignore[union-attr]
    assert len(ours) > 400
    assert not any(str(quad.subject.value).startswith(BASE + "document/") for quad in found)  # type: ignore[union-attr]


def test_rdflib_gets_the_same_statements(quads: list[Quad]) -> None:
    dataset = to_rdflib(quads)
    assert len(dataset) == len(quads)
    import rdflib

    again = rdflib.Graph()
    triples = serialize([quad.triple for quad in quads], format=RdfFormat.N_TRIPLES)
    again.parse(data=triples, format="nt")  # type: ignore[arg-type]
    assert {(subject, predicate, object_) for subject, predicate, object_, _ in dataset.quads()} == set(again)


def test_run_is_described_in_its_own_graph() -> None:
    found = runs_graph(RUN)
    assert validate(found).conforms
    assert {quad.graph_name for quad in found} == {NamedNode(BASE + "graph/runs")}
    assert run_iri(RUN) != run_iri(replace(RUN, model_sha256="00" * 32))
    assert run_iri(replace(RUN, settings=(("a", "1"), ("b", "2")))) == run_iri(replace(RUN, settings=(("b", "2"), ("a", "1"))))


# evidence


def test_every_claim_rests_on_its_sentence(quads: list[Quad]) -> None:
    found = set()
    for claim in subjects(quads, "Claim"):
        for passage in values(quads, claim, "hasEvidence"):
            found.add(the(values(quads, passage, "quote")))
    assert found - set(SENTENCES) == {"By Ada Lund, Senior Analyst at the Lowland Institute."}


def test_quotes_count_code_points() -> None:
    text = "🕊️ Peace 🕊️ came to Tolm."
    start = text.index("Tolm")
    document = Document(text=text)
    annotation = Annotation(
        "a",
        sentences=((0, len(text)),),
        mentions=(Mention("m0", start, start + 4, "Tolm", "Place", "name", "e0"),),
        entities=(Entity("e0", "Place", "Tolm"),),
        events=(Event("v0", "RETREAT", None, (), 9, 12, (0, len(text)), place="m0"),),
    )
    found = build(document, annotation, RUN)
    assert validate(found).conforms
    assert values(found, the(subjects(found, "Mention")), "quote") == ["Tolm"]


def test_passage_holds_the_words_around(quads: list[Quad]) -> None:
    document, _ = story()
    for passage in subjects(quads, "Passage"):
        parts = [the(values(quads, passage, name)) for name in (OA + "prefix", "quote", OA + "suffix")]
        assert "".join(parts) in document.text
        assert len(parts[0]) <= 32 >= len(parts[2])


def test_two_readings_of_the_same_words_fill_a_slot_once() -> None:
    annotation = Annotation(
        "a",
        mentions=(Mention("m0", 0, 5, "Paris", "State", "name", "e0"), Mention("m1", 0, 5, "Paris", "Person", "name", "e1")),
        entities=(Entity("e0", "State", "France"), Entity("e1", "Person", "Paris")),
        events=(Event("v0", "REJECT", None, (), 6, 13, (0, 14), actor=("m0", "m1")),),
    )
    found = build(Document(text="Paris refused."), annotation, RUN)
    assert validate(found).conforms
    assert len(subjects(found, "Role")) == 1
    assert values(found, the(subjects(found, "Event")), "actorGap") == ["gap-ambiguous"]


def test_evidence_over_two_sentences_is_both() -> None:
    document, annotation = story()
    first, second = annotation.sentences[:2]
    relation = Relation("against", "army", "front", first[0] + 5, second[0] + 5)
    found = build(document, replace(annotation, relations=(relation,)), RUN)
    node = the([item for item in subjects(found, "Relationship") if values(found, item, "relationType") == ["relation-against"]])
    assert len(values(found, the(claims(found, node)), "hasEvidence")) == 2


# the document and who made it


def test_document(quads: list[Quad]) -> None:
    node = the(subjects(quads, "Document"))
    assert values(quads, node, "documentKind") == ["kind-commentary"]
    assert values(quads, node, "publishedEarliest") == values(quads, node, "publishedLatest") == ["2021-03-05"]
    assert values(quads, node, "publishedYear") == ["2021"]
    assert values(quads, node, "publishedBasis") == ["basis-metadata"]
    assert values(quads, node, "url") == ["https://example.org/calm-returns"]


def test_publisher_is_the_organization_in_which_the_contributor_works(quads: list[Quad]) -> None:
    publisher = the(values(quads, the(subjects(quads, "Document")), "hasPublisher"))
    contribution = the(subjects(quads, "Contribution"))
    assert values(quads, contribution, "inOrganization") == [publisher]
    membership = the(
        [node for node in subjects(quads, "Membership") if values(quads, node, "roleKind") == ["rolekind-contributor"]]
    )
    assert values(quads, membership, "roleTitle") == ["Senior Analyst"]
    assert values(quads, membership, "latestBegin") == values(quads, membership, "earliestEnd") == ["2021-03-05"]
    assert the(values(quads, the(values(quads, contribution, "hasEvidence")), "quote")).startswith("By Ada Lund")


def test_contributor_who_is_mentioned_is_one_person() -> None:
    document, annotation = story()
    document = replace(document, contributions=(Contribution("ivo marek", "guest"),), publisher="Veranian Red Cross")
    found = build(document, annotation, RUN)
    assert values(found, the(subjects(found, "Contribution")), "hasContributor") == [entity(found, "Ivo Marek")]
    assert values(found, the(subjects(found, "Document")), "hasPublisher") == [entity(found, "Veranian Red Cross")]
    assert validate(found).conforms


def test_publisher_of_news_that_nobody_mentions_is_a_news_medium() -> None:
    found = build(Document(text="Rain.", kind="news", publisher="Daily Lowland"), Annotation("a"), RUN)
    assert subjects(found, "MediaOrganization") == values(found, the(subjects(found, "Document")), "hasPublisher")


def test_text_without_title_is_named_by_its_first_line() -> None:
    found = build(Document(text="\n\nRain fell. " + "It fell and fell. " * 20), Annotation("a"), RUN)
    title = the(values(found, the(subjects(found, "Document")), RDFS + "label"))
    assert title.startswith("Rain fell.")
    assert len(title) < 90


def test_inferred_date_stands_in_for_a_missing_one() -> None:
    document, annotation = story()
    bounds = DateBounds(dt.date(2021, 7, 1), dt.date(2022, 2, 24), "interval", "inferred")
    found = build(replace(document, published=None), replace(annotation, published=bounds), RUN)
    node = the(subjects(found, "Document"))
    assert values(found, node, "publishedEarliest") == ["2021-07-01"]
    assert values(found, node, "publishedYear") == []
    assert values(found, node, "publishedPrecision") == ["precision-interval"]
    assert validate(found).conforms


def test_date_that_stands_in_the_text_leads_to_its_words() -> None:
    text = "Tolm, 4 May 2020. Rain fell."
    day = DateBounds(dt.date(2020, 5, 4), dt.date(2020, 5, 4), "day", "caption", 6, 16)
    without = build(Document(text=text, published=day), Annotation("a"), RUN)
    time = TimeExpression("t0", 6, 16, "4 May 2020", "2020-05-04", None, day)
    with_time = build(Document(text=text, published=day), Annotation("a", times=(time,)), RUN)
    assert values(without, the(subjects(without, "Document")), "publishedAccordingTo") == subjects(without, "Passage")
    assert values(with_time, the(subjects(with_time, "Document")), "publishedAccordingTo") == subjects(
        with_time, "TimeExpression"
    )


@pytest.mark.parametrize(
    ("url", "written"),
    [("https://example.org/a b|c", "https://example.org/a%20b%7Cc"), ("https://example.org/é%20", "https://example.org/é%20")],
)
def test_url_is_written_as_an_iri(url: str, written: str) -> None:
    found = build(Document(text="a", url=url), Annotation("a"), RUN)
    assert values(found, the(subjects(found, "Document")), "url") == [written]


# entities


def test_linked_entity(quads: list[Quad]) -> None:
    tolm = entity(quads, "Tolm")
    assert tolm == BASE + "entity/gn-990001"
    assert values(quads, tolm, SKOS + "exactMatch") == ["https://sws.geonames.org/990001/"]
    geometry = the(values(quads, tolm, GEO + "hasDefaultGeometry"))
    assert values(quads, geometry, GEO + "asWKT") == ["POINT(-3.25 12.5)"]
    assert values(quads, geometry, GEO + "hasMetricSpatialAccuracy") == ["5000"]


def test_entity_of_one_document(quads: list[Quad]) -> None:
    army = entity(quads, "Veranian Army")
    assert "/entity/veranian-army-" in army
    assert values(quads, army, SKOS + "altLabel") == ["the army"]


def test_two_records_with_one_iri_are_one_entity() -> None:
    document, annotation = story()
    again = Entity("again", "Place", "Veranian Republic", wikidata="Q990003")
    found = build(document, replace(annotation, entities=(again, *annotation.entities)), RUN)
    node = BASE + "entity/Q990003"
    assert values(found, node, TYPE) == ["State"]
    assert values(found, node, RDFS + "label") == ["Veranian Republic"]
    assert values(found, node, SKOS + "altLabel") == ["Verania"]
    assert validate(found).conforms


def test_point_without_accuracy_is_left_out() -> None:
    annotation = Annotation(
        "a",
        mentions=(Mention("m0", 0, 4, "Tolm", "Place", "name", "e"),),
        entities=(Entity("e", "Place", "Tolm", lat=1.0, lon=2.0),),
    )
    found = build(Document(text="Tolm lies there."), annotation, RUN)
    assert values(found, entity(found, "Tolm"), GEO + "hasDefaultGeometry") == []


def test_unresolved_name_refers_to_nothing() -> None:
    found = build(Document(text="Tolm"), Annotation("a", mentions=(Mention("m0", 0, 4, "Tolm", "Place", "name", None),)), RUN)
    assert values(found, the(subjects(found, "Mention")), "refersTo") == []


def test_pronoun_without_part_in_anything_stays_in_the_annotation(quads: list[Quad]) -> None:
    assert [node for node in subjects(quads, "Mention") if values(quads, node, "quote") == ["They"]] == []


def test_entity_that_is_only_described_and_takes_no_part_stays_in_the_annotation() -> None:
    text = "Roads were dry."
    annotation = Annotation(
        "a",
        mentions=(Mention("m0", 0, 5, "Roads", "Place", "nominal", "e"),),
        entities=(Entity("e", "Place", "Roads"),),
    )
    found = build(Document(text=text), annotation, RUN)
    assert subjects(found, "Mention") == subjects(found, "Place") == []


def test_entity_that_is_only_described_and_acts_keeps_its_mention(quads: list[Quad]) -> None:
    fillers = {value(quad) for quad in quads if quad.predicate.value == CKG + "filler"}
    referents = {value(quad) for quad in quads if quad.predicate.value == CKG + "refersTo"}
    assert fillers <= referents


def test_named_event_is_a_situation_with_its_end(quads: list[Quad]) -> None:
    war = the(subjects(quads, "Situation"))
    assert values(quads, war, RDFS + "label") == ["Harvest War"]
    assert values(quads, war, "situationKind") == ["situation-war"]
    assert values(quads, war, "earliestEnd") == ["2009-01-01"]
    assert values(quads, war, "latestEnd") == ["2009-12-31"]
    sides = [node for node in subjects(quads, "Relationship") if values(quads, node, "hasObject") == [war]]
    assert {the(values(quads, side, "relationType")) for side in sides} == {"relation-sideIn"}
    assert len(sides) == 2


# events and roles


def test_event_with_everything(quads: list[Quad]) -> None:
    node = event(quads, "attacked")
    assert values(quads, node, "eventType") == ["ASSAULT"]
    assert values(quads, node, "mode") == ["ASSAULT-firearms"]
    assert values(quads, node, "quadClass") == ["quad-material-conflict"]
    assert values(quads, node, "hasActor") == [entity(quads, "Veranian Army")]
    assert values(quads, node, "hasRecipient") == [entity(quads, "River Front")]
    assert values(quads, node, "hasPlace") == [entity(quads, "Tolm")]
    bounds = [values(quads, node, name) for name in ("earliestBegin", "latestBegin", "earliestEnd", "latestEnd")]
    assert bounds == [["2021-03-03"]] * 4
    assert values(quads, node, "beginYear") == ["2021"]
    assert not any(values(quads, node, gap) for gap in ("actorGap", "recipientGap", "placeGap", "timeGap"))


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("attacked", "fact-happened"),
        ("killed", "fact-happened"),
        ("withdraw", "fact-planned"),
        ("disarmed", "fact-hypothetical"),
        ("abducted", "fact-denied"),
        ("close", "fact-threatened"),
        ("return", "fact-feared"),
    ],
)
def test_what_may_be_told_as_having_happened(quads: list[Quad], label: str, expected: str) -> None:
    assert values(quads, event(quads, label), "factuality") == [expected]


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (("happened", "positive", "certain", False, False), "happened"),
        (("ongoing", "positive", "certain", False, False), "ongoing"),
        (("happened", "positive", "probable", False, False), "claimed"),
        (("ongoing", "positive", "possible", False, False), "claimed"),
        (("planned", "positive", "certain", False, False), "planned"),
        (("planned", "positive", "possible", False, False), "planned"),
        (("hypothetical", "positive", "certain", False, False), "hypothetical"),
        (("happened", "positive", "certain", True, False), "threatened"),
        (("hypothetical", "positive", "possible", False, True), "feared"),
        (("planned", "positive", "certain", True, True), "threatened"),
        (("happened", "negative", "certain", False, False), "denied"),
        (("happened", "negative", "certain", True, False), "denied"),
        (("planned", "negative", "possible", False, False), "denied"),
    ],
)
def test_factuality(account: tuple[str, str, str, bool, bool], expected: str) -> None:
    status, polarity, certainty, threatened, feared = account
    assert factuality(status, polarity, certainty, threatened=threatened, feared=feared) == expected  # type: ignore[arg-type]


def one_event(**fields: object) -> list[Quad]:
    document, annotation = story()
    base = next(item for item in annotation.events if item.id == "v0")
    return build(document, replace(annotation, events=(replace(base, **fields),)), RUN)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "slot", "gap"),
    [
        pytest.param({"actor": ()}, "actorGap", "gap-not-stated", id="no-actor"),
        pytest.param({"recipient": ()}, "recipientGap", "gap-not-stated", id="no-recipient"),
        pytest.param({"actor": ("m2",)}, "actorGap", "gap-not-an-actor", id="a-place-as-actor"),
        pytest.param({"actor": ("m16",)}, "actorGap", "gap-unresolved", id="nobody-knows-who"),
        pytest.param({"recipient": ("m1", "m16")}, "recipientGap", "gap-unresolved", id="one-of-two-is-left-out"),
        pytest.param({"place": None}, "placeGap", "gap-not-stated", id="no-place"),
        pytest.param({"place": None, "place_gap": "ambiguous"}, "placeGap", "gap-ambiguous", id="place-with-a-reason"),
        pytest.param({"place": "m1"}, "placeGap", "gap-not-a-place", id="a-group-as-place"),
        pytest.param({"place": "m16"}, "placeGap", "gap-unresolved", id="nobody-knows-where"),
        pytest.param({"time": None}, "timeGap", "gap-not-stated", id="no-time"),
        pytest.param({"time": None, "time_gap": "ambiguous"}, "timeGap", "gap-ambiguous", id="time-with-a-reason"),
    ],
)
def test_empty_slot_says_why(fields: dict[str, object], slot: str, gap: str) -> None:
    found = one_event(**fields)
    assert values(found, the(subjects(found, "Event")), slot) == [gap]
    assert validate(found).conforms


@pytest.mark.parametrize(("lent", "basis"), [(True, ["basis-inferred"]), (False, [])])
def test_a_borrowed_place_is_inferred(lent: bool, basis: list[str]) -> None:
    found = one_event(place_lent=lent)
    assert values(found, the(subjects(found, "Event")), "placeBasis") == basis
    assert validate(found).conforms


@pytest.mark.parametrize(("lent", "basis"), [(True, ["basis-inferred"]), (False, ["basis-stated"])])
def test_a_borrowed_time_is_inferred(lent: bool, basis: list[str]) -> None:
    found = one_event(time_lent=lent)
    assert values(found, the(subjects(found, "Event")), "timeBasis") == basis
    assert validate(found).conforms


def test_time_that_cannot_be_resolved() -> None:
    document, annotation = story()
    times = tuple(replace(time, value=None, bounds=None) for time in annotation.times)
    found = build(document, replace(annotation, times=times), RUN)
    node = event(found, "attacked")
    assert values(found, node, "timeGap") == ["gap-unresolved"]
    assert len(values(found, node, "statedTime")) == 1
    assert validate(found).conforms


def test_event_of_no_type_is_other_and_has_no_quad_class(quads: list[Quad]) -> None:
    node = event(quads, "return")
    assert values(quads, node, "eventType") == ["OTHER"]
    assert values(quads, node, "quadClass") == []


def test_two_events_of_one_trigger_and_type_are_two() -> None:
    document, annotation = story()
    base = annotation.events[0]
    found = build(document, replace(annotation, events=(base, replace(base, id="again", recipient=("m2",)))), RUN)
    first, second = subjects(found, "Event")
    assert second == first + "-2"
    assert validate(found).conforms


def test_casualties_are_an_estimate_with_evidence_and_source(quads: list[Quad]) -> None:
    node = the(subjects(quads, "CasualtyEstimate"))
    assert [values(quads, node, name) for name in ("low", "best", "high")] == [["12"], ["12"], []]
    assert values(quads, node, "counts") == [entity(quads, "civilians")]
    assert values(quads, node, "accordingTo") == [entity(quads, "Veranian Red Cross")]
    assert values(quads, the(values(quads, node, "hasEvidence")), "quote") == [SENTENCES[1]]


def test_number_without_event_is_written_too() -> None:
    document, annotation = story()
    start = document.text.index("12")
    number = Quantity("share", None, 0.5, None, start, start + 2, unit="percent")
    found = build(document, replace(annotation, quantities=(number,)), RUN)
    assert values(found, the(subjects(found, "Quantity")), "best") == ["0.5"]


# claims and statements


def test_reported_claim_has_source_and_statement(quads: list[Quad]) -> None:
    claim = the(claims(quads, event(quads, "withdraw")))
    assert values(quads, claim, "voice") == ["voice-reported"]
    assert values(quads, claim, "accordingTo") == [entity(quads, "Ivo Marek")]
    statement = the(values(quads, claim, "withinStatement"))
    assert values(quads, statement, "cue") == ["said"]
    assert values(quads, the(values(quads, statement, "hasContent")), "quote") == ["the army would withdraw from Tolm"]
    assert values(quads, the(values(quads, claim, "hasCondition")), "quote") == ["if the River Front disarmed"]


def test_forecast_of_the_author_has_no_source() -> None:
    document, annotation = story()
    sentence = annotation.sentences[6]
    forecast = Attribution("a9", None, None, sentence, author=True, kind="forecast")
    events = (replace(annotation.events[-1], attribution="a9"),)
    found = build(document, replace(annotation, attributions=(forecast,), events=events, relations=()), RUN)
    statement = the(subjects(found, "Forecast"))
    assert values(found, statement, "voice") == ["voice-author"]
    claim = the(claims(found, event(found, "return")))
    assert values(found, claim, "voice") == ["voice-author"]
    assert values(found, claim, "withinStatement") == [statement]
    assert validate(found).conforms


def test_source_that_is_no_entity_keeps_its_words() -> None:
    document, annotation = story()
    attribution = replace(annotation.attributions[0], entity=None)
    found = build(document, replace(annotation, attributions=(attribution, *annotation.attributions[1:])), RUN)
    assert ["the Veranian Red Cross"] in [values(found, node, "sourceWords") for node in subjects(found, "Statement")]
    assert values(found, the(claims(found, event(found, "killed"))), "accordingTo") == []
    assert validate(found).conforms


def test_statement_within_a_statement() -> None:
    document, annotation = story()
    inner = replace(annotation.attributions[1], within=annotation.attributions[0].id)
    found = build(
        document, replace(annotation, attributions=(annotation.attributions[0], inner, annotation.attributions[2])), RUN
    )
    nested = [node for node in subjects(found, "Statement") if values(found, node, "withinStatement")]
    assert len(nested) == 1
    assert validate(found).conforms


# relations


def membership(quads: list[Quad], kind: str) -> str:
    return the([node for node in subjects(quads, "Membership") if values(quads, node, "roleKind") == [f"rolekind-{kind}"]])


def test_office_that_the_document_says_somebody_holds(quads: list[Quad]) -> None:
    node = membership(quads, "minister")
    assert values(quads, node, "hasMember") == [entity(quads, "Ivo Marek")]
    assert values(quads, node, "inOrganization") == [entity(quads, "Verania")]
    assert values(quads, node, "roleTitle") == ["Defence Minister"]
    assert values(quads, node, "latestBegin") == values(quads, node, "earliestEnd") == ["2021-03-05"]
    office = the(values(quads, node, "holdsOffice"))
    assert values(quads, office, RDFS + "label") == ["Defence Minister, Verania"]


def test_former_office_ended_before_publication() -> None:
    document, annotation = story()
    relations = tuple(replace(item, former=True) for item in annotation.relations if item.type == "ministerOf")
    found = build(document, replace(annotation, relations=relations), RUN)
    node = membership(found, "minister")
    assert values(found, node, "isFormer") == ["true"]
    assert values(found, node, "latestEnd") == ["2021-03-05"]
    assert values(found, node, "earliestEnd") == []
    assert validate(found).conforms


def test_relation_told_twice_is_one_with_two_claims() -> None:
    document, annotation = story()
    relation = annotation.relations[0]
    again = replace(relation, start=annotation.sentences[4][0], end=annotation.sentences[4][1])
    found = build(document, replace(annotation, relations=(relation, again)), RUN)
    assert len(claims(found, membership(found, "minister"))) == 2
    assert validate(found).conforms


def test_head_of_a_place_is_a_relationship() -> None:
    document, annotation = story()
    relation = replace(annotation.relations[0], type="headOf", tail="tolm")
    found = build(document, replace(annotation, relations=(relation,)), RUN)
    assert values(found, the(subjects(found, "Relationship")), "relationType") == ["relation-headOf"]
    assert validate(found).conforms


def acting(**fields: object) -> list[Quad]:
    """The story with the minister as the actor of the attack of 3 March 2021, and his office changed."""
    document, annotation = story()
    office = replace(annotation.relations[0], **fields)  # type: ignore[arg-type]
    attack = replace(annotation.events[0], actor=("m5",))
    return build(document, replace(annotation, relations=(office,), events=(attack,)), RUN)


def _bounds(first: dt.date, last: dt.date) -> DateBounds:
    return DateBounds(first, last, "day" if first == last else "interval", "stated")


MARCH_1, MARCH_3, MARCH_4 = dt.date(2021, 3, 1), dt.date(2021, 3, 3), dt.date(2021, 3, 4)


@pytest.mark.parametrize(
    ("fields", "covers"),
    [
        pytest.param({}, False, id="held-on-publication-told-elsewhere"),
        pytest.param({"begin": _bounds(MARCH_1, MARCH_1)}, True, id="began-before"),
        pytest.param({"begin": _bounds(MARCH_3, MARCH_3)}, True, id="began-on-the-day"),
        pytest.param({"begin": _bounds(MARCH_4, MARCH_4)}, False, id="began-after"),
        pytest.param(
            {"begin": _bounds(MARCH_1, MARCH_1), "finish": _bounds(MARCH_1, MARCH_1), "former": True}, False, id="ended-before"
        ),
        pytest.param(
            {"begin": _bounds(MARCH_1, MARCH_1), "finish": _bounds(MARCH_4, MARCH_4), "former": True}, True, id="held-then"
        ),
        pytest.param({"begin": _bounds(MARCH_1, MARCH_1), "polarity": "negative"}, False, id="denied"),
        pytest.param({"begin": _bounds(MARCH_1, MARCH_1), "certainty": "possible"}, False, id="doubted"),
    ],
)
def test_role_is_played_in_the_membership_that_covers_the_date(fields: dict[str, object], covers: bool) -> None:
    found = acting(**fields)
    roles = [node for node in subjects(found, "Role") if values(found, node, "filler") == [entity(found, "Ivo Marek")]]
    expected = [membership(found, "minister")] if covers else []
    assert values(found, the(roles), "inMembership") == expected
    assert validate(found).conforms


def test_office_named_in_the_sentence_of_the_event_is_that_of_the_actor() -> None:
    first = STORY.sentences[0]
    found = acting(start=first[0], end=first[1])
    roles = [node for node in subjects(found, "Role") if values(found, node, "filler") == [entity(found, "Ivo Marek")]]
    assert values(found, the(roles), "inMembership") == [membership(found, "minister")]


def test_bounds_of_early_2013() -> None:
    days = DateBounds(dt.date(2013, 1, 1), dt.date(2013, 4, 30), "interval", "stated")
    bounds = Bounds.of_span(days)
    assert bounds == Bounds(dt.date(2013, 1, 1), None, None, dt.date(2013, 4, 30))
    assert bounds.begin_year == 2013


# what cannot be written is refused in a sentence


def broken(**fields: object) -> tuple[Document, Annotation]:
    document, annotation = story()
    return document, replace(annotation, **fields)  # type: ignore[arg-type]


STORY = story()[1]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"events": (replace(STORY.events[0], end=10_000),)}, r"event v0 has the offsets \d+ to 10000", id="offsets"),
        pytest.param({"events": (replace(STORY.events[0], actor=("m99",)),)}, "event v0 names the mention 'm99'", id="mention"),
        pytest.param({"events": (replace(STORY.events[0], time="t99"),)}, "names the time expression 't99'", id="time"),
        pytest.param({"events": (replace(STORY.events[0], attribution="a99"),)}, "names the attribution 'a99'", id="attribution"),
        pytest.param(
            {"events": (replace(STORY.events[0], mode="with guns"),)}, "'ASSAULT-with guns' names no event type", id="mode"
        ),
        pytest.param(
            {"events": (replace(STORY.events[0], confidence=1.2),)}, "confidence 1.2, which is not between", id="confidence"
        ),
        pytest.param({"events": (replace(STORY.events[0], confidence=float("nan")),)}, "confidence nan", id="nan"),
        pytest.param(
            {"relations": (replace(STORY.relations[0], head="e99"),)}, r"relation 0 \(ministerOf\) names the entity", id="entity"
        ),
        pytest.param({"entities": (*ENTITIES, ENTITIES[0])}, "two entity records with the id 'army'", id="id-twice"),
        pytest.param({"entities": (replace(ENTITIES[0], name=" "), *ENTITIES[1:])}, "entity army has no name", id="no-name"),
        pytest.param({"entities": (replace(ENTITIES[0], iri="tolm"), *ENTITIES[1:])}, "'tolm', is no absolute IRI", id="iri"),
        pytest.param(
            {"entities": (*ENTITIES[:5], replace(ENTITIES[5], wikidata="990"), *ENTITIES[6:])},
            "'990' is not a Wikidata item",
            id="item",
        ),
        pytest.param({"entities": (replace(ENTITIES[2], lat=91.0), *ENTITIES[3:], *ENTITIES[:2])}, "lies at 91.0", id="latitude"),
        pytest.param(
            {"quantities": (Quantity("killed", None, None, None, 0, 4),)}, "neither low nor best nor high", id="no-number"
        ),
        pytest.param({"quantities": (Quantity("killed", 1, float("inf"), None, 0, 4),)}, "finite number, not inf", id="infinite"),
        pytest.param(
            {"attributions": (STORY.attributions[0],) * 2}, "two attribution records with the id", id="same-attribution"
        ),
    ],
)
def test_fault_in_the_annotation_is_named(fields: dict[str, object], message: str) -> None:
    with pytest.raises(CrisiskgError, match=message) as caught:
        build(*broken(**fields), RUN)
    assert caught.value.exit_code != 1


def test_url_that_is_none_is_named() -> None:
    with pytest.raises(CrisiskgError, match="'no url' is no absolute address"):
        build(Document(text="a", url="no url"), Annotation("a"), RUN)


def test_half_of_a_surrogate_pair_is_named() -> None:
    with pytest.raises(CrisiskgError, match=r"U\+D800 at offset 2 is half of a surrogate pair"):
        build(Document(text="ab\ud800", url="urn:a"), Annotation("a"), RUN)


def test_language_that_is_none_is_named() -> None:
    with pytest.raises(CrisiskgError, match="language 'e n' is not a BCP 47 tag"):
        build(Document(text="a", language="e n"), Annotation("a"), RUN)


# any annotation within the ranges conforms


TEXT = "Alpha met Beta in Gamma on Monday. They said that Delta left. Ünïcode 🕊 ends it."
WORDS = [(start, start + len(word)) for word in TEXT.split() for start in [TEXT.index(word)]]
SENTENCE_SPANS = ((0, 34), (35, 61), (62, len(TEXT)))
word = st.sampled_from(WORDS)
confidence = st.floats(0, 1)
day = st.dates(dt.date(1950, 1, 1), dt.date(2030, 12, 31))


@st.composite
def date_bounds(draw: st.DrawFn) -> DateBounds:
    first, last = sorted((draw(day), draw(day)))
    return DateBounds(
        draw(st.none() | st.just(first)),
        draw(st.none() | st.just(last)),
        draw(st.sampled_from(["day", "month", "year", "interval", "unknown"])),
        draw(st.sampled_from(["stated", "resolved", "inferred", "publication"])),
    )


@st.composite
def annotations(draw: st.DrawFn) -> tuple[Document, Annotation]:
    types = st.sampled_from(["Person", "State", "ArmedGroup", "Organization", "Place", "PopulationGroup", "NamedEvent"])
    entities = tuple(
        Entity(
            f"e{number}",
            draw(types),
            draw(st.sampled_from(["Alpha", "Beta", "Gamma", "the Délta"])),
            wikidata=draw(st.sampled_from([None, None, "Q1", "Q2"])),
            iso3=draw(st.sampled_from([None, "ABC"])),
            lat=draw(st.none() | st.floats(-90, 90)),
            lon=draw(st.none() | st.floats(-180, 180)),
            accuracy_m=draw(st.none() | st.floats(0, 1e6)),
            score=draw(st.none() | confidence),
            gap=draw(st.sampled_from([None, "ambiguous"])),
        )
        for number in range(draw(st.integers(1, 4)))
    )
    entity_id = st.sampled_from([item.id for item in entities])
    mentions = tuple(
        Mention(f"m{number}", *span, TEXT[slice(*span)], draw(types), "name", draw(st.none() | entity_id), draw(confidence))
        for number, span in enumerate(draw(st.lists(word, min_size=1, max_size=5)))
    )
    mention_id = st.sampled_from([item.id for item in mentions])
    times = tuple(
        TimeExpression(f"t{number}", *span, TEXT[slice(*span)], None, None, draw(st.none() | date_bounds()))
        for number, span in enumerate(draw(st.lists(word, max_size=2, unique=True)))
    )
    time_id = st.sampled_from([None, *(item.id for item in times)])
    attributions = tuple(
        Attribution(
            f"a{number}",
            draw(st.none() | word),
            draw(st.none() | word),
            span,
            entity=draw(st.none() | entity_id),
            author=draw(st.booleans()),
            kind=draw(st.sampled_from(["statement", "forecast"])),
            time=draw(time_id),
            addressee=draw(st.none() | mention_id),
        )
        for number, span in enumerate(draw(st.lists(word, max_size=2, unique=True)))
    )
    attribution_id = st.sampled_from([None, *(item.id for item in attributions)])
    status = st.sampled_from(["happened", "ongoing", "planned", "hypothetical"])
    polarity = st.sampled_from(["positive", "negative"])
    certainty = st.sampled_from(["certain", "probable", "possible"])

    def quantity() -> Quantity:
        low, best, high = sorted(draw(st.tuples(*[st.integers(0, 10**6).map(float)] * 3)))
        span = draw(word)
        return Quantity(draw(st.sampled_from(["killed", "moved"])), low, best, high, *span, draw(st.none() | mention_id))

    events = tuple(
        Event(
            f"v{number}",
            *draw(st.sampled_from([("ASSAULT", "drone"), ("AGREE", None), (None, None), ("SANCTION", "expel")])),
            draw(st.sampled_from([(), ("military",), ("human_rights", "legal")])),
            *span,
            draw(st.sampled_from(SENTENCE_SPANS)),
            actor=tuple(draw(st.lists(mention_id, max_size=2))),
            recipient=tuple(draw(st.lists(mention_id, max_size=2))),
            place=draw(st.none() | mention_id),
            origin=draw(st.none() | mention_id),
            time=draw(time_id),
            status=draw(status),
            polarity=draw(polarity),
            certainty=draw(certainty),
            quantities=(quantity(),) if draw(st.booleans()) else (),
            condition=draw(st.none() | word),
            attribution=draw(attribution_id),
            threatened=draw(st.booleans()),
            feared=draw(st.booleans()),
            confidence=draw(confidence),
        )
        for number, span in enumerate(draw(st.lists(word, max_size=3)))
    )
    relations = tuple(
        Relation(
            draw(st.sampled_from(["ministerOf", "headOfState", "memberOf", "against", "sideIn", "borders", "headOf"])),
            draw(entity_id),
            draw(entity_id),
            *span,
            begin=draw(st.none() | date_bounds()),
            former=draw(st.booleans()),
            title=draw(st.sampled_from([None, "Minister", " minister  of war "])),
            order=draw(st.none() | st.integers(1, 5)),
            status=draw(status),
            polarity=draw(polarity),
            certainty=draw(certainty),
            attribution=draw(attribution_id),
            confidence=draw(confidence),
        )
        for span in draw(st.lists(word, max_size=3))
    )
    contributions = tuple(
        Contribution(
            name, "author", draw(st.sampled_from([None, "Analyst"])), draw(st.sampled_from([None, "Beta", "Omega"])), *span
        )
        for name, span in draw(st.lists(st.tuples(st.sampled_from(["Alpha", "Zeta"]), word | st.just((None, None))), max_size=2))
    )
    document = Document(
        text=TEXT,
        publisher=draw(st.sampled_from([None, "Beta", "the delta"])),
        contributions=contributions,
        published=draw(st.none() | date_bounds()),
    )
    return document, Annotation(
        "x",
        sentences=SENTENCE_SPANS,
        mentions=mentions,
        entities=entities,
        times=times,
        relations=relations,
        events=events,
        attributions=attributions,
    )


@given(annotations())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_annotation_conforms_and_is_the_same_twice(given_records: tuple[Document, Annotation]) -> None:
    document, annotation = given_records
    found = build(document, annotation, RUN)
    report = validate(found)
    assert [(result.shape, result.focus_node, result.path, result.value) for result in report.results] == []
    assert build(document, annotation, RUN) == found
    store = Store()
    store.extend(found)
    assert lines(store) == lines(found)


def test_nothing_but_the_document_where_nothing_is_found() -> None:
    found = build(Document(text="Rain fell."), Annotation("a"), Run("0.1.0", codebook_version="0.1.0"))
    assert {str(quad.subject.value) for quad in found} == {the(subjects(found, "Document"))}  # type: ignore[union-attr]
    assert validate(found).conforms
    assert all(isinstance(quad.object, NamedNode | Literal) for quad in found)
