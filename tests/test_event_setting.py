from dataclasses import replace

from annotated import gazetteer

from crisiskg.annotation.event_setting import find_setting
from crisiskg.annotation.pipeline import Pipeline
from crisiskg.documents import Document
from crisiskg.settings import load_settings


def read(text):
    pipeline = Pipeline(load_settings())
    pipeline._gazetteer = gazetteer()
    return next(pipeline.readings([Document(text)]))


def countries(reading):
    found = []
    for event in reading.events:
        if event.type in ("ASSAULT", "COERCE") and event.place is not None:
            found.append(reading.entity_of(reading.mention(event.place)).iso3)
    return found


def test_the_main_violence_is_in_the_country_that_the_report_is_about():
    reading = read(
        "A reporter was shot dead on Monday. The Malian government opened an inquiry. Lawyers in Mali asked for protection."
    )
    assert countries(reading) == ["MLI"]
    assert {event.type for event in reading.events if event.place_lent} == {"ASSAULT"}


def test_a_stated_place_is_left_alone():
    reading = read(
        "A reporter was shot dead in Niamey on Monday. The Malian government opened an inquiry. Lawyers in Mali protested."
    )
    before = list(reading.events)
    find_setting(reading)
    assert reading.events == before
    assert "NER" in countries(reading)
    assert "MLI" not in countries(reading)


def test_a_text_about_two_countries_has_no_setting():
    reading = read("A reporter was shot dead on Monday. The Malian government and the French government opened inquiries.")
    assert countries(reading) == []


def test_violence_that_did_not_happen_has_no_setting():
    reading = read(
        "A reporter was shot dead on Monday. The Malian government opened an inquiry. Lawyers in Mali asked for protection."
    )
    reading.events = [replace(event, place=None, status="hypothetical") for event in reading.events]
    find_setting(reading)
    assert countries(reading) == []
