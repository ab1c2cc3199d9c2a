"""Shell completions, written from the same parsers that read the command line.

The library shtab was looked at (1.13) and does less than is needed here: a command line may begin with a file as well
as with a command, values may be lists (``--engine harper,languagetool``), one option may have other values in another
command, and models and rules are asked for when they are completed, so that one's own are among them.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Parsers = Mapping[tuple[str, str], argparse.ArgumentParser]  # by command and action, "" for a command by itself
# What the names of values stand for in help; a name in small letters stands for itself.
_KINDS = {
    "PATH": "files",
    "FILE": "files",
    "BASE": "files",
    "PROGRAM": "files",
    "FOLDER": "folders",
    "ID": "models",
    "RULE": "rules",
    "PATTERN": "rules",
}


@dataclass(frozen=True)
class _Values:
    """What may stand in a place: `words`, several with commas between if `listed`, and `kinds` of other things, which
    the shell or LocalProof is asked for: files, folders, models, rules."""

    words: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    listed: bool = False


@dataclass(frozen=True)
class _Form:
    """A command, or an action of one, by its place: ``check/``, ``dict/add``."""

    place: str
    about: str
    options: tuple[argparse.Action, ...]
    arguments: _Values

    @property
    def command(self) -> str:
        return self.place.partition("/")[0]

    @property
    def action(self) -> str:
        return self.place.partition("/")[2]

    @property
    def flags(self) -> list[str]:
        return [flag for option in self.options for flag in option.option_strings]


def _forms(parsers: Parsers, defaults: Mapping[str, str]) -> list[_Form]:
    """Every form of the command line; a command that has a default action has the options of that."""
    out = []
    for (command, action), parser in parsers.items():
        known = parsers[command, defaults.get(command, "")] if not action else parser
        options = tuple(a for a in known._actions if a.option_strings and a.help != argparse.SUPPRESS)
        arguments = [_values(a) for a in parser._actions if not a.option_strings]
        actions = () if action else tuple(a for c, a in parsers if c == command and a)
        words = (*actions, *(w for each in arguments for w in each.words))
        kinds = tuple(kind for each in arguments for kind in each.kinds)
        out.append(_Form(f"{command}/{action}", _short(parser.description), options, _Values(words, kinds)))
    return out


def _values(action: argparse.Action) -> _Values:
    """What the option or argument may be: argparse's choices, those of its converter, or what its name stands for."""
    if choices := action.choices or getattr(action.type, "choices", None):
        return _Values(tuple(map(str, choices)), (), getattr(action.type, "listed", False))
    names = str(action.metavar or "").split("|")
    words = tuple(name for name in names if name.isalpha() and name.islower())
    return _Values(words, tuple(_KINDS[name] for name in names if name in _KINDS))


def _valued(forms: Iterable[_Form]) -> list[str]:
    """The options whose value is a word of its own."""
    return sorted({flag for form in forms for o in form.options if o.nargs is None for flag in o.option_strings})


_BASH = r"""# bash completion for localproof
_localproof_offer() {  # what is typed, kinds, words
    local cur=$1 more=$3 before= kind line
    COMPREPLY=()
    for kind in $2; do
        case $kind in
            list)
                [[ $cur == *,* ]] && before=${cur%,*}, cur=${cur##*,}
                compopt -o nospace 2>/dev/null ;;
            models) more+=" $("${COMP_WORDS[0]}" models list 2>/dev/null | sed '/^ /d; s/^\* //; s/ .*//')" ;;
            rules)
                : "${_localproof_rules:=$("${COMP_WORDS[0]}" rules 2>/dev/null | sed 's/ .*//')}"
                more+=" $_localproof_rules" ;;
            files | folders)
                compopt -o filenames 2>/dev/null
                [[ $kind == files ]] && kind=-f || kind=-d
                while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$kind" -- "$cur") ;;
        esac
    done
    while read -r line; do
        [[ -n $line && $line == "$cur"* ]] && COMPREPLY+=("$before$line")
    done <<< "${more// /$'\n'}"
}

_localproof() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} place=check/ first=1 word i
    local options words kinds
    # "--name=value" comes as three words.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
            =) ((i++)); continue ;;
            @VALUED@)
                [[ ${COMP_WORDS[i+1]} == = ]] || ((i++))
                continue ;;
            -*) continue ;;
        esac
        if [[ -n $first && " @COMMANDS@ " == *" $word "* ]]; then
            place=$word/ first=
            continue
        fi
        [[ " @ACTIONS@ " == *" $place$word "* ]] && place=$place$word
        first=
        break
    done
    case $place:$prev in
@VALUES@
    esac
    case $place in
@PLACES@
    esac
    [[ -n $first ]] && words+=" @COMMANDS@"
    if [[ $cur == -* ]]; then
        _localproof_offer "$cur" "" "$options"
    else
        _localproof_offer "$cur" "$kinds" "$words"
    fi
}
complete -F _localproof localproof
"""


def bash(parsers: Parsers, defaults: Mapping[str, str]) -> str:
    """A completion script for bash: `source` it, or save it in the folder of bash-completion."""
    forms = _forms(parsers, defaults)
    where: dict[_Values, list[str]] = {}
    for form in forms:
        for option in form.options:
            if option.nargs != 0:
                where.setdefault(_values(option), []).extend(f"{form.place}:{flag}" for flag in option.option_strings)
    values = [
        f'        {" | ".join(places)}) _localproof_offer "$cur" {_bash_kinds(v)} {_join_words(v.words)}; return ;;'
        for v, places in where.items()
    ]
    places = [
        f"        {f.place}) options={_join_words(f.flags)} words={_join_words(f.arguments.words)} "
        f"kinds={_bash_kinds(f.arguments)} ;;"
        for f in forms
    ]
    return _filled(
        _BASH,
        VALUED=" | ".join(_valued(forms)),
        COMMANDS=" ".join(f.command for f in forms if not f.action),
        ACTIONS=" ".join(f.place for f in forms if f.action),
        VALUES="\n".join(values),
        PLACES="\n".join(places),
    )


def _bash_kinds(values: _Values) -> str:
    return _join_words([*(["list"] if values.listed else []), *values.kinds])


_ZSH = r"""#compdef localproof
_localproof_models() {
    local -a found=(${(f)"$($_localproof_program models list 2>/dev/null | sed '/^ /d; s/^\* //; s/ .*//')"})
    compadd "$@" -a found
}
_localproof_rules() {
    (( $#_localproof_rule_names )) ||
        typeset -ga _localproof_rule_names=(${(f)"$($_localproof_program rules 2>/dev/null | sed 's/ .*//')"})
    compadd "$@" -a _localproof_rule_names
}
_localproof_first() {
    local -a commands=(
@DESCRIBED@
    )
    (( first )) && _describe -t commands command commands
    _files
}
_localproof() {
    local _localproof_program=$words[1] place=check/ word
    local -a commands=(@COMMANDS@) actions=(@ACTIONS@)
    integer at=2 first=1
    while (( at < CURRENT )); do
        word=$words[at]
        case $word in
            (@VALUED@) (( at += 2 )); continue ;;
            (-*) (( at++ )); continue ;;
        esac
        if (( first && ${commands[(Ie)$word]} )); then
            place=$word/
        elif (( ${actions[(Ie)$place$word]} )); then
            place=$place$word
        else
            break
        fi
        first=0
        words[at]=()
        (( CURRENT-- ))
    done
    case $place in
@PLACES@
    esac
}
_localproof "$@"
"""


def zsh(parsers: Parsers, defaults: Mapping[str, str]) -> str:
    """A completion script for zsh: save it as ``_localproof`` in a folder of $fpath."""
    forms = _forms(parsers, defaults)
    return _filled(
        _ZSH,
        DESCRIBED="\n".join(f"        {_described(f.command, f.about)}" for f in forms if not f.action),
        COMMANDS=" ".join(f.command for f in forms if not f.action),
        ACTIONS=" ".join(f.place for f in forms if f.action),
        VALUED="|".join(_valued(forms)),
        PLACES="\n".join(_zsh_place(f, forms) for f in forms),
    )


def _zsh_place(form: _Form, forms: list[_Form]) -> str:
    specs = []
    for option in form.options:
        about = re.sub(r"([\[\]:\\])", r"\\\1", _short(option.help))
        optional = ":" if option.nargs == "?" else ""
        value = "" if option.nargs == 0 else f"{optional}:value:{_zsh_values(_values(option))}"
        several = "*" if len(option.option_strings) == 1 else f"({' '.join(option.option_strings)})"
        for flag in option.option_strings:
            equals = "=" if value and flag.startswith("--") else ""
            specs.append(_quoted(f"{several}{flag}{equals}[{about}]{value}"))
    actions = [f for f in forms if f.command == form.command and f.action and not form.action]
    before = ""
    if actions:
        listed = " ".join(_described(f.action, f.about) for f in actions)
        before = f"local -a described=({listed}); "
        specs.append(_quoted("1:action:{_describe -t actions action described}"))
    elif form.place == "check/":
        specs += [_quoted("1:file or command:_localproof_first"), _quoted("*:file:_files")]
    elif form.arguments != _Values():
        specs.append(_quoted(f"*:argument:{_zsh_values(form.arguments)}"))
    return f"        ({form.place}) {before}_arguments -S : {' '.join(specs)} ;;"


def _zsh_values(values: _Values) -> str:
    if values.listed:
        return f"_values -s , value {' '.join(values.words)}"
    calls = {"files": "_files", "folders": "_files -/", "models": "_localproof_models", "rules": "_localproof_rules"}
    if not values.kinds:
        return f"({' '.join(values.words)})" if values.words else " "
    parts = [calls[kind] for kind in values.kinds]
    if not values.words and len(parts) == 1:
        return parts[0]
    return "{" + "; ".join([*([f"compadd {' '.join(values.words)}"] if values.words else []), *parts]) + "}"


def _described(name: str, about: str) -> str:
    return _quoted(f"{name}:{about}")


_FISH = r"""# fish completion for localproof
function __localproof_place
    set -l tokens (commandline -opc)
    set -l place check/
    set -l first 1
    set -l skip 0
    for word in $tokens[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word @VALUED@
            set skip 1
        else if string match -q -- '-*' $word
        else if test $first = 1; and contains -- $word @COMMANDS@
            set place $word/
            set first 0
        else if contains -- $place$word @ACTIONS@
            set place $place$word
            set first 0
        else
            set first 0
            break
        end
    end
    echo $place
    test $first = 1
end
function __localproof_at
    test (__localproof_place) = $argv[1]
end
function __localproof_list
    set -l before (commandline -ct | string replace -r '^--[a-z-]+=' '' | string match -r '.*,')
    for word in $argv
        echo "$before$word"
    end
end
function __localproof_models
    localproof models list 2>/dev/null | sed '/^ /d; s/^\* //; s/ .*//'
end
function __localproof_rules
    set -q __localproof_rule_names
    or set -g __localproof_rule_names (localproof rules 2>/dev/null | sed 's/ .*//')
    string join \n $__localproof_rule_names
end
@LINES@
"""


def fish(parsers: Parsers, defaults: Mapping[str, str]) -> str:
    """A completion script for fish: save it as ``completions/localproof.fish`` in fish's folder of settings."""
    forms = _forms(parsers, defaults)
    first = _quoted("__localproof_place >/dev/null")
    lines = [f"complete -c localproof -n {first} -a {f.command} -d {_quoted(f.about)}" for f in forms if not f.action]
    for form in forms:
        at = f"complete -c localproof -n {_quoted(f'__localproof_at {form.place}')}"
        for option in form.options:
            flags = " ".join(f"-l {f[2:]}" if f.startswith("--") else f"-s {f[1:]}" for f in option.option_strings)
            takes = _fish_values(_values(option), "-r" if option.nargs is None else "") if option.nargs != 0 else ""
            lines.append(" ".join(filter(None, (at, flags, takes, f"-d {_quoted(_short(option.help))}"))))
        actions = [f for f in forms if f.command == form.command and f.action and not form.action]
        lines += [f"{at} -f -a {f.action} -d {_quoted(f.about)}" for f in actions]
        if not actions:
            lines.append(f"{at} {_fish_values(form.arguments, '')}")
    return _filled(
        _FISH,
        VALUED=" ".join(_valued(forms)),
        COMMANDS=" ".join(f.command for f in forms if not f.action),
        ACTIONS=" ".join(f.place for f in forms if f.action),
        LINES="\n".join(lines),
    )


def _fish_values(values: _Values, required: str) -> str:
    """The flags of `complete` for what may stand there."""
    calls = {
        "models": "(__localproof_models)",
        "rules": "(__localproof_rules)",
        "folders": "(__fish_complete_directories)",
    }
    offered = [calls[kind] for kind in values.kinds if kind in calls]
    words = " ".join(values.words)
    offered += [f"(__localproof_list {words})" if values.listed else words] if words else []
    files = "-F" if "files" in values.kinds else "-f"
    return " ".join(filter(None, (required, files, f"-a {_quoted(' '.join(offered))}" if offered else "")))


SHELLS: dict[str, Callable[[Parsers, Mapping[str, str]], str]] = {"bash": bash, "zsh": zsh, "fish": fish}


def _short(text: str | None) -> str:
    return (text or "").replace("%%", "%").split(";")[0].split(". ")[0].rstrip(".")


def _filled(template: str, **places: str) -> str:
    return re.sub(r"@([A-Z]+)@", lambda m: places[m[1]], template)


def _join_words(words: Iterable[str]) -> str:
    return _quoted(" ".join(words))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
