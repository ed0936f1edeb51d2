"""Who gets, holds and gives up an office, and when; long titles; members; parts and wholes: from the text to the relation."""

from functools import cache

import pytest
from annotated import entity, find, read

from crisiskg.annotation.pipeline import Pipeline
from crisiskg.annotation.records import Annotation, Relation
from crisiskg.documents import Document
from crisiskg.settings import load_settings


@cache
def pipeline() -> Pipeline:
    return Pipeline(load_settings())


def annotated(text: str) -> Annotation:
    return pipeline().annotate(Document(text))


def told(text: str) -> dict[tuple[str, str, str], Relation]:
    annotation = annotated(text)
    names = {entity.id: entity.name for entity in annotation.entities}
    return {(r.type, names[r.head], names[r.tail]): r for r in annotation.relations}


def years(relation: Relation) -> tuple[int | None, int | None]:
    begin, finish = relation.begin, relation.finish
    return (
        begin.earliest.year if begin is not None and begin.earliest is not None else None,
        finish.latest.year if finish is not None and finish.latest is not None else None,
    )


NAMED = [
    "Omar Faiz came home. The president of the republic made him governor of Herat in 2003.",
    "The king appointed Omar Faiz governor of Herat in 2003.",
    "The assembly elected Omar Faiz mayor of Herat in 2003.",
    "Omar Faiz was sworn in as governor of Herat in 2003.",
    "Omar Faiz took over as governor of Herat in 2003.",
    "Omar Faiz succeeded Jalil Amin as governor of Herat in 2003.",
]


@pytest.mark.parametrize("text", NAMED)
def test_who_is_named_to_an_office_holds_it_from_then_on(text):
    relation = told(text)["headOf", "Omar Faiz", "Herat"]
    assert years(relation)[0] == 2003
    assert not relation.former


def test_who_names_and_who_went_before_hold_no_such_office():
    found = told("Omar Faiz succeeded Jalil Amin as governor of Herat in 2003. The king made the governor of Kunduz angry.")
    assert ("headOf", "Jalil Amin", "Herat") not in found or found["headOf", "Jalil Amin", "Herat"].former
    assert not [key for key in found if key[2] == "Kunduz" and key[1] == "Omar Faiz"]


SPELLS = [
    ("Ruben Katz was Peru's minister of trade from 2015 to 2018.", (2015, 2018)),
    ("Ruben Katz was Peru's minister of trade between May 2015 and June 2018.", (2015, 2018)),
    ("Ruben Katz became Peru's minister of trade in 2015. He held the post until 2018.", (2015, 2018)),
    ("Ruben Katz became Peru's minister of trade in 2015 and left office in 2018.", (2015, 2018)),
]


@pytest.mark.parametrize(("text", "expected"), SPELLS)
def test_an_office_has_the_begin_and_the_end_that_are_told(text, expected):
    assert years(told(text)["ministerOf", "Ruben Katz", "Peru"]) == expected


def test_the_post_is_that_of_the_one_who_got_it_and_nothing_else_ends_with_it():
    found = told(
        "Omar Faiz, the commander of the Dawn Front, came to Herat. President Jalil Amin made him governor of Herat in 2003. "
        "He held the post until 2006, when he was dismissed."
    )
    assert years(found["headOf", "Omar Faiz", "Herat"]) == (2003, 2006)
    assert found["headOf", "Omar Faiz", "Dawn Front"].finish is None


def test_an_outgoing_president_is_president_and_an_ousted_one_is_not():
    found = told("The outgoing president of Peru, Ruben Katz, who has been in office since 2012, voted on Sunday.")
    relation = found["headOfState", "Ruben Katz", "Peru"]
    assert not relation.former
    assert years(relation) == (2012, None)
    assert told("The ousted president of Peru, Ruben Katz, voted on Sunday.")["headOfState", "Ruben Katz", "Peru"].former


TITLES = [
    "The Deputy Special Envoy of the Secretary-General for Haiti, Ms. Anna Vale, spoke. The United Nations helped.",
    "Anna Vale, Special Representative of the Secretary-General for Haiti, spoke. The United Nations helped.",
    "The High Commissioner for Refugees, Anna Vale, spoke at the United Nations.",
]


@pytest.mark.parametrize("text", TITLES)
def test_a_long_title_is_held_in_the_body_that_sends(text):
    found = told(text)
    title = found["memberOf", "Anna Vale", "United Nations"].title
    assert title is not None
    assert title.startswith(
        ("Deputy Special Envoy of the Secretary-General for", "Special Rep", "High Commissioner for Refugees")
    )
    assert ("agentOf", "Anna Vale", "Haiti") not in found or found["agentOf", "Anna Vale", "Haiti"].confidence < 0.4


def test_who_advises_a_president_is_none():
    found = told("The Special Adviser to the President of Kenya, Omar Faiz, spoke.")
    assert ("headOfState", "Omar Faiz", "Kenya") not in found


def test_a_minister_is_one_of_the_state_of_heading_or_title():
    found = told(
        "Watch list for May\n\nBurundi\nInterior Minister Paul Ndira denied arrests. Police left Ngozi.\n\n"
        "Kenya\nInterior Minister Ann Kima warned of attacks. Kenya said so. Kenya did not."
    )
    assert ("ministerOf", "Paul Ndira", "Burundi") in found
    assert ("ministerOf", "Ann Kima", "Kenya") in found
    title = told("Kenya's long wait\n\nOmar Faiz, a former finance minister, fled to Uganda. Uganda said nothing.")
    assert title["ministerOf", "Omar Faiz", "Kenya"].former
    assert not told("A long wait\n\nOmar Faiz, a former finance minister, met men of Uganda, Kenya and Rwanda.")


MEMBERS = [
    "Kenya turned to the African Union, of which it is a member.",
    "The African Union, whose members include Kenya, met.",
    "Kenya is a member of the African Union.",
    "Residents said that the Republic of Kenya will leave the African Union, of which it is a member.",
]


@pytest.mark.parametrize("text", MEMBERS)
def test_states_are_members(text):
    assert ("memberOf", "Kenya", "African Union") in told(text)


def test_who_is_no_member_is_none():
    found = told("Kenya is not a member of the African Union. Kenya is a partner of the African Union.")
    assert all(r.polarity == "negative" for key, r in found.items() if key[0] == "memberOf")


PARTS = [
    "The Karen National Liberation Army (KNLA), the armed wing of the Karen National Union, fled. The KNLA came back.",
    "The Karen National Union and its military arm, the Karen National Liberation Army, met.",
    "Villagers accused the Karen National Liberation Army, the armed wing of the Karen National Union, of theft.",
]


@pytest.mark.parametrize("text", PARTS)
def test_a_wing_is_told_from_its_whole(text):
    relation = told(text)["partOf", "Karen National Liberation Army", "Karen National Union"]
    assert relation.certainty == "certain"


def test_names_of_one_body_stay_one_without_such_words():
    reading = read("The Karen National Liberation Army fled. The army of the Karen National Union came back.")
    assert entity(reading, "Karen National Liberation Army").id == entity(reading, "Karen National Union").id


def test_a_force_has_its_founder_and_the_year():
    found = told(
        "Omar Faiz was born in Herat. In 1979 he joined Hezb-e Islami. After a quarrel with its leader, Gulbuddin Hekmatyar, "
        "he founded the Dawn Front in 1986."
    )
    assert years(found["foundedBy", "Dawn Front", "Omar Faiz"])[0] == 1986
    assert ("foundedBy", "Dawn Front", "Gulbuddin Hekmatyar") not in found


def test_units_with_a_number_are_named():
    reading = read("The 33rd Front attacked a post of the 2nd Infantry Battalion. On the second front they lost.")
    assert find(reading, "33rd Front").kind == find(reading, "2nd Infantry Battalion").kind == "name"
    assert not [m for m in reading.mentions if m.kind == "name" and m.text == "second front"]


def test_names_of_a_list_are_not_one():
    names = {entity.name for entity in annotated("Peter Albrecht | Ana Munteanu\n\nThey met in May.").entities}
    assert {"Peter Albrecht", "Ana Munteanu"} <= names
