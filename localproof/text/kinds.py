"""The kinds of what may be wrong in a text, as its writer sees them."""

from __future__ import annotations

from typing import Literal

Kind = Literal["spelling", "grammar", "punctuation", "typography", "style"]
KINDS: tuple[Kind, ...] = ("spelling", "grammar", "punctuation", "typography", "style")
