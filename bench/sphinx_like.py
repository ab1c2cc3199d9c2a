"""docutils as a strict reader of what is written for Sphinx: unknown roles and directives are taken for what most are."""  # noqa: E501

from __future__ import annotations

from functools import lru_cache
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Directive, directives, roles

_CODE_ROLES = frozenset(
    "func class meth mod attr data exc obj const file samp kbd program option envvar command makevar regexp keyword "
    "token code math literal sub-code pep rfc issue pr gh cve doc-code any c:func py:func".split()
)
_CODE = frozenset(
    "code-block sourcecode highlight literalinclude productionlist doctest testcode testsetup testoutput testcleanup toctree "  # noqa: E501
    "autosummary plot graphviz digraph graph inheritance-diagram tabularcolumns index currentmodule module ipython mermaid "  # noqa: E501
    "automodule autoclass autofunction automethod autodata autoattribute autoexception highlightlang plantuml jupyter-execute "  # noqa: E501
    "sectionauthor codeauthor moduleauthor py:module py:currentmodule default-domain default-role role image include raw csv-table "  # noqa: E501
    "math parsed-literal code contents meta sectnum unicode date header footer".split()
)
_ARGUMENT = frozenset("versionadded versionchanged deprecated versionremoved seealso todo centered rubric".split())
_SKIPPED = (
    nodes.literal,
    nodes.literal_block,
    nodes.comment,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.doctest_block,
    nodes.system_message,
    nodes.substitution_definition,
    nodes.problematic,
    nodes.docinfo,
    nodes.option_string,
    nodes.field_name,
    nodes.label,
    nodes.footnote_reference,
    nodes.citation_reference,
    nodes.generated,
    nodes.option_argument,
    nodes.classifier,
    nodes.subscript,
    nodes.superscript,
    nodes.title_reference,
)


class _Options(dict[str, Any]):
    """Any option is taken as it stands."""

    def __missing__(self, key: str) -> Any:
        return directives.unchanged

    def __contains__(self, key: object) -> bool:
        return True


class _Prose(Directive):
    has_content = True
    optional_arguments = 100
    option_spec = _Options()

    def run(self) -> list[nodes.Node]:
        """What the directive says."""
        box = nodes.container()
        name = self.name.lower()
        if name in _CODE:
            return []
        words = self.arguments[1:] if name.startswith("version") or name == "deprecated" else self.arguments
        if name in _ARGUMENT and words:
            parsed, _ = self.state.inline_text(" ".join(words), self.lineno)
            box += nodes.paragraph("", "", *parsed)
        self.state.nested_parse(self.content, self.content_offset, box, match_titles=True)
        return [box]


def _role(name: str, raw: str, text: str, *_: object, **__: object) -> tuple[list[nodes.Node], list[nodes.Node]]:
    if name.rsplit(":", 1)[-1] in _CODE_ROLES:
        return [nodes.literal(raw, text)], []
    title, _, target = text.rpartition("<")
    if title.strip() and target.endswith(">"):
        return [nodes.inline(raw, title.strip())], []
    return [nodes.literal(raw, text)], []


@lru_cache(maxsize=1)
def _install() -> None:
    known, known_role = directives.directive, roles.role

    def directive(name: str, *rest: Any) -> Any:
        if name.lower() in _CODE:
            return _Prose, []
        found, messages = known(name, *rest)
        return (found, messages) if found else (_Prose, [])

    def role(name: str, *rest: Any) -> Any:
        found, messages = known_role(name, *rest)
        return (found, messages) if found else (_role, [])

    directives.directive, roles.role = directive, role


def docutils_text(text: str) -> str:
    """The prose of a source, a run of it a line."""
    _install()
    quiet = {
        "report_level": 5,
        "halt_level": 5,
        "raw_enabled": False,
        "file_insertion_enabled": False,
        "warning_stream": False,
    }
    tree = publish_doctree(text.encode(errors="replace").decode(), settings_overrides=quiet)
    out: list[str] = []
    _gather(tree, out)
    return "".join(out)


def _gather(node: nodes.Node, out: list[str]) -> None:
    if isinstance(node, nodes.Text):
        out.append(node.astext())
        return
    if isinstance(node, _SKIPPED):
        out.append(" Foo ")
        return
    block = not isinstance(node, nodes.Inline)
    out.append("\n" * block)
    for child in node.children:
        _gather(child, out)
    out.append("\n" * block)
