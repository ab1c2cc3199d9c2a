"""Words of other tools' lists are taken, what is left out is said, and words that nothing uses are found."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.commands.dict import change_lists
from localproof.config import load_settings, read_words
from localproof.pipeline.unused_words import read_texts, unused_words
from localproof.project.imported_lists import read_list
from localproof.report import BadInput
from localproof.terminal import Terminal, ask_yes_no


@pytest.mark.parametrize(
    ("name", "text", "kind", "words", "left_out"),
    [
        ("dictionary.txt", "Hetzner\n\nkubelet\nHetzner\n", "a list of words", ["Hetzner", "kubelet"], {}),
        (
            ".codespell-ignore",
            "# ours\nnd\nte  # a name\nteh->the\n",
            "a list of words",
            ["nd", "te"],
            {"a correction, not a word": 1},
        ),
        (
            "accept.txt",
            "# Terms\nHetzner\n(?i)GitHub\n[Oo]bservability\nPods?\n[pP]y.*\\b\nGrafana Loki\n",
            "Vale's vocabulary",
            ["Hetzner", "github", "observability", "Pod", "Pods", "Grafana Loki"],
            {"a pattern, not a word": 1},
        ),
        (
            "cspell.json",
            '// ours\n{"version": "0.2", "words": ["kubelet", /* two */ "url//x",], "ignoreWords": ["teh"],\n'
            '"flagWords": ["hte"], "overrides": [{"words": ["x", "y"]}]}',
            "cspell's settings",
            ["kubelet", "url//x", "teh"],
            {"marked as wrong there": 1, "for some files only (overrides)": 2},
        ),
        ("cspell.config.yaml", "words:\n  - kubelet\n  - 12\n", "cspell's settings", ["kubelet"], {"no word": 1}),
        (
            "project-words.txt",
            "# cspell\n!wrong\n+suffix\nprefix+\n*either*\n",
            "a list of words",
            ["suffix", "prefix", "either"],
            {"marked as wrong there": 1},
        ),
        (
            "settings.json",
            '{"ltex.dictionary": {"en-US": ["kubelet", ":/a/b.txt", "-gone"], "de-DE": ["Kuchen"]},\n'
            '"cSpell.words": ["k8s"]}',
            "LTeX's dictionary",
            ["kubelet", "k8s"],
            {"a file to import by itself": 1, "taken back there": 1, "for another language (de-DE)": 1},
        ),
        ("settings.json", '{"cSpell.words": ["k8s"]}', "cspell's settings", ["k8s"], {}),
        ("coc.json", '{"ltex": {"dictionary": {"en": ["kubelet"]}}}', "LTeX's dictionary", ["kubelet"], {}),
        ("ltex.dictionary.en-GB.txt", "colour\n-gone\n", "LTeX's dictionary", ["colour"], {"taken back there": 1}),
        ("ltex.dictionary.de-DE.txt", "Kuchen\n", "LTeX's dictionary", [], {"for another language (de-de)": 1}),
        (
            ".codespellrc",
            "[codespell]\nignore-words-list = nd, te,\n  ot\nskip = x\n",
            "codespell's settings",
            ["nd", "te", "ot"],
            {},
        ),
        ("pyproject.toml", "[tool.codespell]\nignore-words-list = 'nd,te'\n", "codespell's settings", ["nd", "te"], {}),
        (
            "en.dic",
            "2\nkubelet/MS\nGrafana\n*wrong\n",
            "a list of words",
            ["kubelet", "Grafana"],
            {"marked as wrong there": 1},
        ),
        (".aspell.en.pws", "personal_ws-1.1 en 1\nkubelet\n", "a list of words", ["kubelet"], {}),
    ],
)
def test_each_list_gives_its_words(name: str, text: str, kind: str, words: list[str], left_out: dict[str, int]) -> None:
    taken = read_list(name, text)
    assert taken.kind == kind
    assert list(taken.words) == words
    assert {why: n for why, n in taken.left_out.items() if n} == left_out


def test_a_file_has_one_kind(tmp_path: Path) -> None:
    taken = read_list("settings.json", '{"ltex.dictionary": {"en-US": ["a"]}, "cSpell": {"words": ["k8s"]}}')
    assert list(taken.words) == ["a", "k8s"]


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("reject.txt", "foo", "import accept.txt"),
        ("cspell.json", "{", "not valid JSON"),
        ("deep.json", "{" + '"a":[' * 9**5, "not valid JSON"),
        ("package.json", '{"name": "x"}', "no word list that is known here"),
        ("cspell.yaml", "a: [", "not valid YAML"),
        ("post.md", "A whole post.", "no word list that is known here"),
        ("setup.cfg", "[x]\n", "has no ignore-words-list"),
    ],
)
def test_what_is_no_list_is_refused(name: str, text: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        read_list(name, text)


@given(
    st.sampled_from(["a.txt", "accept.txt", "cspell.json", "settings.json", "cspell.yaml", ".codespellrc", "a.dic"]),
    st.text() | st.text('{}[]":,/*\\\n aw', max_size=40),
)
def test_no_text_makes_reading_crash(name: str, text: str) -> None:
    try:
        taken = read_list(name, text)
    except BadInput:
        return
    assert all(isinstance(w, str) and w for w in taken.words)


def terminal(tmp_path: Path) -> Terminal:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    return Terminal(None, out, err, {"LOCALPROOF_CONFIG_DIR": str(tmp_path / "home")})


def said(terminal: Terminal) -> str:
    return terminal.stderr.buffer.getvalue().decode()  # type: ignore[attr-defined,no-any-return]


def test_import_reports_its_result_and_repeating_it_adds_nothing(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    file = tmp_path / "accept.txt"
    file.write_text("Hetzner\nkubelet\n[pP]y.*\nbad # word\n\x1b[31m\n")
    now = terminal(tmp_path)
    settings = load_settings(tmp_path, {}, now.env)
    for _ in range(2):
        assert change_lists("import", [str(file)], settings, now, user=False, project=True) == 0
    path = tmp_path / ".localproof/dictionary.txt"
    assert read_words(path) == ("Hetzner", "kubelet", "bad")
    first, again = said(now).splitlines()
    assert first == (
        f"localproof: {file}, read as Vale's vocabulary: 3 words added to {path}; left out: 2 a pattern, not a word"
    )
    assert "0 words added" in again
    assert "3 already there" in again


def test_a_word_is_in_use_in_any_form_that_the_list_covers() -> None:
    words = ["kubelet", "Grafana", "Grafana Loki", "C++", "Müller-Lüdenscheid", "idle", "Node.js"]
    source = "Two kubelets of\nGrafana\n  Loki’s. GRAFANA's C++ and Müller-Lüdenscheid; Node.js, IDLENESS"
    assert unused_words(words, [source]) == ("idle",)
    assert unused_words(words, []) == tuple(words)


def test_words_are_taken_out_only_when_that_is_agreed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        ".git/x": "",
        "a.md": "A kubelet runs.\n",
        ".localproof/dictionary.txt": "# ours\nkubelet\nHetzner\n",
        "drafts/b.txt": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    now = terminal(tmp_path)
    settings = load_settings(tmp_path, {}, now.env)
    path = tmp_path / ".localproof/dictionary.txt"
    assert change_lists("prune", [], settings, now, user=False, project=False) == 0
    assert path.read_text() == "# ours\nkubelet\nHetzner\n"
    assert "1 word in no text; to take them out" in said(now)
    assert change_lists("prune", [], settings, now, user=False, project=False, yes=True) == 0
    assert path.read_text() == "# ours\nkubelet\n"
    (tmp_path / "c.md").write_bytes(b"Hetzner \xff\xfe\xfd")
    with pytest.raises(BadInput, match="nothing is taken out while a text cannot be looked at"):
        list(read_texts(["."], now.env))


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize(("typed", "yes"), [(b"y\n", True), (b"yes\n", True), (b"\n", False), (b"no\n", False)])
def test_a_person_is_asked_and_silence_means_no(typed: bytes, yes: bool) -> None:
    ours, theirs = os.openpty()
    try:
        with os.fdopen(os.dup(theirs), "rb", buffering=0) as stdin, os.fdopen(os.dup(theirs), "w") as stderr:
            os.write(ours, typed)
            assert ask_yes_no(Terminal(io.BufferedReader(stdin), io.StringIO(), stderr, {}), "Well?") is yes
    finally:
        os.close(ours)
        os.close(theirs)


def test_where_nobody_can_be_asked_the_answer_is_no(tmp_path: Path) -> None:
    now = terminal(tmp_path)
    assert not ask_yes_no(now, "Well?")
    assert said(now) == ""
