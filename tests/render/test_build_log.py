"""No file's name, message or text becomes a command of the service in whose log it stands."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localproof.cli import run
from localproof.render import RENDERERS
from localproof.render.build_log import disarmed
from localproof.terminal import Terminal

GITHUB = {"GITHUB_ACTIONS": "true"}
# As the services' own programs look for them.
OBEYED = {
    "GITHUB_ACTIONS": re.compile(r"^\s*::|##\[", re.MULTILINE),
    "TF_BUILD": re.compile(r"##vso\[|##\["),
    "TEAMCITY_VERSION": re.compile(r"##teamcity\["),
    "GITLAB_CI": re.compile(r"section_(start|end):"),
}
ATTACK = "::error::no ##[error]no ##vso[task.complete] ##teamcity[x] section_start:1:a"


@given(
    st.lists(st.sampled_from([":", "::", "#", "##", "[", "vso[", " ", "\n", "\t", "\u00a0", "a", "section_start:"])),
    st.sampled_from(sorted(OBEYED)),
)
def test_nothing_that_is_obeyed_is_left(parts: list[str], service: str) -> None:
    text = "".join(parts)
    assert not OBEYED[service].search(disarmed(text, {service: "1"}))
    assert disarmed(text, {}) == text


@pytest.mark.parametrize("service", sorted(OBEYED))
def test_json_and_xml_say_the_same_as_before(service: str) -> None:
    written = json.dumps({"path": ATTACK})
    assert json.loads(disarmed(written, {service: "1"}, "json")) == {"path": ATTACK}
    element = ElementTree.Element("a")
    element.text = f"\n{ATTACK}"
    told = disarmed(ElementTree.tostring(element, "unicode"), {service: "1"}, "xml")
    assert ElementTree.fromstring(told).text == f"\n{ATTACK}" and not OBEYED[service].search(told)


def test_code_of_a_page_is_as_it_was() -> None:
    page = "<style>\n::marker{}</style>\n::error::<script>\n::x</script>"
    assert disarmed(page, GITHUB, "html") == page.replace("\n::error", "\n&#58;:error")


def said(*arguments: str, **env: str) -> str:
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
    env |= {"LOCALPROOF_CONFIG_DIR": "/nowhere", "LOCALPROOF_STATE_DIR": "/nowhere", "LOCALPROOF_SERVICE": "off"}
    run(arguments, Terminal(io.BytesIO(), streams[0], streams[1], env))
    return "".join(s.buffer.getvalue().decode() for s in streams)  # type: ignore[attr-defined]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "::error::y.md").write_text(f"# ##[error]teh\n\nWe came to teh end.\n\n{ATTACK} teh end.\n")
    (tmp_path / "::error::z.md").write_bytes(b"\xe9")
    return tmp_path


@pytest.mark.parametrize("service", sorted(OBEYED))
@pytest.mark.parametrize("use", ["--report", "--format json", "--diff", "--fix"])
def test_no_use_writes_what_is_obeyed(here: Path, service: str, use: str) -> None:
    told = said("--engine", "harper", *use.split(), ".", **{service: "true"})
    assert "z.md" in told and not OBEYED[service].search(told)


def test_no_format_writes_what_github_obeys_but_annotations(here: Path) -> None:
    for name in sorted(RENDERERS):
        told = said("--engine", "harper", "--color", "always", "--format", name, ".", **GITHUB)
        if name == "github":
            told = re.sub(r"^::(notice|warning) [^\n]*$", "", told, flags=re.MULTILINE)
        if name != "html":
            assert not OBEYED["GITHUB_ACTIONS"].search(re.sub(r"\x1b\[[0-9;]*m", "", told)), name
