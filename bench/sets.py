"""Gold sets: real errors with real corrections, as characters of the text a writer would have typed.

The sets come tokenised ("does n't", "word ,") and with edits that count
tokens. Here the text is put together again and every edit is moved to the
characters of that text. Joining only ever removes white space, so token and
character are matched by counting the characters that are not white space.

Sets (`SETS`): cweb-g, cweb-s (web pages, two annotators, raw text as
published), jfleg-dev (learners, four fluency references), eracond (learner
chat, up to two annotators), realec (learners, detection only), corrections
(commits to blogs and docs, one correction each, with kinds), more-corrections
(the same, of 357 other repositories), late (the same, newer), read-blogs
(raw blogs, read and marked; an item is a paragraph), suites (the examples by
which Harper and LanguageTool test their rules, see `bench.suites`), blog-til
and blog-remy (a tenth of two blogs, block by block, unmarked). Sets marked NC
in ../shared/data/README.md are only measured with.
"""

from __future__ import annotations

import json
import lzma
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localproof.config import Settings
from localproof.engines.languagetool import rule_folder
from localproof.formats import read

from . import suites
from .align import edits_between

SHARED = Path(__file__).resolve().parents[2] / "shared"


@dataclass(frozen=True, slots=True)
class GoldEdit:
    """Replace characters `start` to `end` of the item's text by `replacement`.

    `replacement` is None where the set says that something is wrong but not
    what would be right. `type` is the set's own name for the kind of error.
    """

    start: int
    end: int
    replacement: str | None
    type: str = ""


@dataclass(frozen=True)
class Item:
    """One unit of a gold set, usually a sentence.

    `annotators` holds each annotator's whole correction; an empty list says
    that this annotator found the text clean. `tokens` is the number of tokens
    as the set itself counts them, the base of every figure per 1,000 tokens.
    `meta` holds what else the set says (repo, date, labels).
    """

    id: int | str
    text: str
    annotators: list[list[GoldEdit]]
    tokens: int
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """True if no annotator changed anything."""
        return not any(self.annotators)


def joined(text: str) -> str:
    """A tokenised sentence as one would write it; only white space goes.

    Straight quotation marks stay apart from their words: which side they
    belong to is a guess, and a wrong guess would be counted as the engine's.

    >>> joined("I do n't know , he said ( once ) .")
    "I don't know, he said (once)."
    """
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" (n't|'s|'re|'ve|'d|'ll|'m)\b", r"\1", text)
    text = re.sub(r" ([.,;:!?%)\]])", r"\1", text)
    return re.sub(r"([(\[$]) ", r"\1", text)


def quotes_joined(text: str) -> str:
    """`joined`, and straight double quotes that come in pairs attached to what they enclose.

    >>> quotes_joined('he said " yes " , twice .')
    'he said "yes", twice.'
    """
    text = joined(text)
    if text.count('"') % 2:
        return text
    parts = text.split('"')
    for i in range(1, len(parts), 2):
        parts[i] = parts[i].strip() if parts[i].strip() else parts[i]
    return re.sub(r"\" ([.,;:!?%)\]])", r'"\1', '"'.join(parts))


def token_spans(tokens: list[str], text: str) -> list[tuple[int, int]]:
    """Where each token lies in `text`, which holds the same characters but for white space.

    A token of white space only is given the empty span behind the token before it.

    >>> token_spans(["do", "n't", "."], "don't.")
    [(0, 2), (2, 5), (5, 6)]
    """
    at = [i for i, char in enumerate(text) if not char.isspace()]
    spans = []
    n = 0
    for token in tokens:
        length = sum(not char.isspace() for char in token)
        if length:
            spans.append((at[n], at[n + length - 1] + 1))
        else:
            end = at[n - 1] + 1 if n else 0
            spans.append((end, end))
        n += length
    if n != len(at):
        raise ValueError(f"the tokens hold {n} characters, the text {len(at)}: {text[:60]!r}")
    return spans


_JOINS_LEFT = re.compile(r"(?:n't|'(?:s|re|ve|d|ll|m))\b|[.,;:!?%)\]]")


def edit_of_tokens(
    text: str, spans: list[tuple[int, int]], start: int, end: int, new: str, kind: str = ""
) -> GoldEdit | None:
    """The edit of characters that replaces tokens `start` to `end` by the tokenised text `new`.

    None where nothing would change.

    >>> e = edit_of_tokens("Here's it", [(0, 4), (4, 6), (7, 9)], 1, 2, "is")
    >>> "Here's it"[:e.start] + e.replacement + "Here's it"[e.end:]
    'Here is it'
    """
    new = joined(new)
    a = spans[start][0] if start < len(spans) else len(text)
    b = spans[end - 1][1] if end > start else a
    if start == end:  # an insertion stands behind the token before it
        a = b = spans[start - 1][1] if start else 0
        glued = bool(start) and start < len(spans) and spans[start][0] == a
        lead = "" if a == 0 or _JOINS_LEFT.match(new) else " "
        tail = " " if a == 0 or glued else ""
        return GoldEdit(a, b, lead + new + tail, kind) if new else None
    if not new:
        return GoldEdit(a, b, "", kind)
    if _JOINS_LEFT.match(new):
        while a and text[a - 1].isspace():
            a -= 1
    elif a and text[a - 1].isalnum() and new[0].isalnum():
        new = " " + new
    if b < len(text) and text[b].isalnum() and new[-1].isalnum():
        new += " "
    return None if text[a:b] == new else GoldEdit(a, b, new, kind)


def _m2(path: Path) -> Iterator[tuple[list[str], dict[int, list[tuple[int, int, str, str]]]]]:
    """Each sentence of an M2 file: its tokens and, per annotator, (start, end, new tokens, type)."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        if not block.startswith("S "):
            continue
        head, *lines = block.split("\n")
        # Three spaces are a token of one space between two separators (spaCy's way).
        tokens = re.findall(r"\S+|(?<= ) +(?= )", head[2:])
        found: dict[int, list[tuple[int, int, str, str]]] = {}
        for line in lines:
            if not line.startswith("A "):
                continue
            where, kind, new, *_, annotator = line[2:].split("|||")
            start, end = map(int, where.split())
            edits = found.setdefault(int(annotator), [])
            if kind in ("noop", "UNK") or start < 0:
                continue
            edits.append((start, end, "" if new == "-NONE-" else new.split("||")[0], kind))
        yield tokens, found


def _from_m2(path: Path, texts: list[str] | None, join: Callable[[str], str]) -> list[Item]:
    items = []
    for number, (tokens, found) in enumerate(_m2(path)):
        text = texts[number] if texts is not None else join(" ".join(tokens))
        spans = token_spans(tokens, text)
        annotators = []
        for _, edits in sorted(found.items()):
            made = (edit_of_tokens(text, spans, *edit) for edit in edits)
            annotators.append([edit for edit in made if edit is not None])
        items.append(Item(number, text, annotators or [[]], len(tokens)))
    return items


def _cweb(part: str) -> Callable[[Path, Callable[[str], str]], list[Item]]:
    def read(shared: Path, join: Callable[[str], str]) -> list[Item]:
        folder = shared / "data" / "cweb-dev"
        texts = (folder / f"CWEB-{part}.dev.source").read_text(encoding="utf-8").split("\n")
        return _from_m2(folder / f"CWEB-{part}.dev.m2", texts, join)

    return read


def _eracond(shared: Path, join: Callable[[str], str]) -> list[Item]:
    return _from_m2(shared / "data" / "eracond" / "eracond.m2", None, join)


def _jfleg(shared: Path, join: Callable[[str], str]) -> list[Item]:
    folder = shared / "data" / "jfleg-dev"
    sources = (folder / "dev.src").read_text(encoding="utf-8").split("\n")
    references = [(folder / f"dev.ref{i}").read_text(encoding="utf-8").split("\n") for i in range(4)]
    items = []
    for number, source in enumerate(sources):
        if not source.strip():
            continue
        tokens = source.split()
        text = join(source)
        spans = token_spans(tokens, text)
        annotators = []
        for reference in references:
            new = reference[number].split()
            made = (edit_of_tokens(text, spans, a, b, " ".join(c)) for a, b, c in edits_between(tokens, new))
            annotators.append([edit for edit in made if edit is not None])
        items.append(Item(number, text, annotators, len(tokens)))
    return items


def _realec(shared: Path, join: Callable[[str], str]) -> list[Item]:
    items = []
    whole = (shared / "data" / "realec-dev" / "en_realec_dev.tsv").read_text(encoding="utf-8")
    for number, block in enumerate(whole.split("\n\n")):
        if not block.strip():
            continue
        rows = [line.split("\t") for line in block.strip().split("\n")]
        tokens = [row[0] for row in rows]
        text = join(" ".join(tokens))
        spans = token_spans(tokens, text)
        wrong = [GoldEdit(a, b, None, "i") for (a, b), row in zip(spans, rows, strict=True) if row[1] == "i"]
        items.append(Item(number, text, [wrong], len(tokens), {"spans": spans}))
    return items


def _corrections(file: str) -> Callable[[Path, Callable[[str], str]], list[Item]]:
    def read(shared: Path, join: Callable[[str], str]) -> list[Item]:
        items = []
        with lzma.open(shared / "corpus" / "corrections" / file, "rt", encoding="utf-8") as lines:
            for line in lines:
                pair = json.loads(line)
                meta = {name: pair[name] for name in ("repo", "commit", "date", "path", "after")}
                edits = [GoldEdit(*edit) for edit in pair["edits"]]
                items.append(Item(pair["id"], pair["before"], [edits], len(_WORDS.findall(pair["before"])), meta))
        return items

    return read


def _read_blogs(shared: Path, join: Callable[[str], str]) -> list[Item]:
    items = []
    with (shared / "data" / "read-blogs" / "paragraphs.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            edits = [GoldEdit(start, end, new, kind) for start, end, new, kind, _ in row["edits"]]
            meta = {"author": row["author"], "document": f"{row['author']} {row['path']}", "block": row["block"]}
            meta["obvious"] = [how == "obvious" for *_, how in row["edits"]]
            items.append(Item(row["id"], row["text"], [edits], len(row["text"].split()), meta))
    return items


# Where the examples of the suites are read from: a git folder of Harper's, and LanguageTool's rule files.
HARPER = Path(os.environ.get("LOCALPROOF_HARPER_GIT", "/work/.mirror/Automattic+harper/repo"))


def _suites(shared: Path, join: Callable[[str], str]) -> list[Item]:
    rules = rule_folder("en")
    rows = [("harper", e) for e in suites.harper_examples(HARPER)] if HARPER.exists() else []
    once = {e.rule: e for e in reversed(list(suites.languagetool_examples(rules)))} if rules is not None else {}
    rows += [("languagetool", e) for e in once.values()]
    return [
        Item(f"{engine}:{e.rule}:{n}", e.text, [_one_edit(e.text, e.right)], len(e.text.split()), {"right": e.right})
        for n, (engine, e) in enumerate(rows)
    ]


def _one_edit(text: str, right: str) -> list[GoldEdit]:
    """The one edit that makes `right` of `text`; none where that is empty."""
    if not right or right == text:
        return []
    most = min(len(text), len(right))
    start = next((i for i in range(most) if text[i] != right[i]), most)
    tail = next((i for i in range(most - start) if text[-1 - i] != right[-1 - i]), most - start)
    return [GoldEdit(start, len(text) - tail, right[start : len(right) - tail])]


BLOGS = {"blog-til": ("simonw-til", "en-US"), "blog-remy": ("remysharp", "en-GB")}
_EVERY = 10  # posts of a blog


def _blog(name: str) -> Callable[[Path, Callable[[str], str]], list[Item]]:
    def read_blog(shared: Path, join: Callable[[str], str]) -> list[Item]:
        items = []
        with tarfile.open(shared / "data" / "blogs" / f"{name}.tar.xz") as tar:
            posts = sorted((m for m in tar if m.isfile() and m.name.endswith(".md")), key=lambda m: m.name)[::_EVERY]
            for post in posts:
                stream = tar.extractfile(post)
                text = stream.read().decode("utf-8", "replace") if stream is not None else ""
                for n, block in enumerate(read(post.name, text, Settings(), "markdown").blocks):
                    meta = {"document": post.name, "block": block.kind}
                    items.append(Item(f"{post.name}:{n}", block.text, [[]], len(block.text.split()), meta))
        return items

    return read_blog


_WORDS = re.compile(r"\w+(?:['\u2019]\w+)*|[^\w\s]")

SETS: dict[str, Callable[[Path, Callable[[str], str]], list[Item]]] = {
    "cweb-g": _cweb("G"),
    "cweb-s": _cweb("S"),
    "jfleg-dev": _jfleg,
    "eracond": _eracond,
    "realec": _realec,
    "corrections": _corrections("corrections.jsonl.xz"),
    "more-corrections": _corrections("more.jsonl.xz"),
    "late": _corrections("late.jsonl.xz"),
    "read-blogs": _read_blogs,
    "suites": _suites,
    **{name: _blog(blog) for name, (blog, _) in BLOGS.items()},
}


def load(name: str, shared: Path = SHARED, *, quotes: bool = False) -> list[Item]:
    """The gold set `name`, a key of `SETS`, in file order. `id` is the number of the sentence, or the pair's own id.

    `shared` is the folder that holds data/ and corpus/. `quotes` attaches
    paired straight quotes to their words in the sets that come tokenised
    (jfleg-dev, eracond, realec); without it they stand apart.
    """
    return SETS[name](shared, quotes_joined if quotes else joined)
