"""What an engine sees of each kind of markup, case by case."""

from __future__ import annotations

import json

import pytest
from test_formats_proof import proven

from localproof.config import Settings
from localproof.formats import read
from localproof.report import Unavailable

CASES: dict[str, list[tuple[str, list[str]]]] = {
    "html": [
        ("a <b>bold</b> <code>x y</code> word", ["a bold Foo word"]),
        ("one\n   two   three", ["one two three"]),
        ("<p>one<p>two</p>three", ["one", "two", "three"]),
        ("soft&shy;ware fish &amp; chips &nosuch;", ["software fish & chips &nosuch;"]),
        ("one<br>two<br><br>three", ["one\ntwo", "three"]),
        ("He said <i lang=fr>bonjour</i> twice", ["He said Foo twice"]),
        ("He said <i lang=en>hello</i> twice", ["He said hello twice"]),
        ("text<pre>code</pre>more", ["text", "more"]),
        ("<!-- a > b --> word", ["word"]),
        ("if a < b then", ["if a < b then"]),
        ('<a href="a>b">link</a> word', ["link word"]),
    ],
    "commit": [
        ("fixup! feat(x): add it", ["add it"]),
        ("Add it\n\nWhy not.\n\nCo-authored-by: A <a@x.org>", ["Add it", "Why not."]),
        ("Merge branch 'x'", []),
        ("# only comments\n", []),
        ("\n\nLate subject", ["Late subject"]),
        ("Say it\n\n    code()\n\nDone.", ["Say it", "Done."]),
    ],
    "rst": [
        ("Head\n====\n\nText", ["Head", "Text"]),
        ("A ``x y`` and :func:`f` and *em* and **st**.", ["A Foo and Foo and em and st."]),
        ("See `the site <http://x.org>`_ and `here`_ or word_.", ["See the site and here or word."]),
        ("H\\ :sub:`2`\\ O and \\*star\\*", ["Foo and *star*"]),
        ("As said [1]_ so", ["As said so"]),
        ("Like so::\n\n  code\n\nDone.", ["Like so:", "Done."]),
        ("Like so ::\n\n  code\n\nDone.", ["Like so", "Done."]),
        ("- one\n- two\n\n  more", ["one", "two", "more"]),
        (".. unknown:: name\n\n   Its words.", ["Its words."]),
        (".. class:: Name(a)\n\n   Its words.", ["Its words."]),
        ("..\n\n   A quotation.", ["A quotation."]),
        ("==  ==\nab  cd\n==  ==", ["ab", "cd"]),
        ("2 * 3 * 4 stars and a|b|c", ["2 * 3 * 4 stars and a|b|c"]),
    ],
    "asciidoc": [
        ("It is *bold* and _em_ and **in**side `code here`.", ["It is bold and em and inside Foo."]),
        ('She "`said`" it don`\'t', ["She “said” it don’t"]),
        ("See https://x.org[the site] or https://x.org now", ["See the site or Foo now"]),
        ("Use <<id,that>> or <<id>>", ["Use that or Foo"]),
        ("Run linkgit:git-add[1] now", ["Run Foo now"]),
        ("One +\ntwo", ["One\ntwo"]),
        ("Title\n-----\n\nText", ["Title", "Text"]),
        ("a * b and 2_000_000 and c# or d", ["a * b and Foo and c# or d"]),
        ("= T\n:man manual: x\n", ["T"]),
        ("= T\n:toc : left\nAn Author\n\nText", ["T", "Text"]),
        ("= T\n:page\n\nText", ["T", ":page", "Text"]),
        ("= T\nAn Author\n:a: one \\\n  and two\nv1\n\nText", ["T", "Text"]),
        ("= T\nAn Author\nimage::a.png[Alt text]\n", ["T", "Alt text"]),
        ("= T\n/// x\n", ["T", "/// x"]),
        ("/// x\n= T", ["/// x = T"]),
        ("////\nx\n", []),
        ("= T\n////\nx", ["T"]),
        ("= T\nA B\n////", ["T"]),
        (":a: b\n////\nfoo", []),
    ],
    "latex": [
        ("na\\\"{\\i}ve caf\\'e \\c{c}a \\ss", ["naïve café ça ß"]),
        ("``quoted'' and `one'---so", ["“quoted” and ‘one'—so"]),
        ("As shown~\\cite{a}. See \\cite{b}.", ["As shown. See Foo."]),
        ("10\\,\\% of \\$5 \\& more", ["10 % of $5 & more"]),
        ("word%comment\n  goes on", ["wordgoes on"]),
        ("word %comment\n  goes on", ["word goes on"]),
        ("one\n\n two \\par three", ["one", "two", "three"]),
        ("We have \\[ x = 1. \\] Then", ["We have Foo. Then"]),
        ("It costs \\verb|a b| here", ["It costs Foo here"]),
        ("Text\\footnote{A note.} here", ["Text here", "A note."]),
        ("\\unknown{with some words} here", ["with some words here"]),
        ("\\unknown{x}{y} here", ["Foo here"]),
        ("{\\bf bold} and \\emph{em}", ["bold and em"]),
        ("\\begin{tabular}{ll} ab & cd \\\\ ef & gh \\end{tabular}", ["ab", "cd", "ef", "gh"]),
        ("\\title{Open\\begin{document}word}\\end{document}", ["word"]),
        ("niG\\=dn niG\\=d\\=dx word", ["Foo Foo word"]),
        ("\\usepackage[x]{y} \\setlength{\\a}{1em} word", ["word"]),
    ],
    "org": [
        ("* TODO [#A] Head :tag:\nText", ["Head", "Text"]),
        ("It is *bold* and /it/ and =x y=, and/or 2*3*4.", ["It is bold and it and Foo, and/or 2*3*4."]),
        ("See [[http://x.org][the site]] or [[http://x.org]].", ["See the site or Foo."]),
        ("Said[fn:1] so", ["Said so"]),
        ("- one\n- two :: means", ["one", "two", "means"]),
        (":X:\nhidden\n:END:\nword", ["word"]),
        (":X:\nword", ["word"]),
        ("*\tCOMMENT\nhidden\n*\tHead\nword", ["Head", "word"]),
        ("* COMMENT\nhidden\n** Hidden\n* COMMENTARY\nword", ["COMMENTARY", "word"]),
    ],
    "djot": [
        ("It is *bold* and _em_ and `x y`{.a}.", ["It is bold and em and Foo."]),
        ("See [the site](http://x.org) and [it][r] and [s]{.c}", ["See the site and it and s"]),
        ("> one\n> two\n\nthree", ["one two", "three"]),
        ("one\\\ntwo", ["one\ntwo"]),
        ("> ```\n> a b\n\nword", ["word"]),
        ("> > ~~~ x\n> > a b\n> word", ["word"]),
        ("``` py\na b\n> ```\n```\nword", ["word"]),
        ("A list\n- is not one here", ["A list - is not one here"]),
        ("H~2~O {-gone-} stays", ["H2O stays"]),
    ],
    "subtitles": [
        ("1\n0:01:01,000 --> 0:01:02,000\nI <i>was</i>\nin\n\n2\n0:01:03,0 --> 0:01:04,0\nonce.", ["I was in once."]),
        ("1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n00:00:03,000 --> 00:00:04,000\ntwo", ["One.", "two"]),
        ("1\n00:00:01,000 --> 00:00:02,000\n- Hi.\n- Ho.", ["Hi.", "Ho."]),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Bob>Fish &amp; chips", ["Fish & chips"]),
        ("no cue", []),
    ],
    "notebook": [
        (json.dumps({"cells": [{"cell_type": "markdown", "source": ["one\n", "two 😀 é"]}]}), ["one two 😀 é"]),
        (json.dumps({"cells": [{"source": "a *b* c", "cell_type": "markdown"}]}), ["a b c"]),
        (json.dumps({"cells": [{"cell_type": "code", "source": "a b"}]}), []),
        ('{"cells": 1}', []),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("format_name", "source", "expected"), [(name, *case) for name, cases in CASES.items() for case in cases]
)
def test_an_engine_sees_prose(format_name: str, source: str, expected: list[str]) -> None:
    document = proven(read("a", source, Settings(), format=format_name))
    assert [b.text for b in document.blocks] == expected


def test_notebook_position_is_given_by_its_cell_and_line() -> None:
    cells = [
        {"cell_type": "code", "source": "x = 1"},
        {"cell_type": "markdown", "source": ["# One\n", "\n", "two\n", 'and "three"']},
        {"cell_type": "markdown", "source": []},
        {"cell_type": "markdown", "source": "four\n\nfive"},
    ]
    for source in (json.dumps({"cells": cells}), json.dumps({"cells": cells}, indent=1)):
        document = read("a.ipynb", source, Settings())
        words = {word: document.in_cell(source.index(word)) for word in ("One", "two", "three", "four", "five")}
        assert words == {"One": (2, 1), "two": (2, 3), "three": (2, 4), "four": (4, 1), "five": (4, 3)}
        assert document.in_cell(source.index("x = 1")) is None
        assert document.in_cell(len(source) - 1) is None


def test_what_is_no_notebook_is_told() -> None:
    for source, why in (
        ('{"cells": [', "it ends too early"),
        ('{"cells": "', "a string on line 1 is not closed"),
        ('{"cells": \n}]', "a bracket on line 2 closes nothing"),
    ):
        with pytest.raises(Unavailable, match=f"a.ipynb: not read: not JSON, {why}"):
            read("a.ipynb", source, Settings())


@pytest.mark.parametrize(
    ("name", "source", "language"),
    [
        ("a.html", "<html lang='en-GB'><p>Word</p>", "en-GB"),
        ("a.html", "<html lang=fr translate=no><p>Mot</p>", "fr"),
        ("a.org", "#+LANGUAGE: de\nWort", "de"),
        ("a.adoc", "= T\n:lang: nl\n\nWoord", "nl"),
        ("a.tex", "\\usepackage[english,ngerman]{babel}\\begin{document}Wort\\end{document}", "de"),
        ("a.tex", "\\usepackage[main=british,french]{babel}\\begin{document}Word\\end{document}", "en-GB"),
        ("a.tex", "\\begin{document}Word\\end{document}", ""),
    ],
)
def test_a_document_says_its_language(name: str, source: str, language: str) -> None:
    assert read(name, source, Settings()).language == language


def test_a_page_gives_title_and_description_as_the_settings_say() -> None:
    source = "<title>The title</title><meta name=description content='What it is'><p>Text"
    assert [b.text for b in read("a.html", source, Settings()).blocks] == ["The title", "What it is", "Text"]
    assert [b.text for b in read("a.html", source, Settings(front_matter=())).blocks] == ["Text"]
