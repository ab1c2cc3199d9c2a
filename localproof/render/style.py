"""How a report for people looks: colours, width, and the few ornaments with their ASCII twins."""

from __future__ import annotations

from typing import NamedTuple

# Beyond this a line of prose is hard to follow, however wide the window.
_LONGEST_LINE = 100
_SHORTEST_LINE = 16

# Only the sixteen colours of the terminal's own theme, so that they suit its background. Errors are in red pencil,
# lesser matters, which the text names as well, in another.
_INK = {
    "place": "1",
    "heading": "1",
    "number": "1",
    "quiet": "2",
    "new": "32",
    "spelling": "31",
    "grammar": "31",
    "punctuation": "36",
    "typography": "36",
    "style": "36",
}


class Style(NamedTuple):  # no dataclass: help would wait 5 ms for it
    """What a renderer may use.

    `colour` adds SGR sequences and changes nothing else: without them the
    output is the same, character for character. `width` is the terminal's, in
    columns. `unicode` speaks of our own ornaments (→ · …), not of the writer's
    text. `show_held_back` adds what the profile keeps quiet about.
    """

    colour: bool = False
    width: int = 80
    unicode: bool = True
    show_held_back: bool = False

    @property
    def measure(self) -> int:
        """The longest line to write, in columns."""
        return min(max(self.width, _SHORTEST_LINE), _LONGEST_LINE)

    @property
    def arrow(self) -> str:
        return "→" if self.unicode else "->"

    @property
    def dot(self) -> str:
        return "·" if self.unicode else "|"

    @property
    def bar(self) -> str:
        return "│" if self.unicode else "|"

    @property
    def ellipsis(self) -> str:
        return "…" if self.unicode else "..."

    def quoted(self, text: str) -> str:
        """`text` in quotation marks."""
        return f"“{text}”" if self.unicode else f'"{text}"'

    def paint(self, text: str, ink: str) -> str:
        """`text` in `ink`, a name of the palette; "" is plain. Colours never carry meaning alone."""
        if not (self.colour and text and ink):
            return text
        return f"\x1b[{_INK[ink]}m{text}\x1b[0m"
