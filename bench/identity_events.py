"""Measures how well accounts of one event are told from accounts of others, on the labelled pairs.

    python bench/identity_events.py [--half dev|test] [--errors]

Thresholds are chosen on the half "dev"; the half "test" is what is reported. How the pairs were made: docs/identity.md, Events.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
from collections import Counter
from pathlib import Path

from crisiskg.crosswalk import load_crosswalk
from crisiskg.identity.event_comparison import EventComparison, compare_events
from crisiskg.identity.event_facts import EventFacts, Party
from crisiskg.identity.events import POSITIVE, UNSURE

PAIRS = Path(__file__).parent.parent / "tests" / "data" / "identity-event-pairs.tsv"


#: Groups that the reference data know by these names, so that their identity is judged before that of events.
_KNOWN = (
    ("IS", "ISIS", "ISIL", "Islamic State", "Islamic State of Iraq and the Levant"),
    ("Jama'atu Ahlis Sunna Lidda'awati wal-Jihad", "Boko Haram"),
    ("CPP", "Communist Party of the Philippines", "NPA: New People's Army"),
    ("Ansarallah", "Ansar Allah", "Houthis"),
    ("CPI-Maoist", "Communist Party of India (Maoist)", "Naxalites"),
)
_BODIES = {
    "Syrian Arab Army": "Syria",
    "Syrian government forces": "Syria",
    "Afghan National Army": "Afghanistan",
    "Iraqi Security Forces": "Iraq",
}


def _party(name: str, day: str) -> Party:
    """Return an actor of a name, as importing and the judgements on entities would: bodies of governments are of their state."""
    for names in _KNOWN:
        if name in names:
            return Party(f"urn:{names[0]}", name, "ArmedGroup")
    if name in _BODIES:
        state = load_crosswalk().named(_BODIES[name], day)
        return Party(f"urn:{name}", name, "SecurityForce", state.iri if state else "")
    for words in ("Government of ", "Military Forces of ", "Police Forces of "):
        if name.startswith(words):
            state = load_crosswalk().named(name.removeprefix(words).split(" (")[0], day)
            kind = "GovernmentBody" if words.startswith("Gov") else "SecurityForce"
            return Party(f"urn:{name}", name, kind, state.iri if state else "")
    return Party(f"urn:{name}", name, "PopulationGroup" if name.startswith("Civilians") else "ArmedGroup")


def event_of(row: dict[str, str], side: str) -> EventFacts:
    """Return one side, "a" or "b", of a labelled pair."""
    cells = {name.removeprefix(f"{side}_"): value for name, value in row.items() if name.startswith(f"{side}_")}
    actors, recipients = (
        tuple(_party(name, cells["first"]) for name in cells[key].split("; ") if name) for key in ("actors", "recipients")
    )
    dead = [float(cells[name]) if cells[name] else None for name in ("dead_low", "dead_best", "dead_high")]
    return EventFacts(
        iri=f"urn:{side}",
        source=side,
        graph=side,
        type=cells["type"],
        mode=cells["mode"],
        quad="material-conflict",
        first=dt.date.fromisoformat(cells["first"]).toordinal(),
        last=dt.date.fromisoformat(cells["last"]).toordinal(),
        time_precision=cells["time_precision"],
        states=(cells["country"],),
        place="",
        place_name=cells["place"],
        point=(float(cells["lat"]), float(cells["lon"])) if cells["lat"] else None,
        place_precision=cells["place_precision"],
        actors=actors,
        recipients=recipients,
        directed=bool(actors and recipients),
        dead=(dead[0], dead[1], dead[2]) if any(number is not None for number in dead) else None,
    )


def labelled(half: str) -> list[tuple[dict[str, str], EventComparison]]:
    """Return the pairs of one half, "dev" or "test", each compared."""
    with PAIRS.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if row["half"] == half]
    return [(row, compare_events(event_of(row, "a"), event_of(row, "b"))) for row in rows]


def figures(half: str, threshold: float = POSITIVE) -> dict[str, float]:
    """Return precision and recall of positive judgements, and the share of same pairs that are at least unsure."""
    pairs = labelled(half)
    counts = Counter((row["label"] == "same", found.score >= threshold) for row, found in pairs)
    right, wrong, missed = counts[True, True], counts[False, True], counts[True, False]
    kept = sum(row["label"] == "same" and found.score >= UNSURE for row, found in pairs)
    return {
        "pairs": len(pairs),
        "same": right + missed,
        "precision": round(right / max(1, right + wrong), 4),
        "recall": round(right / max(1, right + missed), 4),
        "recall with unsure": round(kept / max(1, right + missed), 4),
    }


def main() -> None:
    """Print the figures of one half, and what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--half", choices=("dev", "test"), default="test")
    parser.add_argument("--errors", action="store_true", help="print the pairs that were judged wrongly")
    parser.add_argument("--curve", action="store_true", help="print the figures of several thresholds")
    options = parser.parse_args()
    if options.errors:
        for row, found in labelled(options.half):
            if (row["label"] == "same") != (found.score >= POSITIVE):
                print(row["label"], found.score, row["how"], *found.reasons, found.apart, sep="\n  ")
    if options.curve:
        for step in range(64, 93, 2):
            print(step / 100, json.dumps(figures(options.half, step / 100)))
    print(json.dumps(figures(options.half)))


if __name__ == "__main__":
    main()
