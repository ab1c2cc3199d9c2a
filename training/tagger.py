"""Train the tagger: python -m training.tagger --run FOLDER [--folder DIR] [--steps N] [--decay-from N] …

The blocks of the language model (`training.network`) read a passage in both
directions, and a head over tags (`localproof.scoring.edit_tags`) says at the
first token of each word what to do at it. It begins with the weights of the
model that ships, or with those of `--from`, and learns from real corrections
and from prose with slips (`training.tagger_data`). What comes at a step
depends on the seed and the step alone, so a run that was killed goes on from
its last checkpoint; Ctrl-C writes one first.

FOLDER holds ``state.pt`` (to go on from), ``model.pt`` (weights averaged over
the last steps, shape and tags), ``losses.tsv`` (step, tokens, loss of real
corrections and of prose) and ``spent.jsonl``, as `training.train` writes it.
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
from torch import Tensor, nn
from torch.nn import functional

from localproof import energy
from localproof.config import Settings
from localproof.models.tensors import load as load_tensors
from localproof.scoring.edit_tags import TAGS

from . import corpus as texts
from . import tagger_data as data
from .network import Model, Shape
from .prepare import CACHE, say
from .train import Muon

_WARM = 60
_EVERY_S = 600.0  # between checkpoints
WATTS = 10.0  # of one busy thread, as `localproof.energy` has it where nothing is metered
_AVERAGED = 0.99  # of the average of the weights stays at each step


@dataclass(frozen=True)
class Plan:
    """What a run does. Rates are those at the top; of the `rows` of a step `real_rows` are real corrections. The share
    of words with slips falls from `share` at the beginning to `last_share` at step `share_until`. So that the real
    corrections are not known by heart after a few rounds, `dropout` of what each block adds is left out, and `hidden`
    of the tokens of real corrections cannot be read, nor of every third row of prose."""

    steps: int = 20_000
    decay_from: int = 16_000
    seed: int = 1
    rows: int = 48
    real_rows: int = 12
    matrix_rate: float = 0.01
    other_rate: float = 0.001
    weight_decay: float = 0.02
    share: float = 0.10
    last_share: float = 0.04
    share_until: int = 2000
    dropout: float = 0.1
    hidden: float = 0.1

    def rate(self, step: int) -> float:
        """The share of the top rate at a step."""
        falling = (self.steps - step) / max(1, self.steps - self.decay_from)
        return min(1.0, (step + 1) / _WARM, falling)

    def slips(self, step: int) -> float:
        """The share of words with slips at a step."""
        return self.share + (self.last_share - self.share) * min(1.0, step / self.share_until)


class Tagger(nn.Module):
    """The model without the mask that hides what comes later, and a head over tags."""

    def __init__(self, shape: Shape, tags: int = len(TAGS), dropout: float = 0.0) -> None:
        super().__init__()
        self.model = Model(shape, dropout)
        self.head = nn.Linear(shape.width, tags)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, tokens: Tensor, mask: Tensor, rows: Tensor, places: Tensor) -> Tensor:
        """Logits (n, tags) of the words that begin at `places` of `rows`; `mask` (rows, 1, length, length) hides the
        passages of a row from one another."""
        model, length = self.model, tokens.shape[1]
        x = model.token_embd(tokens)
        for block in model.blk:
            x = block(x, model.cos[:length], model.sin[:length], mask)
        return self.head(model.output_norm(x[rows, places]).float())


def mask_of(segments: Tensor) -> Tensor:
    """What is added to the scores of attention: nothing within a segment, minus infinity across."""
    same = segments[:, None, :, None] == segments[:, None, None, :]
    return torch.zeros(same.shape).masked_fill(~same, float("-inf"))


def shape_of(path: Path) -> tuple[Shape, dict[str, Tensor]]:
    """The shape and the weights of a GGUF of the language model, by the names of `network.Model`."""
    header, tensors = load_tensors(path)

    def number(key: str) -> int:
        return header.number(f"qwen3.{key}") or 0

    weights = {name: torch.from_numpy(array.copy()) for name, array in tensors.items()}
    shape = Shape(
        vocabulary=len(weights["token_embd.weight"]), width=number("embedding_length"), blocks=number("block_count"),
        heads=number("attention.head_count"), inner=number("feed_forward_length"), context=number("context_length"),
    )  # fmt: skip
    return shape, weights


def fresh(path: Path, dropout: float = 0.0) -> Tagger:
    """A tagger with the weights of a language model (GGUF), or of another tagger's ``model.pt``."""
    if path.suffix == ".pt":
        stored = torch.load(path, map_location="cpu", weights_only=True)
        tagger = Tagger(Shape(**stored["shape"]), dropout=dropout)
        same = tuple(stored["tags"]) == TAGS
        tagger.load_state_dict(
            stored["weights"] if same else _with_tags(stored["weights"], stored["tags"], tagger.state_dict())
        )
        return tagger
    shape, weights = shape_of(path)
    tagger = Tagger(shape, dropout=dropout)
    tagger.model.load_state_dict(weights, strict=False)
    with torch.no_grad():
        tagger.head.bias[TAGS.index("keep")] = 6.0
    return tagger


def _with_tags(weights: dict[str, Tensor], tags: list[str], new: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a tagger with other tags: those that both have keep theirs."""
    out = {**weights, "head.weight": new["head.weight"].clone(), "head.bias": new["head.bias"].clone()}
    for i, tag in enumerate(TAGS):
        if tag in tags:
            for name in ("head.weight", "head.bias"):
                out[name][i] = weights[name][tags.index(tag)]
    return out


class Run:
    """A run with all that it needs to go on from any step."""

    def __init__(self, folder: Path, plan: Plan, start: Path) -> None:
        torch.manual_seed(plan.seed)
        self.folder, self.plan, self.step, self.tokens = folder, plan, 0, 0
        self.tagger = fresh(start, plan.dropout)
        matrices = [p for p in self.tagger.model.blk.parameters() if p.ndim == 2]
        self.others = [p for p in self.tagger.parameters() if not any(p is m for m in matrices)]
        self.muon = Muon(matrices)
        self.adam = torch.optim.AdamW(self.others, lr=plan.other_rate, betas=(0.9, 0.98), weight_decay=0.0)
        self.average = {name: p.detach().clone() for name, p in self.tagger.state_dict().items()}
        folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> None:
        """Go on from the last checkpoint, if there is one."""
        path = self.folder / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.tagger.load_state_dict(state["model"])
        self.adam.load_state_dict(state["adam"])
        for kept, saved in zip(self.muon.state, state["muon"], strict=True):
            kept.copy_(saved)
        self.average, self.step, self.tokens = state["average"], int(state["step"]), int(state["tokens"])

    def save(self) -> None:
        """Write a checkpoint and the averaged weights, each by one replace."""
        state = {
            "model": self.tagger.state_dict(), "adam": self.adam.state_dict(), "muon": self.muon.state,
            "average": self.average, "step": self.step, "tokens": self.tokens,
        }  # fmt: skip
        _saved(self.folder / "state.pt", state)
        about = {
            "shape": self.tagger.model.shape.as_dict(),
            "tags": list(TAGS),
            "step": self.step,
            "tokens": self.tokens,
        }
        _saved(self.folder / "model.pt", {"weights": self.average, **about})

    def advance(self, batch: data.Batch) -> tuple[float, float]:
        """One step. The loss of the words of real corrections, and of prose."""
        plan, rate = self.plan, self.plan.rate(self.step)
        torch.manual_seed(plan.seed * 1_000_003 + self.step)
        tokens, segments = torch.from_numpy(batch.tokens), torch.from_numpy(batch.segments)
        rows, places, tags = torch.from_numpy(batch.words)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.tagger(tokens, mask_of(segments), rows, places)
        each = functional.cross_entropy(logits.float(), tags, reduction="none")
        each.mean().backward()  # type: ignore[no-untyped-call]
        for group in self.adam.param_groups:
            group["lr"] = plan.other_rate * rate
        torch.nn.utils.clip_grad_norm_(self.others, 1.0)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.muon.step(plan.matrix_rate * rate, plan.weight_decay)
        self.step += 1
        self.tokens += int((batch.segments >= 0).sum())
        kept = min(_AVERAGED, self.step / (self.step + 10))
        with torch.no_grad():
            for name, value in self.tagger.state_dict().items():
                self.average[name].lerp_(value, 1 - kept)
        real = rows < plan.real_rows
        each = each.detach()
        return float(each[real].mean()), float(each[~real].mean())


def _saved(path: Path, state: dict[str, Any]) -> None:
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def train(run: Run, folder: Path, data_folder: Path, stop_after_s: float = math.inf) -> None:
    """Train to the end of the plan, or until Ctrl-C, SIGTERM or `stop_after_s` seconds."""
    plan = run.plan
    stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda n, _: stop.append(n))
    going = run.folder / "going.json"
    _account_for_killed(run.folder, going)
    corrections = data.Corrections(folder, plan.seed)
    prose = data.Prose(folder, data_folder, data.vocabulary())
    say(f"{len(corrections):,} passages of real corrections, {corrections.tokens_count:,} tokens")
    began, first, window = time.monotonic(), run.step, energy.open_window(Settings(), pids=list)
    shown = saved = time.monotonic()
    sums = np.zeros(2)
    with (run.folder / "losses.tsv").open("a", encoding="utf-8") as out:
        while run.step < plan.steps and not stop and time.monotonic() - began < stop_after_s:
            batch = data.batch_of(
                run.step, plan.seed, plan.rows, plan.slips(run.step), corrections, prose, plan.real_rows
            )
            figures = run.advance(data.with_hidden(batch, plan.hidden, plan.real_rows, (plan.seed, 11, run.step)))
            sums += figures
            window.poll()
            out.write("\t".join([str(run.step), str(run.tokens), *(f"{f:.4f}" for f in figures)]) + "\n")
            now = time.monotonic()
            if run.step % 20 == 0:
                out.flush()
                say(f"step {run.step}, {run.tokens:,} tokens: {sums[0] / 20:.4f} {sums[1] / 20:.4f};"
                    f" {(now - shown) / 20:.2f} s a step")  # fmt: skip
                shown, sums = now, np.zeros(2)
            if now - saved > _EVERY_S:
                saved = now
                run.save()
                going.write_text(json.dumps([first, run.step, sum(os.times()[:2])]), "utf-8")
    run.save()
    going.unlink(missing_ok=True)
    record = {
        "run": "tagger",
        "steps": [first, run.step],
        "hours": round((time.monotonic() - began) / 3600, 4),
        "cpu_hours": round(sum(os.times()[:2]) / 3600, 4),
        "device": "cpu",
        "threads": torch.get_num_threads(),
        "plan": vars(plan),
        "energy": window.close().record,
    }
    with (run.folder / "spent.jsonl").open("a", encoding="utf-8") as spent:
        spent.write(json.dumps(record) + "\n")


def _account_for_killed(folder: Path, going: Path) -> None:
    """Where the last stretch was killed, put what it had cost at its last checkpoint into ``spent.jsonl``."""
    if not going.exists():
        return
    first, step, cpu_s = json.loads(going.read_text("utf-8"))
    energy_j = cpu_s * WATTS
    record = {
        "run": "tagger, killed", "steps": [first, step], "hours": round(cpu_s / 3600, 4),
        "cpu_hours": round(cpu_s / 3600, 4), "device": "cpu", "threads": torch.get_num_threads(),
        "energy": {"status": "estimated", "energy_j": energy_j, "low_j": energy_j / 3, "high_j": energy_j * 3,
                   "method": "cpu-time", "model": {"w_per_thread": WATTS}},
    }  # fmt: skip
    with (folder / "spent.jsonl").open("a", encoding="utf-8") as spent:
        spent.write(json.dumps(record) + "\n")
    going.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=CACHE, help="where the prepared texts are")
    parser.add_argument("--data", type=Path, default=texts.DATA)
    parser.add_argument("--from", dest="start", type=Path, default=data.MODEL)
    for name, default in vars(Plan()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop, with a checkpoint, after so long")
    parser.add_argument("--no-compile", action="store_true")
    options = parser.parse_args()
    run = Run(options.run, Plan(**{name: getattr(options, name) for name in vars(Plan())}), options.start)
    run.load()
    if not options.no_compile:
        for block in run.tagger.model.blk:
            block.compile(dynamic=False)
    say(f"{sum(p.numel() for p in run.tagger.parameters()):,} parameters, from step {run.step} to {run.plan.steps}")
    train(run, options.folder, options.data, options.minutes * 60)


if __name__ == "__main__":
    main()
