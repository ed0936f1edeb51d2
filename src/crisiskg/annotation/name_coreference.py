"""Ties names: what stands for the same entry, the same words, surnames to full names, acronyms, and what the text equates."""

from __future__ import annotations

import re
from itertools import pairwise

from crisiskg.annotation.clusters import Cluster, coarse
from crisiskg.annotation.gazetteer import Entry
from crisiskg.annotation.records import Mention
from crisiskg.annotation.resolution import Resolution
from crisiskg.annotation.settlements import fold_name

_ACRONYM = re.compile(r"[A-Z][A-Za-z]?[A-Z][A-Za-z&\-]{0,8}s?\Z|[A-Z]{2,}[-A-Z0-9]*\Z|[A-Z]-[A-Z]{2,}\Z")
_KNOWN_AS = re.compile(
    r",?\s*\(?\s*(?:(?:also |better |otherwise |formerly |previously |commonly |locally )?"
    r"(?:known|called|referred to|abbreviated)(?: as| by)?(?: the)?(?: acronym| initials)?|alias|aka|a\.k\.a\.)\s*[\"“‘]?"
)
_BRACKET = re.compile(r"\s*\(\s*(?:or |the |formerly |ex-)?[\"“‘]?")
_OR = re.compile(r", or (?:the )?[\"“]?")
_SMALL = frozenset(
    ["of", "the", "for", "and", "in", "on", "to", "de", "la", "del", "du", "des", "et", "al", "el", "y", "e", "l", "d"]
)
_LEGAL = frozenset(["inc", "corp", "co", "ltd", "llc", "plc", "ag", "group", "holdings", "company", "corporation", "limited"])
#: Where words of a name end: at blanks, at hyphens, and behind an elided article ("l'Ituri", "d'Ivoire").
_WORD_ENDS = re.compile(r"[\s\-]+|(?<=\b[ldLD])['’]")
#: Letters by which words of two languages are compared: "armées" and "Armed".
_STEM = 4
#: Words that say what a company or an agency does; its name is used without them too ("Amnesty International", "Amnesty").
_TRADES = frozenset(
    """agency airlines airways bank breweries computer electric energy foods industries international media motor motors news oil
    petroleum pharmaceuticals radio steel stores systems technologies television""".split()  # noqa: SIM905
)
#: Words behind which a name says of what or for what a body is: its noun stands before them.
_OF = frozenset(["of", "for", "on", "to", "in", "against"])


class NameCoreference(Resolution):
    """The part of coreference that ties names."""

    def tie_names(self, names: list[Mention]) -> None:
        """Tie the names: by reference entry, equal words, surname, acronym."""
        # Long names before short ones, so that "Rahmon" finds "Emomali Rahmon" wherever that stands.
        for mention in sorted(names, key=lambda mention: (-len(mention.text.split()), mention.start)):
            entry = self.entry_of(mention)
            cluster = self._cluster_of_name(mention, entry)
            if cluster is None:
                cluster = self.new()
            if entry is not None and _ACRONYM.match(mention.text):
                # The text's own long name says what the letters mean, whoever else has them.
                spelt = [name for name in cluster.names if " " in name and is_acronym(mention.text, name)]
                if spelt and not any(_may_mean(entry, name) for name in spelt):
                    entry = None
            if entry is not None and cluster.entry is None and coarse(entry.type) == coarse(mention.type):
                cluster.entry = entry
                self.by_entry[entry.iri] = cluster
            if mention.type == "PopulationGroup":
                cluster.plural = True
            elif cluster.plural is None:
                cluster.plural = False
            self.tie(mention, cluster, 0.95 if cluster.mentions else 1.0)
            self._note_name(mention, cluster)
            self.by_name.setdefault((fold_name(mention.text), coarse(mention.type)), cluster)

    def _cluster_of_name(self, mention: Mention, entry: Entry | None) -> Cluster | None:
        family = coarse(mention.type)
        if entry is not None:
            found = self.by_entry.get(entry.iri)
            if found is not None and coarse(entry.type) == coarse(mention.type):
                return found
        folded = fold_name(mention.text)
        same = self.by_name.get((folded, family))
        if same is not None and (entry is None or same.entry is None or same.entry is entry):
            return same
        if family == "Person":
            return self._person(mention, folded)
        if family == "Organization":
            return self._organization(mention, folded, entry)
        return None

    def _person(self, mention: Mention, folded: str) -> Cluster | None:
        """Find the person whose full name holds these words: the surname, or a first or middle name alone."""
        words = folded.split()
        found: list[Cluster] = []
        by_last: list[Cluster] = []
        for cluster in self.by_word.get(words[-1], {}).values():
            if cluster.coarse != "Person":
                continue
            for name in cluster.names:
                parts = fold_name(name).split()
                if len(words) < len(parts) and parts[-len(words) :] == words:
                    by_last.append(cluster)
                elif len(words) == 1 and len(parts) > 1 and words[0] in parts:
                    found.append(cluster)
                elif len(words) > 1 and len(parts) > 1 and parts[-1] == words[-1] and _initial_fits(parts[0], words[0]):
                    by_last.append(cluster)
                else:
                    continue
                break
        candidates = by_last or found
        if not candidates:
            return None
        before = [cluster for cluster in candidates if cluster.first <= mention.start]
        if not before:
            # A title names by surname alone whom the text is about: the one named first.
            return min(candidates, key=lambda cluster: cluster.first)
        return max(before, key=lambda cluster: (cluster.first, len(cluster.mentions)))

    def _organization(self, mention: Mention, folded: str, entry: Entry | None) -> Cluster | None:
        """Find the organization that an acronym or a shortened name stands for."""
        words = folded.split()
        candidates = {**self.by_initials.get(mention.text, {}), **self.by_word.get(words[-1], {})}
        for cluster in candidates.values():
            if cluster.coarse != "Organization" or (entry is not None and cluster.entry not in (None, entry)):
                continue
            for name in cluster.names:
                if " " not in name:
                    continue
                if _ACRONYM.match(mention.text) and is_acronym(mention.text, name):
                    return cluster
                parts = fold_name(name).split()
                if entry is None and len(words) >= 2 and len(words) < len(parts) and parts[-len(words) :] == words:
                    return cluster
                if (
                    len(words) < len(parts)
                    and parts[: len(words)] == words
                    and all(part in _LEGAL or part in _TRADES for part in parts[len(words) :])
                ):
                    return cluster
        return self._body(mention, words, list(candidates.values())) if entry is None and len(words) == 1 else None

    def _body(self, mention: Mention, words: list[str], candidates: list[Cluster]) -> Cluster | None:
        """Find the body that its noun alone takes up: "the Council" behind "the Security Council"."""
        text = self.reading.document.text
        if text[max(mention.start - 4, 0) : mention.start].lower() != "the " and not mention.text.startswith(("the ", "The ")):
            return None
        found: list[tuple[int, Cluster]] = []
        for cluster in candidates:
            if cluster.coarse != "Organization" or not any(body_noun(name) == words[0] for name in cluster.names if " " in name):
                continue
            before = [other.start for other in cluster.mentions if other.start < mention.start]
            if before:
                found.append((max(before), cluster))
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def _note_name(self, mention: Mention, cluster: Cluster) -> None:
        """Index the words and initials of a name."""
        for word in fold_name(mention.text).split():
            self.by_word.setdefault(word, {})[id(cluster)] = cluster
        if " " in mention.text and coarse(mention.type) == "Organization":
            for letters in initials(mention.text):
                self.by_initials.setdefault(letters, {})[id(cluster)] = cluster

    def tie_definitions(self, names: list[Mention]) -> None:
        """Tie what the text equates: "Islamic State (IS)", "the Movement, known as M5", "X, or Y,"."""
        # A name within a name stands between no two: "Institute of Agriculture of Mali (IAM)".
        outer: list[Mention] = []
        for mention in sorted(names, key=lambda mention: (mention.start, -mention.end)):
            if not outer or mention.start >= outer[-1].end:
                outer.append(mention)
        for first, second in pairwise(outer):
            a, b = self.owner[first.id], self.owner[second.id]
            if a is b or not self._equates(first, second):
                continue
            fits = is_acronym(second.text, first.text)
            said = _KNOWN_AS.fullmatch(self.reading.document.text[first.end : second.start]) is not None
            if not fits and coarse(a.type) != coarse(b.type) and (not said or a.entry is not None or b.entry is not None):
                continue
            if fits and b.entry is not None and a.entry is not b.entry and not any(" " in name for name in b.names):
                # The text gives the acronym its meaning, also where the reference data know another.
                if a.entry is not None or not _may_mean(b.entry, first.text):
                    b.entry = None
            elif a.entry is not None and b.entry is not None and a.entry is not b.entry:
                continue
            self.merge(a, b)

    def _equates(self, first: Mention, second: Mention) -> bool:
        """Whether the words between two names, and those behind, say that both name the same."""
        text = self.reading.document.text
        between, behind = text[first.end : second.start], text[second.end : second.end + 2]
        if len(between) > 48 or "\n" in between:
            return False
        if _KNOWN_AS.fullmatch(between):
            return True
        short = _ACRONYM.match(second.text) is not None
        alike = is_acronym(second.text, first.text) or coarse(first.type) == coarse(second.type)
        if not short or not alike:
            return False
        if _BRACKET.fullmatch(between):
            return behind.lstrip("\"”'’").startswith((")", ",", ";"))
        return _OR.fullmatch(between) is not None and behind[:1] in (",", ")", "”", '"')


def _may_mean(entry: Entry, name: str) -> bool:
    """Whether an entry may be what a name that it does not have stands for: half of the words agree, in some language."""
    words = {fold_name(word)[:_STEM] for word in _WORD_ENDS.split(name) if fold_name(word) not in _SMALL and word[:1].isalnum()}
    known = ({fold_name(word)[:_STEM] for word in _WORD_ENDS.split(other) if word} for other in (entry.label, *entry.names))
    return any(2 * len(words & other) >= len(words) for other in known)


def is_acronym(short: str, name: str) -> bool:
    """Whether letters are the initials of a name, small words counted or not.

    >>> is_acronym("CSTO", "Collective Security Treaty Organisation"), is_acronym("ANSF", "Afghan Forces")
    (True, False)
    """
    letters = re.sub(r"[^A-Za-z]", "", short).upper()
    words = [word for word in _WORD_ENDS.split(name) if word[:1].isalpha()]
    if len(letters) < 2 or len(words) < 2:
        return False
    initials = "".join(word[0] for word in words).upper()
    content = "".join(word[0] for word in words if word.lower() not in _SMALL).upper()
    return letters in (initials, content) or (len(letters) >= 3 and letters.rstrip("S") == content)


def body_noun(name: str) -> str:
    """Return the noun that says what a body is, in lower case: the word before the first "of" or "for", else the last one.

    >>> body_noun("Oak Valley Centre for Peace"), body_noun("Security Council")
    ('centre', 'council')
    """
    words = fold_name(name).split()
    for place, word in enumerate(words[1:], start=1):
        if word in _OF:
            return words[place - 1]
    return words[-1] if words else ""


def initials(name: str) -> set[str]:
    """Return the initials of a name in capitals, with and without those of small words.

    >>> sorted(initials("Ministry of Defence"))
    ['MD', 'MOD']
    """
    words = [word for word in _WORD_ENDS.split(name) if word[:1].isalpha()]
    every = "".join(word[0] for word in words).upper()
    return {every, "".join(word[0] for word in words if word.lower() not in _SMALL).upper()}


def _initial_fits(known: str, given: str) -> bool:
    """Whether first names agree, perhaps as an initial: "j." and "john"."""
    known, given = known.rstrip("."), given.rstrip(".")
    return known == given or (len(given) == 1 and known.startswith(given)) or (len(known) == 1 and given.startswith(known))
