"""Settings: read once from files, environment and flags, then never changed.

A later source wins: built-in default, the user's settings file, the project's
settings file, ``LOCALPROOF_…`` variables, flags. Where a project has a settings
file, what concerns the text (language, rules, words) is decided by that file
alone, so that everyone who works on it sees the same; what concerns the machine
(`jobs`, time and size limits) is never read from a project, because a cloned
repository must not decide how much of this computer is used. No key of any file
names a program to run or a place to write to.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, TypeVar

from ..report import KINDS, BadInput
from ..text import escape_invisible
from ..text.languages import FORMS, NAMES
from ..text.languages import known_language as known_language

DIALECTS = FORMS["en"]
LANGUAGES = (
    *DIALECTS,
    *(form for code in NAMES if code != "en" for form in dict.fromkeys((code, *FORMS.get(code, ())))),
)
BUNDLED = "localproof-small"  # the language model that comes with LocalProof
PROFILES = ("quiet", "balanced", "all")
SERVICES = ("auto", "on", "off")
FAIL_ON = ("any", "never", *KINDS)
HOMES = ("auto", "embedded", "java", "server")
ELSEWHERE = "my text may leave this machine"
# What may be asked of a model; `models.policy` says what each means.
REQUIREMENTS = (
    *("data-disclosed", "open-licence-data", "opt-out-honoured", "opt-out-retroactive", "consent-certified"),
    *("energy-disclosed", "carbon-disclosed", "osi-licence"),
)
RUNTIMES = ("auto", "numpy", "llama.cpp")
SUGGEST = ("none", "closed", "rewrite")
GENERATORS = ("auto", "none", "hugo", "jekyll", "eleventy", "astro", "zola", "mkdocs", "docusaurus")
# What [[overrides]] cannot say for some paths only, because it decides which paths there are.
NOT_BY_PATH = frozenset({"exclude", "include", "generator"})
_ADDING = frozenset({"disable", "enable", "words"})  # of these an override has more, of all others it has its own

# In one folder the first of these that exists (and, for pyproject.toml, has a
# table [tool.localproof]) is the settings file.
FILE_NAMES = (".localproof.toml", "localproof.toml", ".config/localproof.toml", "pyproject.toml")
USER_FILE = "localproof.toml"
USER_DICTIONARY = "dictionary.txt"
PROJECT_DICTIONARY = ".localproof/dictionary.txt"
USER_IGNORES = "ignores"
PROJECT_IGNORES = ".localproof/ignores"
_MOST_BYTES = 10_000_000  # of a settings file or word list; a larger one is a mistake or an attack

T = TypeVar("T")
Scope = Literal["text", "machine"]


def _key(default: T, doc: str, scope: Scope = "text", **facts: object) -> T:
    """A field that settings files may set. `facts`: choices, least, opens (see `opening_values`)."""
    declared: T = field(default=default, metadata={"doc": doc, "scope": scope, **facts})
    return declared


@dataclass(frozen=True)
class Override:
    """What holds for some paths only: `values` by field name, for what `paths` (globs) match. See `for_file`."""

    paths: tuple[str, ...]
    values: Mapping[str, object]
    source: str  # the file and the number of the table in it, from 1


@dataclass(frozen=True)
class Settings:
    """What the writer decided. Every field has a default that suits most people.

    A key in a settings file is the field's name with "-" for "_"; the variable
    is ``LOCALPROOF_`` and the name in capitals, lists separated by commas.
    `sources` says for each field where its value comes from.
    """

    language: str = _key("en-US", "The language that the text is written in.", choices=LANGUAGES, opens=True)
    engines: tuple[str, ...] = _key(("harper", "languagetool"), "The rule engines that look for suspects.", opens=True)
    profile: str = _key(
        "quiet", "How sure LocalProof must be before it speaks: quiet, balanced or all.", choices=PROFILES
    )
    front_matter: tuple[str, ...] = _key(
        ("title", "description", "summary"), "Fields of a file's front matter that hold prose."
    )
    disable: tuple[str, ...] = _key(
        (),
        'Rules never to hear of, by name or glob: "harper/OxfordComma", "*/EN_QUOTES"; a variant by its number: '
        '"languagetool/IT_IS[37]".',
    )
    enable: tuple[str, ...] = _key((), "Rules that are off by default, to be switched on.", opens=True)
    words: frozenset[str] = _key(frozenset(), "Words and phrases that are right here, beside those of the word lists.")
    exclude: tuple[str, ...] = _key(
        (), "Files and folders not to check, as globs from the settings file's folder; * crosses folders."
    )
    include: tuple[str, ...] = _key(
        (), "The only files to take from folders, as globs of the same kind; empty means every known format."
    )
    drafts: bool = _key(True, "Whether texts in folders that call themselves drafts are checked.")
    generator: str = _key(
        "auto",
        "The site generator whose other folders are passed over: auto looks for its settings, none passes over none.",
        choices=GENERATORS,
    )
    fail_on: tuple[str, ...] = _key(
        ("any",), "Kinds of finding that make the exit status 1, or any, or never.", choices=FAIL_ON
    )
    block_timeout_s: float = _key(
        10.0, "Seconds of CPU time an engine may spend on one paragraph.", "machine", least=0.1
    )
    jobs: int = _key(0, "Threads for each engine; 0 means one for each core.", "machine", least=0)
    max_bytes: int = _key(20_000_000, "The largest file that is read, in bytes.", "machine", least=1, opens=False)
    executor: str = _key("", "Where the engines work: here, or on the Dask cluster at dask://HOST:PORT.", "machine")
    cache: bool = _key(True, "Whether answers are kept in the user's cache folder for later runs.", "machine")
    picky: bool = _key(False, "Whether LanguageTool's picky rules run too, style above all.", opens=True)
    languagetool_home: str = _key(
        "auto",
        "Which LanguageTool: embedded, java, server; auto takes a server that is named, else Java where it is set up.",
        "machine",
        choices=HOMES,
    )
    languagetool_server: str = _key("", "The LanguageTool server to use, such as http://localhost:8081.", "machine")
    languagetool_elsewhere: str = _key(
        "no", "Whether that server may be on another machine, in so many words.", "machine", choices=("no", ELSEWHERE)
    )
    languagetool_ngrams: str = _key(
        "", "The folder with LanguageTool's n-gram data (en/1grams and so on), for the original on Java.", "machine"
    )
    service: str = _key(
        "auto",
        "The resident service: auto uses it and starts it after a run, but in CI; on does so everywhere; off never.",
        "machine",
        choices=SERVICES,
    )
    service_minutes: float = _key(
        10.0, "Minutes without use after which the service ends.", "machine", least=0.01, opens=False
    )
    service_megabytes: int = _key(
        1500, "Memory above which the service lets go of engines, in MB.", "machine", least=100, opens=False
    )
    model: str = _key(
        "", "The language model that scores: an id of `localproof models list`, a GGUF file, or none.", "machine"
    )
    model_suggest: str = _key(
        "closed",
        "Where edits of the model's own come from: a closed set; with rewrite also what an instruct model would write, "
        "six tokens at most; none.",
        "machine",
        choices=SUGGEST,
    )
    model_runtime: str = _key(
        "auto",
        "What runs the model: numpy reads those that come with LocalProof, llama.cpp any GGUF file; auto: numpy where "
        "it can.",
        "machine",
        choices=RUNTIMES,
    )
    model_threads: int = _key(
        1,
        "Threads that the model computes with; more only pay where cores have nothing else to do.",
        "machine",
        least=1,
    )
    model_gpu_layers: int = _key(0, "Layers of the model that a graphics card computes.", "machine", least=0)
    models_allow_licenses: tuple[str, ...] = _key(
        (), "The only licences that a model may have, as SPDX identifiers; empty means any.", "machine"
    )
    models_require: tuple[str, ...] = _key(
        (), "What must be known of a model before it is let in.", "machine", choices=REQUIREMENTS
    )
    energy_meter: str = _key("auto", "What tells the energy of a run: auto, off, or a meter by name.", "machine")
    watts_per_thread: float = _key(
        0.0, "Watts of one busy thread, for the energy estimate; 0 means LocalProof's own.", "machine", least=0
    )
    # The words of the lists for one language, by its tag: see `words_for`.
    words_by_language: tuple[tuple[str, tuple[str, ...]], ...] = ()
    dictionary: Path | None = None  # the project's word list, to which `dict add --project` writes
    root: Path | None = None  # the project's folder: that of its settings file, or the repository's top
    trust_file: bool = False  # whether native code may read a model's file that no catalogue has: said for one run only
    cache_folder: Path | None = None  # where answers are kept; None: nowhere
    ignores: tuple[str, ...] = ()  # the lines of the ignores files: places that the writer wants left alone
    overrides: tuple[Override, ...] = field(default=(), metadata={"scope": "text"})  # see `for_file`
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


KEYS: dict[str, Field[Any]] = {f.name.replace("_", "-"): f for f in fields(Settings) if "doc" in f.metadata}


def opening_values(settings: Settings) -> tuple[object, ...]:
    """What engines and a model are opened with: where it is the same for two settings, they may share them."""
    keys = [f for f in KEYS.values() if f.metadata.get("opens", f.metadata["scope"] == "machine")]
    return (*(getattr(settings, f.name) for f in keys), settings.trust_file, settings.cache_folder)


Place = Literal["config", "cache", "state", "data"]


def _given_value(kind: Place) -> Path:
    import platformdirs

    path: Path = getattr(platformdirs, f"user_{kind}_path")("localproof", appauthor=False)
    return path


# In place of the user's own folders where the home is not known, as in some containers: nothing is below a device,
# and nothing can be put there.
_NOWHERE = Path(os.devnull, "no-home-folder")
HOMELESS = "your home folder is not known: set HOME"


def own_folder(kind: Place, given: Callable[[Place], Path] = _given_value) -> Path:
    """The folder of one kind that the system gives LocalProof in the user's home, which need not exist; without a home
    one that cannot (see `make_folder`)."""
    try:
        path = given(kind)
    except RuntimeError:
        path = Path()
    # Else it is "~" itself, below whatever folder this is: others may have put it there.
    return path if path.is_absolute() else _NOWHERE / kind


def homeless(path: Path) -> bool:
    """Whether `path` stands for one in a home that is not known."""
    return path.is_relative_to(_NOWHERE)


def need_home(path: Path) -> None:
    """Raises BadInput where `path`, to be written, stands for one in a home that is not known."""
    if homeless(path):
        kind = path.relative_to(_NOWHERE).parts[0]
        raise BadInput(HOMELESS + ("" if kind == "data" else f" (or LOCALPROOF_{kind.upper()}_DIR)"))


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder of the user's, and those above it, unless it is there. Raises BadInput where that cannot be."""
    need_home(path)
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"{escape_invisible(str(path))}: cannot be created: {error.strerror}") from None


def user_folder(env: Mapping[str, str]) -> Path:
    """Where the user's settings file and word list live; `LOCALPROOF_CONFIG_DIR` moves it."""
    if moved := env.get("LOCALPROOF_CONFIG_DIR"):
        return Path(moved)
    return own_folder("config")


def cache_folder(env: Mapping[str, str]) -> Path:
    """The user's cache folder, which need not exist; `LOCALPROOF_CACHE_DIR` moves it."""
    if moved := env.get("LOCALPROOF_CACHE_DIR"):
        return Path(moved).absolute()
    return own_folder("cache")


def state_folder(env: Mapping[str, str]) -> Path:
    """Where LocalProof keeps what it must remember; `LOCALPROOF_STATE_DIR` moves it."""
    if moved := env.get("LOCALPROOF_STATE_DIR"):
        return Path(moved)
    return own_folder("state")


def find_settings(folder: Path) -> tuple[Path | None, Path | None]:
    """(settings file, project folder) that govern `folder`, an absolute path; None for each that there is not.

    Looks in `folder` and above, up to the top of the repository (the first
    folder with a ``.git``) or of the file system.
    """
    for place in (folder, *folder.parents):
        for name in FILE_NAMES:
            path = place / name
            if _is_file(path) and (name != "pyproject.toml" or _speaks_of_us(path)):
                return path, place
        if _exists(place / ".git"):
            return None, place
    return None, None


def load_settings(
    start: Path | None,
    flags: Mapping[str, object],
    env: Mapping[str, str],
    *,
    file: Path | None = None,
    isolated: bool = False,
) -> Settings:
    """The settings that govern the folder `start` (None: no project).

    `flags` maps field names to values, None for what was not given. `file` is
    read in place of the files that would be found; `isolated` reads none of
    them and no word list. Raises BadInput for a file that cannot be read or a
    key or value that makes no sense, naming file, line and the nearest right one.
    """
    values: dict[str, object] = {}
    sources = {f.name: "default" for f in KEYS.values()}
    project, root = (None, None) if isolated or start is None else find_settings(start.absolute())
    if file is not None:
        project, root = file, file.absolute().parent
    elif root is not None and project is None and (dialect := _editorconfig(root)):
        values["language"], sources["language"] = dialect
    lists = [] if isolated else _layers(values, sources, project, own=file is not None, env=env)
    if root is not None and not isolated:
        lists.append(require_inside(root / PROJECT_DICTIONARY, root))
    for name, raw in _from_environment(env):
        values[name], sources[name] = raw
    for name, value in flags.items():
        if value is not None:
            values[name], sources[name] = value, "flag"
    by_language = tuple((tag, tuple(w for p in paths for w in read_words(p))) for tag, paths in _lists_of(lists, root))
    words = frozenset(values.pop("words", ())) | {w for path in lists for w in read_words(path)}  # type: ignore[call-overload]
    dictionary = root / PROJECT_DICTIONARY if root else None
    ignores = () if isolated else _ignores(root, env)
    places = {
        "words_by_language": by_language,
        "dictionary": dictionary,
        "root": root,
        "cache_folder": kept if values.get("cache", True) and not homeless(kept := cache_folder(env)) else None,
    }
    return Settings(**values, **places, words=words, ignores=ignores, sources=sources)  # type: ignore[arg-type]


def list_for(path: Path, language: str) -> Path:
    """The word list for one language beside the list `path`; `path` itself for "", which means every language.

    >>> list_for(Path("dictionary.txt"), "en-GB").name
    'dictionary.en-GB.txt'
    """
    return path.with_name(f"{path.stem}.{language}{path.suffix}") if language else path


def lists_beside(path: Path) -> list[tuple[str, Path]]:
    """(tag, list) for every word list beside the list `path` that is for one language, there or not, in order."""
    try:
        names = {entry.name for entry in path.parent.iterdir()}
    except OSError:  # there is no such folder, or it is not for us
        return []
    return [(tag, each) for tag in dict.fromkeys((*NAMES, *LANGUAGES)) if (each := list_for(path, tag)).name in names]


def words_for(settings: Settings, language: str) -> frozenset[str]:
    """The writer's words in a text in `language`: those of every list that is for all languages, for that one, or for
    all its variants."""
    own = (words for tag, words in settings.words_by_language if tag in (language, language.partition("-")[0]))
    return settings.words.union(*own)


def _lists_of(lists: Iterable[Path], root: Path | None) -> list[tuple[str, list[Path]]]:
    """By language, the lists for it beside `lists`."""
    found: dict[str, list[Path]] = {}
    for path in lists:
        for tag, each in lists_beside(path):
            ours = root is not None and path == root / PROJECT_DICTIONARY
            found.setdefault(tag, []).append(require_inside(each, root) if ours and root else each)
    return sorted(found.items())


def _ignores(root: Path | None, env: Mapping[str, str]) -> tuple[str, ...]:
    paths = [user_folder(env) / USER_IGNORES]
    if root is not None:
        paths.append(require_inside(root / PROJECT_IGNORES, root))
    return tuple(dict.fromkeys(line for path in paths for line in read_ignores(path)))


def read_ignores(path: Path) -> tuple[str, ...]:
    """The lines of an ignores file (see `decisions.Ignores`) in its own order; one that begins with ``#`` is a comment.

    () if there is none. Raises BadInput for a file that is there but cannot be read.
    """
    if not os.path.lexists(path):
        return ()
    lines = (" ".join(line.split()) for line in read_text(path).splitlines())
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


def _layers(
    values: dict[str, object], sources: dict[str, str], project: Path | None, *, own: bool, env: Mapping[str, str]
) -> list[Path]:
    """Lay the user's file and then the project's over `values`; the word lists to read besides."""
    home = user_folder(env)
    layers: list[tuple[Path, bool, bool]] = []  # file, may decide on the text, may decide on the machine
    if not own and _is_file(home / USER_FILE):
        layers.append((home / USER_FILE, project is None, True))
    if project is not None:
        layers.append((project, True, own))
    for path, text, machine in layers:
        for name, value in _read_file(path, machine=machine).items():
            if text or Settings.__dataclass_fields__[name].metadata["scope"] == "machine":
                values[name], sources[name] = value, str(path)
    return [home / USER_DICTIONARY]


def _read_file(path: Path, *, machine: bool) -> dict[str, object]:
    """Field names and values that a settings file sets."""
    import tomllib

    shown = escape_invisible(str(path))
    text = read_text(path)
    try:
        table: Any = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: bad TOML, or a number of thousands of digits
        raise BadInput(f"{shown}: not valid TOML: {error or 'nested too deeply'}") from None
    if path.name == "pyproject.toml":
        table = table.get("tool", {}).get("localproof", {})
    if not isinstance(table, dict):
        raise BadInput(f"{shown}: [tool.localproof] must be a table")
    values: dict[str, object] = {}
    for key, raw in table.items():
        where = f"{shown}{_line_of(text, key, path.name == 'pyproject.toml')}"
        if key == "overrides":
            values[key] = _overrides(raw, shown)
            continue
        if key not in KEYS:
            raise BadInput(f"{where}: unknown key {escape_invisible(key)!r}{nearest(key.replace('_', '-'), KEYS)}")
        known = KEYS[key]
        if known.metadata["scope"] == "machine" and not machine:
            raise BadInput(
                f"{where}: {key} concerns the machine and is not read from a project; "
                f"set it in your own settings (`localproof config path`) or as {_variable(known.name)}"
            )
        values[known.name] = _value(known, raw, where)
    return values


def _overrides(raw: object, shown: str) -> tuple[Override, ...]:
    """The tables [[overrides]] of a settings file. Raises BadInput for what they cannot hold."""
    if not isinstance(raw, list) or not all(isinstance(table, dict) for table in raw):
        raise BadInput(f"{shown}: overrides must be tables: [[overrides]], then paths = […] and what holds there")
    found = []
    for number, table in enumerate(raw, 1):
        where = f"{shown}: [[overrides]] {number}"
        paths = _texts(table.get("paths"))
        if not paths:
            raise BadInput(f'{where}: needs paths, a list of globs: paths = ["content/fr/*"]')
        values: dict[str, object] = {}
        for key, value in table.items():
            if key == "paths":
                continue
            known = KEYS.get(key)
            if known is None or known.name in NOT_BY_PATH or known.metadata["scope"] == "machine":
                hint = nearest(key.replace("_", "-"), KEYS) if known is None else ""
                raise BadInput(f"{where}: {escape_invisible(key)!r} is no key that can hold for some paths only{hint}")
            values[known.name] = _value(known, value, where)
        found.append(Override(paths, values, where))
    return tuple(found)


def for_file(settings: Settings, path: Path) -> Settings:
    """`settings` as they are for the file `path`: with each of the overrides whose globs match it, the last wins.

    Words and rules to switch on or off are added to those of the project; any
    other value takes the place of the project's. What a flag or a variable
    says stays, because it was said for this run. Returns `settings` itself
    where no override speaks of the file.
    """
    values: dict[str, Any] = {}
    sources = dict(settings.sources)
    for override in settings.overrides:
        if not covers(override.paths, path, settings.root):
            continue
        for name, value in override.values.items():
            said = settings.sources.get(name, "")
            if said == "flag" or said == _variable(name):
                continue
            before: Any = values.get(name, getattr(settings, name))
            if name == "words":
                value = before | value
            elif name in _ADDING:
                value = tuple(dict.fromkeys([*before, *value]))  # type: ignore[misc]
            values[name], sources[name] = value, override.source
    return replace(settings, **values, sources=sources) if values else settings


def covers(globs: Iterable[str], path: Path, root: Path | None) -> bool:
    """Whether a glob matches `path` or a folder that it is in, both told from `root`. * crosses folders.

    >>> root = Path("/site")
    >>> covers(["drafts"], root / "drafts/2024/a.md", root), covers(["content/**/*.md"], root / "content/a.md", root)
    (True, True)
    """
    globs = tuple(globs)
    if not globs or root is None:
        return False
    try:
        inner = Path(os.path.normpath(path.absolute())).relative_to(root)
    except ValueError:
        return False
    ways = [p.as_posix() for p in (inner, *inner.parents)][:-1]
    return any(fnmatchcase(way, form) for glob in globs for form in _forms(glob) for way in ways)


def _forms(glob: str) -> set[str]:
    """What `glob` may be written as: without ./ or / around it, and with **/ for no folder at all."""
    bare = glob.removeprefix("./").strip("/")
    bare = bare.removesuffix("/**") or bare
    return {bare, bare.replace("**/", "")}


def _from_environment(env: Mapping[str, str]) -> Iterable[tuple[str, tuple[object, str]]]:
    for known in KEYS.values():
        variable = _variable(known.name)
        if raw := env.get(variable):
            yield known.name, (parse_flag(known.name, raw, variable), variable)


def _variable(name: str) -> str:
    return f"LOCALPROOF_{name.upper()}"


def parse_flag(name: str, raw: str, where: str) -> object:
    """The value of field `name` written as one text, as in a flag or a variable. Raises BadInput."""
    known = Settings.__dataclass_fields__[name]
    if known.type in ("tuple[str, ...]", "frozenset[str]"):
        return _value(known, [part for p in raw.split(",") if (part := p.strip())], where)
    if known.type == "bool":
        return _value(known, _SWITCH.get(raw.strip().lower(), raw), where)
    if known.type in ("int", "float"):
        try:
            return _value(known, int(raw) if known.type == "int" else float(raw), where)
        except ValueError:
            raise BadInput(f"{where}: expected a number, got {escape_invisible(raw)!r}") from None
    return _value(known, raw, where)


def parse_value(name: str, raw: object, where: str) -> object:
    """The value of field `name` given as JSON or TOML gives it. Raises BadInput."""
    return _value(Settings.__dataclass_fields__[name], raw, where)


def _texts(raw: object) -> tuple[str, ...] | None:
    if isinstance(raw, list) and all(isinstance(x, str) for x in raw):
        return tuple(dict.fromkeys(raw))
    return None


def _number(raw: object) -> float | None:
    # The bounds keep out infinity, not-a-number, and integers that no C call takes.
    return raw if isinstance(raw, (int, float)) and not isinstance(raw, bool) and abs(raw) < 2**62 else None


def _whole(raw: object) -> float | None:
    return _number(raw) if isinstance(raw, int) else None


_SWITCH = {word: way for way, words in ((True, "1 true yes on"), (False, "0 false no off")) for word in words.split()}
_READERS: dict[str, tuple[Callable[[object], Any], str]] = {
    "str": (lambda raw: raw if isinstance(raw, str) else None, "a text"),
    "int": (_whole, "a whole number"),
    "bool": (lambda raw: raw if isinstance(raw, bool) else None, "true or false"),
    "float": (_number, "a number"),
    "tuple[str, ...]": (_texts, "a list of texts"),
    "frozenset[str]": (lambda raw: None if (t := _texts(raw)) is None else frozenset(t), "a list of texts"),
}


def _value(known: Field[Any], raw: object, where: str) -> object:
    """`raw` as field `known` holds it. Raises BadInput."""
    read, expected = _READERS[str(known.type)]
    key = known.name.replace("_", "-")
    value: Any = read(raw)
    if value is None:
        raise BadInput(f"{where}: {key} must be {expected}, not {escape_invisible(repr(raw))[:60]}")
    least = known.metadata.get("least")
    if least is not None and value < least:
        raise BadInput(f"{where}: {key} must be at least {least}, not {raw}")
    if known.name == "language":
        return dialect(str(value), where)
    if choices := known.metadata.get("choices"):
        for each in (value,) if isinstance(value, str) else value:
            one_of(each, choices, key, where)
    if known.name == "fail_on" and len(value) > 1 and {"any", "never"} & set(value):
        raise BadInput(f"{where}: fail-on takes any or never by itself, or a list of kinds")
    return value


def dialect(tag: str, where: str) -> str:
    """The English, or the other language, that a language tag names. Raises BadInput.

    >>> dialect("en_gb", "--lang"), dialect("en", "--lang"), dialect("de-at", "--lang")
    ('en-GB', 'en-US', 'de-AT')
    """
    if found := known_language(tag):
        return found
    choices = f"choose from {', '.join(DIALECTS)}, or what `localproof languages` lists"
    raise BadInput(f"{where}: unknown language {escape_invisible(tag)!r}{nearest(tag, LANGUAGES)} ({choices})")


def one_of(value: str, choices: Iterable[str], what: str, where: str) -> str:
    """`value` if it is one of `choices`; else raises BadInput that names them and the nearest."""
    known = tuple(choices)
    if value in known:
        return value
    raise BadInput(
        f"{where}: unknown {what} {escape_invisible(value)!r}{nearest(value, known)} (choose from {', '.join(known)})"
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the most similar of `known`, or "" if none is near.

    >>> nearest("languge", ["language", "profile"])
    '; did you mean language?'
    """
    close = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _line_of(text: str, key: str, in_table: bool) -> str:
    """``:12`` for the line that sets `key`, "" if it cannot be told."""
    start = 0
    if in_table:
        header = re.search(r"^\s*\[\s*tool\s*\.\s*localproof\s*\]", text, re.MULTILINE)
        start = header.end() if header else 0
    found = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.]", re.MULTILINE).search(text, start)
    return f":{text.count(chr(10), 0, found.start()) + 1}" if found else ""


def read_words(path: Path) -> tuple[str, ...]:
    """The words and phrases of a word list in its own order: one a line, ``#`` begins a comment. () if there is none.

    Raises BadInput for a list that is there but cannot be read.
    """
    if not os.path.lexists(path):
        return ()
    return tuple(dict.fromkeys(w for line in read_text(path).splitlines() if (w := word_of(line))))


def word_of(line: str) -> str:
    """The word or phrase that a line of a word list holds, "" if it holds none.

    >>> word_of("  Hetzner Cloud   # where the site lives")
    'Hetzner Cloud'
    >>> word_of("C#"), word_of("# a comment")
    ('C#', '')
    """
    return " ".join(re.split(r"(?:^|\s)#", line, maxsplit=1)[0].split())


def require_inside(path: Path, root: Path) -> Path:
    """`path`, unless a link makes it lead out of `root`: then BadInput."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(os.path.realpath(root)):
        raise BadInput(
            f"{escape_invisible(str(path))} leads out of the project, to {escape_invisible(str(real))}; remove the link"
        )
    return path


def read_text(path: Path) -> str:
    """A small UTF-8 text file. Raises BadInput for anything else."""
    shown = escape_invisible(str(path))
    if not _is_file(path):
        raise BadInput(f"{shown}: " + ("not a regular file" if os.path.lexists(path) else "no such file"))
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{shown}: cannot be read: {error.strerror}") from None
    if len(data) > _MOST_BYTES:
        raise BadInput(f"{shown}: larger than {_MOST_BYTES:,} bytes, which no file of settings or words is")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadInput(f"{shown}: not UTF-8 at byte {error.start}; save it as UTF-8") from None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a folder we may not enter, a name the system refuses
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _speaks_of_us(path: Path) -> bool:
    """Whether a pyproject.toml has our table; a file that has not, broken or not, is none of our business."""
    import tomllib

    try:
        text = read_text(path)
        if "localproof" not in text:
            return False
        return "localproof" in tomllib.loads(text).get("tool", {})
    except BadInput:
        return False
    except (ValueError, RecursionError):
        return re.search(r"^\s*\[\s*tool\s*\.\s*localproof\s*\]", text, re.MULTILINE) is not None


def _editorconfig(root: Path) -> tuple[str, str] | None:
    """(dialect, where it was said) from `spelling_language` for all files in the project's ``.editorconfig``."""
    path = root / ".editorconfig"
    if not _is_file(path):
        return None
    section = ""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if head := re.fullmatch(r"\s*\[(.*)\]\s*", line):
            section = head[1]
        elif section == "*" and (
            pair := re.fullmatch(r"\s*spelling_language\s*[=:]\s*([\w-]+)\s*", line, re.IGNORECASE)
        ):
            try:
                where = f"{path}:{number}"
                return dialect(pair[1], where), where
            except BadInput:  # another language: not for us, and not our file to complain about
                return None
    return None
