"""Reads the parts of a statement of Wikidata: what it says, when it holds, and who is named as its source."""

from __future__ import annotations

import re
from typing import Any

from crisiskg.datasets.periods import Period, bounds, from_julian, months, on
from crisiskg.datasets.values import RowError, shifted, ymd

_ITEM = re.compile(r"Q[1-9]\d*\Z", re.ASCII)
_TIME = re.compile(r"([+-])(\d{1,16})-(\d\d)-(\d\d)T", re.ASCII)
_JULIAN = "Q1985786"
_EARTH = "Q2"
#: Qualifiers of time.
BEGIN, END, POINT, NOT_BEFORE, NOT_AFTER = "P580", "P582", "P585", "P1319", "P1326"
#: Parts of a reference that are shown: stated in, address, imported from.
_STATED_IN, _ADDRESS, _IMPORTED_FROM = "P248", "P854", "P143"
#: Longest note on sources.
_MOST_SOURCES = 1_000


def is_item(value: object) -> bool:
    """Tell whether a value is the id of an item."""
    return isinstance(value, str) and _ITEM.match(value) is not None


def value_of(snak: Any, property_: str) -> Any:
    """Return the value of a snak.

    Raises:
        RowError: it has none, as it is not known or there is none.
    """
    kind = snak.get("snaktype")
    if kind == "somevalue":
        raise RowError(f"{property_} has a value that Wikidata does not know")
    if kind == "novalue":
        raise RowError(f"{property_} says that there is none, which the graph cannot hold")
    try:
        return snak["datavalue"]["value"]
    except (KeyError, TypeError) as error:
        raise RowError(f"{property_} has no value") from error


def item_of(snak: Any, property_: str) -> str:
    """Return the item that a snak names.

    Raises:
        RowError: it names none.
    """
    value = value_of(snak, property_)
    found = value.get("id") or f"Q{value.get('numeric-id')}" if isinstance(value, dict) else None
    if not is_item(found):
        raise RowError(f"{property_} has {str(found or value)[:40]!r}, which is no item")
    return str(found)


def statements(item: dict[str, Any], property_: str) -> list[dict[str, Any]]:
    """Return the statements of a property that Wikidata holds true, those of preferred rank first."""
    found = [each for each in (item.get("claims") or {}).get(property_) or () if each.get("rank") != "deprecated"]
    return sorted(found, key=lambda each: each.get("rank") != "preferred")


def items(item: dict[str, Any], property_: str) -> list[str]:
    """Return the items that statements of a property name; those that name none are passed over."""
    found = []
    for statement in statements(item, property_):
        try:
            found.append(item_of(statement["mainsnak"], property_))
        except (RowError, KeyError, TypeError):
            continue
    return found


def current(item: dict[str, Any], property_: str) -> str | None:
    """Return the item that the best statement of a property names: preferred before others, lasting before ended."""
    found = sorted(
        statements(item, property_), key=lambda each: (each.get("rank") != "preferred", END in (each.get("qualifiers") or {}))
    )
    for statement in found:
        try:
            return item_of(statement["mainsnak"], property_)
        except (RowError, KeyError, TypeError):
            continue
    return None


def qualifiers(statement: dict[str, Any], property_: str) -> list[Any]:
    """Return the values of a qualifier; what is not known or none is passed over."""
    found = []
    for snak in (statement.get("qualifiers") or {}).get(property_) or ():
        try:
            found.append(value_of(snak, property_))
        except RowError:
            continue
    return found


def qualifier_items(statement: dict[str, Any], property_: str) -> list[str]:
    """Return the items that a qualifier names."""
    return [value["id"] for value in qualifiers(statement, property_) if isinstance(value, dict) and is_item(value.get("id"))]


def period_of(value: Any, property_: str) -> Period:
    """Return the days between which a value of time lies.

    Args:
        value: The value, with time, precision and calendar.
        property_: The property, for messages.

    Raises:
        RowError: it is no time, lies outside of the years 1 to 9999, or is known to the millennium only.

    >>> period_of({"time": "+1991-12-00T00:00:00Z", "precision": 10}, "P580")
    Period(first='1991-12-01', last='1991-12-31', precision='month')
    """
    match = _TIME.match(str(value.get("time", ""))) if isinstance(value, dict) else None
    if match is None:
        raise RowError(f"{property_} has {str(value)[:60]!r}, which is no time")
    sign, year, month, day = match[1], int(match[2]), int(match[3]), int(match[4])
    if sign == "-" or not 1 <= year <= 9999:
        raise RowError(f"{property_} has the year {match[1]}{match[2]}, and the graph holds the years 1 to 9999")
    precision = value.get("precision", 11)
    if precision == 8:
        return _years(year // 10 * 10, year // 10 * 10 + 9, "decade")
    if precision == 7:
        first = (year - 1) // 100 * 100 + 1
        return _years(first, first + 99, "interval")
    if not isinstance(precision, int) or precision < 7:
        raise RowError(f"{property_} has a time that is known to the millennium at best")
    is_julian = str(value.get("calendarmodel", "")).endswith(f"/{_JULIAN}")
    if precision >= 11 and day and month:
        found = from_julian(year, month, day) if is_julian else ymd(year, month, day)
        return Period(found, found, "day")
    if precision >= 10 and month:
        if month > 12:
            raise RowError(f"{property_} has the month {month}")
        start, stop = months(year, month)
        # A month of the other calendar lies less than three weeks beside ours.
        return Period(_shifted(start, -3), _shifted(stop, 21), "month") if is_julian else Period(start, stop, "month")
    return _years(year, year, "year")


def _years(first: int, last: int, precision: str) -> Period:
    return Period(f"{max(first, 1):04}-01-01", f"{min(last, 9999):04}-12-31", precision)


def _shifted(day: str, by: int) -> str:
    try:
        return shifted(day, by)
    except OverflowError:
        return day


def interval(statement: dict[str, Any], repairs: list[str]) -> dict[str, str]:
    """Return the bounds between which a statement holds, by its qualifiers.

    Args:
        statement: The statement.
        repairs: Gets a sentence where qualifiers cannot be read, or there are several.

    Raises:
        RowError: it ends before it begins.
    """
    begin, end = (_period(statement, property_, repairs) for property_ in (BEGIN, END))
    if begin is None and end is None:
        point = _period(statement, POINT, repairs)
        if point is not None:
            return on(point)
    found = bounds(begin, end)
    earliest = _period(statement, NOT_BEFORE, repairs) if begin is None else None
    latest = _period(statement, NOT_AFTER, repairs) if end is None else None
    if earliest is not None and earliest.first <= found.get("earliest_end", found.get("latest_end", "9999")):
        found = {"earliest_begin": earliest.first} | found
    if latest is not None and latest.last >= found.get("latest_begin", found.get("earliest_begin", "")):
        found["latest_end"] = latest.last
    return found


def _period(statement: dict[str, Any], property_: str, repairs: list[str]) -> Period | None:
    found: list[Period] = []
    for value in qualifiers(statement, property_):
        try:
            found.append(period_of(value, property_))
        except RowError as error:
            repairs.append(f"{error}; the qualifier is left out")
    if len(found) > 1:
        which = "last" if property_ == END else "first"
        repairs.append(f"the statement has {len(found)} qualifiers {property_}; the {which} is taken")
    return (max(found, key=lambda each: each.last) if property_ == END else min(found)) if found else None


def sources(statement: dict[str, Any], name_of: Any) -> str | None:
    """Return what the references of a statement name: works and addresses, parted by "; "; None where they name none.

    Args:
        statement: The statement.
        name_of: Gives the name of an item.
    """
    found: dict[str, None] = {}
    for reference in statement.get("references") or ():
        snaks = reference.get("snaks") or {} if isinstance(reference, dict) else {}
        for property_ in (_STATED_IN, _IMPORTED_FROM):
            for snak in snaks.get(property_) or ():
                try:
                    found[name_of(item_of(snak, property_))] = None
                except RowError:
                    continue
        for snak in snaks.get(_ADDRESS) or ():
            value = (snak.get("datavalue") or {}).get("value")
            if isinstance(value, str) and value.strip():
                found[value.strip()] = None
    text = "; ".join(found)
    return (text if len(text) <= _MOST_SOURCES else f"{text[: _MOST_SOURCES - 1]}…") or None


def point_of(item: dict[str, Any]) -> str | None:
    """Return the point of an item on earth, "POINT(longitude latitude)"; None where it has none."""
    for statement in statements(item, "P625"):
        value = ((statement.get("mainsnak") or {}).get("datavalue") or {}).get("value")
        if not isinstance(value, dict) or not str(value.get("globe", _EARTH)).endswith(_EARTH):
            continue
        north, east = value.get("latitude"), value.get("longitude")
        if isinstance(north, int | float) and isinstance(east, int | float) and abs(north) <= 90 and abs(east) <= 180:
            return f"POINT({_number(east)} {_number(north)})"
    return None


def _number(value: float) -> str:
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
