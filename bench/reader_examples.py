"""Makes the examples that the learned reader is trained on, from a folder of annotated sets.

    python bench/reader_examples.py --shared DIR --out build/examples.pkl

DIR/gold holds the sets; docs/reading-model.md names them, their authors and licences. Only train splits are read. Texts and
examples stay in the output, which is not part of the project.

An example is one window of words with their features and, for each answer of the model, the tags that each word may have: all
of them where a set does not say, so that what a set leaves out teaches nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from spacy.tokens import Doc

from crisiskg.annotation.contract import read_line
from crisiskg.annotation.gazetteer import Gazetteer, load_gazetteer
from crisiskg.annotation.learned_features import (
    DETAILED_TYPES,
    HEADS,
    NAME_TAGS,
    NOMINAL_TAGS,
    TRIGGER_TAGS,
    WINDOW,
    token_features,
    windows,
)
from crisiskg.annotation.letter_case import restore_capitals
from crisiskg.annotation.name_candidates import gazetteer_names
from crisiskg.annotation.names import ORGANIZATIONS
from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.reading import Reading
from crisiskg.settings import load_settings

SEED = 7


@dataclass(frozen=True)
class Source:
    """What a set annotates, and how much it counts.

    Attributes:
        weight: Factor of its loss.
        share: Share of its documents that is used.
        names: Whether all names of persons, organizations and places are annotated.
        unsure: Types of names that the set leaves out or labels otherwise: a word it leaves out may still be one.
        nominals: Whether nominals and pronouns are annotated.
        triggers: "all", "some" (a type that the set lacks may be there all the same) or "" (none).
        neutral: Labels without a type here whose spans may or may not be names; other labels without a type are no names.
        copies: Whether documents are read a second time in lower case and a third time in capitals.
    """

    weight: float
    share: float = 1.0
    names: bool = True
    unsure: tuple[str, ...] = ()
    nominals: bool = False
    triggers: str = ""
    neutral: tuple[str, ...] = ()
    copies: bool = False


SOURCES: dict[str, Source] = {
    "prose": Source(1.0, nominals=True, triggers="all", copies=True),
    "crossner-politics": Source(1.0, unsure=("PopulationGroup",), neutral=("misc",), copies=True),
    "crossner-other": Source(
        0.5,
        unsure=("PopulationGroup", "NamedEvent"),
        neutral=("misc", "event", "conference", "magazine", "academicjournal", "field", "discipline"),
    ),
    "redocred": Source(0.7, unsure=("PopulationGroup", "NamedEvent"), neutral=("MISC",)),
    "litbank": Source(0.4, share=0.3, unsure=("PopulationGroup", "NamedEvent"), nominals=True),
    "wikievents": Source(0.5, names=False, triggers="some"),
    "wnut17": Source(0.3, unsure=("PopulationGroup", "NamedEvent")),
    "broad-twitter": Source(0.3, share=0.5, unsure=("PopulationGroup", "NamedEvent")),
}
#: Types of events that WikiEvents labels throughout; of any other type, a word that it leaves out may be one.
_WIKIEVENTS_TYPES = ("ASSAULT", "COERCE", "PROTEST", "THREATEN")


def coarse(entity_type: str) -> str:
    """Return the type of `NAME_TYPES` for a type of the contract."""
    if entity_type in ORGANIZATIONS:
        return "Organization"
    return "Place" if entity_type == "State" else entity_type


def examples(name: str, source: Source, gold: Path, gazetteer: Gazetteer) -> Iterator[dict[str, Any]]:
    """Yield the examples of one set."""
    chance = random.Random(f"{SEED} {name}")
    lines = [line for line in (gold / name / "train.jsonl").read_text(encoding="utf-8").split("\n") if line.strip()]
    golds = [json.loads(line) for line in lines]
    golds = [found for found in golds if source.share >= 1 or chance.random() < source.share]
    forms = [("", str)] + ([("lower", str.lower), ("upper", str.upper)] if source.copies else [])
    for form, change in forms:
        # What does not keep its length ("ß" in capitals) would move the offsets.
        usable = [(number, found) for number, found in enumerate(golds) if len(change(found["text"])) == len(found["text"])]
        documents = [read_line(json.dumps({"id": "x", "text": change(found["text"])})) for _, found in usable]
        docs = read_docs(load_language(), documents, restore=lambda text: restore_capitals(text, gazetteer))
        for (number, found), (document, doc) in zip(usable, docs, strict=True):
            reading = Reading(document, doc)
            features = token_features(doc, gazetteer_names(reading, gazetteer))
            allowed = _allowed(doc, found, source)
            # Longer windows than when reading, and shorter ones: a sentence must be understood without those beside it too.
            for most in (2 * WINDOW, WINDOW // 2) if len(reading.sentences) > 1 else (2 * WINDOW,):
                for window in windows(reading.sentences, most):
                    index = np.array([token.i for token in window])
                    yield {
                        "set": name,
                        "form": form,
                        "short": most < WINDOW,
                        "document": number,
                        "words": [token.text for token in window],
                        "features": features[index].astype(np.int8),
                        "allowed": {head: rows[index] for head, rows in allowed.items()},
                        "weight": source.weight,
                    }


def _allowed(doc: Doc, found: dict[str, Any], source: Source) -> dict[str, np.ndarray]:
    allowed = {head: np.ones((len(doc), len(tags)), dtype=bool) for head, tags in HEADS.items()}
    if source.names:
        _allow_names(doc, found, source, allowed)
    if source.nominals:
        _only(allowed["nominals"], slice(None), [0])
        for mention in found["mentions"]:
            span = doc.char_span(mention["start"], mention["end"], alignment_mode="expand")
            if span is None or mention.get("kind", "name") == "name":
                continue
            if mention["kind"] == "pronoun":
                _only(allowed["nominals"], span.root.i, [NOMINAL_TAGS.index("pronoun")])
            elif mention["type"] is None:
                allowed["nominals"][span.root.i] = True
            else:
                _only(allowed["nominals"], span.root.i, [NOMINAL_TAGS.index(coarse(mention["type"]))])
                # A set without kinds of organizations and groups says little about the type of a nominal.
                if source.triggers:
                    _only(allowed["types"], span.root.i, [DETAILED_TYPES.index(mention["type"])])
    if source.triggers:
        free = [0] if source.triggers == "all" else [n for n, tag in enumerate(TRIGGER_TAGS) if tag not in _WIKIEVENTS_TYPES]
        _only(allowed["triggers"], slice(None), free)
        told: dict[int, set[int]] = {}
        for event in found["events"]:
            span = doc.char_span(event["start"], event["end"], alignment_mode="expand")
            if span is not None:
                told.setdefault(span.root.i, set()).add(TRIGGER_TAGS.index(event["type"] or "other"))
        for index, tags in told.items():
            unsure = source.triggers == "some" and TRIGGER_TAGS.index("other") in tags
            _only(allowed["triggers"], index, free if unsure else sorted(tags))
    return allowed


def _allow_names(doc: Doc, found: dict[str, Any], source: Source, allowed: dict[str, np.ndarray]) -> None:
    free = [0, *(n for n, tag in enumerate(NAME_TAGS) if tag[2:] in source.unsure)]
    _only(allowed["names"], slice(None), free)
    mentions = [m for m in found["mentions"] if m.get("kind", "name") == "name" or m["type"] is None]
    # Longest first: a name within a name is not told apart.
    taken = bytearray(len(doc))
    for mention in sorted(mentions, key=lambda m: m["start"] - m["end"]):
        span = doc.char_span(mention["start"], mention["end"], alignment_mode="expand")
        if span is None:
            continue
        start = span.start
        while start < span.end - 1 and doc[start].lower_ in ("the", "a", "an") and mention["type"] is not None:
            start += 1
        if any(taken[start : span.end]):
            continue
        taken[start : span.end] = bytes([1]) * (span.end - start)
        if mention["type"] is None:
            if mention.get("label") in source.neutral:
                allowed["names"][start : span.end] = True
            continue
        types = [mention["type"], *mention.get("alt", ())]
        first = [NAME_TAGS.index(f"B-{coarse(each)}") for each in types]
        inside = [NAME_TAGS.index(f"I-{coarse(each)}") for each in types]
        _only(allowed["names"], start, first)
        if start + 1 < span.end:
            _only(allowed["names"], slice(start + 1, span.end), inside)
        if mention["type"] != "Organization" or source.triggers == "all":
            _only(allowed["types"], slice(start, span.end), [DETAILED_TYPES.index(each) for each in types])
        else:
            _only(allowed["types"], slice(start, span.end), [DETAILED_TYPES.index(each) for each in sorted(ORGANIZATIONS)])


def _only(rows: np.ndarray, index: int | slice, tags: list[int]) -> None:
    """Leave words only these tags."""
    rows[index] = False
    for tag in tags:
        rows[index, tag] = True


def main() -> None:
    """Make the examples of all sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("CRISISKG_SHARED", "../shared")))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", action="append", help="only these sets")
    arguments = parser.parse_args()
    gazetteer = load_gazetteer(load_settings())
    made: list[dict[str, Any]] = []
    for name, source in SOURCES.items():
        if arguments.set and name not in arguments.set:
            continue
        before = len(made)
        made.extend(examples(name, source, arguments.shared / "gold", gazetteer))
        print(f"{name}: {len(made) - before} windows, {sum(len(each['words']) for each in made[before:])} words", flush=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("wb") as stream:
        pickle.dump(made, stream)


if __name__ == "__main__":
    main()
