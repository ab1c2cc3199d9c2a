"""Text made safe for a terminal, a log or a message."""

from __future__ import annotations

import re

# What a terminal or a report must never receive raw: C0 and C1 controls, line
# and paragraph separators, and the controls that reorder text (Trojan Source).
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def escape_invisible(text: str) -> str:
    """`text` with every control, separator and reordering character written out, safe for a terminal or a log.

    Tabs and line feeds stay.

    >>> escape_invisible("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return _UNSAFE.sub(lambda m: _written_out(m.group()), text)


def _written_out(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
