"""Two versions of a sentence, one of them right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import Tensor


@dataclass(frozen=True)
class Part:
    tokens: Tensor
    inside: Tensor
    neutral: Tensor


class Pairs:
    def of_step(self, seed: int, step: int, rows: int) -> list[Part]:
        raise NotImplementedError


def load(folder: Path) -> Pairs:
    raise NotImplementedError
