"""What mkdocs does beside: the page of all rules, and the files of the repository that pages link to."""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

DOCS = Path(__file__).parent
_OUTSIDE = re.compile(r"\]\(((?:\.\./)+[^)#\s]+)(#[^)]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the page of all rules, and under `files/` what pages link to outside of docs/, as it is."""
    sys.path.insert(0, str(DOCS))
    import generate

    if files.get_file_from_path("reference/rules.md") is None:
        files.append(File.generated(config, "reference/rules.md", content=generate.rules_page()))
    outside = {
        path
        for page in DOCS.rglob("*.md")
        for link, _ in _OUTSIDE.findall(page.read_text("utf-8"))
        if (path := _outside(page.relative_to(DOCS).as_posix(), link)) and (DOCS.parent / path).is_file()
    }
    for path in sorted(outside):
        files.append(File.generated(config, _name(path), abs_src_path=str(DOCS.parent / path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links to files of the repository lead to their copies."""

    def moved(found: re.Match[str]) -> str:
        path = _outside(page.file.src_uri, found[1])
        if not path or not (DOCS.parent / path).is_file():
            return found[0]
        return f"]({posixpath.relpath(_name(path), posixpath.dirname(page.file.src_uri) or '.')})"

    return _OUTSIDE.sub(moved, markdown)


def _outside(page: str, link: str) -> str:
    """The path in the repository that a link of `page` leads to; "" if it stays within docs/."""
    path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), link))
    return "" if path.startswith(("docs/", "..")) else path


def _name(path: str) -> str:
    """Where a file of the repository lies in the site: Markdown as text, for its links are those of the repository, and
    under a name without a dot before it, which mkdocs leaves out."""
    visible = "/".join(part.removeprefix(".") for part in path.split("/"))
    return f"files/{visible}.txt" if path.endswith(".md") else f"files/{visible}"
