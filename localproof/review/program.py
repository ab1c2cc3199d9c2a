"""The screen of a review as a program of prompt-toolkit: layout, keys by name, colours; nothing is decided here."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..system import cpu_limits
from .plain import finish_writing
from .screen import ReviewScreen
from .session import ReviewSession
from .workspace import ReviewWorkspace

# In sixteen colours of the terminal's own theme; nothing is told by colour alone.
_COLOURS = {
    "head": "reverse",
    "old": "ansired strike",
    "new": "ansigreen bold",
    "flag": "ansired underline",
    "chosen": "ansigreen bold reverse",
    "number": "bold",
    "key": "bold",
    "markup": "ansibrightblack",
    "quiet": "ansibrightblack",
    "note": "bold",
}
_NO_COLOURS = {
    "head": "reverse",
    "old": "underline",
    "new": "bold",
    "flag": "underline",
    "chosen": "bold reverse",
    "number": "bold",
    "key": "bold",
    "markup": "",
    "quiet": "",
    "note": "bold",
}


def run_screen(
    workspace: ReviewWorkspace,
    explain: Callable[[str], str],
    *,
    colour: bool = True,
    mouse: bool = False,
    source: Any = None,
    target: Any = None,
) -> ReviewSession:
    """Hold the review on the full screen; the session as it ended. What was to be written is written.

    `source` and `target` take the place of the terminal's input and output.
    """
    screen = ReviewScreen(workspace, explain, colour=colour)
    before, interval = signal.getsignal(signal.SIGTERM), sys.getswitchinterval()
    sys.setswitchinterval(0.001)  # keys go before checking
    try:
        with cpu_limits.lending(screen.post):  # texts are read where a reader that hangs can be stopped
            application(screen, mouse=mouse, source=source, target=target).run(pre_run=screen.begin)
    finally:
        screen.checking.shutdown(wait=False, cancel_futures=True)
        signal.signal(signal.SIGTERM, before)
        sys.setswitchinterval(interval)
    return finish_writing(screen.session, workspace, screen.fate)


_NAMED = ("enter", "tab", "s-tab", "left", "right", "up", "down", "pageup", "pagedown", "escape", "c-c", "c-r")


def application(screen: ReviewScreen, *, mouse: bool = False, source: Any = None, target: Any = None) -> Any:
    """The screen as a program of prompt-toolkit."""
    from prompt_toolkit.application import Application
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.layout import ConditionalContainer, HSplit, Layout, VSplit, Window
    from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl
    from prompt_toolkit.mouse_events import MouseEventType
    from prompt_toolkit.output.color_depth import ColorDepth
    from prompt_toolkit.styles import Style

    asking = Condition(lambda: screen.mode in ("editing", "filtering"))
    draft = Buffer(name="draft", multiline=False, on_text_changed=lambda b: _line_of_input(screen, b.text))

    def fragments() -> Any:
        size = app.output.get_size()
        rows = size.rows - (1 if asking() else 0)
        out: list[Any] = []
        for i, line in enumerate(screen.render(size.columns, max(rows, 3))):
            out += [("", "\n")] * (i > 0)
            out += [(ink, text, click(int(ink[-1]))) if "class:choice" in ink else (ink, text) for ink, text in line]
        return out

    def click(number: int) -> Any:
        def clicked(event: Any) -> Any:
            if event.event_type != MouseEventType.MOUSE_UP:
                return NotImplemented
            screen.look = replace(screen.look, selected=number)
            return None

        return clicked

    main = FormattedTextControl(fragments, focusable=True, show_cursor=False)
    question = Window(
        FormattedTextControl(lambda: [("class:note", " " + screen.look.question)]),
        height=1,
        width=lambda: min(len(screen.look.question) + 1, 40),
        dont_extend_width=True,
    )
    line = ConditionalContainer(VSplit([question, Window(BufferControl(draft), height=1)]), asking)
    app: Application[None] = Application(
        layout=Layout(HSplit([Window(main, wrap_lines=False), line]), focused_element=main),
        key_bindings=_bindings(screen, asking, draft),
        style=Style.from_dict(_COLOURS if screen.look.colour else _NO_COLOURS),
        color_depth=None if screen.look.colour else ColorDepth.DEPTH_1_BIT,
        full_screen=True,
        mouse_support=mouse,
        input=source,
        output=target,
    )
    app.ttimeoutlen = app.timeoutlen = 0.05  # Esc is a key of ours, and nobody wants to wait for it
    screen.app = app
    return app


def _line_of_input(screen: ReviewScreen, text: str) -> None:
    if screen.mode == "editing":
        screen.look = replace(screen.look, draft=text)


def _bindings(screen: ReviewScreen, asking: Any, draft: Any) -> Any:
    from prompt_toolkit.key_binding import KeyBindings

    bindings = KeyBindings()

    @bindings.add("<any>", filter=~asking)
    def _(event: Any) -> None:
        for press in event.key_sequence:
            if len(press.key) == 1:
                screen.press(press.key)

    for name in _NAMED:
        bindings.add(name, filter=~asking, eager=name == "escape")(lambda event, name=name: screen.press(name))

    @bindings.add("enter", filter=asking)
    def _(event: Any) -> None:
        screen.submit_line(draft.text)

    @bindings.add("escape", filter=asking)  # not eager: with a key right behind it, it is that key with Alt
    @bindings.add("c-c", filter=asking)
    def _(event: Any) -> None:
        screen.submit_line(None)

    @bindings.add("c-z")
    def _(event: Any) -> None:
        event.app.suspend_to_background()

    return bindings
