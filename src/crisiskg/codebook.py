"""Event types, their quad classes and their modes, as `ontology/event-types.ttl` has them (codes of PLOVER 0.8).

They stand here as Python too, because every event that is read or imported asks for them; a test holds the two equal.
"""

from __future__ import annotations

#: Quad class of each event type: words or deeds, for or against. OTHER has none.
QUAD_CLASSES: dict[str, str] = {
    **dict.fromkeys(("AGREE", "CONSULT", "SUPPORT", "CONCEDE"), "verbal-cooperation"),
    **dict.fromkeys(("COOPERATE", "AID", "RETREAT"), "material-cooperation"),
    **dict.fromkeys(("REQUEST", "ACCUSE", "REJECT", "THREATEN"), "verbal-conflict"),
    **dict.fromkeys(("PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"), "material-conflict"),
}

#: Modes of each type that has any.
MODES: dict[str, frozenset[str]] = {
    "CONSULT": frozenset(("visit", "third-party", "multilateral", "phone")),
    "RETREAT": frozenset(("withdraw", "release", "return", "disarm", "ceasefire", "access", "resign")),
    "REQUEST": frozenset(("assist", "change", "yield", "meet")),
    "ACCUSE": frozenset(("disapprove", "investigate", "allege")),
    "REJECT": frozenset(("assist", "change", "yield", "meet")),
    "THREATEN": frozenset(("restrict", "arrest", "relations", "expel", "territory", "violence")),
    "PROTEST": frozenset(("demo", "riot", "strike", "hunger", "boycott", "obstruct", "vandalize")),
    "SANCTION": frozenset(("convict", "expel", "withdraw", "discontinue")),
    "MOBILIZE": frozenset(("troops", "weapons", "police", "militia")),
    "COERCE": frozenset(
        (
            "seize",
            "restrict",
            "censor",
            "curfew",
            "martial-law",
            "arrest",
            "deport",
            "withhold",
            "misinformation",
            "cyber",
        )
    ),
    "ASSAULT": frozenset(
        (
            "abduct",
            "beat",
            "torture",
            "sexual",
            "targeted",
            "destroy",
            "primitive",
            "firearms",
            "explosives",
            "suicide-attack",
            "aerial",
            "drone",
            "heavy-weapons",
            "crowd-control",
            "unconventional",
        )
    ),
}
