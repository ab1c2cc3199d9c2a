"""Corrections that a writer gives away: the form of the file, with its own data statement, and what makes one valid.

Nothing here sends anything. A file holds sentences before and after, and no names of files, no commits, no addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..report import BadInput
from ..text import Edit, apply_edits, escape_invisible
from ..text.words import SENTENCE_END
from .comparison import changed_runs
from .git_history import Change, Correction, small_changes

FORMAT, VERSION = "localproof-donation", 1
LICENCES = {"cc0": "CC0-1.0", "cc-by": "CC-BY-4.0"}
CONSENT_VERSION = 1
CONSENT = (
    "These sentences are mine to give. I give each of them, before and after its correction, to be used by anybody to "
    "make and to measure proofreaders, models of language among them, under the licence that I have chosen. I have "
    "seen each as it stands in this file, and it names nobody who would not want that. I know that a file once passed "
    "on cannot be called back from everyone who has it; who trains with it for LocalProof takes out what I name by its "
    "number."
)
DECISIONS = ("accepted", "edited", "own")  # a suggestion taken, another wording, mended without one
_LONGEST = 600  # code points of a sentence
_MOST = 10_000
_ID = re.compile(r"[0-9a-f]{32}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ADDRESS = re.compile(r"\bhttps?://\S+|\bwww\.\S+|\b[\w.+-]+@[\w-]+\.[\w.-]+|(?<![\w@])@\w+")
_NUMBER = re.compile(r"\b\d[\d ./-]{5,}\d\b")
NAME, ADDRESS, NUMBER = "NAME", "ADDRESS", "NUMBER"


@dataclass(frozen=True)
class DonatedSentence:
    """A sentence before and after; `found_by` are the rules that spoke of it."""

    before: str
    after: str
    decision: str = "own"
    found_by: tuple[str, ...] = ()
    language: str = "en-US"


def sentences_of(correction: Correction) -> Iterator[DonatedSentence]:
    """The sentences of a passage in which something was corrected, without addresses and long numbers."""
    starts = [0, *(m.end() for m in SENTENCE_END.finditer(correction.before)), len(correction.before)]
    for start, end in pairwise(starts):
        edits = [Edit(c.span.shifted(-start), c.meant) for c in correction.changes if _lies_in(c, start, end)]
        before = correction.before[start:end]
        if edits and len(before) <= _LONGEST:
            old, new = (" ".join(hide_addresses(text).split()) for text in (before, apply_edits(before, edits)))
            if old and new and old != new and escape_invisible(old + new) == old + new:
                yield DonatedSentence(old, new)


def _lies_in(change: Change, start: int, end: int) -> bool:
    return start <= change.span.start and change.span.end <= end and (change.span.start < end or start == end)


def hide_addresses(text: str) -> str:
    """`text` with a word in place of each address and each long number.

    >>> hide_addresses("Write to ann@example.org or call 030 1234567, see https://example.org/x.")
    'Write to ADDRESS or call NUMBER, see ADDRESS'
    """
    return _NUMBER.sub(NUMBER, _ADDRESS.sub(ADDRESS, text))


def hide_name(sentence: DonatedSentence, name: str) -> DonatedSentence:
    """`sentence` with `NAME` in place of `name`, before and after."""
    pattern = re.compile(rf"(?<!\w){re.escape(name.strip())}(?!\w)")
    before, after = (pattern.sub(NAME, text) for text in (sentence.before, sentence.after))
    return DonatedSentence(before, after, sentence.decision, sentence.found_by, sentence.language)


def likely_names(text: str) -> tuple[str, ...]:
    """Words with capitals that do not begin a sentence: what may be names, for the writer to look at.

    >>> likely_names("When Ann Berg came, I left. She saw NAME.")
    ('Ann Berg',)
    """
    found = re.findall(r"(?<=[\w,;] )([A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)", text)
    return tuple(dict.fromkeys(name for name in found if name not in ("I", NAME, ADDRESS, NUMBER)))


def write_donation(
    sentences: Iterable[DonatedSentence], *, number: str, licence: str, credit: str, date: str, tool: str
) -> str:
    """The file, as JSON. Raises BadInput for what would not be valid."""
    record = {
        "format": FORMAT,
        "version": VERSION,
        "id": number,
        "statement": {
            "who": credit or "anonymous",
            "licence": LICENCES.get(licence, licence),
            "credit": credit,
            "consent": {"version": CONSENT_VERSION, "text": CONSENT, "given": date},
            "date": date,
            "tool": tool,
            "removal": f"To have all of it taken out, quote {number}; for one sentence, its own id.",
        },
        "corrections": [
            {
                "id": f"{number}-{n}",
                "before": each.before,
                "after": each.after,
                "language": each.language,
                "decision": each.decision,
                "found_by": list(each.found_by),
            }
            for n, each in enumerate(sentences, 1)
        ],
    }
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    read_donation(text, "the donation")
    return text


def read_donation(text: str, name: str) -> Mapping[str, Any]:
    """The record of a file of donated corrections. Raises BadInput that says what is wrong with it."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{escape_invisible(name)}: not valid JSON: {escape_invisible(str(error))[:120]}") from None
    for wrong in _faults(record):
        raise BadInput(f"{escape_invisible(name)}: {escape_invisible(wrong)}")
    found: Mapping[str, Any] = record
    return found


def _faults(record: Any) -> Iterator[str]:
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        yield f'no file of donated corrections: "format" must be "{FORMAT}"'
        return
    if record.get("version") != VERSION:
        yield f"version {record.get('version')!r} is not known here"
    number = record.get("id")
    if not isinstance(number, str) or not _ID.fullmatch(number):
        yield "id must be 32 hexadecimal digits"
    statement = record.get("statement")
    yield from _statement_faults(statement if isinstance(statement, dict) else {})
    corrections = record.get("corrections")
    if not isinstance(corrections, list) or not 0 < len(corrections) <= _MOST:
        yield f"corrections must be a list of 1 to {_MOST:,}"
        return
    for n, each in enumerate(corrections, 1):
        yield from (f"correction {n}: {wrong}" for wrong in _correction_faults(each, f"{number}-{n}"))


def _statement_faults(statement: Mapping[str, Any]) -> Iterator[str]:
    consent = statement.get("consent")
    consent = consent if isinstance(consent, dict) else {}
    if statement.get("licence") not in LICENCES.values():
        yield f"the licence must be one of {', '.join(LICENCES.values())}"
    if statement.get("licence") == LICENCES["cc-by"] and not statement.get("credit"):
        yield "CC-BY-4.0 needs a credit line"
    if consent.get("version") != CONSENT_VERSION or consent.get("text") != CONSENT:
        yield "the consent is not one that was asked for"
    if not _DATE.fullmatch(str(consent.get("given", ""))) or not _DATE.fullmatch(str(statement.get("date", ""))):
        yield "dates must be YYYY-MM-DD"
    if not all(isinstance(statement.get(key), str) and statement.get(key) for key in ("who", "tool", "removal")):
        yield "the statement must say who, tool and removal"
    if not all(len(str(value)) <= 4 * _LONGEST for value in statement.values()):
        yield "the statement is too long"


def _correction_faults(each: Any, number: str) -> Iterator[str]:
    if not isinstance(each, dict):
        yield "must be an object"
        return
    texts = [each.get("before"), each.get("after")]
    if not all(isinstance(t, str) and t.strip() and len(t) <= _LONGEST for t in texts) or texts[0] == texts[1]:
        yield f"before and after must be two different sentences of at most {_LONGEST} characters"
    elif any(escape_invisible(str(t)) != t for t in texts):
        yield "holds invisible characters"
    elif any(_ADDRESS.search(str(t)) for t in texts):
        yield "holds an address"
    if each.get("id") != number:
        yield f"id must be {number}"
    if each.get("decision") not in DECISIONS:
        yield f"decision must be one of {', '.join(DECISIONS)}"
    if set(each) - {"id", "before", "after", "language", "decision", "found_by"}:
        yield "holds more than a sentence before and after"
    rules = each.get("found_by")
    if not isinstance(rules, list) or not all(isinstance(rule, str) and len(rule) <= _LONGEST for rule in rules):
        yield "found_by must be a list of rules"


def reviewed_corrections(old: str, new: str, date: str) -> Iterator[Correction]:
    """The small corrections between two states of a text, passage by passage."""
    a, b = old.splitlines(), new.splitlines()
    for i1, i2, j1, j2 in changed_runs(a, b):
        before, after = "\n".join(a[i1:i2]), "\n".join(b[j1:j2])
        if changes := small_changes(before, after):
            yield Correction(date, "", before, after, changes)
