"""The helper process of an engine: ``python -P -m localproof.engines.worker harper|languagetool OPTIONS``.

Builds its checker at once, then answers ``{"text": …}`` with what the checker
found, in the rows that `findings` of the engine's own module reads. Imports as
little as it can; nothing of LocalProof beyond `child.serve`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from ..workers.serve import serve, spare_memory

TYPE_CHECKING = False  # `typing` is not imported for this: see `localproof.workers`
if TYPE_CHECKING:
    from typing import Any

    Answer = Callable[[dict[str, Any]], str]

# Characters after which a linter of Harper's makes way for a new one: at rest, where that costs 13 ms that nobody waits
# for and gives back 60 MB, and in the midst of work. There one for each 16,000 characters costs an eighth of Harper's
# time, and without any it holds 75 MB more from 100,000 characters on, and hardly more than that at 700,000.
RENEWED_AT_REST, RENEWED = 16_000, 1_000_000
# Bytes by which a helper may grow for each of its threads before a new one takes its place. LanguageTool compiles
# patterns when they are first needed: two threads hold 43 MB more after 27,000 characters, 66 after 98,000, 144 after
# 740,000, 190 after two million.
GROWTH = {"languagetool": 128 * 2**20}
SUGGESTIONS = 8  # the rest of LanguageTool's, up to thousands, is of no use to anyone


class HarperLinter:
    """One linter, for one thread, and how to begin it anew."""

    def __init__(self, build: Callable[[], Any], linter: Any, give_back: Callable[[], object]) -> None:
        self._build, self._linter, self._give_back = build, linter, give_back
        self._read = 0  # characters

    def __call__(self, request: dict[str, Any]) -> str:
        """Rows of what Harper finds in the text of a request, as JSON, or what else it asks."""
        if request.get("ask") == "rules":
            return json.dumps(self._linter.get_lint_descriptions())
        if request.get("ask") == "catalogue":
            return json.dumps(_catalogue(self._linter))
        if self._read > RENEWED:
            self._renew()
        self._read += len(request["text"])
        # dedup=True would let a long lint hide the errors inside it
        organized = self._linter.organized_lints(request["text"], language="plaintext", dedup=False)
        return json.dumps([_row(rule, lint) for rule, lints in organized.items() if lints for lint in lints])

    def rest(self) -> None:
        """Give back what was learned from much text: it would be 60 MB for each thread, and ours holds whole blocks."""
        if self._read > RENEWED_AT_REST:
            self._renew()

    def _renew(self) -> None:
        self._linter, self._read = self._build(), 0
        self._give_back()  # 2 MB for 1,000 characters, in 3 ms


def build_harper(options: dict[str, Any]) -> Callable[[], Answer]:
    """A linter for each thread: one cannot be shared. The first takes half a second, the others milliseconds.

    The first unknown word with nothing near it in the dictionary, as most names
    are, costs each thread 0.9 s. To pay that before the first text would make a
    clean text wait as long, and no other come sooner.
    """
    from harper import Dialect, Linter

    dialect, enable = Dialect[options["dialect"]], options["enable"]

    def build() -> Any:
        return _linter(Linter(dialect), enable)

    give_back = spare_memory(options["threads"])
    ready = [build()]
    return lambda: HarperLinter(build, ready.pop() if ready else build(), give_back)


def _linter(linter: Any, enable: list[str]) -> Any:
    if enable:
        from fnmatch import fnmatchcase

        config = linter.get_default_lint_config()
        wanted = [rule for rule in config if any(fnmatchcase(rule, pattern) for pattern in enable)]
        linter.set_lint_config(config | dict.fromkeys(wanted, True))
    return linter


def _catalogue(linter: Any) -> dict[str, tuple[str, bool, str]]:
    """For each rule what it looks for, whether it is on by default, and the group it belongs to."""
    groups: dict[str, str] = {}
    for entry in linter.get_structured_lint_config()["settings"]:
        for group in entry.values():
            for rule in group["child"]["settings"] if "child" in group else ():
                for one in rule.values():
                    groups |= dict.fromkeys(one.get("names") or [one["name"]], group["label"])
    told, on = linter.get_lint_descriptions(), linter.get_default_lint_config()
    return {rule: (told[rule], bool(on.get(rule)), groups.get(rule, "")) for rule in sorted(told)}


def _row(rule: str, lint: Any) -> list[Any]:
    span = lint.span
    suggestions = [[int(s.kind), s.replacement_text] for s in lint.suggestions]
    return [rule, span.start, span.end, lint.lint_kind, lint.message, suggestions]


def build_languagetool(options: dict[str, Any]) -> Callable[[], Answer]:
    """One engine for all threads. `check` lets other threads run meanwhile; building it does not.

    It is told where its data is: unasked it takes what the folder that it is started in holds under their names.
    """
    from importlib import import_module

    import lt_py

    engine = lt_py.Engine(
        options["language"],
        variant=options["variant"],
        data_dir=options["data"] or import_module(options["package"]).data_dir(),
        picky=options.get("picky", False),
        enabled_rules=options["enable"],
        disabled_rules=options["disable"],
    )

    def answer(request: dict[str, Any]) -> str:
        return json.dumps([_match(match) for match in engine.check(request["text"])])

    return lambda: answer


def _match(match: dict[str, Any]) -> dict[str, Any]:
    kept = ("rule_id", "sub_id", "message", "short_message", "offset", "length", "category_id", "issue_type")
    return {name: match[name] for name in kept} | {"suggestions": match["suggestions"][:SUGGESTIONS]}


BUILDERS = {"harper": build_harper, "languagetool": build_languagetool}


def main(arguments: list[str]) -> None:
    """Serve the checker that the first argument names, with the options of the second, as JSON. Does not return."""
    checker, options = arguments[0], json.loads(arguments[1])
    threads = options["threads"]
    serve(lambda: BUILDERS[checker](options), threads, GROWTH.get(checker, 0) * threads)


if __name__ == "__main__":
    main(sys.argv[1:])
