"""Tells what may be read as having happened from what is planned, threatened, feared, supposed, denied or only claimed."""

from __future__ import annotations

from typing import Literal

from crisiskg.annotation.records import Certainty, Polarity, Status

Factuality = Literal["happened", "ongoing", "claimed", "planned", "threatened", "feared", "hypothetical", "denied"]


def factuality(
    status: Status, polarity: Polarity, certainty: Certainty, *, threatened: bool = False, feared: bool = False
) -> Factuality:
    """Return the factuality of one account of an event or relation.

    The first that holds decides: said not to be (denied), content of a threat (threatened), of a fear or warning (feared),
    planned, hypothetical, less than certain (claimed). What is left happened or goes on. Who says it makes no difference: a
    source that is quoted without doubt ("police said that two men were killed") is taken at its word, as news style has it,
    and the claim keeps who it was; a source that the text doubts ("allegedly") or that doubts itself ("may have been")
    yields a certainty below certain, and so does the author in doubt.

    Args:
        status: Where it stands in time, as told.
        polarity: Whether it is affirmed or denied.
        certainty: How surely it is told.
        threatened: Whether it is the content of a threat.
        feared: Whether it is the content of a fear or warning.

    Returns:
        The end of a code of ckgc:fact-….

    >>> factuality("happened", "positive", "probable")
    'claimed'
    >>> factuality("planned", "negative", "certain")
    'denied'
    """
    if polarity == "negative":
        return "denied"
    if threatened:
        return "threatened"
    if feared:
        return "feared"
    if status == "planned":
        return "planned"
    if status == "hypothetical":
        return "hypothetical"
    if certainty != "certain":
        return "claimed"
    return "ongoing" if status == "ongoing" else "happened"
