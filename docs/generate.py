"""Writes the pages of docs/reference and the man page, from what the program itself is built from.

python docs/generate.py            # write them; tests/test_docs.py says where they are out of date
python docs/generate.py --rules    # the page of all rules too, which the site has and the repository does not
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
REFERENCE = DOCS / "reference"
_NOTE = "<!-- Written by docs/generate.py. -->\n"

sys.path.insert(0, str(DOCS.parent))

import localproof  # noqa: E402
from localproof.commands import COMMANDS  # noqa: E402
from localproof.commands.parsers import actions_of, build_parser, default_action  # noqa: E402
from localproof.config import KEYS  # noqa: E402
from localproof.config.settings import variable_of  # noqa: E402
from localproof.engines import ENGINES  # noqa: E402
from localproof.engines.own_rules import RULES  # noqa: E402

_STATUS = (
    "0 no findings, 1 findings, 2 asked wrongly, or what was asked for could not be read or is not there, "
    "3 nothing was checked."
)


def pages() -> dict[Path, str]:
    """What is to stand in each file that is kept in the repository."""
    return {
        REFERENCE / "commands.md": commands_page(),
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "own-rules.md": own_rules_page(),
        REFERENCE / "json.md": json_page(),
        REFERENCE / "python.md": python_page(),
        DOCS / "localproof.1": man_page(),
    }


# ─ commands ─


def _forms() -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """(name, what it is for, parser) of each command that does something, and of each action of the others."""
    for name, about in COMMANDS.items():
        actions = actions_of(name)
        if not actions:
            yield name, about, build_parser(name)
        for action, row in actions.items():
            default = " (the default)" if action == default_action(name) else ""
            yield f"{name} {action}", row.about + default, build_parser(name, action)


def _arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """(how an argument is written, what it does), in the order of help; without --help and --verbose."""
    for action in parser._actions:
        if action.help == argparse.SUPPRESS or {"--help", "--version", "--verbose"} & set(action.option_strings):
            continue
        value = str(action.metavar or action.dest.upper()) if action.nargs != 0 else ""
        if not action.option_strings:
            yield f"{value}{'…' if action.nargs in ('*', '+') else ''}", str(action.help or "")
            continue
        shown = f" [{value}]" if action.nargs == "?" else f" {value}" if value else ""
        yield ", ".join(action.option_strings) + shown, str(action.help or "")


def commands_page() -> str:
    out = [
        _NOTE,
        "# Commands",
        "",
        "`localproof [check]` is the default command; every command has `--help` and `--verbose` (`-v`, `-vv`).",
        f"Exit status: {_STATUS}",
        "",
    ]
    for name, about, parser in _forms():
        out += [f"## {name}", "", f"{about}.", ""]
        rows = list(_arguments(parser))
        if rows:
            out += ["| argument | |", "|---|---|"]
            out += [f"| {_code(how)} | {_cell(what)} |" for how, what in rows] + [""]
    return "\n".join(out)


def man_page() -> str:
    out = [
        f'.TH LOCALPROOF 1 "" "LocalProof {localproof.__version__}" "User Commands"',
        ".SH NAME",
        "localproof \\- proofread English prose on your own machine",
        ".SH SYNOPSIS",
        ".B localproof",
        "[check] [options] [PATH | \\-]...",
        ".br",
        ".B localproof",
        "COMMAND ...",
        ".SH DESCRIPTION",
        "Rule engines find suspects, a scoring model gives each a probability, and what is sure enough is shown.",
        "Nothing you write leaves the machine.",
        ".SH COMMANDS",
    ]
    for name, about, parser in _forms():
        out += [f".SS {_roff(name)}", f"{_roff(about)}."]
        for how, what in _arguments(parser):
            out += [".TP", f"\\fB{_roff(how)}\\fR", _roff(what)]
    files = [
        (".localproof.toml", "settings of a project; also localproof.toml, or [tool.localproof] in pyproject.toml"),
        (".localproof/dictionary.txt", "words of a project"),
        (".localproof/ignores", "places that are ignored"),
        (".localproofignore", "files that are left out, as in .gitignore"),
    ]
    out.append(".SH FILES")
    for path, what in files:
        out += [".TP", f"\\fI{_roff(path)}\\fR", _roff(what)]
    out += [".SH EXIT STATUS", _roff(_STATUS)]
    return "\n".join(out) + "\n"


def _roff(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    return f"\\&{text}" if text.startswith((".", "'")) else text


# ─ settings ─


def settings_page() -> str:
    out = [
        _NOTE,
        "# Settings",
        "",
        "Keys of `.localproof.toml`, `localproof.toml` or `[tool.localproof]`, and of your own settings (`localproof",
        "config path`). `localproof config schema` prints them as JSON Schema, `localproof config show` with values.",
        "A key of scope *machine* is taken from your own settings alone: no project can set it.",
        "",
    ]
    for key, known in KEYS.items():
        facts = known.metadata
        choices = list(ENGINES) if key == "engines" else list(facts["choices"])
        out += [f"## {key}", "", _cell(facts["doc"]), ""]
        out.append(f"- default: {_code(_shown(known.default))}")
        if 0 < len(choices) <= 20:
            out.append(f"- values: {', '.join(map(_code, choices))}")
        out.append(f"- scope: {facts['scope']}")
        out.append(f"- variable: {_code(variable_of(known.name))}")
        if facts["flag"]:
            out.append(f"- on the command line: {_code('--' + str(facts['flag']).replace('_', '-'))}")
        if facts["by_path"]:
            out.append("- may differ by path, in `[[overrides]]`")
        out.append("")
    return "\n".join(out)


def _shown(value: object) -> str:
    if isinstance(value, frozenset | tuple):
        return json.dumps(sorted(value) if isinstance(value, frozenset) else list(value), ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


# ─ rules ─


def own_rules_page() -> str:
    out = [
        _NOTE,
        "# LocalProof's own rules",
        "",
        "They look where neither Harper nor LanguageTool has a rule. All rules: `localproof rules`; one of them:",
        "`localproof explain RULE`.",
        "",
        "| rule | looks for | example |",
        "|---|---|---|",
    ]
    for rule in sorted(RULES, key=lambda r: r.name):
        example = " → ".join(rule.wrong[0]) if rule.wrong else ""
        out.append(f"| {_code('localproof/' + rule.name)} | {_cell(rule.says)} | {_cell(example)} |")
    return "\n".join(out) + "\n"


def rules_page() -> str:
    """All rules that are here, with their kinds; not in the repository, as it is other people's words and long."""
    from localproof.config import Settings
    from localproof.pipeline.rules import in_one_line, list_rules

    listed, missing = list_rules(Settings())
    out = [_NOTE, "# All rules", "", f"{len(listed):,} rules, as of the versions that built this page.", ""]
    out += [f"Not listed: {skipped.what}, {skipped.reason}." for skipped in missing]
    out += ["| rule | kind | on | `--fix` | looks for |", "|---|---|---|---|---|"]
    for each in listed:
        rule = each.rule
        state = f"{'yes' if each.on else 'no'} | {'yes' if each.safe else ''}"
        out.append(f"| {_code(rule.name)} | {rule.kind} | {state} | {_cell(in_one_line(rule.says))} |")
    return "\n".join(out) + "\n"


# ─ JSON ─


def json_page() -> str:
    schema = json.loads((DOCS.parent / "localproof/render/schema.json").read_text("utf-8"))
    out = [
        _NOTE,
        "# JSON",
        "",
        "What `--output-format json` writes, by [its schema](../../localproof/render/schema.json). Fields are added,",
        'never changed or taken away, within one `"schema"` number. Offsets count code points from 0, lines and',
        "columns from 1.",
        "",
    ]
    defs = schema["$defs"]
    for name, part in defs.items():
        if part.get("properties"):
            out += [
                f"## {name}",
                "",
                *([_cell(part["description"]), ""] if "description" in part else []),
                *_fields(part, defs),
            ]
    return "\n".join(out)


def _fields(part: Mapping[str, Any], defs: Mapping[str, Any]) -> list[str]:
    rows = [
        f"| {_code(name)} | {_kind(each, defs)} | {_cell(each.get('description', ''))} |"
        for name, each in part["properties"].items()
    ]
    return ["| field | type | |", "|---|---|---|", *rows, ""]


def _kind(part: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})" if defs[name].get("properties") else _kind(defs[name], defs)
    for many in ("anyOf", "oneOf"):
        if many in part:
            return " or ".join(_kind(each, defs) for each in part[many])
    if "enum" in part:
        return ", ".join(_code(json.dumps(each)) for each in part["enum"])
    if "const" in part:
        return _code(json.dumps(part["const"]))
    kinds = part.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(
        f"array of {_kind(part['items'], defs)}" if k == "array" and "items" in part else k for k in kinds
    )


# ─ Python ─


def python_page() -> str:
    out = [
        _NOTE,
        "# Python",
        "",
        "```python",
        "import localproof",
        "",
        'run = localproof.check("An text.")',
        "for report in run.reports:",
        "    for finding in report.findings:",
        "        print(finding.span, finding.message, [edit.text for edit in finding.edits])",
        "```",
        "",
    ]
    for name in sorted(n for n in localproof.__all__ if not n.startswith("__")):
        thing = getattr(localproof, name)
        out += [f"## {name}", ""]
        if inspect.isfunction(thing):
            out += ["```python", f"{name}{_signature(thing)}", "```", ""]
        out += [*_docstring(inspect.getdoc(thing) or ""), ""]
        out += list(_methods(thing)) if inspect.isclass(thing) and name == "Checker" else []
    return "\n".join(out)


def _methods(thing: type) -> Iterator[str]:
    for name, method in vars(thing).items():
        if inspect.isfunction(method) and not name.startswith("_") and method.__doc__:
            yield from (f"### {name}", "", "```python", f"{name}{_signature(method)}", "```", "")
            yield from (*_docstring(inspect.getdoc(method) or ""), "")


def _signature(function: Any) -> str:
    """As it is written, without the quotation marks of annotations that are not evaluated."""
    written = re.sub(r"<function (\w+) at 0x\w+>", r"\1", str(inspect.signature(function)))
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", written)


def _docstring(text: str) -> Sequence[str]:
    """A docstring without its examples."""
    return [line.replace("``", "`").replace("<", "&lt;") for line in text.partition("\n>>> ")[0].rstrip().split("\n")]


# ─ Markdown ─


def _code(text: str) -> str:
    return "`` " + text.replace("|", "\\|") + " ``" if "`" in text else "`" + text.replace("|", "\\|") + "`"


def _cell(text: str) -> str:
    """`text` in a table or a paragraph: what is in backticks stays code, the rest is no markup."""
    parts = " ".join(text.split()).replace("|", "\\|").split("`")
    plain = [re.sub(r"([<*_\[\]])", r"\\\1", part) if i % 2 == 0 else part for i, part in enumerate(parts)]
    return "`".join(plain)


def main() -> None:
    REFERENCE.mkdir(exist_ok=True)
    found = pages() | ({REFERENCE / "rules.md": rules_page()} if "--rules" in sys.argv else {})
    for path, text in found.items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
