"""What is used for modes that coders of PLOVER write and its codebook does not have."""

from __future__ import annotations

from collections.abc import Sequence

from crisiskg.codebook import MODES

#: Modes off the list, and the mode that is used; None for none.
OFF_LIST: dict[tuple[str, str], str | None] = {
    ("RETREAT", "ease"): None,
    ("THREATEN", "ban"): "restrict",
    ("THREATEN", "political"): "restrict",
    ("THREATEN", "rights"): "restrict",
    ("COERCE", "ban"): "restrict",
    ("COERCE", "confiscate"): "seize",
    ("CONSULT", "host"): "visit",
    ("ASSAULT", "seize"): "destroy",
    ("ASSAULT", "assassinate"): "targeted",
    ("ASSAULT", "massacre"): "targeted",
    ("ASSAULT", "cleansing"): "targeted",
    ("ASSAULT", "pro_autocracy"): None,
}


def mode_of(type_: str, words: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """Return the mode of an event, and what was put right.

    Args:
        type_: Its type.
        words: The modes that a table gives. Of several no one is the event's.

    >>> mode_of("ASSAULT", ["Firearms"])
    ('ASSAULT-firearms', ())
    >>> mode_of("COERCE", ["ban"])
    ('COERCE-restrict', ("the mode 'ban' is none of COERCE; it is read as restrict",))
    """
    found: dict[str, None] = {}
    repairs = []
    for word in words:
        mode = word.strip().lower().replace("_", "-").replace(" ", "-")
        if mode in MODES.get(type_, ()):
            found[mode] = None
            continue
        instead = OFF_LIST.get((type_, word.strip().lower()))
        if instead is not None:
            found[instead] = None
        repairs.append(
            f"the mode {word[:40]!r} is none of {type_}; {f'it is read as {instead}' if instead else 'it is left out'}"
        )
    mode_found = f"{type_}-{next(iter(found))}" if len(found) == 1 else None
    return mode_found, tuple(repairs)
