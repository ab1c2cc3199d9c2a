"""Settings: read once from files, environment and flags, then never changed.

A later source wins: built-in default, the user's settings file, the project's
settings file, ``LOCALPROOF_…`` variables, flags. Where a project has a settings
file, what concerns the text (language, rules, words) is decided by that file
alone, so that everyone who works on it sees the same; what concerns the machine
(`jobs`, time and size limits) is never read from a project, because a cloned
repository must not decide how much of this computer is used. No key of any file
names a program to run or a place to write to.

Start reading in `settings`, where each setting is declared once.

- `settings`: `Settings`, and the row of facts of each field; `choices`: what may be chosen from.
- `loading`: which files govern a folder, and what they say.
- `values`: what may stand for a value, and what is said where it may not.
- `by_path`: what holds for some paths only.
- `folders`: the user's folders for settings, cache, state and data.
- `word_files`: word lists and ignores files; `terms`: how words are written here.
- `learned_file`: what was learned from the writer, and whether it is this user's.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .by_path import covers as covers
    from .by_path import for_file as for_file
    from .choices import BUNDLED as BUNDLED
    from .choices import BUNDLED_MODELS as BUNDLED_MODELS
    from .choices import DIALECTS as DIALECTS
    from .choices import ELSEWHERE as ELSEWHERE
    from .choices import FAIL_ON as FAIL_ON
    from .choices import GENERATORS as GENERATORS
    from .choices import LANGUAGES as LANGUAGES
    from .choices import PROFILES as PROFILES
    from .choices import REQUIREMENTS as REQUIREMENTS
    from .choices import RUNTIMES as RUNTIMES
    from .choices import dialect as dialect
    from .choices import nearest as nearest
    from .choices import one_of as one_of
    from .folders import HOMELESS as HOMELESS
    from .folders import cache_folder as cache_folder
    from .folders import homeless as homeless
    from .folders import make_folder as make_folder
    from .folders import need_home as need_home
    from .folders import own_folder as own_folder
    from .folders import state_folder as state_folder
    from .folders import user_folder as user_folder
    from .loading import FILE_NAMES as FILE_NAMES
    from .loading import PROJECT_DICTIONARY as PROJECT_DICTIONARY
    from .loading import PROJECT_IGNORES as PROJECT_IGNORES
    from .loading import PROJECT_RULES as PROJECT_RULES
    from .loading import USER_DICTIONARY as USER_DICTIONARY
    from .loading import USER_FILE as USER_FILE
    from .loading import USER_IGNORES as USER_IGNORES
    from .loading import USER_RULES as USER_RULES
    from .loading import find_settings as find_settings
    from .loading import load_settings as load_settings
    from .loading import rule_folders as rule_folders
    from .settings import FLAGS as FLAGS
    from .settings import KEYS as KEYS
    from .settings import PASSAGES as PASSAGES
    from .settings import Override as Override
    from .settings import Settings as Settings
    from .settings import Term as Term
    from .settings import having as having
    from .settings import opening_values as opening_values
    from .terms import PROJECT_TERMS as PROJECT_TERMS
    from .terms import USER_TERMS as USER_TERMS
    from .terms import parse_terms as parse_terms
    from .terms import read_terms as read_terms
    from .values import parse_flag as parse_flag
    from .values import parse_value as parse_value
    from .word_files import list_for as list_for
    from .word_files import lists_beside as lists_beside
    from .word_files import read_ignores as read_ignores
    from .word_files import read_text as read_text
    from .word_files import read_words as read_words
    from .word_files import require_inside as require_inside
    from .word_files import word_of as word_of
    from .word_files import words_for as words_for

# Where each name lives. It is fetched when it is asked for: help needs the choices alone.
_HOMES = {
    "covers": "by_path",
    "for_file": "by_path",
    "BUNDLED": "choices",
    "BUNDLED_MODELS": "choices",
    "DIALECTS": "choices",
    "ELSEWHERE": "choices",
    "FAIL_ON": "choices",
    "GENERATORS": "choices",
    "LANGUAGES": "choices",
    "PROFILES": "choices",
    "REQUIREMENTS": "choices",
    "RUNTIMES": "choices",
    "dialect": "choices",
    "nearest": "choices",
    "one_of": "choices",
    "HOMELESS": "folders",
    "cache_folder": "folders",
    "homeless": "folders",
    "make_folder": "folders",
    "need_home": "folders",
    "own_folder": "folders",
    "state_folder": "folders",
    "user_folder": "folders",
    "FILE_NAMES": "loading",
    "PROJECT_DICTIONARY": "loading",
    "PROJECT_IGNORES": "loading",
    "USER_DICTIONARY": "loading",
    "USER_FILE": "loading",
    "USER_IGNORES": "loading",
    "find_settings": "loading",
    "load_settings": "loading",
    "FLAGS": "settings",
    "KEYS": "settings",
    "Override": "settings",
    "Settings": "settings",
    "having": "settings",
    "opening_values": "settings",
    "parse_flag": "values",
    "parse_value": "values",
    "list_for": "word_files",
    "lists_beside": "word_files",
    "read_ignores": "word_files",
    "read_text": "word_files",
    "read_words": "word_files",
    "require_inside": "word_files",
    "word_of": "word_files",
    "words_for": "word_files",
    "PROJECT_RULES": "loading",
    "USER_RULES": "loading",
    "rule_folders": "loading",
    "PASSAGES": "settings",
    "Term": "settings",
    "PROJECT_TERMS": "terms",
    "USER_TERMS": "terms",
    "parse_terms": "terms",
    "read_terms": "terms",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return value
