"""Whom a deed done to a thing concerns, and who speaks in a statement."""

from functools import cache

import pytest
from annotated import gazetteer

from crisiskg.annotation.pipeline import Pipeline
from crisiskg.documents import Document
from crisiskg.settings import load_settings


@cache
def pipeline():
    made = Pipeline(load_settings())
    made._gazetteer = gazetteer()
    return made


def parties(text, trigger):
    found = pipeline().annotate(Document(text))
    by_id = {mention.id: mention.text for mention in found.mentions}
    event = next(event for event in found.events if text[event.start : event.end] == trigger)
    return [by_id[party] for party in event.actor], [by_id[party] for party in event.recipient]


@pytest.mark.parametrize(
    ("text", "trigger", "recipient"),
    [
        ("The Ukrainian government rejected a draft resolution proposed by Russia.", "rejected", "Russia"),
        ("The court in Lima lifted the travel restrictions imposed on Syrian refugees.", "lifted", "Syrian refugees"),
        ("The Greek parliament rejected the motion lodged by the United Nations.", "rejected", "United Nations"),
    ],
)
def test_whose_object_it_is_is_the_recipient(text, trigger, recipient):
    assert any(recipient in found for found in parties(text, trigger)[1])


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("The Ukrainian government rejected a draft resolution proposed on Monday.", "rejected"),
        ("The court in Lima lifted the travel restrictions imposed in March.", "lifted"),
    ],
)
def test_an_object_of_nobody_gives_no_recipient(text, trigger):
    assert parties(text, trigger)[1] == []


def test_nobody_rejects_a_plan_of_his_own_as_another():
    actors, recipients = parties("Russia rejected the plan proposed by Russia.", "rejected")
    assert actors == ["Russia"]
    assert recipients == []


def test_who_issues_a_statement_speaks_in_it():
    actors, recipients = parties("Amnesty International issued a statement urging Turkey to free the reporters.", "urging")
    assert actors == ["Amnesty International"]
    assert recipients == ["Turkey"]


def test_who_reads_a_statement_does_not_speak_in_it():
    actors, _ = parties(
        "Amnesty International lost a key locking the door after a vehicle urging Turkey to stop passed.", "urging"
    )
    assert "Amnesty International" not in actors


def test_a_deed_done_to_another_concerns_whom_that_one_concerns():
    assert parties("Saudi Arabia lifted its blockade of Yemen.", "lifted")[1] == ["Yemen"]
    assert parties("The French parliament refused to condemn Turkey.", "refused")[1] == ["Turkey"]


def test_a_deed_done_beside_another_does_not_concern_whom_that_one_concerns():
    assert parties("Saudi Arabia lifted its blockade while Russia bombed Ukraine.", "lifted")[1] == []
