"""The network of the learned reader: a small BERT encoder that is told shapes, tags and known names beside the words."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

WIDTH, LAYERS, ATTENTIONS, INNER, POSITIONS, PIECES = 384, 6, 12, 1536, 512, 30522


class Layer(nn.Module):
    """One layer of a BERT encoder: attention and two linear maps, each with a residual and a norm behind it."""

    def __init__(self, dropout: float) -> None:
        """Make a layer with random weights."""
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.out = nn.Linear(WIDTH, WIDTH)
        self.attention_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.wide, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return the states of the next layer.

        Args:
            states: Batch × pieces × WIDTH.
            mask: Batch × 1 × 1 × pieces; 0 where there is a piece, a large negative number where there is none.
        """

        def split(found: Tensor) -> Tensor:
            return found.view(found.shape[0], found.shape[1], ATTENTIONS, WIDTH // ATTENTIONS).transpose(1, 2)

        query, key, value = split(self.query(states)), split(self.key(states)), split(self.value(states))
        scores = query @ key.transpose(-1, -2) * (WIDTH // ATTENTIONS) ** -0.5 + mask
        mixed = (self.dropout(scores.softmax(-1)) @ value).transpose(1, 2).reshape(states.shape)
        states = self.attention_norm(states + self.dropout(self.out(mixed)))
        return self.norm(states + self.dropout(self.narrow(nn.functional.gelu(self.wide(states)))))


class ReaderModel(nn.Module):
    """Word pieces and features in; scores of the tags of all answers out, side by side."""

    def __init__(self, sizes: list[int], heads: dict[str, int], dropout: float = 0.1) -> None:
        """Make a model.

        Args:
            sizes: Number of values of each feature.
            heads: Number of tags of each answer, in order.
            dropout: Share of states that are dropped in training.
        """
        super().__init__()
        self.pieces = nn.Embedding(PIECES, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.segment = nn.Parameter(torch.zeros(WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        # Features enter twice: below the encoder, so that it reads them in their context, and above it, for the answer. The
        # tables begin at zero: at first the encoder works as it was trained.
        self.below = nn.ModuleList(nn.Embedding(size, WIDTH) for size in sizes)
        self.above = nn.ModuleList(nn.Embedding(size, WIDTH) for size in sizes)
        for table in (*self.below, *self.above):
            nn.init.zeros_(table.weight)
        self.answers = nn.ModuleDict({name: nn.Linear(WIDTH, count) for name, count in heads.items()})
        self.dropout = nn.Dropout(dropout)

    def forward(self, pieces: Tensor, features: Tensor) -> Tensor:
        """Return the scores of all tags of all answers.

        Args:
            pieces: Batch × length, numbers of word pieces; 0 behind the end.
            features: Batch × length × number of features.
        """
        mask = (pieces == 0).unsqueeze(1).unsqueeze(2).to(self.segment.dtype) * -10000.0
        states = self.pieces(pieces) + self.positions.weight[: pieces.shape[1]] + self.segment
        for number, table in enumerate(self.below):
            states = states + table(features[..., number])
        states = self.dropout(self.norm(states))
        for layer in self.layers:
            states = layer(states, mask)
        for number, table in enumerate(self.above):
            states = states + table(features[..., number])
        states = self.dropout(states)
        return torch.cat([answer(states) for answer in self.answers.values()], dim=-1)


def load_encoder(model: ReaderModel, weights: Path) -> None:
    """Give the encoder the weights of a BERT model of this shape.

    Args:
        model: The model, whose encoder is overwritten.
        weights: The file model.safetensors of all-MiniLM-L6-v2.
    """
    found = load_file(weights)
    names = {
        "pieces.weight": "embeddings.word_embeddings.weight",
        "positions.weight": "embeddings.position_embeddings.weight",
    }
    norms = {"norm": "embeddings.LayerNorm"}
    for number in range(LAYERS):
        here, there = f"layers.{number}", f"encoder.layer.{number}"
        norms |= {
            f"{here}.query": f"{there}.attention.self.query",
            f"{here}.key": f"{there}.attention.self.key",
            f"{here}.value": f"{there}.attention.self.value",
            f"{here}.out": f"{there}.attention.output.dense",
            f"{here}.attention_norm": f"{there}.attention.output.LayerNorm",
            f"{here}.wide": f"{there}.intermediate.dense",
            f"{here}.narrow": f"{there}.output.dense",
            f"{here}.norm": f"{there}.output.LayerNorm",
        }
    for ours, theirs in norms.items():
        names |= {f"{ours}.{part}": f"{theirs}.{part}" for part in ("weight", "bias")}
    state = model.state_dict()
    with torch.no_grad():
        for ours, theirs in names.items():
            state[ours].copy_(found[theirs])
        state["segment"].copy_(found["embeddings.token_type_embeddings.weight"][0])
