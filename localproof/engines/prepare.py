"""What an engine is given to read, and the way back to the text of the block.

Some characters defeat rules or break native code, and some texts take it
forever. So an engine reads a text in which

- no-break spaces are spaces and lone surrogates are U+FFFD, one for one;
- marks that take no room (zero-width space, soft hyphen, direction marks …)
  are left out: what remains is what a reader sees;
- a run of more than 100 characters without a space (a long URL), or of more
  than 45 that a word or base64 is made of (keys and signatures have lines of
  64 or 76, and a speller takes 50 ms for each), is one plain word, on which no
  finding counts;
- more than 10,000 characters come in several parts, cut between paragraphs or
  sentences, or else between words, where findings beside the cut do not count.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from ..config import Settings
from ..report import Finding, Unavailable
from ..text import Block, Edit, Piece, PieceKind, Span, minimal_edit
from ..workers.pooled_worker import PooledWorker
from ..workers.supervisor import WorkerSupervisor

ANSWERS = 2  # part of every engine's key: raise it when the same raw answer leads to other findings
PART = 10_000  # characters; native code is quadratic in what has no sentence end
STAND_IN = "thing"  # for what is too long to be a word

_TRAPS = re.compile(
    r"(?P<long>(?<!\S)\S{101,}|(?<![\w+/=])[\w+/=]{46,})"
    r"|(?P<space>[\u00a0\u2007\u202f])"
    r"|(?P<unseen>[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+)"
    r"|(?P<broken>[\ud800-\udfff])"
)
_PARAGRAPH = re.compile(r"(?:\r\n|\r(?!\n)|\n)[ \t]*(?:\r\n|\r|\n)\s*")
# Stricter than `text.words.SENTENCE_END`: a block is cut here, so a capital or a digit must follow.
_SENTENCE = re.compile(r"[.!?\u2026][\"')\]\u2019\u201d]*\s+(?=[\"'(\[\u2018\u201c]*[A-Z0-9])")
_SPACE = re.compile(r"\s+")

Convert = Callable[[str, Any], tuple[Finding, ...]]


def threads(settings: Settings) -> int:
    """How many threads an engine runs: what the settings say, or one for each core that this process may use."""
    if settings.jobs > 0:
        return settings.jobs
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def own_rules(engine: str, patterns: Iterable[str]) -> list[str]:
    """The part after the slash of those rule names and globs that may mean a rule of `engine`, in order. A bare name
    may be a rule of any.

    >>> own_rules("harper", ["harper/SpelledNumbers", "*/Prefer*", "languagetool/X", "OxfordComma"])
    ['OxfordComma', 'Prefer*', 'SpelledNumbers']
    """
    split = (pattern.rpartition("/") for pattern in patterns)
    return sorted({rule for name, slash, rule in split if not slash or fnmatchcase(engine, name)})


@dataclass(frozen=True)
class TextPart:
    """A stretch of what the engine reads, asked for by itself. Findings that touch `doubtful` do not count."""

    text: str
    start: int
    doubtful: tuple[Span, ...] = ()


def prepare_text(text: str) -> Block:
    """`text` as an engine is to read it, with the map back: the block's source is `text`.

    >>> prepare_text("an\\u00a0inter\\u00adnational test").text
    'an international test'
    """
    out: list[str] = []
    pieces: list[Piece] = []
    length = at = 0

    def add(shown: str, source: Span, kind: PieceKind) -> None:
        nonlocal length
        if shown:
            pieces.append(Piece(Span(length, length + len(shown)), source, kind))
            out.append(shown)
            length += len(shown)

    for trap in _TRAPS.finditer(text):
        start, end = trap.span()
        add(text[at:start], Span(at, start), "text")
        if trap["long"]:
            add(STAND_IN, Span(start, end), "placeholder")
        elif trap["space"]:
            add(" ", Span(start, end), "markup")
        elif trap["broken"]:
            add("\ufffd", Span(start, end), "markup")
        at = end
    add(text[at:], Span(at, len(text)), "text")
    return Block("", "".join(out), tuple(pieces))


def split_text(text: str) -> Iterator[TextPart]:
    """`text` in parts of at most `PART` characters. Together they are the text."""
    at = 0
    before: tuple[Span, ...] = ()
    while len(text) - at > PART:
        end, clean = _find_cut(text, at)
        after = () if clean else (_around(text, end),)
        yield _part(text, at, end, before + after)
        at, before = end, after
    yield _part(text, at, len(text), before)


def _part(text: str, start: int, end: int, doubtful: Sequence[Span]) -> TextPart:
    inside = (Span(max(d.start, start) - start, min(d.end, end) - start) for d in doubtful)
    return TextPart(text[start:end], start, tuple(inside))


def _find_cut(text: str, at: int) -> tuple[int, bool]:
    """Where to cut what follows `at`, and whether that is between sentences."""
    for pattern, clean in ((_PARAGRAPH, True), (_SENTENCE, True), (_SPACE, False)):
        places = [found.end() for found in pattern.finditer(text, at + 1, at + PART)]
        if places:
            return places[-1], clean
    return at + PART, False


def _around(text: str, cut: int) -> Span:
    """The word before the cut and the word after it."""
    head = re.search(r"\S*\s*\Z", text[max(cut - 200, 0) : cut])
    tail = re.match(r"\s*\S*", text[cut : cut + 200])
    return Span(cut - len(head.group() if head else ""), cut + len(tail.group() if tail else ""))


def check_in_parts(worker: WorkerSupervisor | PooledWorker, text: str, convert: Convert) -> Future[tuple[Finding, ...]]:
    """Ask `worker` about `text`. `convert` makes findings of what it read and what it answered.

    The future gives the findings with their spans in `text`, in order of
    position, or raises `Unavailable` as soon as one part cannot be checked.
    """
    whole: Future[tuple[Finding, ...]] = Future()
    block = prepare_text(text)
    asked = list(split_text(block.text)) if block.text.strip() else []
    lock = threading.Lock()
    answers: dict[str, Any] = {}
    # By their text: parts of what repeats itself over pages are the same, and asked for once.
    futures = {each: worker.submit({"text": each}) for each in dict.fromkeys(part.text for part in asked)}

    def on_answer(text: str, future: Future[Any]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        with lock:
            answers[text] = error or future.result()
            errors = sum(isinstance(answer, BaseException) for answer in answers.values())
            decided = errors == 1 if error else not errors and len(answers) == len(futures)
        if not decided or not whole.set_running_or_notify_cancel():
            return
        if error:
            whole.set_exception(error)
            _cancel(futures.values())
        else:
            found = [(part, answers[part.text]) for part in asked]
            _resolve(whole, worker.name, block, found, convert)

    if not asked:
        whole.set_result(())
    whole.add_done_callback(lambda done: _cancel(futures.values()) if done.cancelled() else None)
    for each, future in futures.items():
        future.add_done_callback(partial(on_answer, each))
    return whole


def _cancel(futures: Iterable[Future[Any]]) -> None:
    for future in futures:
        future.cancel()


def _resolve(
    whole: Future[tuple[Finding, ...]],
    name: str,
    block: Block,
    answers: Sequence[tuple[TextPart, Any]],
    convert: Convert,
) -> None:
    try:
        found = [
            home
            for part, raw in answers
            for finding in convert(part.text, raw)
            if not any(finding.span.overlaps(d) for d in part.doubtful)
            and (home := _shift_to_block(finding, part.start, block)) is not None
        ]
    except Exception as error:  # noqa: BLE001 - an answer of any shape; whoever waits for it must hear
        reason = f"gave an answer that cannot be read ({type(error).__name__}: {error})"
        whole.set_exception(Unavailable(name, reason))
        return
    whole.set_result(tuple(sorted(found, key=lambda f: (f.span, f.rule))))


def _shift_to_block(finding: Finding, start: int, block: Block) -> Finding | None:
    """`finding` of a part that begins at `start`, with its spans in the source of `block`; None on a stand-in."""
    as_it_is = len(block.pieces) == 1 and block.pieces[0].kind == "text" and not block.pieces[0].source.start
    if as_it_is and not start and finding.span.end <= len(block.text):  # as nearly always
        return finding
    span = finding.span.shifted(start)
    if block.touches_placeholder(span):
        return None
    edits = []
    for edit in finding.edits:
        moved = Edit(edit.span.shifted(start), edit.text)
        if not as_it_is:
            small = minimal_edit(block.text, moved)  # what it leaves alone, a no-break space say, stays as it is
            if block.touches_placeholder(small.span):
                continue
            moved = Edit(block.to_source(small.span), small.text)
        edits.append(moved)
    return replace(finding, span=block.to_source(span), edits=tuple(edits))


def delete_with_space(text: str, span: Span) -> Edit:
    """The edit that deletes `span` and one space with it, where both together leave a clean text.

    >>> delete_with_space("It was, um, the the end", Span(12, 15))
    Edit(span=Span(start=12, end=16), text='')
    >>> delete_with_space("the end .", Span(7, 8))
    Edit(span=Span(start=7, end=8), text='')
    """
    before, after = text[max(span.start - 1, 0) : span.start], text[span.end : span.end + 1]
    if not span.of(text).strip():
        return Edit(span, "")
    if after == " " and (not before.strip() or before in "([\u2018\u201c"):
        return Edit(Span(span.start, span.end + 1), "")
    if before == " " and (not after.strip() or after in ".,;:!?)]\u2019\u201d"):
        return Edit(Span(span.start - 1, span.end), "")
    return Edit(span, "")
