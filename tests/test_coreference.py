import pytest
from annotated import entity, find, read

from crisiskg.annotation.name_coreference import is_acronym
from crisiskg.annotation.resolution import compatible
from crisiskg.documents import Contribution


def same(reading, *words):
    ids = {find(reading, *(word if isinstance(word, tuple) else (word,))).entity for word in words}
    return len(ids) == 1 and None not in ids


def test_a_state_its_demonym_and_its_capital_as_government_are_one():
    reading = read("Mali has a new government. Malian troops left Kidal. Relations between Bamako and Paris are bad.")
    assert same(reading, "Mali", "Malian", "Bamako")
    assert not same(reading, "Mali", "Paris")


def test_a_capital_as_a_place_is_not_the_state():
    reading = read("France mourned. A bomb exploded in Paris. France blamed nobody.")
    assert not same(reading, "France", "Paris")


def test_surname_goes_to_the_full_name():
    reading = read("Rustam Mahkamov met Anwar Sodiqov. Later Mahkamov left; Sodiqov stayed.")
    assert same(reading, "Rustam Mahkamov", "Mahkamov")
    assert same(reading, "Anwar Sodiqov", "Sodiqov")
    assert not same(reading, "Mahkamov", "Sodiqov")
    assert entity(reading, "Mahkamov").name == "Rustam Mahkamov"


def test_two_persons_of_one_surname_stay_apart():
    reading = read("Leila Karimi spoke in Tehran. Her colleague Hamid Karimi spoke in Qom.")
    assert not same(reading, "Leila Karimi", "Hamid Karimi")


def test_an_acronym_in_brackets_is_the_name_before_it():
    reading = read("The Sylvan Liberation Movement (SLM) attacked. Officials blamed the SLM for the raid.")
    assert same(reading, "Sylvan Liberation Movement", "SLM", ("SLM", 1))
    assert "SLM" in entity(reading, "SLM").aliases


def test_known_as_equates_two_names():
    reading = read("Fighters of Harakat Oak, also known as the Oak Brigade, fled. The Oak Brigade denied it.")
    assert same(reading, "Harakat Oak", "Oak Brigade", ("Oak Brigade", 1))


def test_names_of_the_islamic_state_are_one_group():
    reading = read("Islamic State (IS) fighters and an ISIS leader came. IS took the town. He fought for the Caliphate.")
    assert same(reading, "Islamic State", "IS", "ISIS", "Caliphate")
    assert entity(reading, "IS").type == "ArmedGroup"


def test_apposition_and_copula():
    reading = read("Rustam Mahkamov, the head of the police, fled. Anwar Sodiqov is a former general.")
    assert same(reading, "Rustam Mahkamov", "the head of the police")
    assert same(reading, "Anwar Sodiqov", "a former general")


def test_hedged_apposition_is_none():
    reading = read("Foreign fighters, probably the Taliban, hold the pass.")
    assert not same(reading, "Foreign fighters", "Taliban")


def test_title_before_a_name_is_taken_up_later():
    reading = read("President Moussa Diallo spoke on Monday. The president promised reforms.")
    assert same(reading, "Moussa Diallo", "The president")


def test_bodies_of_one_state_are_one():
    reading = read("The Chadian government refused. A week later the government of Chad agreed. The Malian government did not.")
    assert same(reading, "The Chadian government", "the government of Chad")
    assert not same(reading, "The Chadian government", "The Malian government")


def test_pronouns_of_persons():
    reading = read("Moussa Diallo met Awa Traore. She thanked the minister. He smiled when his aides left.")
    assert find(reading, "his").entity == find(reading, "He").entity is not None
    assert find(reading, "She").entity != find(reading, "He").entity


def test_they_is_no_single_person():
    reading = read("Moussa Diallo warned the rebels. They did not answer.")
    assert find(reading, "They").entity == find(reading, "the rebels").entity


def test_relative_pronoun_goes_to_its_noun():
    reading = read("The soldiers who mutinied in Kati were arrested.")
    assert same(reading, "The soldiers", "who")


def test_empty_it_is_no_mention():
    assert [m.text for m in read("It rained and it was clear that nobody would come.").mentions if m.text.lower() == "it"] == []


def test_i_in_a_quotation_is_the_speaker():
    reading = read("“I will return to my town,” said Moussa Diallo.")
    assert same(reading, "I", "Moussa Diallo")


def test_i_outside_is_the_author_where_the_text_names_him():
    by = (Contribution("Deirdre Tynan", "author"),)
    reading = read("Deirdre Tynan\nAs I drove to Khujand, I saw poverty.", contributions=by)
    assert same(reading, "I", "Deirdre Tynan")
    assert find(read("As I drove to Khujand, I saw poverty."), "I").entity is None


def test_every_entity_has_a_mention_and_every_reference_is_known():
    reading = read("The junta closed the border. It said that Paris had lied. They who fled will not return, he said.")
    known = {e.id for e in reading.entities}
    used = {m.entity for m in reading.mentions if m.entity is not None}
    assert known == used
    assert [e.id for e in reading.entities] == [f"e{n}" for n in range(len(reading.entities))]


@pytest.mark.parametrize(
    ("short", "name", "expected"), [("MoD", "Ministry of Defence", True), ("IS", "Islamic State", True), ("UN", "Union", False)]
)
def test_acronyms(short, name, expected):
    assert is_acronym(short, name) is expected


def test_compatible_types():
    assert compatible("GovernmentBody", "Organization", False, False)
    assert not compatible("Person", "PopulationGroup", False, True)


def test_long_texts_take_linear_time():
    import time

    def seconds(count):
        text = " ".join(
            f"Colonel Anwar Sod{n % 97}iqov of Unit {n} met the governor of Khujand. He left the town." for n in range(count)
        )
        from annotated import gazetteer, mentioned

        from crisiskg.annotation.coreference import resolve_coreference

        reading = mentioned(text)
        start = time.process_time()
        resolve_coreference(reading, gazetteer())
        return time.process_time() - start

    seconds(20)
    assert seconds(800) < 30 * max(seconds(80), 0.02)


def test_we_is_the_publisher_in_its_own_commentary():
    reading = read("Talks have failed. We call on both sides to stop.", kind="commentary", publisher="International Crisis Group")
    writer = entity(reading, "We")
    assert writer.name == "International Crisis Group"
    assert writer.iri is not None
    reading = read("“We will not leave,” he said.", kind="commentary", publisher="International Crisis Group")
    assert find(reading, "We").entity is None
    assert find(read("We left.", kind="news", publisher="Desk"), "We").entity is None


def test_we_is_the_one_author_where_nobody_publishes():
    author = Contribution("Awa Diallo", "author")
    reading = read("Talks have failed. We are not convinced.", kind="commentary", contributions=(author,))
    assert entity(reading, "We").name == "Awa Diallo"


def test_the_court_is_the_body_whose_name_says_court():
    reading = read("The International Criminal Court accused him. The Kremlin protested. Judges of the court met.")
    assert same(reading, "International Criminal Court", "the court")


def test_a_city_is_no_region():
    reading = read("Soldiers attacked Stepanakert. The region was cut off.")
    assert not same(reading, "Stepanakert", "The region")


def test_ruler_of_a_state_described_twice():
    reading = read("Haiti's prime minister has resigned. Ariel Henry, the prime minister of Haiti, is in Puerto Rico.")
    assert same(reading, "Haiti's prime minister", "Ariel Henry")


def test_congress_of_another_state_is_not_that_of_the_united_states():
    reading = read("Colombia signed a new accord in Bogotá. Congress ratified it a week later.")
    assert entity(reading, "Congress").iri is None
