"""The language model as PyTorch computes it: what llama.cpp calls the architecture "qwen3".

Pre-norm blocks with RMS norms, rotary positions, norms of queries and keys, a
gated feed-forward, and one matrix for tokens in and out. Nothing else, so that
a GGUF of its weights gives the same numbers elsewhere.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

_CHUNK = 2048  # tokens whose logits exist at one time


@dataclass(frozen=True)
class Shape:
    """The size of a model: tokens, width, blocks, heads, width of the feed-forward, longest text in tokens."""

    vocabulary: int = 8192
    width: int = 256
    blocks: int = 6
    heads: int = 4
    inner: int = 768
    context: int = 512
    base: float = 10_000.0
    epsilon: float = 1e-6

    @property
    def head(self) -> int:
        """The width of one head."""
        return self.width // self.heads

    def as_dict(self) -> dict[str, Any]:
        """The fields by name."""
        return asdict(self)


# By name: 7.2, 12.8 and 57 million parameters.
SHAPES = {
    "tiny": Shape(vocabulary=512, width=64, blocks=2, heads=2, inner=160, context=256),
    "small": Shape(),
    "medium": Shape(width=320, blocks=8, heads=5, inner=960),
    "large": Shape(vocabulary=16384, width=576, blocks=12, heads=9, inner=1536),
}


class Norm(nn.Module):
    """A root mean square norm with one weight for each column."""

    def __init__(self, size: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        scaled = x.float()
        scaled = scaled * torch.rsqrt(scaled.pow(2).mean(-1, keepdim=True) + self.epsilon)
        return (scaled * self.weight).to(x.dtype)


def rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Each half of the columns of `x` turned against the other by its position."""
    one, other = x.chunk(2, -1)
    return torch.cat((one * cos - other * sin, other * cos + one * sin), -1)


class Block(nn.Module):
    """Attention, then a gated feed-forward, each added to what came in; `dropout` of it is left out in training."""

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        w, i = shape.width, shape.inner
        self.heads, self.head = shape.heads, shape.head
        self.attn_norm = Norm(w, shape.epsilon)
        self.attn_q = nn.Linear(w, w, bias=False)
        self.attn_k = nn.Linear(w, w, bias=False)
        self.attn_v = nn.Linear(w, w, bias=False)
        self.attn_output = nn.Linear(w, w, bias=False)
        self.attn_q_norm = Norm(shape.head, shape.epsilon)
        self.attn_k_norm = Norm(shape.head, shape.epsilon)
        self.ffn_norm = Norm(w, shape.epsilon)
        self.ffn_gate = nn.Linear(w, i, bias=False)
        self.ffn_up = nn.Linear(w, i, bias=False)
        self.ffn_down = nn.Linear(i, w, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        rows, length, width = x.shape
        h = self.attn_norm(x)
        q = self.attn_q_norm(self.attn_q(h).view(rows, length, self.heads, self.head)).transpose(1, 2)
        k = self.attn_k_norm(self.attn_k(h).view(rows, length, self.heads, self.head)).transpose(1, 2)
        v = self.attn_v(h).view(rows, length, self.heads, self.head).transpose(1, 2)
        q, k = rotated(q, cos, sin).to(v.dtype), rotated(k, cos, sin).to(v.dtype)
        scores = torch.matmul(q, k.transpose(2, 3)).float() * self.head**-0.5 + mask
        mixed = torch.matmul(functional.softmax(scores, -1).to(v.dtype), v)
        x = x + self._thinned(self.attn_output(mixed.transpose(1, 2).reshape(rows, length, width)))
        h = self.ffn_norm(x)
        return x + self._thinned(self.ffn_down(functional.silu(self.ffn_gate(h)) * self.ffn_up(h)))

    def _thinned(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.dropout, self.training) if self.dropout else x


class Model(nn.Module):
    """Tokens (rows, length) → what the last block says of each (rows, length, width); see `log_probabilities`."""

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Block(shape, dropout) for _ in range(shape.blocks))
        self.output_norm = Norm(shape.width, shape.epsilon)
        turns = shape.base ** (-torch.arange(0, shape.head, 2).float() / shape.head)
        angles = torch.outer(torch.arange(shape.context).float(), turns)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        mask = torch.full((shape.context, shape.context), float("-inf")).triu(1)
        self.register_buffer("mask", mask, persistent=False)
        nn.init.normal_(self.token_embd.weight, std=0.02)
        for block in self.blk:
            for name, matrix in block.named_parameters():
                if matrix.ndim == 2:
                    last = name.startswith(("attn_output", "ffn_down"))
                    nn.init.normal_(matrix, std=0.02 * ((2 * shape.blocks) ** -0.5 if last else 1))

    def forward(self, tokens: Tensor) -> Tensor:
        length = tokens.shape[1]
        x = self.token_embd(tokens)
        cos, sin, mask = self.cos[:length], self.sin[:length], self.mask[:length, :length]
        for block in self.blk:
            x = block(x, cos, sin, mask)
        return self.output_norm(x)

    def parameters_count(self) -> int:
        """How many numbers were learned."""
        return sum(p.numel() for p in self.parameters())


def _spread(part: Tensor, low: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of each row of `part`, and the chance of every token there."""
    logits = (part @ low.T).float()
    whole = torch.logsumexp(logits, -1)
    return whole - logits.gather(-1, targets[:, None])[:, 0], torch.exp(logits - whole[:, None]).to(torch.bfloat16)


_fused_spread = torch.compile(_spread, dynamic=False)


class _MeanLoss(torch.autograd.Function):
    """The mean of `_Losses`, whose slopes are found on the way, so that the logits are made only once."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, matrix: Tensor, targets: Tensor, fused: bool) -> Tensor:
        low = matrix.to(torch.bfloat16)
        d_hidden, d_matrix, total = torch.empty_like(hidden), torch.zeros(low.shape), torch.zeros(())
        spread = _fused_spread if fused else _spread
        for at in range(0, len(targets), _CHUNK):
            part, wanted = hidden[at : at + _CHUNK].to(torch.bfloat16), targets[at : at + _CHUNK]
            each, slope = spread(part, low, wanted)
            total += each.sum()
            slope[torch.arange(len(part)), wanted] -= 1
            d_hidden[at : at + _CHUNK] = (slope @ low).to(hidden.dtype)
            d_matrix += (slope.T @ part).float()
        ctx.save_for_backward(d_hidden, d_matrix)
        ctx.count = len(targets)
        return total / len(targets)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, None, None]:
        d_hidden, d_matrix = ctx.saved_tensors
        share = slope / ctx.count
        return (d_hidden * share).to(d_hidden.dtype), d_matrix * share, None, None


class _Losses(torch.autograd.Function):
    """The negative log-probability of each target, with logits made for a few thousand tokens at a time."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, matrix: Tensor, targets: Tensor) -> Tensor:
        low = matrix.to(torch.bfloat16)
        losses = torch.empty(len(targets))
        for at in range(0, len(targets), _CHUNK):
            logits = (hidden[at : at + _CHUNK].to(torch.bfloat16) @ low.T).float()
            losses[at : at + _CHUNK] = functional.cross_entropy(logits, targets[at : at + _CHUNK], reduction="none")
        ctx.save_for_backward(hidden, low, targets)
        return losses

    @staticmethod
    def backward(ctx: Any, weights: Tensor) -> tuple[Tensor, Tensor, None]:
        hidden, low, targets = ctx.saved_tensors
        d_hidden = torch.empty_like(hidden)
        d_matrix = torch.zeros(low.shape)
        for at in range(0, len(targets), _CHUNK):
            part = hidden[at : at + _CHUNK].to(torch.bfloat16)
            slope = torch.softmax((part @ low.T).float(), -1)
            slope[torch.arange(len(part)), targets[at : at + _CHUNK]] -= 1
            slope = (slope * weights[at : at + _CHUNK, None]).to(torch.bfloat16)
            d_hidden[at : at + _CHUNK] = (slope @ low).to(hidden.dtype)
            d_matrix += (slope.T @ part).float()
        return d_hidden, d_matrix, None


def losses(model: Model, hidden: Tensor, targets: Tensor) -> Tensor:
    """The negative log-probability, in nats, of each of `targets` (n) given `hidden` (n, width). On the CPU the logits
    are never all there at one time."""
    if hidden.is_cuda:
        return functional.cross_entropy((hidden @ model.token_embd.weight.T).float(), targets, reduction="none")
    return _Losses.apply(hidden, model.token_embd.weight, targets)


def mean_loss(model: Model, hidden: Tensor, targets: Tensor, *, fused: bool = False) -> Tensor:
    """The mean of `losses`, sooner."""
    if hidden.is_cuda:
        return losses(model, hidden, targets).mean()
    return _MeanLoss.apply(hidden, model.token_embd.weight, targets, fused)
