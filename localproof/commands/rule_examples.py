"""The examples of the writer's own rules, run: `localproof rules test`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..config import PROJECT_RULES, Settings
from ..engines.house import example_failures, read_rule_files
from ..pipeline.suppressions import matches_rule
from ..report import BadInput
from ..terminal import Terminal
from ..text.display import one_line
from ..text.phrases import count


def run_examples(patterns: Sequence[str], settings: Settings, terminal: Terminal) -> int:
    """Run the examples of the rules that `patterns` mean, or of those in the files that they name; of all where there
    are none. The exit status: 1 where one does not hold, 2 where a rule makes no sense, which is said of each, 3 where
    there is nothing to run. Raises BadInput for a file that cannot be read."""
    files = [Path(p) for p in patterns if p.endswith(".toml")]
    names = [p for p in patterns if not p.endswith(".toml")]
    rules, faults = read_rule_files(_read(files) if files else settings.rule_files)
    for fault in faults:
        terminal.say(f"localproof: {fault}")
    chosen = [r for r in rules if not names or any(matches_rule(name, f"house/{r.name}") for name in names)]
    if not chosen and faults:
        return 2
    if not chosen:
        terminal.say(
            f"localproof: no rule of yours {'is called so' if rules else f'here; put files into {PROJECT_RULES}'}"
        )
        return 3
    failed, examples = 0, 0
    for rule in chosen:
        failures = example_failures(rule)
        failed += len(failures)
        examples += len(rule.wrong) + len(rule.right)
        terminal.write("".join(f"{one_line(rule.source)}: {one_line(line)}\n" for line in failures))
    bare = [rule.name for rule in chosen if not rule.wrong]
    if bare:
        terminal.say(f"localproof: without an example of what is wrong: {', '.join(bare)}")
    held = f"{failed} of them failed" if failed else "all hold"
    held += f"; {count(len(faults), 'fault')} in your files of rules" if faults else ""
    terminal.say(f"localproof: {count(len(chosen), 'rule')}, {count(examples, 'example')}: {held}")
    return 2 if faults else 1 if failed else 0


def _read(files: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    from ..config import read_text

    for file in files:
        if not file.exists():
            raise BadInput(f"rules test: {one_line(str(file))}: no such file")
    return tuple((str(file), read_text(file)) for file in files)
