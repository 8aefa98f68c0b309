"""The network: characters and pairs of characters, dilated convolutions, a linear-chain CRF.

Strubell et al. 2017 (iterated dilated convolutions for sequence labelling) are as good as a BiLSTM
and faster; Lafferty et al. 2001 for the CRF.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.ner.fill import ORG, PER, UNIT

TAGS = ("O", *(f"{at}-{kind}" for kind in (PER, UNIT, ORG) for at in "BIES"))
DILATIONS = (1, 1, 2, 4, 8, 1)


def allowed() -> Tensor:
    """Return which tag may follow which: shape (tags, tags)."""
    table = torch.zeros(len(TAGS), len(TAGS), dtype=torch.bool)
    for i, before in enumerate(TAGS):
        for j, after in enumerate(TAGS):
            inside = before[0] in "BI"
            table[i, j] = (
                after[0] in "IE" and after[2:] == before[2:] if inside else after[0] in "OBS"
            )
    return table


class Mixing(nn.Module):
    """One dilated convolution over three characters, with a residual."""

    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.dilation = dilation
        self.linear = nn.Linear(3 * width, width)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor) -> Tensor:
        """Map (rows, characters, width) to the same shape."""
        size = states.shape[1]
        padded = functional.pad(states, (0, 0, self.dilation, self.dilation))
        left, right = padded[:, :size], padded[:, 2 * self.dilation : 2 * self.dilation + size]
        mixed = self.linear(torch.cat((left, states, right), dim=2))
        return self.norm(states + self.dropout(functional.relu(mixed)))


class Encoder(nn.Module):
    """Gives each character a score for each tag."""

    def __init__(
        self, characters: int, pairs: int, *, width: int = 128, dropout: float = 0.15
    ) -> None:
        super().__init__()
        self.character = nn.Embedding(characters, 64, padding_idx=0)
        self.pair = nn.Embedding(pairs, 32, padding_idx=0)
        self.enter = nn.Linear(128, width)
        self.blocks = nn.ModuleList(Mixing(width, d, dropout) for d in DILATIONS)
        self.leave = nn.Linear(width, len(TAGS))
        self.dropout = nn.Dropout(dropout)

    def forward(self, characters: Tensor, pairs: Tensor) -> Tensor:
        """Map numbers of shape (rows, characters) to scores (rows, characters, tags)."""
        ahead = self.pair(pairs)
        behind = functional.pad(ahead, (0, 0, 1, 0))[:, :-1]
        states = torch.cat((self.character(characters), ahead, behind), dim=2)
        states = functional.relu(self.enter(self.dropout(states)))
        for block in self.blocks:
            states = block(states)
        return self.leave(states)


class Crf(nn.Module):
    """Linear-chain CRF: what is forbidden stays forbidden."""

    def __init__(self) -> None:
        super().__init__()
        self.free = nn.Parameter(torch.zeros(len(TAGS), len(TAGS)))
        self.register_buffer("ban", torch.where(allowed(), 0.0, -1e4))

    @property
    def transitions(self) -> Tensor:
        """Scores of going from one tag to the next."""
        return self.free + self.ban

    def loss(self, scores: Tensor, tags: Tensor) -> Tensor:
        """Return the mean negative log likelihood a character.

        Args:
            scores: (rows, characters, tags).
            tags: (rows, characters).
        """
        table = self.transitions
        every = scores[:, 0]
        gold = scores.gather(2, tags[:, :, None]).sum((1, 2))
        gold = gold + table[tags[:, :-1], tags[:, 1:]].sum(1)
        weights = table.exp()
        for t in range(1, scores.shape[1]):
            top = every.max(1, keepdim=True).values
            every = (torch.matmul((every - top).exp(), weights) + 1e-30).log() + top + scores[:, t]
        return (torch.logsumexp(every, 1) - gold).mean() / scores.shape[1]
