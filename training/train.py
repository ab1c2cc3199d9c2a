"""Train the language model: python -m training.train --run FOLDER [--shape small] [--steps N] [--decay-from N] …

Learns to foretell the next token (`training.tokenizer`'s files), and, from the
step `--pairs-from` on, also to prefer the right one of two versions of a
sentence (`training.pairs`). Which texts come at a step depends on the seed and
the step alone, so a run that was killed goes on from its last checkpoint as if
it had never stopped; Ctrl-C writes one first. Muon moves the matrices of the
blocks, AdamW all else. The rate rises for a hundred steps, stays, and falls
to nothing from `--decay-from` on: so every checkpoint before that can be
carried on for longer, or be finished by a short fall.

FOLDER holds ``state.pt`` (to go on from), ``model.pt`` (weights and shape),
``losses.tsv`` and ``spent.jsonl``: for each stretch of training its hours,
steps and energy, with what was measured and what was not.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from localproof import energy
from localproof.config import Settings

from . import pairs as pairing
from .network import SHAPES, Model, losses, mean_loss
from .prepare import CACHE, SHARES, say

LENGTH = 128
ROWS = 64
_WARM = 100
_EVERY = 250  # steps between checkpoints


@dataclass(frozen=True)
class Plan:
    """What a run does: `pair_rows` pairs join each step from `pairs_from` on. Rates are those at the top."""

    shape: str = "small"
    steps: int = 5000
    decay_from: int = 3500
    pairs_from: int = 3500
    seed: int = 1
    rows: int = ROWS
    pair_rows: int = 48
    matrix_rate: float = 0.02
    other_rate: float = 0.003
    pair_weight: float = 0.1  # beside a token's loss: at 1 the model forgot its language in three hundred steps
    weight_decay: float = 0.02

    def rate(self, step: int) -> float:
        """The share of the top rate at a step."""
        falling = (self.steps - step) / max(1, self.steps - self.decay_from)
        return min(1.0, (step + 1) / _WARM, falling)


class Texts:
    """The tokens of all groups, from which rows are drawn."""

    def __init__(self, folder: Path) -> None:
        paths = {g: folder / f"{g}.tokens" for g in SHARES}
        least = 2 * (LENGTH + 1)  # bytes: two of a token
        self.groups = {g: np.memmap(path, np.uint16, "r") for g, path in paths.items() if path.stat().st_size > least}
        self.shares = np.array([SHARES[g] for g in self.groups])
        self.shares /= self.shares.sum()

    def rows(self, plan: Plan, step: int) -> Tensor:
        """(rows, LENGTH + 1) tokens of a step: half of the rows begin where a paragraph begins."""
        chance = np.random.default_rng((plan.seed, step))
        names = list(self.groups)
        out = np.empty((plan.rows, LENGTH + 1), np.int64)
        for i, g in enumerate(chance.choice(len(names), plan.rows, p=self.shares)):
            tokens = self.groups[names[g]]
            at = int(chance.integers(0, len(tokens) - LENGTH - 1))
            if i % 2:
                starts = np.flatnonzero(tokens[max(at - 400, 0) : at + 1] == 0)
                at = max(at - 400, 0) + int(starts[-1]) if len(starts) else at
            out[i] = tokens[at : at + LENGTH + 1]
        return torch.from_numpy(out)


def orthogonal(matrix: Tensor) -> Tensor:
    """The nearest matrix whose singular values are all about one, by five Newton-Schulz steps."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return (x.T if tall else x).float()


class Muon:
    """Momentum, made orthogonal, for matrices."""

    def __init__(self, matrices: list[Tensor], momentum: float = 0.95) -> None:
        self.matrices, self.momentum = matrices, momentum
        self.state = [torch.zeros_like(m) for m in matrices]

    @torch.no_grad()
    def step(self, rate: float, weight_decay: float) -> None:
        """Move every matrix against its gradient."""
        for matrix, kept in zip(self.matrices, self.state, strict=True):
            assert matrix.grad is not None
            kept.lerp_(matrix.grad, 1 - self.momentum)
            move = orthogonal(matrix.grad.lerp(kept, self.momentum))
            matrix.mul_(1 - rate * weight_decay)
            matrix.add_(move, alpha=-rate * max(1.0, matrix.shape[0] / matrix.shape[1]) ** 0.5)
            matrix.grad = None


class Run:
    """A run with all that it needs to go on from any step."""

    def __init__(self, folder: Path, plan: Plan, device: str, *, fused: bool = True) -> None:
        torch.manual_seed(plan.seed)
        self.folder, self.plan, self.device, self.fused, self.step = folder, plan, device, fused, 0
        self.model = Model(SHAPES[plan.shape]).to(device)
        matrices = [p for p in self.model.blk.parameters() if p.ndim == 2]
        others = [p for p in self.model.parameters() if not any(p is m for m in matrices)]
        self.muon = Muon(matrices)
        self.adam = torch.optim.AdamW(others, lr=plan.other_rate, betas=(0.9, 0.95), weight_decay=0.0)
        folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> None:
        """Go on from the last checkpoint, if there is one."""
        path = self.folder / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.adam.load_state_dict(state["adam"])
        for kept, saved in zip(self.muon.state, state["muon"], strict=True):
            kept.copy_(saved)
        self.step = int(state["step"])

    def save(self) -> None:
        """Write a checkpoint and the weights, each by one replace."""
        _saved(
            self.folder / "state.pt",
            {
                "model": self.model.state_dict(),
                "adam": self.adam.state_dict(),
                "muon": self.muon.state,
                "step": self.step,
            },
        )
        _saved(
            self.folder / "model.pt",
            {"weights": self.model.state_dict(), "shape": self.model.shape.as_dict(), "step": self.step},
        )

    def advance(self, texts: Texts, pairs: pairing.Pairs | None) -> tuple[float, float, float]:
        """One step. Nats a token, the mean loss of the pairs, and the share of pairs put right (nan without pairs)."""
        plan, rate = self.plan, self.plan.rate(self.step)
        rows = texts.rows(plan, self.step).to(self.device)
        with torch.autocast(self.device, torch.bfloat16):
            hidden = self.model(rows[:, :-1])
        flat = hidden.reshape(-1, hidden.shape[-1])
        loss = mean_loss(self.model, flat, rows[:, 1:].reshape(-1), fused=self.fused)
        loss.backward()  # type: ignore[no-untyped-call]
        pair_loss = right = math.nan
        if pairs is not None and self.step >= plan.pairs_from:
            pair_loss, right = self._pairs(pairs)
        for group in self.adam.param_groups:
            group["lr"] = plan.other_rate * rate
        torch.nn.utils.clip_grad_norm_([p for g in self.adam.param_groups for p in g["params"]], 1.0)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.muon.step(plan.matrix_rate * rate, plan.weight_decay)
        self.step += 1
        return float(loss.detach()), pair_loss, right

    def _pairs(self, pairs: pairing.Pairs) -> tuple[float, float]:
        total = right = count = 0.0
        batch = pairs.of_step(self.plan.seed, self.step, self.plan.pair_rows)
        for part in batch:
            with torch.autocast(self.device, torch.bfloat16):
                gain = gains(self.model, part, self.device)
            soft = torch.nn.functional.softplus(-gain)
            neutral = part.neutral.to(self.device)
            each = torch.where(neutral, 0.05 * gain.pow(2).clamp(max=100), soft)
            (self.plan.pair_weight * each.sum() / self.plan.pair_rows).backward()
            total += float(each.detach().sum())
            right += float(((gain > 0) & ~neutral).sum())
            count += float((~neutral).sum())
        return total / self.plan.pair_rows, right / max(count, 1)


def gains(model: Model, part: pairing.Part, device: str) -> Tensor:
    """For each pair how much likelier, in nats, its right version is: log-probabilities summed over its window."""
    tokens = part.tokens.to(device)  # (2 n, length), the right versions first
    hidden = model(tokens[:, :-1])
    rows, places = torch.nonzero(part.inside[:, 1:].to(device), as_tuple=True)
    each = losses(model, hidden[rows, places], tokens[rows, places + 1])
    total = torch.zeros(len(tokens), device=device).index_add(0, rows, -each)
    half = len(tokens) // 2
    return total[:half] - total[half:]


def _saved(path: Path, state: dict[str, Any]) -> None:
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def train(run: Run, folder: Path, stop_after_s: float = math.inf) -> None:
    """Train to the end of the plan, or until Ctrl-C, SIGTERM or `stop_after_s` seconds."""
    plan = run.plan
    stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda n, _: stop.append(n))
    texts = Texts(folder)
    pairs = None
    began, first, window = time.monotonic(), run.step, energy.open_window(Settings(), pids=list)
    shown = time.monotonic()
    with (run.folder / "losses.tsv").open("a", encoding="utf-8") as out:
        while run.step < plan.steps and not stop and time.monotonic() - began < stop_after_s:
            if pairs is None and run.step >= plan.pairs_from:
                pairs = pairing.load(folder)
            figures = run.advance(texts, pairs)
            window.poll()
            out.write("\t".join([str(run.step), *(f"{f:.4f}" for f in figures)]) + "\n")
            if run.step % 20 == 0:
                out.flush()
                now = time.monotonic()
                say(f"step {run.step}: {', '.join(f'{f:.3f}' for f in figures)}; {(now - shown) / 20:.2f} s a step")
                shown = now
            if run.step % _EVERY == 0:
                run.save()
    run.save()
    record = {
        "steps": [first, run.step],
        "hours": round((time.monotonic() - began) / 3600, 4),
        "cpu_hours": round(sum(os.times()[:2]) / 3600, 4),
        "device": torch.cuda.get_device_name() if run.device == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
        "plan": vars(plan),
        "energy": window.close().record,
    }
    with (run.folder / "spent.jsonl").open("a", encoding="utf-8") as spent:
        spent.write(json.dumps(record) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=CACHE, help="where the tokens are")
    parser.add_argument("--shape", choices=sorted(SHAPES), default=Plan.shape)
    for name in ("steps", "decay_from", "pairs_from", "seed", "rows", "pair_rows"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(Plan, name))
    parser.add_argument("--pair-weight", type=float, default=Plan.pair_weight)
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop, with a checkpoint, after so long")
    parser.add_argument("--no-compile", action="store_true")
    options = parser.parse_args()
    fields = {name: getattr(options, name) for name in vars(Plan()) if hasattr(options, name)}
    fused = not options.no_compile
    run = Run(options.run, Plan(**fields), "cuda" if torch.cuda.is_available() else "cpu", fused=fused)
    run.load()
    if fused:
        for block in run.model.blk:
            block.compile(dynamic=False)
    say(f"{run.model.parameters_count():,} parameters, from step {run.step} to {run.plan.steps} on {run.device}")
    train(run, options.folder, options.minutes * 60)


if __name__ == "__main__":
    main()
