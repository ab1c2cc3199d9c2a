"""Charts as inline SVG. Each has its numbers beside it in words, so that it can be read without being seen.

Sizes are attributes, not styles, because the page's policy forbids styles that
it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence

from .markup import SafeHtml, element

_WIDTH = 1000  # of every chart, in units of its own; the page stretches it


def bar(share: float, ink: str) -> SafeHtml:
    """A bar that fills `share` (0 to 1) of its room. It says nothing to who cannot see it: its number stands beside."""
    width = round(_WIDTH * min(max(share, 0.0), 1.0))
    return element(
        "svg",
        element("rect", width=_WIDTH, height=10, class_="track"),
        element("rect", width=max(width, 4 if share > 0 else 0), height=10, class_=ink),
        class_="bar",
        viewBox=f"0 0 {_WIDTH} 10",
        preserveAspectRatio="none",
        aria_hidden="true",
        focusable="false",
    )


def bars(caption: str, rows: Sequence[tuple[str, float, str, str]], note: str = "") -> SafeHtml:
    """A table of bars, the longest filling its room. Rows: label, value, the value in words, ink."""
    most = max((value for _, value, _, _ in rows), default=0) or 1
    body = [
        element(
            "tr",
            element("th", label, scope="row"),
            element("td", bar(value / most, ink), class_="chart"),
            element("td", words, class_="number"),
        )
        for label, value, words, ink in rows
    ]
    head = element(
        "tr",
        *(element("th", element("span", text, class_="unseen"), scope="col") for text in ("what", "bar", "how much")),
    )
    title = element("caption", caption, *([element("span", f", {note}", class_="quiet")] if note else []))
    return element("table", title, element("thead", head), element("tbody", *body), class_="bars")


def stack(caption: str, rows: Sequence[tuple[str, int, str]]) -> SafeHtml:
    """One bar of parts side by side, with a legend. Rows: label, number, ink."""
    total = sum(number for _, number, _ in rows) or 1
    parts, at = [], 0.0
    for _, number, ink in rows:
        width = _WIDTH * number / total
        if number:
            parts.append(element("rect", x=round(at, 2), width=round(max(width, 3.0), 2), height=28, class_=ink))
        at += width
    said = ", ".join(f"{label} {number:,}" for label, number, _ in rows)
    picture = element(
        "svg",
        element("rect", width=_WIDTH, height=28, class_="track"),
        *parts,
        role="img",
        aria_label=f"{caption}: {said}",
        class_="stack",
        viewBox=f"0 0 {_WIDTH} 28",
        preserveAspectRatio="none",
    )
    legend = [
        element("li", element("span", "", class_=f"key {ink}"), f"{label} ", element("b", f"{number:,}"))
        for label, number, ink in rows
    ]
    return element("figure", element("figcaption", caption), picture, element("ul", *legend, class_="legend"))


def span(caption: str, low: float, value: float, high: float, said: str) -> SafeHtml:
    """A figure between its bounds, on a line that begins at 0."""
    right = max(high, value, low) or 1.0

    def at(x: float) -> float:
        return round(_WIDTH * x / right, 2)

    picture = element(
        "svg",
        element("rect", y=9, width=_WIDTH, height=6, class_="track"),
        element("rect", x=at(low), y=6, width=max(at(high) - at(low), 3), height=12, class_="bounds"),
        element("rect", x=min(max(at(value) - 4, 0), _WIDTH - 8), y=0, width=8, height=24, class_="figure"),
        role="img",
        aria_label=f"{caption} {said}",
        class_="span",
        viewBox=f"0 0 {_WIDTH} 24",
        preserveAspectRatio="none",
    )
    return element("figure", element("figcaption", f"{caption} {said}"), picture)
