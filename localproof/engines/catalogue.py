"""Every rule that an engine has, whether it is on, and what it looks for: for `localproof rules` and `explain`.

What an engine says of its rules is asked of the engine itself or read from its
rule files, so the list is that of the versions that are installed.
"""

from __future__ import annotations

from collections.abc import Callable

from ..config import Settings
from . import ENGINES
from .rules import Rule as Rule

CATALOGUES: dict[str, Callable[[Settings], tuple[Rule, ...]]] = {name: kind.rules for name, kind in ENGINES.items()}
