"""Judgement: two IRIs are, or are not, the same thing; who says so, why and when, and whether it was taken back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from crisiskg.errors import InvalidParameter
from crisiskg.iris import digest, mint
from crisiskg.namespaces import BASE

Kind = Literal["entity", "event"]
Verdict = Literal["positive", "negative", "unsure"]

KINDS: tuple[Kind, ...] = ("entity", "event")
VERDICTS: tuple[Verdict, ...] = ("positive", "negative", "unsure")

#: What the name of a judge begins with that is a part of this software, not a person.
SOFTWARE = "crisiskg:"

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?\Z")


class Judgement(NamedTuple):
    """One judgement on two IRIs.

    Attributes:
        subject: One IRI.
        object: The other IRI.
        kind: What both stand for: "entity" or "event".
        verdict: "positive" (the same), "negative" (different) or "unsure".
        score: How alike they are, 0 to 1; None where nobody measured.
        reasons: Why, a sentence each.
        by: Name of the person, or of the part of the software, such as "crisiskg:entities-1".
        at: When, ISO 8601, UTC, as `canonical_time` writes it.
        undone_at: When it was taken back; None where it stands.
        undone_by: Who took it back.
    """

    subject: str
    object: str
    kind: Kind
    verdict: Verdict
    score: float | None
    reasons: tuple[str, ...]
    by: str
    at: str
    undone_at: str | None = None
    undone_by: str | None = None

    @property
    def pair(self) -> tuple[str, str]:
        """Both IRIs, the lower first."""
        return (self.subject, self.object) if self.subject <= self.object else (self.object, self.subject)

    @property
    def is_of_person(self) -> bool:
        """Whether a person judged, not a part of this software."""
        return not self.by.startswith(SOFTWARE)

    def other(self, iri: str) -> str:
        """Return the IRI of the pair that is not the given one."""
        return self.object if iri == self.subject else self.subject


def judgement_iri(judgement: Judgement, base: str = BASE) -> str:
    """Return the IRI of a judgement, from its two IRIs, its judge and its time.

    >>> one = Judgement("urn:a", "urn:b", "entity", "positive", 0.9, (), "Ada", "2026-01-02T03:04:05Z")
    >>> judgement_iri(one).removeprefix(BASE)
    'judgement/e4ab62f53e8c8ec1'
    """
    return mint(f"judgement/{digest(judgement.subject, judgement.object, judgement.by, judgement.at)}", base)


def kind_of(iri: str) -> Kind:
    """Return what an IRI of ours stands for; IRIs of others stand for entities.

    >>> kind_of(BASE + "dataset/ucdp-ged/event/12"), kind_of(BASE + "entity/Q12")
    ('event', 'entity')
    """
    return "event" if "/event/" in iri else "entity"


def now() -> str:
    """Return the time as `canonical_time` writes it."""
    return canonical_time(dt.datetime.now(dt.UTC).isoformat())


def canonical_time(text: str) -> str:
    """Return a time in UTC as the store writes it; a day alone stands for its first moment.

    Args:
        text: A day or time, ISO 8601; without zone it is UTC.

    Raises:
        InvalidParameter: it is none.

    >>> canonical_time("2026-11-23T04:10:00.500+01:00"), canonical_time("2026-11-23")
    ('2026-11-23T03:10:00.5Z', '2026-11-23T00:00:00Z')
    """
    try:
        if not _TIME.match(text):
            raise ValueError(text)
        time = dt.datetime.fromisoformat(text)
        time = time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidParameter(f"{text[:60]!r} is no day or time such as 2026-11-23 or 2026-11-23T04:10:00Z") from error
    whole = time.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    fraction = f".{time.microsecond:06d}".rstrip("0") if time.microsecond else ""
    return f"{whole}{fraction}Z"


def effective(judgements: Iterable[Judgement]) -> dict[tuple[str, str], Judgement]:
    """Return for every pair the judgement that counts.

    What was undone does not count. What a person judged counts more than what software did; of two the later one counts.

    >>> machine = Judgement("urn:a", "urn:b", "entity", "positive", 0.9, (), "crisiskg:x", "2026-01-02T00:00:00Z")
    >>> person = Judgement("urn:b", "urn:a", "entity", "negative", None, (), "Ada", "2026-01-01T00:00:00Z")
    >>> effective([person, machine])["urn:a", "urn:b"].by
    'Ada'
    """
    found: dict[tuple[str, str], Judgement] = {}
    for judgement in judgements:
        if judgement.undone_at is not None:
            continue
        pair = judgement.pair
        known = found.get(pair)
        if known is None or _rank(judgement) > _rank(known):
            found[pair] = judgement
    return found


def _rank(judgement: Judgement) -> tuple[bool, str, str, str]:
    return judgement.is_of_person, judgement.at, judgement.by, judgement.verdict


def checked(judgement: Judgement) -> Judgement:
    """Return a judgement with its score and times as the store writes them.

    Raises:
        InvalidParameter: both IRIs are the same, the score is not from 0 to 1, nobody is said to judge, or a value is unknown.
    """
    if judgement.subject == judgement.object:
        raise InvalidParameter(f"{judgement.subject} cannot be judged against itself: a judgement compares two IRIs")
    for name, value, possible in (("kind", judgement.kind, KINDS), ("verdict", judgement.verdict, VERDICTS)):
        if value not in possible:
            raise InvalidParameter(f"{value!r} is no {name} of a judgement; there are: {', '.join(possible)}")
    if judgement.score is not None and not 0 <= judgement.score <= 1:
        raise InvalidParameter(f"the score of a judgement must be from 0 to 1, not {judgement.score}")
    if not judgement.by.strip():
        raise InvalidParameter("a judgement must say who judged")
    return judgement._replace(
        score=None if judgement.score is None else round(judgement.score, 4),
        reasons=tuple(dict.fromkeys(reason for reason in judgement.reasons if reason)),
        at=canonical_time(judgement.at),
        undone_at=None if judgement.undone_at is None else canonical_time(judgement.undone_at),
    )
