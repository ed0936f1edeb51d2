"""What groups are made of: lists of members, "part of", alliances, numbered units; and lists that are of something else."""

import pytest
from reading_of import relations_of, told

NAMES = [
    ("River Coalition", "Organization"),
    ("Lake Union", "IntergovernmentalOrganization"),
    ("Dawn Front", "ArmedGroup"),
    ("Green Party", "PoliticalParty"),
    ("Farmers Party", "PoliticalParty"),
    ("Mali", "State"),
    ("Chad", "State"),
    ("Nadir Shah", "Person"),
    ("2nd Battalion", "SecurityForce"),
    ("5th Desert Brigade", "SecurityForce"),
]
COALITION = "River Coalition"


def tell(text, names=NAMES):
    here = [name for name in names if name[0] in text]
    return {relation for relation in told(relations_of(text, here), here) if relation[0] in ("partOf", "memberOf")}


@pytest.mark.parametrize(
    "text",
    [
        "Mali is part of the River Coalition.",
        "Mali, part of the River Coalition, sent doctors.",
        "Mali, as part of the River Coalition, sent doctors.",
        "Mali is working as part of the River Coalition.",
    ],
)
def test_part_of_says_what_something_belongs_to(text):
    assert ("partOf", "Mali", COALITION) in tell(text)


@pytest.mark.parametrize(
    "text",
    [
        "Mali is not part of the River Coalition.",
        "Mali lies in a part of the world that the River Coalition left.",
        "Mali took part in the talks of the River Coalition.",
    ],
)
def test_what_is_denied_or_another_part_makes_no_part(text):
    assert not tell(text)


@pytest.mark.parametrize(
    "text",
    [
        "The River Coalition comprises the Green Party and the Farmers Party.",
        "The River Coalition was made up of the Green Party and the Farmers Party.",
        "The River Coalition, an alliance of the Green Party and the Farmers Party, met on Monday.",
        "The Green Party and the Farmers Party formed the River Coalition in 2003.",
        "Members of the River Coalition, including the Green Party and the Farmers Party, met on Monday.",
    ],
)
def test_lists_name_the_parts_of_an_alliance(text):
    assert {("partOf", "Green Party", COALITION), ("partOf", "Farmers Party", COALITION)} <= tell(text)


def test_a_state_is_a_member_of_an_intergovernmental_organization():
    assert tell("The Lake Union comprises Mali and Chad.") == {
        ("memberOf", "Mali", "Lake Union"),
        ("memberOf", "Chad", "Lake Union"),
    }


def test_nations_of_a_coalition_named_elsewhere_are_its_parts():
    assert ("partOf", "Chad", COALITION) in tell("The River Coalition met on Monday. Coalition nations include Mali and Chad.")


@pytest.mark.parametrize(
    "text",
    [
        "The Green Party includes the Farmers Party in its prayers.",
        "Targets of the Dawn Front include Mali and Chad.",
        "The Green Party formed the River Coalition in 2003.",
    ],
)
def test_other_lists_and_single_founders_make_no_parts(text):
    assert not {relation for relation in tell(text) if relation[0] == "partOf"}


def test_a_numbered_unit_is_part_of_the_larger_one_behind_the_comma():
    assert ("partOf", "2nd Battalion", "5th Desert Brigade") in tell("Nadir Shah served in 2nd Battalion, 5th Desert Brigade.")


def test_a_larger_unit_is_no_part_of_the_smaller_one_listed_behind_it():
    found = tell("He spoke to 5th Desert Brigade, 2nd Battalion, and others.")
    assert ("partOf", "5th Desert Brigade", "2nd Battalion") not in found
