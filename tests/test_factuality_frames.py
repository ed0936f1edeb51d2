"""Factuality by frames: what goes on, what was ordered, what lies behind "until", and what only looks like it."""

import pytest
from reading_of import event_of

CASES = [
    # states and lasting events
    ("The town has been under blockade since February.", "blockade", "ongoing"),
    ("The siege of the town enters its third week.", "siege", "ongoing"),
    ("The detained president refused to sign.", "detained", "ongoing"),
    ("Thousands of men remain detained in the camp.", "detained", "ongoing"),
    ("The army imposed the blockade in February.", "blockade", "happened"),
    ("Fighting erupted near the river on Monday.", "Fighting", "happened"),
    ("Soldiers placed the mayor under arrest on Monday.", "placed", "happened"),
    ("Thousands of men were detained on Monday.", "detained", "happened"),
    ("The siege of the town ended in May.", "siege", "happened"),
    # what was ordered, and what is called something
    ("The general had ordered the raids on the village.", "raids", "happened"),
    ("The minister called the attack a crime.", "attack", "happened"),
    ("The general ordered raids on the villages.", "raids", "hypothetical"),
    ("The minister called for the attack.", "attack", "hypothetical"),
    # orders in words
    ("The embassy told its citizens to leave the country and told the troops to withdraw.", "withdraw", "hypothetical"),
    ("The embassy told reporters that the troops had withdrawn.", "withdrawn", "happened"),
    ("The bloc gave the junta seven days to release the president.", "release", "hypothetical"),
    # what lies ahead, and what lies behind
    ("The mission should stay until the rebels have disarmed.", "disarmed", "hypothetical"),
    ("The army would not stop until the rebels withdrew.", "withdrew", "hypothetical"),
    ("The mission stayed until the rebels withdrew.", "withdrew", "happened"),
    ("The mission should leave after the rebels attacked it.", "attacked", "happened"),
    # questions of what will be
    ("Will the rebels release the hostages?", "release", "hypothetical"),
    ("The rebels will release the hostages.", "release", "planned"),
    # what somebody undertakes in a noun or under a text
    ("He welcomed the announcement that the group would disband and withdraw its fighters.", "withdraw", "planned"),
    ("They signed an accord under which the rebels would release all captives.", "release", "planned"),
    ("He said the rebels whom the army would attack were children.", "attack", "hypothetical"),
    # infinitives of those who came together
    ("Thousands gathered to protest against the cabinet.", "protest", "happened"),
    ("Soldiers were sent to arrest the mayor.", "arrest", "planned"),
]


@pytest.mark.parametrize(("text", "trigger", "status"), CASES)
def test_status_by_frame(text: str, trigger: str, status: str) -> None:
    assert event_of(trigger, text).status == status
