"""What a time expression is read against: the day of writing, the story so far, the tense."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crisiskg.annotation.time_values import Period


@dataclass(slots=True)
class Context:
    """What a candidate is read against.

    Attributes:
        reference: The day of writing; None where nothing is known of it.
        anchor: The period that was last spoken of; None at the start.
        tense: -1 past, 1 future, 0 where the verb does not say, 2 where only a preposition ("for", "until") points ahead.
        years: Year by (month, day), of days that stand elsewhere in the text with their year.
        year_hint: Year of an explicit date shortly before, where the story is set in it; None otherwise.
        month_first: Whether "5/6/2020" is the 6th of May in this text; None where it does not show.
    """

    reference: dt.date | None
    anchor: Period | None
    tense: int
    years: dict[tuple[int, int], int]
    year_hint: int | None = None
    month_first: bool | None = None

    @property
    def here(self) -> dt.date | None:
        """The last day spoken of, else the day of writing."""
        if self.anchor is not None and self.anchor.earliest is not None:
            return self.anchor.earliest
        return self.reference
