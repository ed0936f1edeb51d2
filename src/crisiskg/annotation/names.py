"""What a name is while it is made: its tokens, its type so far and what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass

from crisiskg.annotation.gazetteer import Entry, NameKind
from crisiskg.annotation.records import EntityType

#: Organization and its kinds.
ORGANIZATIONS: frozenset[str] = frozenset(
    [
        "Organization",
        "ArmedGroup",
        "GovernmentBody",
        "SecurityForce",
        "PoliticalParty",
        "IntergovernmentalOrganization",
        "NongovernmentalOrganization",
        "MediaOrganization",
        "Company",
    ]
)

#: Short legal forms, which end a company's name: "Avenir Corp. Avenir Credit" is two names, "Delta Inc of Ohio" one and a place.
#: Not "Co" ("Baker and Co Holdings") and not the long ones ("Power Corporation of Canada").
SHORT_FORMS: frozenset[str] = frozenset({"Inc", "Inc.", "Corp", "Corp.", "Ltd", "Ltd.", "LLC", "PLC", "plc", "GmbH"})


@dataclass(slots=True, eq=False)
class Name:
    """A name in the making.

    Attributes:
        start: First token.
        end: Token behind the last.
        type: Its type so far; None where nothing says it yet.
        confidence: Probability in [0, 1] that span and type are right.
        source: What says so: "reference", "part" (of a reference name), "list", "model", "words", "text".
        senses: What the gazetteer has under this name.
        demonym: Whether it is a demonym.
    """

    start: int
    end: int
    type: EntityType | None
    confidence: float
    source: str
    senses: tuple[tuple[Entry, NameKind], ...] = ()
    demonym: bool = False
