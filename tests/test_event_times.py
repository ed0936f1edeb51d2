"""Times of events: the time that opens a sentence holds for what follows in it, unless it speaks of another day."""

from __future__ import annotations

import pytest
from annotated import read

from crisiskg.annotation.events import find_events
from crisiskg.annotation.times import find_times


def timed(text: str) -> dict[str, str | None]:
    """Return the time of each event by its trigger words."""
    reading = read(text)
    find_times(reading)
    find_events(reading)
    times = {time.id: time.text for time in reading.times}
    return {text[event.start : event.end]: times.get(event.time or "") for event in reading.events}


def test_a_time_in_front_holds_for_the_clauses_that_follow() -> None:
    found = timed("On 25 June 2019 rebels attacked the town of Gao; two soldiers were killed by the rebels.")
    assert (found["attacked"], found["killed"]) == ("25 June 2019", "25 June 2019")


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("On 25 June 2019 rebels attacked Gao; the army has arrested forty men.", "arrested"),
        ("The army arrested forty men, whom rebels had freed on 25 June 2019.", "arrested"),
        ("On 25 June 2019 the minister said that rebels had attacked Gao in the end.", "attacked"),
    ],
)
def test_no_other_day_is_taken(text: str, trigger: str) -> None:
    assert timed(text).get(trigger) is None
