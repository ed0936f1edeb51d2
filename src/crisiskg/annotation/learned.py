"""The learned reader: a small network that tells whether a word is part of a name, heads a nominal, or tells of an event.

Its weights lie in the package (data/reader.onnx, int8) with the vocabulary and a card that names their data, licences and hashes;
bench/train_reader.py made them. It runs by onnxruntime in this process, on one thread.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from spacy.tokens import Doc, Token
from spacy.tokens import Span as TokenSpan

from crisiskg.annotation.learned_features import (
    DETAILED_TYPES,
    HEADS,
    LAYOUT,
    NAME_TAGS,
    NAME_TYPES,
    NOMINAL_TAGS,
    SIZES,
    TRIGGER_TAGS,
    decode_names,
    token_features,
    windows,
)
from crisiskg.annotation.names import ORGANIZATIONS
from crisiskg.annotation.weights import data_folder, read_weights
from crisiskg.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.resources.abc import Traversable

    from numpy.typing import NDArray

    from crisiskg.annotation.names import Name
    from crisiskg.annotation.records import EntityType, MentionKind

#: Word pieces that go through the network at once; more take more memory and no less time. An 8-bit network takes the scale of
#: its numbers from the whole batch, so that other batches give slightly other scores: batches of windows of one length saved a
#: tenth of the time, and cost prose 0.6 points of names.
BATCH_PIECES = 512
_MODEL, _PIECES, _CARD = "reader.onnx", "reader_pieces.json", "reader.json"
#: Words are looked up once for all texts; beyond so many the table begins again.
_KEPT_WORDS = 50_000
#: Pieces of a single "word" that are looked at; longer ones are addresses and the like.
_MOST_PIECES = 16


@dataclass(frozen=True, slots=True)
class LearnedMention:
    """A name, or the head of a nominal or pronoun.

    Attributes:
        start: First token.
        end: Token behind the last; one behind the first for nominals, whose extent the parse tells, and for pronouns.
        type: Its likeliest type; None for a pronoun.
        kind: Whether it is a name, a nominal or a pronoun.
        probability: Of kind and coarse type, in [0, 1].
    """

    start: int
    end: int
    type: EntityType | None
    kind: MentionKind
    probability: float


@dataclass(frozen=True, slots=True)
class LearnedTrigger:
    """A word that tells of an event.

    Attributes:
        token: Its token.
        type: The likeliest PLOVER type; None where "a happening of no such type" is likelier than each of them.
        probability: Probability in [0, 1] of that type.
        event: Probability in [0, 1] that the word tells of any happening.
    """

    token: int
    type: str | None
    probability: float
    event: float


class Learned:
    """What the network says of one document: a row of probabilities for each token and question.

    Attributes:
        names: Probabilities of `NAME_TAGS`.
        nominals: Probabilities of `NOMINAL_TAGS`.
        triggers: Probabilities of `TRIGGER_TAGS`.
        types: Probabilities of `DETAILED_TYPES`, for what is a name or the head of a nominal.
        windows: The tokens that were read together.
    """

    def __init__(self, scores: NDArray[np.float32], read: Sequence[Sequence[int]]) -> None:
        """Keep the scores.

        Args:
            scores: Logarithms of the probabilities of all tags, a row for each token of the document.
            read: The tokens of each window.
        """
        self._scores = scores
        self.windows = read
        probabilities = np.exp(scores)
        parts, offset = {}, 0
        for head, tags in HEADS.items():
            parts[head] = probabilities[:, offset : offset + len(tags)]
            offset += len(tags)
        self.names, self.nominals = parts["names"], parts["nominals"]
        self.triggers, self.types = parts["triggers"], parts["types"]

    def name_shares(self, start: int, end: int) -> NDArray[np.float64]:
        """Return how likely each of `NAME_TYPES`, and last no name at all, is for the tokens [start, end).

        Args:
            start: First token.
            end: Token behind the last.

        Returns:
            Shares that sum to 1.
        """
        rows = self.names[start:end].astype(np.float64)
        shares = np.concatenate([rows[:, 1::2] + rows[:, 2::2], rows[:, :1]], axis=1)
        joint: NDArray[np.float64] = np.exp(np.log(shares + 1e-6).mean(axis=0))
        return joint / joint.sum()

    def detailed_type(self, start: int, end: int, coarse: str) -> EntityType:
        """Return the likeliest type of the contract within a coarse one.

        Args:
            start: First token.
            end: Token behind the last.
            coarse: One of `NAME_TYPES`.
        """
        if coarse not in ("Organization", "Place"):
            return cast("EntityType", coarse)
        organization = coarse == "Organization"
        within = [kind for kind in DETAILED_TYPES if (kind in ORGANIZATIONS if organization else kind in ("State", "Place"))]
        shares = self.types[start:end].mean(axis=0)
        return cast("EntityType", max(within, key=lambda kind: float(shares[DETAILED_TYPES.index(kind)])))

    @cached_property
    def mentions(self) -> list[LearnedMention]:
        """Names, and heads of nominals and pronouns, in order of the text."""
        found = []
        width = len(NAME_TAGS)
        for window in self.windows:
            for first, last, number in decode_names(self._scores[np.array(window), :width]):
                start, end = window[first], window[last - 1] + 1
                shares = self.name_shares(start, end)
                kind = self.detailed_type(start, end, NAME_TYPES[number])
                found.append(LearnedMention(start, end, kind, "name", float(shares[number])))
        best = self.nominals.argmax(axis=1)
        for index in np.flatnonzero(best).tolist():
            tag = NOMINAL_TAGS[int(best[index])]
            share = float(self.nominals[index, best[index]])
            if tag == "pronoun":
                found.append(LearnedMention(index, index + 1, None, "pronoun", share))
            else:
                found.append(LearnedMention(index, index + 1, self.detailed_type(index, index + 1, tag), "nominal", share))
        return sorted(found, key=lambda mention: (mention.start, -mention.end))

    @cached_property
    def events(self) -> list[LearnedTrigger]:
        """Words that rather tell of a happening than not, in order of the text."""
        found = []
        for index in np.flatnonzero(self.triggers[:, 0] < 0.5).tolist():
            row = self.triggers[index]
            best = 1 + int(row[1:].argmax())
            tag = TRIGGER_TAGS[best]
            found.append(LearnedTrigger(index, None if tag == "other" else tag, float(row[best]), float(1 - row[0])))
        return found

    def trigger(self, token_index: int, event_type: str) -> float:
        """Return the probability that a token tells of an event of a PLOVER type."""
        return float(self.triggers[token_index, TRIGGER_TAGS.index(event_type)])


class LearnedReader:
    """The network and its vocabulary."""

    def __init__(self, folder: Traversable | None = None) -> None:
        """Load and check the files.

        Args:
            folder: Holds the model, the vocabulary, the card and the list of weights; None means the package.

        Raises:
            ModelUnavailable: a file or a package is missing, or a file is not the one that the list names.
        """
        folder = data_folder() if folder is None else folder
        card = _checked_card(folder)
        try:
            import onnxruntime  # type: ignore[import-untyped]
            from tokenizers import Tokenizer
        except ImportError as error:
            raise ModelUnavailable(
                f"the learned reader needs a package that is not installed: {error.name}",
                hint="Install crisiskg with its requirements.",
            ) from error
        model, pieces = read_weights(_MODEL, folder), read_weights(_PIECES, folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_str(pieces.decode("utf-8"))
        marks = [self._tokenizer.token_to_id(piece) or 0 for piece in ("[CLS]", "[SEP]", "[UNK]")]
        self._start, self._end, self._unknown = marks
        self._words: dict[str, list[int]] = {}
        self.card = card

    def read(self, doc: Doc, sentences: Iterable[TokenSpan], known: Iterable[Name]) -> Learned:
        """Read one document.

        Args:
            doc: The document, read by spaCy.
            sentences: Its sentences, in order.
            known: The names of the reference data that stand in it.
        """
        features = token_features(doc, known)
        width = sum(map(len, HEADS.values()))
        scores = np.full((len(doc), width), -20.0, dtype=np.float32)
        for offset in _offsets():
            scores[:, offset] = 0.0  # white space is nothing
        read = list(windows(sentences))
        encoded = sorted((self._encode(window) for window in read), key=lambda found: len(found[0]))
        batch: list[tuple[list[int], list[int], list[int]]] = []
        for found in encoded:
            if batch and len(found[0]) * (len(batch) + 1) > BATCH_PIECES:
                self._run(batch, features, scores)
                batch = []
            batch.append(found)
        if batch:
            self._run(batch, features, scores)
        return Learned(scores, [[token.i for token in window] for window in read])

    def _encode(self, window: list[Token]) -> tuple[list[int], list[int], list[int]]:
        """Return the pieces of a window, the token of each piece (-1 for the marks), and where each token begins."""
        pieces, owners, firsts = [self._start], [-1], []
        for token in window:
            firsts.append(len(pieces))
            own = self.pieces_of(token.text)
            pieces.extend(own)
            owners.extend([token.i] * len(own))
        pieces.append(self._end)
        owners.append(-1)
        return pieces[:510], owners[:510], [first for first in firsts if first < 510]

    def pieces_of(self, word: str) -> list[int]:
        """Return the numbers of a word's pieces, at least one."""
        found = self._words.get(word)
        if found is None:
            if len(self._words) >= _KEPT_WORDS:
                self._words.clear()
            ids = self._tokenizer.encode(word, add_special_tokens=False).ids
            found = self._words[word] = ids[:_MOST_PIECES] or [self._unknown]
        return found

    def _run(
        self, batch: list[tuple[list[int], list[int], list[int]]], features: NDArray[np.int64], scores: NDArray[np.float32]
    ) -> None:
        length = max(len(pieces) for pieces, _, _ in batch)
        pieces = np.zeros((len(batch), length), dtype=np.int64)
        told = np.zeros((len(batch), length, len(SIZES)), dtype=np.int64)
        for number, (own, owners, _) in enumerate(batch):
            pieces[number, : len(own)] = own
            index = np.array(owners)
            told[number, : len(own)] = np.where((index >= 0)[:, None], features[index], 0)
        (found,) = self._session.run(None, {"pieces": pieces, "features": told})
        for number, (_, owners, firsts) in enumerate(batch):
            rows = found[number, firsts]
            for offset, tags in zip(_offsets(), HEADS.values(), strict=True):
                part = rows[:, offset : offset + len(tags)]
                part -= part.max(axis=1, keepdims=True)
                part -= np.log(np.exp(part).sum(axis=1, keepdims=True))
            scores[[owners[first] for first in firsts]] = rows


@cache
def _offsets() -> tuple[int, ...]:
    """Return where the tags of each answer begin in the output."""
    found, offset = [], 0
    for tags in HEADS.values():
        found.append(offset)
        offset += len(tags)
    return tuple(found)


def _checked_card(folder: Traversable) -> dict[str, Any]:
    """Return the card of the model in a folder, once it is found to be for the features and tags of this release."""
    try:
        card: dict[str, Any] = json.loads(folder.joinpath(_CARD).read_bytes())
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"the learned reader has no readable card {_CARD}: {error}") from error
    if card.get("layout") != LAYOUT:
        raise ModelUnavailable(
            "the learned reader was trained for other features or tags than this release reads",
            hint="Install crisiskg again, or train it again (docs/reading-model.md).",
        )
    return card


@cache
def learned_reader() -> LearnedReader:
    """Return the model of this release, loaded once a process.

    Raises:
        ModelUnavailable: it is missing or not what it should be.
    """
    return LearnedReader()
