"""Output in the log of a build: services obey certain lines of it, and a file's name or its text must not be one.

GitHub takes a line that begins with ``::`` for a command, after blanks, and ``##[`` wherever it stands; Azure
``##vso[``, TeamCity ``##teamcity[``, GitLab ``section_start:`` and ``section_end:``. One character of these is written
out, as the form of the output has it, so that what a program reads is what it was. Elsewhere nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

Form = Literal["text", "json", "xml", "html", "commands"]  # "commands": made for the service, and left alone

_BLANK = r"(?:\s|\x1b\[[0-9;]*m)*"  # colours, too
_MARKS: dict[str, tuple[str, ...]] = {
    "GITHUB_ACTIONS": (rf"^{_BLANK}(?P<c>:):", r"#(?P<c>#)\["),
    "TF_BUILD": (r"#(?P<c>#)vso\[", r"#(?P<c>#)\["),
    "TEAMCITY_VERSION": (r"#(?P<c>#)teamcity\[",),
    "GITLAB_CI": (r"section(?P<c>_)(?:start|end):",),
}
_WRITTEN: dict[Form, Callable[[str], str]] = {
    "text": lambda c: f"\\x{ord(c):02x}",
    "json": lambda c: f"\\u{ord(c):04x}",
    "xml": lambda c: f"&#{ord(c)};",
    "html": lambda c: f"&#{ord(c)};",
    "commands": str,
}
_CODE = re.compile(r"(<(script|style)>.*?</\2>)", re.DOTALL)  # ours alone, and checked by its sum


def disarmed(text: str, env: Mapping[str, str], form: Form = "text") -> str:
    """`text`, with nothing in it that the service which `env` tells of would obey.

    >>> disarmed("  ::error::y.md", {"GITHUB_ACTIONS": "true"}), disarmed("::error::y.md", {})
    ('  \\\\x3a:error::y.md', '::error::y.md')
    """
    marks = [mark for name, some in _MARKS.items() if env.get(name) for mark in some]
    if not marks or form == "commands":
        return text
    if form == "html":
        return "".join(_without_code(text, marks))
    return _broken(text, marks, form)


def _without_code(text: str, marks: list[str]) -> Iterator[str]:
    at = 0
    for code in _CODE.finditer(text):
        yield _broken(text[at : code.start()], marks, "html")
        yield code[0]
        at = code.end()
    yield _broken(text[at:], marks, "html")


def _broken(text: str, marks: list[str], form: Form) -> str:
    for mark in marks:
        text = re.sub(mark, lambda m: _around(m, _WRITTEN[form](m["c"])), text, flags=re.MULTILINE)
    return text


def _around(match: re.Match[str], written: str) -> str:
    start, end = (place - match.start() for place in match.span("c"))
    return match[0][:start] + written + match[0][end:]
