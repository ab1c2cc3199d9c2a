"""HTML and SVG, put together so that nothing gets in unescaped by mistake.

What is put into an element is escaped unless it is `SafeHtml` already, and `SafeHtml`
comes out of `element` alone. Nothing of a text can end a tag, an attribute or a
comment, and nothing invisible in it can reorder the page.
"""

from __future__ import annotations

import re

from ..text import escape_invisible

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_SPECIAL = re.compile('[&<>"]')
_UNSEEN = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")  # noncharacters, which HTML does not allow
_EMPTY = frozenset({"meta", "input"})  # in HTML; in SVG every element is closed


class SafeHtml(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | int | float | bool | None) -> SafeHtml:
    """``<name attributes>children</name>``. A trailing ``_`` of an attribute's name is dropped, other ``_`` become
    ``-``; True writes the bare name, False and None leave it out.

    >>> element("p", "a < b", element("b", "c"), class_="x", data_file='"', hidden=True)
    '<p class="x" data-file="&quot;" hidden>a &lt; b<b>c</b></p>'
    """
    out = [f"<{name}"]
    for key, value in attributes.items():
        written = key.rstrip("_").replace("_", "-")
        if value is True:
            out.append(f" {written}")
        elif value is not None and value is not False:
            out.append(f' {written}="{escape(str(value))}"')
    out.append(">")
    if name in _EMPTY:
        return SafeHtml("".join(out))
    return SafeHtml("".join([*out, *map(escape, children), f"</{name}>"]))


def group(*children: str) -> SafeHtml:
    """`children` one after the other, escaped where they need it."""
    return SafeHtml("".join(map(escape, children)))


def escape(text: str) -> SafeHtml:
    """`text` as it may stand between tags and in an attribute in double quotes; `SafeHtml` as it is."""
    if isinstance(text, SafeHtml):
        return text
    safe = _UNSEEN.sub(lambda m: f"\\u{ord(m.group()):04x}", escape_invisible(text))
    return SafeHtml(_SPECIAL.sub(lambda m: _ESCAPES[m.group()], safe))
