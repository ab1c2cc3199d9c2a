"""A run made by hand: two documents, two engines, a judge, a model with gaps, and energy of each status."""

from __future__ import annotations

import re
from dataclasses import replace

from localproof.report import Energy, Finding, Kind, Provenance, Report, Run, Skipped
from localproof.text import Block, Document, Edit, Piece, Span

WINTER = """\
---
title: A cold week
---

# A cold week

I could of told you earlier, but the lake was already frozen.

She waited for a hour in the the cold, and the goverment did nothing.

It was a shame , though, because the committee that had been set up in the
spring to look after **the old** boats had less money then anyone remembered when
the ice finally came down from the north. However nobody minded.
"""

MARKET = """\
The market opens at six — the fishmongers, \N{GRINNING FACE} the 漢字 shop and the café — and
Its always full by seven.

> A quote that runs over two lines and that nobody has
> definately checked before.
"""


def blocks_of(text: str) -> tuple[Block, ...]:
    """A block for each paragraph, its text the source's own."""
    out = []
    for m in re.finditer(r"(?:(?!\n[ \t]*\n)[\s\S])+", text):
        start = m.start() + len(m.group()) - len(m.group().lstrip())
        part = text[start : m.end()].rstrip()
        if part:
            piece = Piece(Span(0, len(part)), Span(start, start + len(part)), "text")
            out.append(Block("paragraph", part, (piece,)))
    return tuple(out)


def document(name: str, text: str) -> Document:
    """`text` as a document of paragraphs."""
    return Document(name, text, blocks_of(text), "markdown", "en")


def finding(
    text: str,
    context: str,
    *news: str,
    source: tuple[str, ...],
    message: str,
    kind: Kind = "grammar",
    probability: float | None = None,
    **more: object,
) -> Finding:
    """A finding at the part of `context` in brackets: ``could [of] told``; its edits put `news` there, best first."""
    before, inside, after = re.fullmatch(r"(.*)\[(.*)\](.*)", context, re.S).groups()  # type: ignore[union-attr]
    start = text.index(before + inside + after) + len(before)
    span = Span(start, start + len(inside))
    edits = tuple(Edit(span, new) for new in news)
    return Finding(span, source[0], message, edits, source, kind, probability, **more)  # type: ignore[arg-type]


WINTER_FINDINGS = (
    finding(
        WINTER,
        "could [of] told",
        "have",
        source=("harper/ModalOf", "languagetool/MODAL_OF"),
        message="Use `have` rather than `of` here.",
        probability=0.973,
        category="WordChoice",
        is_safe_fix=True,
        variants=("languagetool/MODAL_OF[2]",),
    ),
    finding(
        WINTER,
        "for [a] hour",
        "an",
        source=("languagetool/EN_A_VS_AN", "harper/AnA"),
        message="Use “an” instead of 'a' if the following word starts with a vowel sound, such as 'hour'.",
        probability=0.98,
        category="MISC",
        is_safe_fix=True,
        short="Wrong article",
        url="https://languagetool.org/insights/post/indefinite-articles/?a=1&b=2",
    ),
    finding(
        WINTER,
        "in the [the ]cold",
        "",
        source=("languagetool/ENGLISH_WORD_REPEAT_RULE", "harper/RepeatedWords"),
        message="Possible typo: you repeated a word.",
        probability=0.996,
        category="MISC",
        is_safe_fix=True,
    ),
    finding(
        WINTER,
        "the [goverment] did",
        "government",
        "governments",
        "movement",
        "governance",
        source=("harper/SpellCheck", "languagetool/MORFOLOGIK_RULE_EN_US"),
        message="Did you mean to spell `goverment` this way?",
        kind="spelling",
        probability=0.96,
        category="Spelling",
    ),
    finding(
        WINTER,
        "shame[ ],",
        "",
        source=("languagetool/COMMA_PARENTHESIS_WHITESPACE",),
        message="Put a space after the comma, but not before the comma.",
        kind="typography",
        probability=0.91,
        category="TYPOGRAPHY",
    ),
    finding(
        WINTER,
        "money [then] anyone",
        "than",
        source=("model/then_than", "languagetool/LESS_MORE_THEN"),
        message="A comparison takes “than”.",
        probability=0.88,
        category="CONFUSED_WORDS",
    ),
    finding(
        WINTER,
        "However[] nobody",
        ",",
        source=("languagetool/SENT_START_CONJUNCTIVE_LINKING_ADVERB_COMMA",),
        message="A comma may be missing after the linking adverb “However”.",
        kind="punctuation",
        probability=0.71,
        category="PUNCTUATION",
    ),
)
MARKET_FINDINGS = (
    finding(
        MARKET,
        "[Its] always",
        "It's",
        "It has",
        source=("harper/ItsContraction", "languagetool/IT_IS"),
        message="Use `it's` (short for `it has` or `it is`) here, not the possessive `its`.",
        probability=0.94,
        category="WordChoice",
    ),
    finding(
        MARKET,
        "[definately] checked",
        "definitely",
        source=("harper/SpellCheck",),
        message="Did you mean to spell `definately` this way?",
        kind="spelling",
        category="Spelling",
    ),
)
HELD_BACK = (
    finding(
        MARKET,
        "six [—] the",
        source=("languagetool/DASH_RULE",),
        message="Consider another dash.",
        kind="style",
        probability=0.08,
        hints=("six – the fishmongers",),
    ),
)

PROVENANCE = (
    Provenance("Harper", "rules", "2.13.0", "Apache-2.0", facts=(("carried by", "harper-py 0.2.0"),)),
    Provenance(
        "LanguageTool rules",
        "rules",
        "6.9",
        "LGPL-2.1-or-later",
        "rules and examples by LanguageTool's contributors; error collection CC BY-SA 4.0",
        facts=(("run by", "lingotweaker 0.2.8, without Java"),),
    ),
    Provenance("judge", "judge", "1", "Apache-2.0", "", "4f" * 32, (("trained on", ""),)),
    Provenance(
        "OLMo 2 1B Instruct",
        "model that scores",
        "0425",
        "Apache-2.0",
        "olmo-mix-1124, 4,000,000,000,000 tokens; ODC-By-1.0",
        "abd8187934a438fbf7cfff0a1de5b9d2793ce913f158794df1951dcba6c93cc6",
        (
            ("consent", "sites could opt out when they were crawled (robots.txt); nobody was asked"),
            ("annotators", ""),
            ("training cost", "131,000 kWh for its larger sibling OLMo-2-1124-7B, graphics processors only"),
            ("carbon", ""),
        ),
    ),
)

ENERGIES = {
    "measured": Energy(
        "measured", 12.43, method="linux-powercap", scope=("cpu_package",), not_included=("dram", "gpu")
    ),
    "attributed": Energy(
        "attributed",
        3.1,
        2.2,
        4.4,
        "linux-powercap",
        scope=("cpu_package",),
        not_included=("dram", "gpu", "display", "psu_loss", "interpreter_start"),
        record={"schema": "localproof.energy/1", "share": 0.705, "attribution": "cpu_time_share"},
    ),
    "estimated": Energy(
        "estimated",
        3.84,
        1.28,
        11.52,
        "cpu-time",
        "permission",
        ("cpu_above_idle",),
        ("dram", "gpu", "display", "psu_loss"),
    ),
    "unavailable": Energy("unavailable", None, reason="below_resolution", scope=("gpu_board",)),
}

SKIPPED = Skipped("LanguageTool for German", "its data package is not installed", "pip install 'localproof[de]'")

RUN = Run(
    reports=(
        Report(document("posts/winter.md", WINTER), WINTER_FINDINGS, suppressed=2, words=71, digest="0a" * 32),
        Report(
            document("posts/the market.md", MARKET),
            MARKET_FINDINGS,
            HELD_BACK,
            words=34,
            skipped=(Skipped("posts/the market.md, block 2", "the model was stopped after 10 s"),),
        ),
    ),
    provenance=PROVENANCE,
    energy=ENERGIES["estimated"],
    skipped=(SKIPPED,),
    elapsed_s=0.8,
    version="0.1.0",
)
CLEAN = replace(RUN, reports=(Report(document("posts/clean.md", "All is well.\n"), words=3),), skipped=())
