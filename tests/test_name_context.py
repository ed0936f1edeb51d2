"""Types and extents of names by the words beside them."""

import pytest
from annotated import gazetteer, mentioned, types

from crisiskg.annotation.name_context import settle_by_context, widen_names
from crisiskg.annotation.names import Name
from crisiskg.annotation.nlp import load_language


def settled(text: str, word: str, type_: str, source: str = "model", **more: Name) -> str | None:
    """Return the type that a name of one or more words has after its context is read."""
    doc = load_language()(text)
    span = doc.char_span(text.index(word), text.index(word) + len(word))
    name = Name(span.start, span.end, type_, 0.7, source)
    settle_by_context(doc, [name, *more.values()], gazetteer())
    return name.type


@pytest.mark.parametrize(
    ("text", "word", "before", "after"),
    [
        ("The Sattorov administration cut the aid.", "Sattorov", "Organization", "Person"),
        ("The Kherson administration cut the aid.", "Kherson", "Organization", "Organization"),
        ("The FARC administration cut the aid.", "FARC", "Organization", "Organization"),
        ("The Sattorov foundation cut the aid.", "Sattorov", "Organization", "Organization"),
        ("A court in Dunmore, Fla., heard them.", "Fla.", "Organization", "Place"),
        ("A court in Dunmore, FLA troops said, heard them.", "FLA", "Organization", "Organization"),
        ("Then he left, Ill and tired.", "Ill", "Organization", "Organization"),
        ("Two ethnic Talysh writers spoke.", "Talysh", "Organization", "PopulationGroup"),
        ("Two young Talysh writers spoke.", "Talysh", "Organization", "Organization"),
        ("They died in Operation Red Harvest.", "Operation Red Harvest", "Organization", "NamedEvent"),
        ("They work for Operation now.", "Operation", "Organization", "Organization"),
        ("The talks among Greek Cypriots went on.", "Greek Cypriots", "Place", "PopulationGroup"),
        ("The talks in Greek Harbour went on.", "Greek Harbour", "Place", "Place"),
    ],
)
def test_words_beside_a_name_tell_its_type(text: str, word: str, before: str, after: str) -> None:
    assert settled(text, word, before) == after


def test_the_reference_data_are_not_overruled() -> None:
    assert settled("The Sattorov administration cut the aid.", "Sattorov", "Organization", source="reference") == "Organization"


def peoples(text: str, known: str | None, tag: str = "NNPS") -> set[str]:
    doc = load_language()(text)
    names = [Name(token.i, token.i + 1, "Organization", 0.6, "model") for token in doc if token.text in ("Varnaks", "Tolbars")]
    for token in doc:
        if token.text in ("Varnaks", "Tolbars"):
            token.tag_ = tag
        if token.text == known:
            names.append(Name(token.i, token.i + 1, "PopulationGroup", 0.9, "reference"))
    settle_by_context(doc, names, gazetteer())
    return {doc[name.start].text for name in names if name.type == "PopulationGroup"}


def test_plurals_listed_among_peoples_are_peoples() -> None:
    assert peoples("Many Russians live there. So do Varnaks and Tolbars.", "Russians") == {"Russians", "Varnaks", "Tolbars"}
    # No people is spoken of: these may be teams.
    assert peoples("The crowd cheered. Then Varnaks and Tolbars played.", None) == set()
    # A name that may be no plural needs another one beside it.
    both = "Russians, Varnaks and Tolbars live there."
    assert peoples(both, "Russians", "NNP") == {"Russians", "Varnaks", "Tolbars"}
    assert peoples("Russians and Varnaks live there.", "Russians", "NNP") == {"Russians"}
    # Not listed with anything.
    assert peoples("Many Russians live there. The firm Varnaks left.", "Russians") == {"Russians"}


def widened(text: str, *names: tuple[str, str]) -> list[str]:
    doc = load_language()(text)
    found = []
    for word, type_ in names:
        span = doc.char_span(text.index(word), text.index(word) + len(word))
        found.append(Name(span.start, span.end, type_, 0.7, "model"))
    return [doc[name.start : name.end].text for name in widen_names(doc, found)]


def test_the_number_of_a_unit_belongs_to_its_name() -> None:
    assert widened("Men of the 33rd Front fled.", ("Front", "ArmedGroup")) == ["33rd Front"]
    assert widened("It was the 33rd Dunmore meeting.", ("Dunmore", "Organization")) == ["Dunmore"]
    assert widened("It was his 2nd Brigade Street house.", ("Brigade Street", "Place")) == ["Brigade Street"]


def test_a_small_word_joins_the_halves_of_a_persons_name() -> None:
    assert widened("He met Moussa ag Telli there.", ("Moussa", "Person"), ("Telli", "Person")) == ["Moussa ag Telli"]
    assert widened("He saw Moussa and Telli there.", ("Moussa", "Person"), ("Telli", "Person")) == ["Moussa", "Telli"]
    assert widened("He met Moussa de Telli there.", ("Moussa", "Person"), ("Telli", "Place")) == ["Moussa", "Telli"]


def test_a_month_is_not_the_person_of_its_name() -> None:
    found = mentioned("Theresa May spoke. On May 24, 2017, May left the room.")
    assert [m.start for m in found.mentions if m.text == "May" and m.type == "Person"] == [found.document.text.index("May left")]


def test_ethnic_makes_a_people_of_a_demonym() -> None:
    assert types(mentioned("Two ethnic Tajik brothers were held."))["Tajik"] == "PopulationGroup"
    assert types(mentioned("Two Tajik soldiers were held."))["Tajik"] == "State"


def test_a_hill_is_a_place() -> None:
    assert types(mentioned("They took Hka Ya Bum, a hill overlooking the town."))["Hka Ya Bum"] == "Place"


def test_the_last_word_of_a_longer_name_is_no_newspaper() -> None:
    assert "MediaOrganization" not in types(mentioned("All times are given in Greenwich Mean Time.")).values()
    assert types(mentioned("The minister told Time that he would stay."))["Time"] == "MediaOrganization"
    assert "Time" not in types(mentioned("Talks went on. Time, however, was short."))


def test_a_persons_name_goes_on_behind_a_hyphen() -> None:
    assert widened("Then Ok Bun-nam left.", ("Ok Bun", "Person")) == ["Ok Bun-nam"]
    assert widened("The Omar Sattori-led party left.", ("Omar Sattori", "Person")) == ["Omar Sattori"]
    assert widened("It was Omar Sattori - nam is a word.", ("Omar Sattori", "Person")) == ["Omar Sattori"]
    assert widened("The Ok Bun-nam market burnt.", ("Ok Bun", "Place")) == ["Ok Bun"]
