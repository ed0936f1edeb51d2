"""Parts from a body what the text calls its wing, arm or faction, where the reference data know both under one name."""

from __future__ import annotations

import re
from itertools import pairwise

from crisiskg.annotation.clusters import Cluster
from crisiskg.annotation.records import Mention
from crisiskg.annotation.resolution import Resolution
from crisiskg.annotation.settlements import fold_name

_PART = r"(?:wing|arm|branch|faction|offshoot|splinter group|breakaway group|affiliate|front organi[sz]ation|successor|militia)"
#: "X, the armed wing of Y"; "X is the military arm of the Y".
_PART_OF = re.compile(
    rf"\s*(?:\([^()]{{2,12}}\)\s*)?(?:,|,? which (?:is|was)|\bis|\bwas)\s+(?:an?|the|its|then the)\s+"
    rf"(?:[\w-]+ ){{0,3}}{_PART} of\s+(?:the\s+)?",
    re.IGNORECASE,
)
#: "Y's armed wing, X"; "Y and its military arm, the X".
_WHOSE_PART = re.compile(
    rf"(?:['’]s?|\s+and its|,? (?:whose|through its))\s+(?:[\w-]+ ){{0,3}}{_PART}\s*,?\s*(?:\(|the\s+)?", re.IGNORECASE
)


class PartNames(Resolution):
    """The part of coreference that keeps parts and wholes apart."""

    def part_names(self, names: list[Mention]) -> None:
        """Give each part that the text tells from its whole a cluster of its own, without the entry of the whole."""
        text = self.reading.document.text
        outer: list[Mention] = []
        for mention in sorted(names, key=lambda mention: (mention.start, -mention.end)):
            if not outer or mention.start >= outer[-1].end:
                outer.append(mention)
        for number, (first, second) in enumerate(pairwise(outer)):
            following = [second, *outer[number + 2 : number + 3]]  # the part's abbreviation may stand between the two
            for other in following:
                between = text[first.end : other.start]
                if len(between) > 90 or self.owner[first.id] is not self.owner[other.id] or first.text == other.text:
                    continue
                if _PART_OF.fullmatch(between):
                    self._part(first.text, other.text, self.owner[first.id])
                elif _WHOSE_PART.fullmatch(between):
                    self._part(other.text, first.text, self.owner[first.id])

    def _part(self, part: str, whole: str, known: Cluster) -> None:
        """Move the mentions of a part's name, and its initials, out of the cluster of the whole."""
        if known.coarse != "Organization":
            return
        moved = [m for m in known.mentions if m.text == part or (m.text != whole and _stands_for(m.text, part, whole))]
        kept = [m for m in known.mentions if m not in moved]
        if not moved or not kept:
            return
        entry = known.entry
        own, rest = self.new(), self.new()
        for cluster, mentions in ((own, moved), (rest, kept)):
            cluster.plural = known.plural
            for mention in mentions:
                self.tie(mention, cluster, self.scores[mention.id])
        owner = own if entry is not None and fold_name(entry.label) == fold_name(part) else rest
        owner.entry = entry
        self.clusters.pop(id(known), None)
        for name, cluster in self.by_name.items():
            if cluster is known:
                self.by_name[name] = own if name[0] == fold_name(part) else rest
        for iri, cluster in self.by_entry.items():
            if cluster is known:
                self.by_entry[iri] = owner
        for words in (self.by_word, self.by_initials):
            for found in words.values():
                if found.pop(id(known), None) is not None:
                    found[id(rest)] = rest


def _stands_for(short: str, part: str, whole: str) -> bool:
    """Whether an abbreviation is that of the part and not that of the whole."""
    letters = [re.sub(r"[^A-Z]", "", name) for name in (part, whole)]
    return short.isupper() and short == letters[0] and short != letters[1]
