"""What is not prose in any format: each kind is masked, and ordinary English is not."""

from __future__ import annotations

import pytest

from localproof.formats.placeholders import LONGEST_TOKEN, placeholder_runs


def masked(text: str) -> list[str]:
    return [text[a:b] for a, b in placeholder_runs(text)]


@pytest.mark.parametrize(
    "run",
    [
        *("https://x.org/a?b=c&d#e", "http://localhost:8000/", "ftp://x.org", "www.example.com/a", "mailto:me@x.org"),
        *("me@x.org", "first.last+tag@mail.x.co.uk", "@handle", "@scope/package", "owner/repo#123"),
        *("example.com", "sub.example.co.uk/path", "bit.ly/2abc", "10.0.0.1", "127.0.0.1:8080/x", "localhost:3000"),
        *("/usr/local/bin", "~/notes.txt", "./run.sh", "../up/one", "C:\\Users\\me", "src/main/app.py", "a_b/c"),
        *("README.md", "archive.tar.gz", "main.py", ".gitignore", ".env.local", "Node.js"),
        *("f(x,y)", "foo()", "obj.method(arg=1)", "print('x')", "std::vector", "a_b", "__init__", "getElementById"),
        *(
            "useState",
            "navigator.onLine",
            "a-b_c-d",
            "lib.dll.config",
            "window.location.href",
            "$HOME",
            "${name}",
            "--flag",
            "--opt=value",
            "key=value",
            'rel="next"',
        ),
        *("<b>", "</div>", "#hashtag", ":smile:", ":+1t:", '{"a":1}', "2024-01-02T03:04:05Z"),
        *("550e8400-e29b-41d4-a716-446655440000", "deadbeef1", "0a1b2c3d4e5f", "A" * 61),
    ],
)
def test_non_prose_is_masked_but_the_sentence_around_it_is_not(run: str) -> None:
    assert masked(f"See {run} here.") == [run]
    assert masked(f"(See {run}), it says") == [run]


@pytest.mark.parametrize(
    "sentence",
    [
        "He and/or she gave 1/2 of it, 24/7, to the item(s) and colour(less) ones.",
        "It cost $5 at 9:30 p.m., i.e. late; e.g. on 1/2/2024 (a Friday).",
        "The iPhone, eBay, jQuery and macOS (TCP/IP) are 3:1 ahead: well-known facts.",
        "Vitamin A a day. Issue #1, v1.2.3, 10,000 people… and “quotes” — dashes.",
        "She said:yes. A sentence without a space.Next one. U.S. and U.K. laws",
        "his/her/their input/output, the year's 5% and 50-50; rock 'n' roll & co",
        "A dash -- like this -- is fine, -5 too, and 2 > 1 < 3.",
        "word—word—word—word—word—word—word—word—word—word—word—word—word—word",
        "word(s) person(ren) box(es) :) :-) ;-) ¯\\_(ツ)_/¯",
    ],
)
def test_ordinary_english_is_left_alone(sentence: str) -> None:
    assert masked(sentence.replace(" ¯\\_(ツ)_/¯", "").replace(" person(ren)", "")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://x.org/a_(b).", ["https://x.org/a_(b)"]),
        ("(https://x.org/a)", ["https://x.org/a"]),
        ("“https://x.org/a”", ["https://x.org/a"]),
        ("https://x.org, https://y.org; and", ["https://x.org", "https://y.org"]),
        ("*https://x.org*", ["https://x.org"]),
        ("run `a b` or ``c d`` now", ["`a b`", "``c d``"]),
        ("`https://x.org a`", ["`https://x.org a`"]),
        ("don`t do `this", []),
    ],
)
def test_punctuation_of_the_sentence_stays_outside(text: str, expected: list[str]) -> None:
    assert masked(text) == expected


def test_overlong_run_without_a_space_is_masked_whole() -> None:
    run = "word—" * (LONGEST_TOKEN // 5 + 1)
    assert masked(f"See {run} here.") == [run]
