"""What an engine sees of Markdown."""

from __future__ import annotations

import random

import pytest
from test_formats_proof import read_markdown

from localproof.formats import block_builder
from localproof.text import Edit, Span, apply_edits


def seen(text: str, name: str = "post.md") -> list[tuple[str, str]]:
    """Kind and text of every block."""
    return [(b.kind, b.text) for b in read_markdown(text, name).blocks]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("One\ntwo.\n\nThree.", [("paragraph", "One two."), ("paragraph", "Three.")]),
        ("# Head #\n\nUnder\n===", [("heading", "Head"), ("heading", "Under")]),
        ("- one\n- two\n  more\n\n  para", [("item", "one"), ("item", "two more"), ("item", "para")]),
        ("> One\n> two\nlazy", [("quote", "One two lazy")]),
        ("> - one", [("quote", "one")]),
        ("|a|b|\n|-|-|\n|c d|e|", [("cell", "a"), ("cell", "b"), ("cell", "c d"), ("cell", "e")]),
        ("Text[^1].\n\n[^1]: Note.", [("paragraph", "Text."), ("note", "Note.")]),
        ("![An alt text](a.png)", [("caption", "An alt text")]),
        ("Term\n: Meaning", [("item", "Term"), ("item", "Meaning")]),
        ("- [x] done", [("item", "done")]),
        ("> [!NOTE]\n> Mine.", [("paragraph", "Mine.")]),
        ("> [!tip]+ My title\n> Mine.", [("heading", "My title"), ("paragraph", "Mine.")]),
    ],
)
def test_blocks_have_a_kind_and_whole_sentences(source: str, expected: list[tuple[str, str]]) -> None:
    assert seen(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("in**cred**ible *words*", "incredible words"),
        ("a [link *text*](u 't') here", "a link text here"),
        ("fish &amp; chips &copy; &nosuch;", "fish & chips © &nosuch;"),
        (r"not \*emphasis\*", "not *emphasis*"),
        ("one  \ntwo", "one\ntwo"),
        ("one<br>two", "one\ntwo"),
        ("I ~~hate~~ love it", "I love it"),
        ("A claim [^1].\n\n[^1]: n", "A claim."),
        ("A word <!-- why --> here", "A word here"),
        ("[[Page|the page]] and [[Page]]", "the page and Foo"),
        ("As shown [@doe2020, p. 3].", "As shown."),
        ("See [@doe2020].", "See Foo."),
        ("The <b>bold</b> <em>one</em>", "The bold one"),
        ("It costs $5/$10 or US$7.", "It costs $5/$10 or US$7."),
        ("So $x_1$ is here", "So Foo is here"),
        ("Escaped \\[sic\\] brackets", "Escaped [sic] brackets"),
        ("Word{: .cls} and text {.x}", "Word and text"),
        ('Now {{< icon "x" >}} and {{ page.title }}', "Now Foo and Foo"),
        ("Now {% raw %}{{ x }}{% endraw %} it is", "Now Foo it is"),
        ("Use <your-name> here", "Use Foo here"),
        ("Use {ref}`label <x>` here", "Use Foo here"),
        ('He said <i lang="fr">bonjour *là*</i> to me', "He said Foo to me"),
    ],
)
def test_inline_markup_is_read_and_not_seen(source: str, expected: str) -> None:
    assert read_markdown(source).blocks[0].text == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Use `x` now.", "Use Foo now."),
        ("This is an `int` here.", "This is an Ina here."),
        ("The `items` are sorted.", "The Data are sorted."),
        ("These `items` work.", "These Data work."),
        ("The `item`s and pre`fix`ed.", "The Foo and Foo."),
        ("`a` `b`", None),
        ("`a`, `b` and `c` too", "Foo, Foo and Foo too"),
        ("`npm`'s way", "Foo's way"),
        ("Try `a`/`b` at https://x.org/a(b).", "Try Foo/Foo at Foo."),
    ],
)
def test_a_placeholder_fits_its_neighbours(source: str, expected: str | None) -> None:
    blocks = read_markdown(source).blocks
    assert [b.text for b in blocks] == ([] if expected is None else [expected])


def test_a_placeholder_stands_for_the_whole_of_what_it_hides() -> None:
    source = "Call `foo()`s of [it](u), see https://x.org/a."
    (block,) = read_markdown(source).blocks
    hidden = [p.source.of(source) for p in block.pieces if p.kind == "placeholder"]
    assert hidden == ["`foo()`s", "https://x.org/a"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("![alt](a.png)\nThen text.", [("caption", "alt"), ("paragraph", "Then text.")]),
        ("Click the ![gear](g.png) icon.", [("paragraph", "Click the Foo icon."), ("caption", "gear")]),
        ("![logo](l.png) is ours.", [("paragraph", "Foo is ours."), ("caption", "logo")]),
        ("![icon](i.png) Click here.", [("caption", "icon"), ("paragraph", "Click here.")]),
        ("Like so: ![](a.png)", [("paragraph", "Like so:")]),
        ("See <img src='x' alt='a &lt; b c'> there", [("paragraph", "See Foo there"), ("caption", "a < b c")]),
    ],
)
def test_an_image_is_a_word_only_inside_a_sentence(source: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(seen(source)) == sorted(expected)


def test_html_blocks_have_blocks_of_their_own_kinds() -> None:
    source = (
        "<h2>Head</h2><ul><li>One <b>item</b></li></ul><table><td>Cell</td></table>\n"
        "<figcaption>Caption</figcaption><p>A &amp; b\n  wrapped</p><blockquote>Quoted</blockquote>"
        '<p lang="fr">Bonjour</p><p translate="no">Nothing</p>After'
    )
    document = read_markdown(source)
    assert [(b.kind, b.text, b.language) for b in document.blocks] == [
        ("heading", "Head", ""),
        ("item", "One item", ""),
        ("cell", "Cell", ""),
        ("caption", "Caption", ""),
        ("paragraph", "A & b wrapped", ""),
        ("quote", "Quoted", ""),
        ("paragraph", "Bonjour", "fr"),
        ("paragraph", "After", ""),
    ]


def test_what_an_unfinished_tag_swallows_is_not_read() -> None:
    assert seen('<div>Some words <a href="x and more') == [("paragraph", "Some words")]


def test_a_shortcode_on_a_line_of_its_own_parts_what_is_around_it() -> None:
    assert seen('One.\n{{< figure src="a" >}}\nTwo.') == [("paragraph", "One."), ("paragraph", "Two.")]


def test_shortcode_body_is_prose_unless_it_is_known_to_hold_code() -> None:
    assert seen("{{% note %}}\nSome *words*.\n{{% /note %}}") == [("paragraph", "Some words.")]
    assert seen("{{< highlight go >}}\nSome *words*.\n\nMore\n{{< /highlight >}}") == []


def test_braces_in_code_do_not_pair_with_braces_in_prose() -> None:
    assert [t for _, t in seen("`{{` one\n\n```\n{% raw %}\n```\n\nin `}}` too")] == ["Foo one", "in Foo too"]


def test_an_unclosed_shortcode_is_text() -> None:
    assert seen("Some {{ words\n\nand more }} here") == [
        ("paragraph", "Some {{ words"),
        ("paragraph", "and more }} here"),
    ]


def test_mdx_is_known_by_the_name() -> None:
    source = "import A from 'a'\n\n<A b={{c: 1}}>\nSome {x} *words*.\n</A>\n\n{/* note */}"
    assert seen(source, "post.mdx") == [("paragraph", "Some Foo words.")]


def test_import_lines_are_no_prose_in_any_markdown() -> None:
    assert seen("import Tabs from '@theme/Tabs';\n\nimport duty on tea from 'the Indies'?") == [
        ("paragraph", "import duty on tea from 'the Indies'?")
    ]


def test_admonitions_are_read_although_they_are_indented() -> None:
    source = '!!! note "A title"\n    One\n    two.\n\n    Three.\n\n        code\n\nAfter.'
    assert seen(source) == [("heading", "A title"), ("item", "One two."), ("item", "Three."), ("paragraph", "After.")]


@pytest.mark.parametrize(
    "opener", ["!!! note", "??? note", '???+ tip "T1"', '=== "Tab"', "- item", "[^1]: note", "Term\n\n: defined"]
)
def test_all_that_is_indented_by_four_is_read_and_heard(opener: str) -> None:
    inner = (
        "    One teh.\n\n    <!-- localproof: off -->\n\n    Two.\n\n    - three\n\n"
        "    ```\n    never\n    ```\n\n    Four."
    )
    document = read_markdown(f"{opener}\n\n{inner}\n\nLast.")
    assert [d.action for d in document.directives] == ["off"]
    assert [b.text for b in document.blocks][-5:] == ["One teh.", "Two.", "three", "Four.", "Last."]


@pytest.mark.parametrize("opener", ["!!! note", "??? note", '???+ tip "T1"', '=== "Tab"', "===! 'Tab'"])
def test_containers_are_read_to_any_depth(opener: str) -> None:
    deep = 12
    source = "".join(f"{'    ' * i}{opener}\n\n{'    ' * (i + 1)}word{{: .x }} {{{{ y }}}}\n\n" for i in range(deep))
    source += "    " * deep + "<!-- localproof: off -->\n"
    document = read_markdown(source)
    assert [b.text for b in document.blocks if b.kind == "item"] == ["word Foo"] * deep
    assert [d.action for d in document.directives] == ["off"]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ('!!! note "A *fine* `x` title"', "A fine Foo title"),
        ('!!! note inline end "Aside here"', "Aside here"),
        ("/// note | A title", "A title"),
        (":::note A Title", "A Title"),
        (":::note[A *title*]{.x}", "A title"),
        ("::: tip A title {open}", "A title"),
        (":::{note} A title", "A title"),
        ('::: {.callout-note title="A title"}', "A title"),
        ("::: {.callout-note #id width='50%'}", None),
        ("::: warning", None),
        ("::: module.Class", None),
        (":::{figure} a picture.png", None),
        ('=== "A tab"', None),
    ],
)
def test_the_title_of_a_container_is_a_heading(line: str, title: str | None) -> None:
    closer = "\n:::" if line[0] == ":" else "\n///" if line[0] == "/" else ""
    indent = "" if closer else "    "
    expected = [("heading", title)] if title else []
    for between in ("\n", "\n\n"):
        found = seen(f"{line}{between}{indent}Some words.{closer}\n")
        assert found[: len(expected)] == expected
        assert [text for _, text in found[len(expected) :]] == ["Some words."]


def test_a_title_is_written_as_what_holds_it() -> None:
    (title, _) = read_markdown('!!! note "I dont know"\n    Words.').blocks
    assert title.edit_to_source(Edit(Span(2, 6), 'do "not"')) is None
    assert title.edit_to_source(Edit(Span(2, 6), "don't")) == Edit(Span(12, 16), "don't")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"See Figure \ref{fig:archi} and \gls{api} here.", ["See Figure Foo and Foo here."]),
        (r"As was shown \cite[p. 3]{knuth}.", ["As was shown."]),
        (r"A \textbf{bold \emph{word}} here.", ["A bold word here."]),
        (r"In \LaTeX it is \ldots so.", ["In Foo it is … so."]),
        ("One.\n\n\\newpage\n\nTwo.", ["One.", "Two."]),
        ("One.\n\n\\begin{equation}\nx\n\n y\n\\end{equation}\n\nTwo.", ["One.", "Two."]),
        ("\\begin{figure}\n\\includegraphics{x}\n\\caption{A caption.}\n\\end{figure}", ["A caption."]),
        ("\\begin{tabular}{ll}\na cell & more \\\\\n\\end{tabular}", ["a cell", "more"]),
        (r"Text\footnote{A note here.} goes on.", ["Text goes on.", "A note here."]),
        (r"In C:\Users\name it is.", ["In Foo it is."]),
        (r"Not `\ref{x}` though.", ["Not Foo though."]),
        (r"An unfinished \begin{x} or \ref{y", [r"An unfinished or \ref{y"]),
    ],
)
def test_latex_in_markdown_is_read_as_latex(source: str, expected: list[str]) -> None:
    assert [text for _, text in seen(source)] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Press ++ctrl+alt+del++ now.", "Press Foo now."),
        ("C++ and D++ too.", "C++ and D++ too."),
        ("It is {--was--}{++done++} {~~so~>thus~~} {==here==}{>>why<<}.", "It is done thus here."),
        ("A [link](u){ data-x } here.", "A link here."),
        (":smile-x:{ .big } Words.", "Foo Words."),
        ("Term\n:smile: text", "Term Foo text"),
        ("<figure><p>See *a* **b** [c d](e) `f`</p></figure>", "See *a* b c d Foo"),
    ],
)
def test_what_generators_add_within_a_line_is_no_prose(source: str, expected: str) -> None:
    assert read_markdown(source).blocks[0].text == expected


def test_a_definition_whose_term_is_a_comment_is_read() -> None:
    assert [t for _, t in seen("<!-- md:x -->\n\n:   One.\n\n    ```\n    never\n    ```\n\n    Two.")] == [
        "One.",
        "Two.",
    ]


def test_a_text_that_imports_components_is_mdx() -> None:
    source = "import A from 'b';\nimport C from 'd';\n\n<A>\n\n    Words {x} here.\n\n</A>"
    assert seen(source) == [("paragraph", "Words Foo here.")]
    fenced = "```js\nimport A from 'b';\n```\n\n    never"
    assert seen(fenced) == []


def test_an_edit_goes_to_its_place_between_marks() -> None:
    source = "We **could of** [gone](u) *home*."
    (block,) = read_markdown(source).blocks
    at = block.text.index("of")
    edit = block.edit_to_source(Edit(Span(at, at + 2), "have"))
    assert edit is not None
    assert apply_edits(source, [edit]) == "We **could have** [gone](u) *home*."


def test_an_edit_across_marks_is_not_made() -> None:
    (block,) = read_markdown("We could **of** gone, `x` too &amp; more\nand on").blocks
    for words in ("could of", "gone, Foo", "too & more", "more and"):
        at = block.text.index(words)
        assert block.edit_to_source(Edit(Span(at, at + len(words)), "x")) is None


def test_a_byte_order_mark_is_part_of_no_block() -> None:
    assert seen("\ufeff# Head") == [("heading", "Head")]
    assert seen("\ufeffWords") == [("paragraph", "Words")]


def test_blocks_come_in_the_order_of_the_source() -> None:
    source = "---\ntitle: First\n---\nText with an ![inner image](x) in it.\n\nLast."
    assert [b.kind for b in read_markdown(source).blocks] == ["title", "paragraph", "caption", "paragraph"]


def test_edited_text_is_read_as_if_it_had_never_been_read_before() -> None:
    chance = random.Random(11)
    text = (
        "---\ntitle: First\n---\n# Head\n\nWe **could of** [gone](u) `x`s, an `y` &amp; more.\n\n- one\n- two 😀\n\n"
        "> [!tip] Mine\n> and <b>yours</b>\n\n```\ncode\n```\n\n![alt](a.png) goes on\n\n"
        "|a|b|\n|-|-|\n|c d|e|\n\n[u]: v\n"
    )
    for _ in range(400):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 0, 0, 1, 4)))
        new = chance.choice(("a", " ", "\n", "\n\n", "`", "*", "[", "```\n", "> ", "<!-- ", "---\n", "- ", "é😀", ""))
        text = text[:start] + new + text[end:]
        kept = read_markdown(text)
        block_builder.clear_block_cache()
        assert kept == read_markdown(text)
