"""Which words are English: where capitals are lost, a word that is not is a name, or a part of one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

#: Endings of English words and what stands for them in the base form.
_ENDINGS = (
    ("'s", ""),
    ("’s", ""),
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("ed", ""),
    ("ed", "e"),
    ("ied", "y"),
    ("ing", ""),
    ("ing", "e"),
    ("ings", ""),
    ("ly", ""),
    ("ily", "y"),
    ("er", ""),
    ("er", "e"),
    ("ers", ""),
    ("ers", "e"),
    ("ism", ""),
    ("ist", ""),
    ("ists", ""),
)
_BEGINNINGS = ("un", "re", "non", "anti", "counter", "pro", "inter", "co", "over", "under", "sub", "self", "mis", "para", "ex")
#: Shortest rest of a word that may be its base: less is chance.
_SHORTEST_BASE = 3


class EnglishWords:
    """The English words of a spaCy pipeline: those its lemmatizer knows by form, and its function words."""

    def __init__(self, language: Language) -> None:
        """Keep the pipeline; its words are gathered when they are first asked for, in about 30 ms.

        Args:
            language: A pipeline with a lemmatizer by rules; one without it has no words.
        """
        self._language = language

    @cached_property
    def _words(self) -> frozenset[str]:
        found = self._table("lemma_index") | self._table("lemma_exc")
        return found | self._language.Defaults.stop_words if found else found

    def _table(self, name: str, parts: tuple[str, ...] | None = None) -> frozenset[str]:
        """Return the words of a table of the lemmatizer, of some parts of speech or all; none where it has no such table."""
        if not self._language.has_pipe("lemmatizer"):
            return frozenset()
        tables = getattr(self._language.get_pipe("lemmatizer"), "lookups", None)
        if tables is None or not tables.has_table(name):
            return frozenset()
        table = tables.get_table(name)
        chosen = table.values() if parts is None else (table.get(part, ()) for part in parts)
        return frozenset(word for forms in chosen for word in forms)

    @cached_property
    def _grammatical(self) -> frozenset[str]:
        """Function words and irregular forms ("said", "went"), which are no names however often a person is called so."""
        return self._table("lemma_exc") | self._language.Defaults.stop_words

    @cached_property
    def _no_nouns(self) -> frozenset[str]:
        return self._grammatical | self._table("lemma_index", ("verb", "adj", "adv"))

    def may_be_given_name(self, word: str) -> bool:
        """Whether a word in lower case may be a name before a surname: "hector" may, "said" may not."""
        return word not in self._grammatical

    def may_be_surname(self, word: str) -> bool:
        """Whether a word in lower case is at most a noun: "ortega" is, "said" and "young" are not."""
        return word not in self._no_nouns

    def __bool__(self) -> bool:
        """Whether any words are known at all."""
        return bool(self._words)

    def __contains__(self, word: str) -> bool:
        """Whether a word in lower case is English, by itself, by its base form, or by each of its parts between hyphens."""
        parts = word.split("-")
        return all(self._is_form(part) for part in parts if part) if len(parts) > 1 else self._is_form(word)

    def _is_form(self, word: str) -> bool:
        words = self._words
        if word in words or self._has_base(word):
            return True
        return any(
            word.startswith(beginning)
            and len(word) - len(beginning) > _SHORTEST_BASE
            and (word[len(beginning) :] in words or self._has_base(word[len(beginning) :]))
            for beginning in _BEGINNINGS
        )

    def _has_base(self, word: str) -> bool:
        words = self._words
        for ending, instead in _ENDINGS:
            if not word.endswith(ending):
                continue
            base = word[: -len(ending)]
            if len(base) < _SHORTEST_BASE:
                continue
            if base + instead in words or (base[-1] == base[-2] and base[:-1] in words):  # "planned" is "plan"
                return True
        return False
