"""A review line by line: for screen readers, plain terminals and scripts. One finding, one question, one line back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..render.suggestion_text import align_to_words
from ..report import BadInput
from ..terminal import Terminal, is_terminal
from ..text import Span, escape_invisible
from . import intake, messages
from . import session as review
from .editor import open_editor
from .layout import MarkupGap, readable_pieces, visible_context
from .session import ReviewItem, ReviewPage, ReviewSession, ViewFilter
from .workspace import ReviewWorkspace

_AROUND = 160  # code points of the paragraph to each side of the words
KEYS = """\
Enter  accept the suggestion that is chosen, else the first; 1 to 9: that one
a      accept it wherever the file has the same words
e      write something else in its place; E: write the sentence anew
s      skip: leave it, and ask again another time
i      ignore it here, from now on; I: wherever the rule speaks of the same words
d      the word is right everywhere in the project; D: in all you write
r      silence the rule in this file
u      undo, as often as you like; U: redo
n p    next and previous finding; N P: file
f      show only a kind, an engine or a rule; nothing: all
h      show what the profile holds back, or hide it
?      the whole explanation
o      open in $VISUAL or $EDITOR at the line; what you accepted there is written first
w      write now
q      end; asks what becomes of what is not written
"""
_HELP = f"""{KEYS}
On one line: e TEXT, E TEXT, f WORDS, a 2, q w, q l, q x. These lines: ??
"""
_FATES = {"w": "write", "l": "later", "x": "discard"}


@dataclass
class _Dialogue:
    """The two ends of the conversation."""

    terminal: Terminal
    say: Callable[[str], None]

    def ask(self, question: str) -> str | None:
        """The answer in one line, None at the end of input."""
        self.say(question)
        line = self.terminal.stdin.readline() if self.terminal.stdin else b""
        if not line:
            self.say("\n")
            return None
        answer = line.decode("utf-8", "replace").strip()
        if not is_terminal(self.terminal.stdin):  # which would have shown what was typed
            self.say(f"{escape_invisible(answer)}\n")
        return answer


def run_dialogue(
    workspace: ReviewWorkspace, terminal: Terminal, say: Callable[[str], None], explain: Callable[[str], str]
) -> ReviewSession:
    """Hold the review; the session as it ended. What was to be written is written."""
    talk = _Dialogue(terminal, say)
    session = ReviewSession(
        words=tuple((w, "user" if where == "user" else "project") for w, where in workspace.remembered.words),
        alike=workspace.remembered.alike,
    )
    for page in workspace.pages():
        session = intake.add_page(session, page)
    if trouble := workspace.trouble():
        say(f"{escape_invisible(trouble)}\n")
    for report in (p.report for p in session.pages):
        for note in report.document.notes:
            say(f"note: {escape_invisible(report.document.name)}: {escape_invisible(note)}\n")
    shown: tuple[object, ...] = ()
    while True:
        item = review.current(session)
        key = (item and (item.page, item.span, item.finding.rule), session.pages and session.pages[-1].version)
        if session.note:
            say(f"{escape_invisible(session.note)}\n")
            session = replace(session, note="")
        if key != shown:
            say(describe_item(session, item))
            shown = key
        answer = talk.ask("? " if item is None else _question(item))
        if answer is None:
            workspace.save(session)
            return session
        command, rest = answer[:1], answer[1:].strip()
        if command == "q":
            ended = _end(session, workspace, talk, rest)
            if ended is not None:
                return ended
            continue
        session = _run_command(session, workspace, talk, command, answer if command.isdecimal() else rest, explain)
        if command == "?":
            shown = ()


def describe_item(session: ReviewSession, item: ReviewItem | None) -> str:
    """All there is to say of the present finding, in a few lines."""
    nth, of, all_nth, total = review.position(session)
    if item is None:
        return messages.nothing_left(session, total) + "\n"
    page = session.pages[item.page]
    out = [f"\n{messages.finding_place(page, item)}: finding {nth} of {of} here, {all_nth} of {total} in all"]
    out.append(_context(page, item))
    out.append(f"{messages.reason(item)} ({messages.credits(item)})")
    out += [f"{i} {choice}" for i, choice in enumerate(messages.suggestion_choices(page.text, item.edits), 1)]
    if hint := messages.manual_hints(item):
        out.append(hint)
    return "\n".join(out) + "\n"


def _context(page: ReviewPage, item: ReviewItem) -> str:
    """The words around, on one line, with the flagged ones in brackets; whole words, and never a space alone."""
    around, gaps = visible_context(page, item)
    marked = align_to_words(page.text, item.edits)[0].span if item.edits else item.span
    start, end = max(around.start, marked.start - _AROUND), min(around.end, marked.end + _AROUND)
    before, after = (_flowing(page, span, gaps) for span in (Span(start, marked.start), Span(marked.end, end)))
    if start > around.start:
        before = f"… {before.partition(' ')[2]}"
    if end < around.end:
        after = f"{after.rpartition(' ')[0]} …"
    words = marked.of(page.text)
    bare = words.strip() or words  # the space that a word takes along when it goes is not marked
    whole = f"{before}{words.partition(bare)[0]}[{bare}]{words.partition(bare)[2]}{after}"
    return escape_invisible(" ".join(whole.split()))


def _flowing(page: ReviewPage, span: Span, gaps: Sequence[MarkupGap]) -> str:
    return "".join(text for text, _ in readable_pieces(page.text, span, gaps))


def _question(item: ReviewItem) -> str:
    number = len(item.edits)
    first = "" if not number else "Enter, " if number == 1 else f"Enter, 1–{number}, "
    return f"{first}e s i d r u n p w q (?? for help): "


def _run_command(
    session: ReviewSession,
    workspace: ReviewWorkspace,
    talk: _Dialogue,
    command: str,
    rest: str,
    explain: Callable[[str], str],
) -> ReviewSession:
    """The session after one command; a change of the text is checked at once."""
    simple = _SIMPLE.get(command)
    versions = [p.version for p in session.pages]
    if simple is not None:
        after = simple(session)
    elif command == "" or command.isdecimal():
        after = review.accept(session, int(rest) if rest else 1)
    elif command in _WITH_REST:
        after = _WITH_REST[command](session, rest)
    elif command in ("e", "E"):
        after = _edited(session, talk, rest, sentence=command == "E")
    elif command == "d":
        after = review.add_word(session, "project" if workspace.settings.dictionary else "user")
    elif command == "w":
        after, anew = workspace.write(session)
        for number in anew:
            after = workspace.reread_and_take_in(after, number)
    elif command == "o":
        after, changed = open_editor(session, workspace)
        after = after if changed is None else workspace.reread_and_take_in(after, changed)
    elif command == "?":
        _explained(session, talk, rest, explain)
        after = session
    else:
        after = replace(session, note=f"{escape_invisible(command)!r} is no command; ?? lists them")
    for number, page in enumerate(after.pages):
        if number >= len(versions) or page.version != versions[number]:
            fresh = command not in ("u", "U")
            report = workspace.check(number, page.text)
            after = intake.update_page(after, number, page.version, report, follow=fresh, tell=fresh)
    workspace.save(after)
    return after


_SIMPLE: dict[str, Callable[[ReviewSession], ReviewSession]] = {
    "s": review.skip,
    "i": review.ignore,
    "I": review.ignore_alike,
    "D": lambda s: review.add_word(s, "user"),
    "r": review.silence,
    "u": review.undo,
    "U": review.redo,
    "n": review.forward,
    "p": review.back,
    "N": lambda s: review.next_page(s, 1),
    "P": lambda s: review.next_page(s, -1),
    "h": lambda s: review.show(s, ViewFilter(s.view.query, not s.view.held)),
}
_WITH_REST: dict[str, Callable[[ReviewSession, str], ReviewSession]] = {
    "f": lambda s, rest: review.show(s, ViewFilter(rest, s.view.held)),
    "a": lambda s, rest: review.accept_alike(s, int(rest) if rest.isdecimal() else 1),
}


def _edited(session: ReviewSession, talk: _Dialogue, rest: str, *, sentence: bool) -> ReviewSession:
    item = review.current(session)
    span = review.editable_span(session, item, sentence=sentence) if item else None
    if item is None or span is None:
        return review.edit(session, "")
    old = span.of(session.pages[item.page].text)
    new = rest or talk.ask(f"in place of “{escape_invisible(' '.join(old.split()))}”: ")
    return replace(session, note="nothing changed") if not new else review.edit(session, new, sentence=sentence)


def _explained(session: ReviewSession, talk: _Dialogue, rest: str, explain: Callable[[str], str]) -> None:
    item = review.current(session)
    if rest == "?" or item is None:
        talk.say(_HELP)
        return
    for rule in item.finding.source or (item.finding.rule,):
        try:
            talk.say(explain(rule))
        except BadInput as error:
            talk.say(f"{error}\n")


def _end(session: ReviewSession, workspace: ReviewWorkspace, talk: _Dialogue, rest: str) -> ReviewSession | None:
    """The session with everything where it belongs; None where the writer wants to go on."""
    fate: str | None = rest[:1]
    if fate not in _FATES:
        fate = "w" if not workspace.pending(session) else None
    while fate is None:
        answer = talk.ask("not written yet: w writes, l leaves it for later, x discards it, c goes on: ")
        if answer == "c":
            return None
        fate = "l" if answer is None else answer[:1] if answer[:1] in _FATES else None
    return finish_writing(session, workspace, _FATES[fate])


def finish_writing(session: ReviewSession, workspace: ReviewWorkspace, fate: str) -> ReviewSession:
    """Write, keep for later or discard what is not written, and remember where the review stopped."""
    if fate == "write" and workspace.pending(session):
        session, anew = workspace.write(session)
        for number in anew:
            session = workspace.reread_and_take_in(session, number)
    finished = not review.queue(replace(session, view=ViewFilter()))
    workspace.save(session, finished=finished, discard=fate == "discard")
    return session
