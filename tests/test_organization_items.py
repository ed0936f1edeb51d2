from collections import Counter
from importlib.resources import files

from annotated import entity, read

from crisiskg.annotation.organization_items import ITEMS, fold_organization, item_on_sign

TABLE = files("crisiskg.annotation").joinpath("data", ITEMS)


def wikidata(name, kind="Organization", **countries):
    found = item_on_sign(name, kind, Counter(countries))
    return found.wikidata if found is not None else None


def test_names_are_compared_without_legal_forms_and_articles():
    assert fold_organization("The Oakton Motor Company, Inc.") == "oakton motor"
    assert fold_organization("Oakton & Co") == "oakton"
    assert fold_organization("Group") == "group"
    assert fold_organization("The") == "the"


def test_a_university_needs_no_state():
    assert wikidata("McGill University") == "Q201492"
    assert wikidata("the McGill University", CA=1) == "Q201492"
    assert wikidata("Oakton Marsh University") is None


def test_a_name_of_one_word_needs_its_state():
    assert wikidata("Amtrak", US=1) == "Q23239"
    assert wikidata("Amtrak") is None
    assert wikidata("Amtrak", FR=2) is None


def test_a_police_force_is_that_of_the_state_of_which_the_text_speaks_most():
    assert wikidata("West Midlands Police", "SecurityForce", GB=2, FR=1) == "Q7985948"
    assert wikidata("West Midlands Police", "SecurityForce", GB=1, FR=2) is None
    assert wikidata("West Midlands Police", "SecurityForce") is None


def test_the_type_must_fit():
    assert wikidata("Amtrak", "Person", US=1) is None
    assert wikidata("Amtrak", "Place", US=1) is None


def test_words_places_and_marques_are_left_out():
    names = {line.split("\t")[0] for line in TABLE.read_text(encoding="utf-8").splitlines()}
    assert not names & {"house", "justice", "lincoln", "chrysler", "department of education", "central hospital", "london"}


def test_the_table_is_sorted_and_names_one_item_a_state():
    rows = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()]
    assert ["\t".join(row) for row in rows] == sorted("\t".join(row) for row in rows)
    assert all(len(row) == 5 and row[0] == fold_organization(row[0]) for row in rows)
    homes = [(row[0], state) for row in rows for state in row[3].split() or ["*"]]
    assert len(homes) == len(set(homes))


def test_an_organization_of_a_text_gets_its_item():
    reading = read("Doctors of McGill University spoke with officials of Oakton Marsh College in Canada.")
    assert entity(reading, "McGill University").wikidata == "Q201492"
    assert entity(reading, "Oakton Marsh College").wikidata is None
