"""What the formats for other programs say: each holds to its format, says everything, and leads back to the text.

SARIF is validated against the published schema (tests/schemas), JUnit is read
back by junitparser. GitLab, Checkstyle and GitHub publish no schema that may be
shipped here, and reviewdog's demands next to nothing, so the checks of those
are written out below, stricter than their readers are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sample_run as sample
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator
from junitparser import JUnitXml
from test_render import UNSAFE, hostile_run

from localproof.render import RENDERERS, Style
from localproof.render.locations import items, uri
from localproof.report import Finding, Report, Run, Skipped
from localproof.text import Document, Edit, Span, apply_edits

SARIF = json.loads((Path(__file__).parents[1] / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))
RUNS = {"sample": sample.RUN, "clean": sample.CLEAN, "empty": Run(), "hostile": hostile_run()}
BOTH = pytest.mark.parametrize("held_back", [False, True], ids=["shown", "held back too"])
EACH = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)

POINT = {
    "type": "object",
    "required": ["line", "column"],
    "additionalProperties": False,
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
}
RANGE = {
    "type": "object",
    "required": ["start", "end"],
    "additionalProperties": False,
    "properties": {"start": POINT, "end": POINT},
}
RDJSON = {  # proto/rdf of reviewdog, with nothing beside what it knows
    "type": "object",
    "required": ["source", "diagnostics"],
    "additionalProperties": False,
    "properties": {
        "source": {"const": {"name": "localproof"}},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "location", "severity", "code"],
                "additionalProperties": False,
                "properties": {
                    "message": {"type": "string", "minLength": 1},
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {
                        "type": "object",
                        "required": ["value"],
                        "additionalProperties": False,
                        "properties": {"value": {"type": "string"}, "url": {"type": "string"}},
                    },
                    "location": {
                        "type": "object",
                        "required": ["path"],
                        "additionalProperties": False,
                        "properties": {"path": {"type": "string"}, "range": RANGE},
                    },
                    "suggestions": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["range", "text"],
                            "additionalProperties": False,
                            "properties": {"range": RANGE, "text": {"type": "string"}},
                        },
                    },
                },
            },
        },
    },
}
GITLAB = {  # what GitLab's page on code quality asks of a tool
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "type": {"const": "issue"},
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)[\s\S]+"},
                    "lines": {
                        "type": "object",
                        "required": ["begin", "end"],
                        "additionalProperties": False,
                        "properties": {"begin": {"type": "integer", "minimum": 1}, "end": {"type": "integer"}},
                    },
                },
            },
        },
    },
}


def rendered(name: str, run: Run, held_back: bool = False) -> str:
    return RENDERERS[name](run, Style(show_held_back=held_back))


def sarif(run: Run, held_back: bool = False) -> Any:
    return json.loads(rendered("sarif", run, held_back), parse_constant=pytest.fail)["runs"][0]


def counted(run: Run, held_back: bool) -> int:
    return sum(len(r.findings) + held_back * len(r.held_back) for r in run.reports)


# ─ what holds of all ─

EXCHANGE = ["sarif", "github", "gitlab", "junit", "checkstyle", "rdjson"]


@pytest.mark.parametrize("name", EXCHANGE)
@EACH
def test_terminal_controls_and_encoding_breakers_are_never_output(name: str, run: Run) -> None:
    out = rendered(name, run, True)
    out.encode("utf-8")
    assert not UNSAFE.search(out)


@pytest.mark.parametrize("name", EXCHANGE)
def test_a_text_with_half_a_character_does_not_break_a_reader(name: str) -> None:
    out = rendered(name, hostile_run(), True)
    values = [json.loads(out)] if out[0] in "[{" else [out]
    while values:
        value = values.pop()
        values += value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        assert not isinstance(value, str) or not re.search("[\ud800-\udfff]", value)


# ─ SARIF ─


@EACH
@BOTH
def test_sarif_holds_to_the_published_schema(run: Run, held_back: bool) -> None:
    log = json.loads(rendered("sarif", run, held_back))
    Draft7Validator(SARIF, format_checker=Draft7Validator.FORMAT_CHECKER).validate(log)
    results = log["runs"][0]["results"]
    assert len(results) == counted(run, held_back)
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [rules[r["ruleIndex"]]["id"] for r in results] == [r["ruleId"] for r in results]
    assert {r["id"] for r in rules} == {r["ruleId"] for r in results}
    assert all(rule["help"]["text"] and rule["help"]["markdown"] for rule in rules)


def test_sarif_grades_by_kind_and_never_calls_a_finding_an_error() -> None:
    levels = {r["properties"]["kind"]: r["level"] for r in sarif(sample.RUN)["results"]}
    assert levels == {"spelling": "warning", "grammar": "warning", "typography": "note", "punctuation": "note"}


def test_sarif_reports_skipped_parts_as_notifications_with_document() -> None:
    notes = sarif(sample.RUN)["invocations"][0]["toolExecutionNotifications"]
    assert [n["descriptor"]["id"] for n in notes] == ["skipped", "skipped"]
    assert "locations" not in notes[0]
    place = notes[1]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "posts/the%20market.md", "uriBaseId": "%SRCROOT%"}


def test_sarif_holds_provenance_with_gaps_and_energy_with_status() -> None:
    about = sarif(sample.RUN)["properties"]
    assert [p["part"] for p in about["provenance"]] == [p.part for p in sample.PROVENANCE]
    assert about["provenance"][2]["data"] is None
    assert about["energy"]["status"] == "estimated" and about["energy"]["high_j"] == 11.52


def test_a_run_that_looked_at_nothing_was_no_success() -> None:
    assert sarif(Run(skipped=(Skipped("a.md", "cannot be read"),)))["invocations"][0]["executionSuccessful"] is False
    assert sarif(sample.CLEAN)["invocations"][0]["executionSuccessful"] is True


def test_a_sarif_fix_that_removes_or_inserts_says_so_exactly() -> None:
    by_rule = {r["ruleId"]: r for r in sarif(sample.RUN)["results"]}
    removal = by_rule["languagetool/ENGLISH_WORD_REPEAT_RULE"]["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert removal["insertedContent"]["text"] == "" and removal["deletedRegion"]["charLength"] == 4
    insertion = by_rule["languagetool/SENT_START_CONJUNCTIVE_LINKING_ADVERB_COMMA"]["fixes"][0]
    region = insertion["artifactChanges"][0]["replacements"][0]["deletedRegion"]
    assert region["startColumn"] == region["endColumn"] and region["charLength"] == 0


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("posts/a.md", "posts/a.md"),
        ("./a b.md", "a%20b.md"),
        ("javascript:alert(1).md", "javascript%3Aalert%281%29.md"),
        ("//host/x.md", "file:////host/x.md"),
        ("/tmp/100%.md", "file:///tmp/100%25.md"),
        ("caf\udce9.md", "caf%E9.md"),
        ("x\ud800.md", "x%EF%BF%BD.md"),
        ("a?b#c\n\u202e.md", "a%3Fb%23c%0A%E2%80%AE.md"),
    ],
)
def test_name_becomes_an_unambiguous_uri_reference(name: str, reference: str) -> None:
    assert uri(name) == reference


# ─ fingerprints ─


def prints(report: Report, held_back: bool = False) -> list[str]:
    return [item.fingerprint for item in items(report, Style(show_held_back=held_back))]


def moved(report: Report, by: str) -> Report:
    """The same report of a text that begins with `by`."""
    text = by + report.document.text
    shifted = [
        replace(f, span=f.span.shifted(len(by)), edits=tuple(Edit(e.span.shifted(len(by)), e.text) for e in f.edits))
        for f in report.findings
    ]
    return replace(report, document=sample.document(report.document.name, text), findings=tuple(shifted))


def test_fingerprints_survive_moved_lines_and_other_corrections() -> None:
    report = sample.RUN.reports[0]
    assert prints(moved(report, "A new first line.\n\n")) == prints(report)
    text = apply_edits(report.document.text, [report.findings[-1].edits[0]])
    corrected = replace(report, document=sample.document(report.document.name, text), findings=report.findings[:-1])
    assert prints(corrected) == prints(report)[:-1]


def test_the_same_slip_twice_in_a_document_has_two_fingerprints() -> None:
    text = "teh cat\n\nteh cat\n"
    findings = tuple(Finding(Span(at, at + 3), "x/Y", "") for at in (0, 9))
    assert len(set(prints(Report(Document("a", text, ()), findings)))) == 2


def test_fingerprints_do_not_depend_on_showing_held_back_findings() -> None:
    report = sample.RUN.reports[1]
    assert set(prints(report)) < set(prints(report, held_back=True))


def test_fingerprints_differ_between_documents() -> None:
    report = sample.RUN.reports[0]
    other = replace(report, document=replace(report.document, name="other.md"))
    assert not set(prints(report)) & set(prints(other))


@pytest.mark.parametrize("run", [sample.RUN, hostile_run()], ids=["sample", "hostile"])
def test_gitlab_and_sarif_fingerprints_are_unique_in_a_run(run: Run) -> None:
    issues = [issue["fingerprint"] for issue in json.loads(rendered("gitlab", run, True))]
    assert len(set(issues)) == len(issues)
    results = [r["partialFingerprints"]["localproof/v1"] for r in sarif(run, True)["results"]]
    assert len(set(results)) == len(results)


# ─ GitLab and reviewdog ─


@EACH
@BOTH
def test_gitlab_issues_are_what_gitlab_asks_for(run: Run, held_back: bool) -> None:
    issues = json.loads(rendered("gitlab", run, held_back))
    Draft202012Validator(GITLAB).validate(issues)
    assert sum(not i["check_name"].startswith("localproof/") for i in issues) == counted(run, held_back)
    assert all(i["location"]["lines"]["begin"] <= i["location"]["lines"]["end"] for i in issues)


@EACH
@BOTH
def test_rdjson_holds_to_the_format_of_reviewdog(run: Run, held_back: bool) -> None:
    result = json.loads(rendered("rdjson", run, held_back))
    Draft202012Validator(RDJSON).validate(result)
    assert sum("range" in d["location"] for d in result["diagnostics"]) == counted(run, held_back)


# ─ JUnit and Checkstyle ─


@EACH
@BOTH
def test_junit_is_read_back_with_the_same_counts(run: Run, held_back: bool) -> None:
    suites = JUnitXml.fromstring(rendered("junit", run, held_back).encode())
    assert suites.failures == sum(len(r.findings) for r in run.reports)
    for suite in suites:
        cases = list(suite)
        assert suite.tests == len(cases) and suite.errors == 0
        outcomes = [type(r).__name__ for case in cases for r in case.result]
        assert (suite.failures, suite.skipped) == (outcomes.count("Failure"), outcomes.count("Skipped"))
    assert suites.tests == sum(suite.tests for suite in suites)


def test_junit_has_only_the_elements_and_attributes_that_readers_know() -> None:
    known = {
        "testsuites": {"name", "tests", "failures", "errors", "time"},
        "testsuite": {"name", "tests", "failures", "errors", "skipped"},
        "testcase": {"classname", "name"},
        "failure": {"type", "message"},
        "skipped": {"type", "message"},
        "properties": set(),
        "property": {"name", "value"},
    }
    for element in ElementTree.fromstring(rendered("junit", sample.RUN, True).encode()).iter():
        assert set(element.attrib) == known[element.tag]


def test_a_clean_document_is_a_passed_test() -> None:
    suites = JUnitXml.fromstring(rendered("junit", sample.CLEAN).encode())
    assert suites.failures == 0 and [case.name for suite in suites for case in suite] == ["no findings"]


def test_junit_says_what_the_run_was_made_of_and_its_energy() -> None:
    root = ElementTree.fromstring(rendered("junit", sample.RUN).encode())
    told = {p.get("name"): p.get("value", "") for p in root.iter("property")}
    assert "Apache-2.0" in told["part: Harper"]
    assert "estimated" in told["energy: this run"]


@EACH
@BOTH
def test_checkstyle_has_only_elements_and_attributes_readers_know(run: Run, held_back: bool) -> None:
    root = ElementTree.fromstring(rendered("checkstyle", run, held_back).encode())
    assert root.tag == "checkstyle" and root.get("version")
    errors = [(file, error) for file in root for error in file]
    for file, error in errors:
        assert (file.tag, set(file.attrib)) == ("file", {"name"})
        assert (error.tag, set(error.attrib)) == ("error", {"line", "column", "severity", "message", "source"})
        assert error.get("severity") in ("info", "warning", "error", "ignore")
        assert int(error.get("line", 0)) >= 1 and int(error.get("column", 0)) >= 1
    told = [error for _, error in errors if error.get("source") not in ("localproof.skipped", "localproof.note")]
    assert len(told) == counted(run, held_back)


@given(st.text(st.characters(codec=None), max_size=20))
def test_whatever_a_text_holds_its_xml_can_be_read(text: str) -> None:
    finding = Finding(Span(0, len(text)), f"x/{text}", text, (Edit(Span(0, 0), text),), hints=(text,))
    run = Run((Report(Document(text, text, (), notes=(text,)), (finding,)),), skipped=(Skipped(text, text, text),))
    for name in ("junit", "checkstyle"):
        ElementTree.fromstring(rendered(name, run).encode())


# ─ GitHub ─

COMMAND = re.compile(r"::(warning|notice) ([^\n]*?)::([^\n]*)\Z")


def annotations(run: Run, held_back: bool = False) -> Iterator[tuple[str, dict[str, str], str]]:
    """The annotations as the runner reads them: name, properties, message."""
    for line in rendered("github", run, held_back).split("\n")[:-1]:
        command = COMMAND.match(line)
        assert command
        pairs = dict(pair.split("=", 1) for pair in command[2].split(","))
        yield command[1], {key: read(value, ":", ",") for key, value in pairs.items()}, read(command[3])


def read(text: str, *more: str) -> str:
    for char in ("\r", "\n", *more):
        text = text.replace(f"%{ord(char):02X}", char)
    return text.replace("%25", "%")


@EACH
@BOTH
def test_every_github_annotation_is_one_line_that_the_runner_can_read(run: Run, held_back: bool) -> None:
    found = [properties for _, properties, _ in annotations(run, held_back) if "line" in properties]
    assert len(found) == counted(run, held_back)
    assert all(("col" in p) == (p["line"] == p["endLine"]) for p in found)


def test_github_hears_first_what_was_skipped_and_then_of_the_surest() -> None:
    said = list(annotations(sample.RUN))
    assert said[0][1]["title"] == "LocalProof could not do everything"
    assert "9 findings in 2 files" in said[1][2]
    assert "over 99 % sure" in said[2][2]


def test_a_name_with_commas_and_colons_arrives_at_github_as_it_is() -> None:
    report = replace(sample.RUN.reports[0], document=replace(sample.RUN.reports[0].document, name="a,b:c,line=9%.md"))
    assert {p["file"] for _, p, _ in annotations(Run((report,))) if "file" in p} == {"a,b:c,line=9%.md"}


def test_github_is_told_how_many_it_will_not_show() -> None:
    text = "teh " * 30
    findings = tuple(Finding(Span(4 * i, 4 * i + 3), "x/Y", "No.", kind="spelling") for i in range(30))
    said = "\n".join(text for _, _, text in annotations(Run((Report(Document("a", text, ()), findings),))))
    assert "GitHub shows no more than 10 of a kind" in said
    assert "GitHub shows" not in "\n".join(text for _, _, text in annotations(sample.RUN))


# ─ positions ─


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), st.text(max_size=4), st.data())
def test_places_and_fixes_lead_back_to_the_characters(text: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    run = Run((Report(Document("a", text, ()), (Finding(span, "x/Y", "", (Edit(span, new),)),)),))
    lines = re.split("(?<=\n)|(?<=\r)(?!\n)", text)
    fixed = apply_edits(text, [Edit(span, new)])

    result = sarif(run)["results"][0]
    replacement = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    for region in (result["locations"][0]["physicalLocation"]["region"], replacement["deletedRegion"]):
        assert (region["charOffset"], region["charOffset"] + region["charLength"]) == (span.start, span.end)
        for line, column, offset in (("startLine", "startColumn", span.start), ("endLine", "endColumn", span.end)):
            assert sum(map(len, lines[: region[line] - 1])) + region[column] - 1 == offset
    inserted = replacement["insertedContent"]["text"]
    assert text[: span.start] + inserted + text[span.end :] == fixed

    told = json.loads(rendered("rdjson", run))["diagnostics"][0]["suggestions"][0]
    data_ = [line.encode() for line in lines]
    at = [
        sum(map(len, data_[: told["range"][end]["line"] - 1])) + told["range"][end]["column"] - 1
        for end in ("start", "end")
    ]
    whole = text.encode()
    assert whole[: at[0]] + told["text"].encode() + whole[at[1] :] == fixed.encode()


def test_checkstyle_junit_and_github_count_code_points() -> None:
    text = "\N{GRINNING FACE}é teh end"
    run = Run((Report(Document("a", text, ()), (Finding(Span(3, 6), "x/Y", ""),)),))
    assert 'column="4"' in rendered("checkstyle", run)
    assert "a:1:4" in rendered("junit", run)
    assert "col=4,endColumn=7" in rendered("github", run)
