"""Licences by SPDX identifier: which are open, and which of two is the stricter."""

from __future__ import annotations

import re

# How much a licence asks of who uses the weights: attribution at most, the same
# licence for what is made of it, no commerce, and terms of the maker's own. One
# that is not known here counts as terms of its own.
_ASKS: dict[str, int] = {
    **dict.fromkeys(
        "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC-BY-3.0 CC-BY-4.0 CC0-1.0 ISC MIT ODC-By-1.0 Unlicense "
        "Zlib".split(),
        0,
    ),
    **dict.fromkeys(
        "AGPL-3.0-only AGPL-3.0-or-later CC-BY-SA-3.0 CC-BY-SA-4.0 EUPL-1.2 GPL-2.0-only GPL-2.0-or-later GPL-3.0-only "
        "GPL-3.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MPL-2.0 ODbL-1.0".split(),
        1,
    ),
    **dict.fromkeys("CC-BY-NC-4.0 CC-BY-NC-SA-4.0 CC-BY-NC-ND-4.0 CC-BY-ND-4.0".split(), 2),
}
_OWN_TERMS = 3
_KNOWN = {name.lower(): asks for name, asks in _ASKS.items()}
# Approved by the Open Source Initiative, of those that model makers use; Creative Commons licences are not.
_OSI = frozenset(name.lower() for name, asks in _ASKS.items() if asks < 2 and not name.startswith(("CC", "OD"))) - {
    "cc0-1.0"
}


def strictness(expression: str) -> int:
    """How much a licence expression asks, from 0 to 3: the least of alternatives, the most of what holds together.

    >>> strictness("Apache-2.0"), strictness("MIT AND CC-BY-NC-4.0"), strictness("LicenseRef-Gemma OR MIT")
    (0, 2, 0)
    """
    return min(max(_KNOWN.get(part.lower(), _OWN_TERMS) for part in parts) for parts in _ways(expression))


def is_osi(expression: str) -> bool:
    """Whether every part of one alternative is approved by the Open Source Initiative.

    >>> is_osi("Apache-2.0"), is_osi("CC-BY-4.0"), is_osi("LicenseRef-Llama-3.2")
    (True, False, False)
    """
    return any(all(part.lower() in _OSI for part in parts) for parts in _ways(expression))


def allowed(expression: str, licences: tuple[str, ...]) -> bool:
    """Whether one alternative of `expression` consists of nothing but `licences`, compared without regard to case.

    >>> allowed("MIT OR LicenseRef-X", ("mit",)), allowed("MIT AND CC-BY-4.0", ("MIT",))
    (True, False)
    """
    wanted = {name.strip().lower() for name in licences}
    return any(all(part.lower() in wanted for part in parts) for parts in _ways(expression))


def _ways(expression: str) -> list[list[str]]:
    """Alternatives, each with what holds together. Brackets are not looked into: such a licence is one of its own."""
    if "(" in expression or not expression.strip():
        return [[expression]]
    return [
        [part.strip() for part in re.split(r"\s+AND\s+|\s*,\s*", way)]
        for way in re.split(r"\s+OR\s+", expression.strip())
    ]


def spelled(tag: str) -> str:
    """A licence tag as SPDX spells it where it is known, else as it is.

    >>> spelled("apache-2.0"), spelled("gemma")
    ('Apache-2.0', 'gemma')
    """
    return next((name for name in _ASKS if name.lower() == tag.strip().lower()), tag.strip())


def spdx_id(licence: str) -> str:
    """The SPDX identifier that `licence` is, "" where it is none that is known here.

    >>> spdx_id("mit"), spdx_id("terms of The Stack v2")
    ('MIT', '')
    """
    found = spelled(licence)
    return found if found in _ASKS else ""
