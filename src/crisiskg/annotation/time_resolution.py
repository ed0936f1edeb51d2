"""Sets candidates of the time grammar into the calendar: which day, month or year words mean, given a day of reference.

Source of the rules: TIMEX3 annotation guidelines (value, modifier, anchoring); the preference for the past or the future follows
the tense of the verb.
"""

from __future__ import annotations

from dataclasses import replace

from crisiskg.annotation import time_values as tv
from crisiskg.annotation.time_context import Context
from crisiskg.annotation.time_dates import DATE_RULES
from crisiskg.annotation.time_grammar import PARTS_OF_DAY, RawTime
from crisiskg.annotation.time_relative import RELATIVE_RULES
from crisiskg.annotation.time_values import Period

_RULES = DATE_RULES | RELATIVE_RULES


def resolve(raw: RawTime, context: Context) -> Period | None:
    """Return what a candidate means.

    Args:
        raw: A candidate that is a time expression in its context.
        context: What is known of the day of writing and the story.

    Returns:
        A period with its modifier; its value is None where it cannot be told. None where it is no time after all.
    """
    try:
        period = _RULES[raw.kind](raw, context)
    except (ValueError, OverflowError):  # a day that no calendar has, a year beyond 9999
        return None
    if period is None:
        return None
    part = raw["night"].removeprefix("the ").partition(" ")[0]
    if part in PARTS_OF_DAY and part != "night" and period.precision == "day" and period.value and len(period.value) == 10:
        period = replace(period, value=f"{period.value}T{PARTS_OF_DAY[part]}")
    if raw.mod in ("START", "MID", "END") and period.mod is None:
        period = tv.narrow(period, raw.mod)
    elif raw.mod == "APPROX" and period.mod is None:
        period = replace(period, mod="APPROX")
    return _open(period, raw.relation, raw["outside"] == "yes" and raw.mod is None)


def _open(period: Period, relation: str | None, outside: bool) -> Period:
    """Turn "since", "until", "before" and "after" into open bounds; "before" and "after" leave the period itself out."""
    if relation is None or (period.earliest is None and period.latest is None):
        return period
    mod = period.mod or relation
    if relation == "SINCE":
        return replace(period, latest=None, mod=mod)
    if relation == "AFTER":
        return replace(period, earliest=period.latest if outside else period.earliest, latest=None, mod=mod)
    return replace(period, earliest=None, latest=period.earliest if outside else period.latest, mod=mod)
