"""Shell completions, written from the same parsers that read the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping

Parsers = Mapping[str, argparse.ArgumentParser]


def bash(parsers: Parsers) -> str:
    """A completion script for bash: `source` it, or save it in the folder of bash-completion."""
    cases = "\n".join(
        f"        {name}) options={_joined(_flags(parser))} words={_joined(_positional_choices(parser))} ;;"
        for name, parser in parsers.items()
    )
    values = "\n".join(
        f'        {"|".join(flags)}) COMPREPLY=($(compgen -W {_quoted(" ".join(choices))} -- "$cur")); return ;;'
        for flags, choices in _valued(parsers).items()
    )
    return f"""# bash completion for localproof
_localproof() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} options words command=check
    case ${{COMP_WORDS[1]}} in
        {"|".join(parsers)}) command=${{COMP_WORDS[1]}} ;;
    esac
    case $prev in
{values}
    esac
    case $command in
{cases}
    esac
    [[ $COMP_CWORD == 1 ]] && words="$words {" ".join(parsers)}"
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
    else
        COMPREPLY=($(compgen -W "$words" -- "$cur") $(compgen -f -- "$cur"))
    fi
}}
complete -o filenames -F _localproof localproof
"""


def zsh(parsers: Parsers) -> str:
    """A completion script for zsh: save it as ``_localproof`` in a folder of $fpath."""
    commands = "\n".join(f"        {_quoted(f'{name}:{_about(parser)}')}" for name, parser in parsers.items())
    cases = "\n".join(f"        {name}) _arguments {' '.join(_zsh(parser))} ;;" for name, parser in parsers.items())
    return f"""#compdef localproof
_localproof() {{
    local -a commands
    commands=(
{commands}
    )
    local command=check
    if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
        _describe command commands
        _files
        return
    fi
    if (( ${{commands[(I)${{words[2]}}:*]}} )); then
        command=$words[2]
        shift words
        (( CURRENT-- ))
    fi
    case $command in
{cases}
    esac
}}
_localproof "$@"
"""


def fish(parsers: Parsers) -> str:
    """A completion script for fish: save it as ``completions/localproof.fish`` in fish's folder of settings."""
    others = " ".join(name for name in parsers if name != "check")
    lines = ["# fish completion for localproof"]
    for name, parser in parsers.items():
        lines.append(f"complete -c localproof -n __fish_use_subcommand -a {name} -d {_quoted(_about(parser))}")
        given = (
            f"not __fish_seen_subcommand_from {others}" if name == "check" else f"__fish_seen_subcommand_from {name}"
        )
        for action in _options(parser):
            flags = " ".join(f"-l {f[2:]}" if f.startswith("--") else f"-s {f[1:]}" for f in action.option_strings)
            takes = "" if action.nargs == 0 else f" -x -a {_joined(c)}" if (c := _choices(action)) else " -r"
            lines.append(f"complete -c localproof -n {_quoted(given)} {flags}{takes} -d {_quoted(_short(action.help))}")
        if words := _positional_choices(parser):
            lines.append(f"complete -c localproof -f -n {_quoted(given)} -a {_joined(words)}")
    return "\n".join(lines) + "\n"


SHELLS: dict[str, Callable[[Parsers], str]] = {"bash": bash, "zsh": zsh, "fish": fish}


def _options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [a for a in parser._actions if a.option_strings and a.help != argparse.SUPPRESS]


def _flags(parser: argparse.ArgumentParser) -> list[str]:
    return [flag for action in _options(parser) for flag in action.option_strings]


def _choices(action: argparse.Action) -> list[str]:
    """What the option or argument may be: argparse's choices, or those that a converter of lists names."""
    return [str(c) for c in (action.choices or getattr(action.type, "choices", None) or ())]


def _positional_choices(parser: argparse.ArgumentParser) -> list[str]:
    return [c for a in parser._actions if not a.option_strings for c in _choices(a)]


def _valued(parsers: Parsers) -> dict[tuple[str, ...], list[str]]:
    out: dict[tuple[str, ...], list[str]] = {}
    for parser in parsers.values():
        for action in _options(parser):
            if choices := _choices(action):
                out[tuple(action.option_strings)] = choices
    return out


def _zsh(parser: argparse.ArgumentParser) -> list[str]:
    specs = []
    for action in _options(parser):
        what = re.sub(r"([\[\]:])", r"\\\1", _short(action.help))
        value = "" if action.nargs == 0 else f":value:({' '.join(c)})" if (c := _choices(action)) else ":value:_files"
        several = "*" if len(action.option_strings) == 1 else ""
        specs += [_quoted(f"{several}{flag}[{what}]{value}") for flag in action.option_strings]
    words = _positional_choices(parser)
    return [*specs, _quoted(f"*:word:({' '.join(words)})" if words else "*:file:_files")]


def _about(parser: argparse.ArgumentParser) -> str:
    return _short(parser.description)


def _short(text: str | None) -> str:
    return (text or "").replace("%%", "%").split(";")[0].split(". ")[0].rstrip(".")


def _joined(words: Iterable[str]) -> str:
    return _quoted(" ".join(words))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
