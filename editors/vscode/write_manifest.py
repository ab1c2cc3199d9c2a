"""Writes what package.json and src/generated.json take from LocalProof: its settings and the languages it reads.

python editors/vscode/write_manifest.py            # after a change of a setting, a format, a language of code
python editors/vscode/write_manifest.py --check    # exit status 1 where they are not up to date
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from localproof.commands.settings_report import schema
from localproof.config import KEYS
from localproof.engines import ENGINES
from localproof.formats import FORMATS
from localproof.formats.code_languages import LANGUAGES
from localproof.text.languages import NAMES, base

HERE = Path(__file__).parent
PACKAGE, GENERATED = HERE / "package.json", HERE / "src" / "generated.json"

# About runs over folders; an editor has one text before it.
OF_RUNS = frozenset({"include", "drafts", "generator", "fail-on"})
# Notebooks come as cells, each of which has a language of its own.
NOT_TEXTS = frozenset({"notebook"})
WINS = " Where it is set here, it wins over LocalProof’s settings files."

# Settings of the extension, which the server does not have or only takes at its start.
OURS: dict[str, dict[str, Any]] = {
    "command": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "scope": "machine-overridable",
        "markdownDescription": "The program to start, with its arguments before `lsp`: "
        '`["~/tools/bin/localproof"]`, `["uvx", "--from", "/where/you/have/localproof", "localproof"]`. '
        "`~` and `${workspaceFolder}` may stand in it. "
        "Empty: looked for in the active Python environment, on `PATH` and where uv and pipx put their tools.",
    },
    "sourceComments": {
        "type": "array",
        "items": {"type": "string", "enum": sorted(language.name for language in LANGUAGES)},
        "uniqueItems": True,
        "default": [],
        "scope": "window",
        "markdownDescription": "Languages of source code whose comments and docstrings are checked. "
        "This needs Pygments beside LocalProof (its extra `code`).",
    },
    "debounceMs": {
        "type": "integer",
        "minimum": 0,
        "maximum": 10_000,
        "default": 250,
        "scope": "window",
        "markdownDescription": "Milliseconds after a key before the text is checked.",
    },
    "codeLens": {
        "type": "boolean",
        "default": False,
        "scope": "window",
        "markdownDescription": "A line above the text with the count of findings and of what is held back.",
    },
    "trace.server": {
        "type": "string",
        "enum": ["off", "messages", "verbose"],
        "default": "off",
        "scope": "window",
        "markdownDescription": "What is logged of the conversation with the server; "
        "`verbose` has what you write in it.",
    },
}


def camel(key: str) -> str:
    """A setting as editors write it.

    >>> camel("front-matter")
    'frontMatter'
    """
    first, *rest = key.split("-")
    return first + "".join(part.capitalize() for part in rest)


def mirrored() -> Iterator[tuple[str, dict[str, Any]]]:
    """The settings about texts as package.json declares them."""
    properties = json.loads(schema(ENGINES))["properties"]
    for key, known in KEYS.items():
        if known.metadata["scope"] != "text" or key in OF_RUNS:
            continue
        declared = {**properties[key], "scope": "window"}
        said = declared.pop("description")
        if key == "language":
            declared["enumItemLabels"] = [f"{NAMES[base(tag)]} ({tag})" for tag in declared["enum"]]
        yield camel(key), {**declared, "description": said + WINS}


def prose_languages() -> list[str]:
    """What editors call the formats in which prose is written."""
    code = {language.name for language in LANGUAGES}
    return [name for f in FORMATS.values() if f.name not in code | NOT_TEXTS for name in f.languages]


def source_languages() -> dict[str, list[str]]:
    """What editors call languages of source code, by ours."""
    return {language.name: [language.name, *language.ids] for language in LANGUAGES}


def with_generated(manifest: dict[str, Any]) -> dict[str, Any]:
    """`manifest` with the parts that are ours."""
    settings = {**OURS, **dict(mirrored())}
    code = [name for names in source_languages().values() for name in names]
    configuration = {
        "title": "LocalProof",
        "properties": {f"localproof.{name}": declared for name, declared in settings.items()},
    }
    return {
        **manifest,
        "activationEvents": [f"onLanguage:{name}" for name in (*prose_languages(), *code)],
        "contributes": {**manifest["contributes"], "configuration": configuration},
    }


def wanted() -> dict[Path, str]:
    """What the files should hold."""
    manifest = with_generated(json.loads(PACKAGE.read_text("utf-8")))
    facts = {
        "settings": [name for name, _ in mirrored()],
        "prose": prose_languages(),
        "source": source_languages(),
    }
    return {
        path: json.dumps(value, ensure_ascii=False, indent=2) + "\n"
        for path, value in ((PACKAGE, manifest), (GENERATED, facts))
    }


def main() -> int:
    """Write the files, or only compare them."""
    old = [path for path, text in wanted().items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in old:
            sys.stderr.write(f"{path.relative_to(HERE)} is not up to date: python editors/vscode/write_manifest.py\n")
        return 1 if old else 0
    for path, text in wanted().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
