"""Reads participles of titles as passive: "Villagers Shelled and Detained" tells what villagers suffered.

A title leaves auxiliaries out and tells what somebody does in the present tense. A past form without an object is therefore a
participle, which the parser takes for an active verb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisiskg.annotation.triggers import load_lexicon

if TYPE_CHECKING:
    from crisiskg.annotation.syntax import Syntax
    from crisiskg.documents import Document

#: Longest first line, in words, that may be a title.
_TITLE_WORDS = 25
_SENTENCE_ENDS = frozenset('.!:;,"”’')
_DONE_TO = frozenset({"ASSAULT", "COERCE", "SANCTION"})
#: Verbs of harm that say as much of their subject.
_ALONE = frozenset({"explode", "detonate", "blast", "fight", "kick", "burst", "retaliate", "resist"})


def title_end(document: Document) -> int:
    """Return the offset behind a first line that is no sentence, where the document names no title; else 0."""
    if document.title is not None:
        return 0
    text = document.text
    line = text.split("\n", 1)[0]
    rest = text[len(line) :].strip()
    short = 0 < len(line.split()) <= _TITLE_WORDS and any(map(str.isupper, line))
    return len(line) if short and rest and line.rstrip()[-1:] not in _SENTENCE_ENDS else 0


def mend_title_participles(syntax: Syntax, document: Document) -> None:
    """Make the subjects of participles in titles passive ones.

    Args:
        syntax: The parse; changed in place.
        document: Says where its title stands.
    """
    spans = [(0, title_end(document))]
    spans += [(r.start, r.end) for r in document.regions if r.kind == "title"]
    if document.title and document.text.startswith(document.title):
        spans.append((0, len(document.title)))
    done: set[int] = set()
    for span in spans:
        for token in syntax.tokens(span) if span[1] > span[0] else ():
            if token not in done and _is_participle(syntax, token):
                done.add(token)
                for x in syntax.kids(token, "nsubj"):
                    syntax.dep[x] = "nsubjpass"
                for member in syntax.series(token)[1:]:  # "Shelled and Detained"
                    if syntax.tag[member] == "VBD" and not syntax.kids(member, "nsubj"):
                        syntax.tag[member] = "VBN"


def _is_participle(syntax: Syntax, verb: int) -> bool:
    """Say whether a past form with a subject and nothing that it acts on tells a deed that is done to somebody."""
    if syntax.pos[verb] != "VERB" or syntax.tag[verb] not in ("VBD", "VBN") or not syntax.kids(verb, "nsubj"):
        return False
    if any(syntax.kids(member, "dobj", "aux", "auxpass", "prt", "xcomp", "ccomp", "dative") for member in syntax.series(verb)):
        return False
    rows = load_lexicon().verbs.get(syntax.lemma[verb], ())
    return syntax.lemma[verb] not in _ALONE and any(row.frame == "act" and row.type in _DONE_TO for row in rows)
