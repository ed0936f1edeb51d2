"""Trains the networks that choose antecedents (crisiskg.annotation.antecedent_model) and writes their weights into the package.

    python bench/train_coreference.py --shared DIR [--check]

DIR/gold holds the training sets: prose (CC0, ours), litbank (CC BY 4.0; Bamman, Lewke and Mansoor, 2020) and ecbplus (ECB+, CC BY
3.0; Cybulska and Vossen, 2014), train splits only. Their texts are not copied; of words, those seen in at least four
documents are kept. `--check` leaves every fifth document of prose out and prints what share of the choices there is right;
nothing is written.

Mentions are those that the program finds, so the networks learn from what they will meet. In a first round each mention is
tied as the annotators tied it; in the later rounds as the networks of the round before say, so that they learn to go on
after mistakes. It takes about five minutes.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from weights_list import write_list

from crisiskg.annotation.antecedent_features import Anaphor
from crisiskg.annotation.antecedent_model import NETWORK_OF, Network
from crisiskg.annotation.clusters import Cluster
from crisiskg.annotation.contract import read_line
from crisiskg.annotation.coreference import Resolver
from crisiskg.annotation.gazetteer import Gazetteer, load_gazetteer
from crisiskg.annotation.letter_case import restore_capitals
from crisiskg.annotation.mentions import find_mentions
from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Mention
from crisiskg.settings import load_settings

#: Weight of an example by set, and by network: novels tell little of "it" and of nouns in the news.
SETS: dict[str, dict[str, float]] = {
    "prose": {"person": 1.0, "they": 1.0, "it": 1.0, "nominal": 1.0},
    "litbank": {"person": 0.3, "they": 0.3, "it": 0.15, "nominal": 0.15},
    "ecbplus": {"person": 0.8, "they": 0.8, "it": 0.6, "nominal": 0.4},
}
#: Sets in which only some sentences are annotated: what is not marked there teaches nothing.
PARTIAL = frozenset(["ecbplus"])
#: Weight of what the annotators did not mark, as an example of "nothing is meant".
UNMARKED = {"person": 0.5, "they": 0.7, "it": 0.8, "nominal": 0.25}
#: What is added to the score of "nothing is meant", by network; chosen by B-cubed on what `--check` leaves out.
CAUTION = {"person": -2.0, "they": -2.0, "it": -1.0, "nominal": 0.0}
#: Hidden units, epochs and share of features left out at random: chosen by likelihood on thirds of prose left out in turn.
HIDDEN, EPOCHS, DROPPED = 8, 7, 0.3
ROUNDS = 3
DECAY = 3e-4
BATCH = 32
SEED = 7
#: A feature counts that occurs in this many documents at least.
DOCUMENTS = 4
LEXICAL = ("lemma=", "governor=", "n:lemma=", "0:lemma=", "0:governor=")
OUT = Path(__file__).parent.parent / "src" / "crisiskg" / "annotation" / "data" / "antecedents.npz"


@dataclass
class Example:
    """One choice: features of "nothing", of the anaphor and of the candidates, and which of them are right (0: nothing)."""

    network: str
    nothing: list[str]
    shared: list[str]
    candidates: list[list[str]]
    right: list[int]
    weight: float
    document: int


class Teacher(Resolver):
    """Ties mentions and notes at each choice what would have been right."""

    def __init__(
        self, reading: Reading, gazetteer: Gazetteer, gold: dict, networks: dict[str, Network] | None, name: str, number: int
    ) -> None:
        """Index the gold mentions."""
        super().__init__(reading, gazetteer)
        self.networks, self.weights, self.number = networks, SETS[name], number
        self.partial = name in PARTIAL
        self.examples: list[Example] = []
        self.choices: Counter[tuple[str, bool]] = Counter()
        text = reading.document.text
        self.text = text
        self.spans: dict[tuple[int, int], str] = {}
        self.ends: dict[int, str] = {}
        for mention in gold["mentions"]:
            if mention.get("entity") is not None and mention.get("type") is not None:
                start, end = trim(text, mention["start"], mention["end"])
                self.spans[start, end] = mention["entity"]
                if mention.get("kind") == "nominal" or self.partial:
                    self.ends[end] = mention["entity"]

    def gold_of(self, mention: Mention) -> str | None:
        """Return what the annotators tied a mention to."""
        start, end = trim(self.text, mention.start, mention.end)
        found = self.spans.get((start, end))
        if found is None and mention.kind == "nominal":
            found = self.ends.get(end)
        return found

    def gold_of_cluster(self, cluster: Cluster) -> str | None:
        """Return what most mentions of a cluster are tied to by the annotators."""
        counted = Counter(gold for mention in cluster.mentions if (gold := self.gold_of(mention)) is not None)
        return counted.most_common(1)[0][0] if counted else None

    def choose(self, anaphor: Anaphor, candidates: Sequence[Cluster], known: Sequence[bool]) -> tuple[Cluster | None, float]:
        """Note the choice, then make it as the annotators or the networks say."""
        network = NETWORK_OF[anaphor.kind]
        if not candidates:
            return None, 1.0
        gold = self.gold_of(anaphor.mention)
        weight = self.weights[network] * (1.0 if gold is not None else UNMARKED[network])
        if self.partial and gold is None:
            weight = 0.0
        right = [
            number for number, cluster in enumerate(candidates, 1) if gold is not None and self.gold_of_cluster(cluster) == gold
        ]
        if self.partial and not right:
            weight = 0.0 if network != "nominal" else 0.5 * weight
        rows = self.features(anaphor, candidates, known)
        if weight:
            self.examples.append(Example(network, *rows, right or [0], weight, self.number))
        if self.networks is None:
            return (candidates[right[0] - 1] if right else None), 1.0
        shares = self.networks[network].probabilities(*rows)
        best = int(shares.argmax())
        if gold is not None:
            self.choices[network, best in (right or [0])] += 1
        return (candidates[best - 1] if best else None), float(shares[best])


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without leading article and trailing possessive."""
    found = re.match(r"(?:the|a|an)\s+(?=\S)", text[start:end], re.IGNORECASE)
    start += found.end() if found else 0
    found = re.search(r"['’]s?$", text[start:end])
    return start, start + found.start() if found and found.start() else end


def readings(folder: Path, name: str, gazetteer: Gazetteer) -> Iterator[tuple[dict, Reading]]:
    """Yield the documents of a set with their mentions, each with its gold record."""
    lines = [line for line in (folder / "gold" / name / "train.jsonl").read_text(encoding="utf-8").split("\n") if line.strip()]
    golds = [json.loads(line) for line in lines]
    documents = [read_line(json.dumps({"id": gold["id"], "text": gold["text"]})) for gold in golds]
    docs = read_docs(load_language(), documents, restore=lambda text: restore_capitals(text, gazetteer))
    for gold, (document, doc) in zip(golds, docs, strict=True):
        reading = Reading(document, doc)
        find_mentions(reading, gazetteer)
        yield gold, reading


def examples(
    data: list[tuple[str, int, dict, Reading]], gazetteer: Gazetteer, networks: dict[str, Network] | None
) -> tuple[list[Example], Counter[tuple[str, bool]]]:
    """Tie the mentions of documents; return the choices made, and how many on marked mentions were right."""
    found: list[Example] = []
    choices: Counter[tuple[str, bool]] = Counter()
    for name, number, gold, reading in data:
        copied = Reading(
            reading.document, reading.doc, sentences=reading.sentences, mentions=reading.mentions, titles=reading.titles
        )
        teacher = Teacher(copied, gazetteer, gold, networks, name, number)
        teacher.run()
        found += teacher.examples
        choices += teacher.choices
    return found, choices


class Learner:
    """A network while it is trained: AdaGrad on the likelihood of the right candidates."""

    def __init__(self, data: list[Example], seed: int) -> None:
        """Number the features and start with small random weights."""
        seen: dict[str, set[int]] = defaultdict(set)
        for example in data:
            for features in (example.nothing, example.shared, *example.candidates):
                for feature in features:
                    if len(seen[feature]) < DOCUMENTS:
                        seen[feature].add(example.document)
        self.features = sorted(feature for feature, documents in seen.items() if len(documents) >= DOCUMENTS)
        index = {feature: number for number, feature in enumerate(self.features)}
        self.lexical = np.array([0.5 if feature.startswith(LEXICAL) else DROPPED for feature in self.features])
        self.chance = np.random.default_rng(seed)
        size = len(self.features)
        self.values = {
            "weights": np.zeros(size),
            "hidden": self.chance.normal(0, 0.08, (size, HIDDEN)),
            "hidden_bias": np.full(HIDDEN, 0.1),
            "out": self.chance.normal(0, 0.3, HIDDEN),
        }
        self.squares = {name: np.full_like(value, 1e-2) for name, value in self.values.items()}
        self.total = {name: np.zeros_like(value) for name, value in self.values.items()}
        self.rows = []
        for example in data:
            parts = [example.nothing, example.shared, *example.candidates]
            rows = [np.array([index[feature] for feature in part if feature in index], dtype=np.int64) for part in parts]
            right = np.zeros(len(example.candidates) + 1)
            right[example.right] = 1.0
            self.rows.append((rows, right, example.weight))

    def epoch(self, rate: float) -> None:
        """Go once through the examples, in random order."""
        order = self.chance.permutation(len(self.rows))
        for start in range(0, len(order), BATCH):
            self._learn([self.rows[number] for number in order[start : start + BATCH]], rate)

    def _learn(self, batch, rate: float) -> None:
        """Take one step on some examples.

        Rows of the batch: of each example "nothing", then its candidates; `owner` says whose they are, `nil` which are
        "nothing". The features of the anaphor count for each of its candidates.
        """
        v = self.values
        flat, lengths, owner, right, weight = [], [], [], [], []
        for number, (rows, correct, example_weight) in enumerate(batch):
            shared = rows[1]
            for place, features in enumerate((rows[0], *rows[2:])):
                joined = np.concatenate([features, shared]) if place else features
                flat.append(joined)
                lengths.append(len(joined))
                owner.append(number)
            right += [*correct]
            weight.append(example_weight)
        index, places = np.concatenate(flat), np.repeat(np.arange(len(lengths)), lengths)
        kept = self.lexical[index] <= self.chance.random(len(index))
        index, places = index[kept], places[kept]
        count, owner, right = len(lengths), np.array(owner), np.array(right)
        weight = np.array(weight)[owner]
        firsts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        nil = np.zeros(count, dtype=bool)
        nil[firsts] = True
        linear = np.bincount(places, v["weights"][index], minlength=count)
        hidden_in = np.zeros((count, HIDDEN))
        np.add.at(hidden_in, places, v["hidden"][index])
        hidden_in += v["hidden_bias"]
        hidden_in[nil] = 0.0
        active = np.maximum(hidden_in, 0.0)
        scores = linear + active @ v["out"]
        shares = np.exp(scores - np.maximum.reduceat(scores, firsts)[owner])
        shares /= np.add.reduceat(shares, firsts)[owner]
        target = shares * right
        target /= np.maximum(np.add.reduceat(target, firsts)[owner], 1e-9)
        step = weight * (shares - target)
        back = np.outer(step, v["out"]) * (hidden_in > 0)
        self._move("out", slice(None), active.T @ step, rate)
        self._move("hidden_bias", slice(None), back.sum(axis=0), rate)
        self._sparse("weights", index, step[places], rate)
        live = ~nil[places]
        self._sparse("hidden", index[live], back[places[live]], rate)

    def _sparse(self, name: str, index: np.ndarray, gradient: np.ndarray, rate: float) -> None:
        rows, places = np.unique(index, return_inverse=True)
        summed = np.zeros((len(rows), *gradient.shape[1:]))
        np.add.at(summed, places, gradient)
        self._move(name, rows, summed, rate)

    def _move(self, name: str, where, gradient: np.ndarray, rate: float) -> None:
        gradient = gradient + DECAY * self.values[name][where]
        self.squares[name][where] += gradient**2
        self.values[name][where] -= rate * gradient / np.sqrt(self.squares[name][where])

    def train(self, epochs: int = EPOCHS, rate: float = 0.06) -> dict[str, np.ndarray]:
        """Train and return the mean of the weights of the later epochs."""
        later = 0
        for epoch in range(epochs):
            self.epoch(rate)
            if epoch >= epochs // 2:
                later += 1
                for name, value in self.values.items():
                    self.total[name] += value
        found = {name: value / later for name, value in self.total.items()}
        found["caution"] = np.array(0.0)
        return found


def fit(data: list[Example]) -> dict[str, tuple[dict[str, np.ndarray], list[str]]]:
    """Train all networks; return the arrays and the names of the features of each."""
    found = {}
    for name in sorted(set(NETWORK_OF.values())):
        learner = Learner([example for example in data if example.network == name], SEED)
        arrays = learner.train()
        found[name] = arrays, learner.features
    return found


def rounds(
    data: list[tuple[str, int, dict, Reading]], gazetteer: Gazetteer
) -> dict[str, tuple[dict[str, np.ndarray], list[str]]]:
    """Train in rounds, each on what the networks of the round before met as well."""
    collected, _ = examples(data, gazetteer, None)
    print(Counter(example.network for example in collected), flush=True)
    fitted = fit(collected)
    for number in range(1, ROUNDS):
        networks = {name: Network(*parts) for name, parts in fitted.items()}
        more, choices = examples(data, gazetteer, networks)
        print("round", number, shares_right(choices), flush=True)
        collected = collected + more if number == 1 else collected[: len(collected) // 2] + more
        fitted = fit(collected)
    return fitted


def shares_right(choices: Counter[tuple[str, bool]]) -> dict[str, str]:
    """Return the share of right choices by network."""
    return {
        name: f"{100 * choices[name, True] / max(choices[name, True] + choices[name, False], 1):.1f}"
        for name in sorted({name for name, _ in choices})
    }


def save(fitted: dict[str, tuple[dict[str, np.ndarray], list[str]]]) -> bytes:
    """Return the file of weights."""
    arrays: dict[str, np.ndarray] = {}
    for name, (values, features) in fitted.items():
        arrays[f"{name}/features"] = np.frombuffer("\n".join(features).encode("utf-8"), dtype=np.uint8)
        for key, value in values.items():
            arrays[f"{name}/{key}"] = np.asarray(CAUTION[name] if key == "caution" else value, dtype=np.float16)
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def load(folder: Path, gazetteer: Gazetteer) -> list[tuple[str, int, dict, Reading]]:
    """Return all documents of the sets, each with the name of its set, a number and its gold record."""
    found = []
    for name in SETS:
        found += [(name, len(found) + number, *both) for number, both in enumerate(readings(folder, name, gazetteer))]
    return found


def main() -> None:
    """Train, report and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("CRISISKG_SHARED", "../shared")))
    parser.add_argument(
        "--check", action="store_true", help="train on four fifths of prose, print the share of right choices on the rest"
    )
    arguments = parser.parse_args()
    gazetteer = load_gazetteer(load_settings())
    data = load(arguments.shared, gazetteer)
    if arguments.check:
        held = [entry for entry in data if entry[0] == "prose" and entry[1] % 5 == 0]
        fitted = rounds([entry for entry in data if entry not in held], gazetteer)
        _, choices = examples(held, gazetteer, {name: Network(*parts) for name, parts in fitted.items()})
        print("held out", shares_right(choices))
        return
    content = save(rounds(data, gazetteer))
    OUT.write_bytes(content)
    card = {
        "about": "Weights of crisiskg.annotation.antecedent_model, by bench/train_coreference.py",
        "trained_on": sorted(f"{name}/train" for name in SETS),
        "seed": SEED,
    }
    OUT.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    write_list()
    print(len(content))


if __name__ == "__main__":
    main()
