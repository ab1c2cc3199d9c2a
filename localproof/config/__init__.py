"""Settings: read once from files, environment and flags, then never changed.

A later source wins: built-in default, the user's settings file, the project's
settings file, ``LOCALPROOF_…`` variables, flags. Where a project has a settings
file, what concerns the text (language, rules, words) is decided by that file
alone, so that everyone who works on it sees the same; what concerns the machine
(`jobs`, time and size limits) is never read from a project, because a cloned
repository must not decide how much of this computer is used. No key of any file
names a program to run or a place to write to.

Start reading in `settings`, where each setting is declared once.

- `settings`: `Settings`, and the row of facts of each field.
- `loading`: which files govern a folder, and what they say.
- `values`: what may stand for a value, and what is said where it may not.
- `by_path`: what holds for some paths only.
- `folders`: the user's folders for settings, cache, state and data.
- `word_files`: word lists and ignores files.
"""

from .by_path import covers, for_file
from .folders import HOMELESS, cache_folder, homeless, make_folder, need_home, own_folder, state_folder, user_folder
from .loading import (
    FILE_NAMES,
    PROJECT_DICTIONARY,
    PROJECT_IGNORES,
    USER_DICTIONARY,
    USER_FILE,
    USER_IGNORES,
    find_settings,
    load_settings,
)
from .settings import (
    BUNDLED,
    BUNDLED_MODELS,
    DIALECTS,
    ELSEWHERE,
    FAIL_ON,
    FLAGS,
    GENERATORS,
    KEYS,
    LANGUAGES,
    PROFILES,
    REQUIREMENTS,
    RUNTIMES,
    Override,
    Settings,
    having,
    opening_values,
)
from .values import dialect, nearest, one_of, parse_flag, parse_value
from .word_files import list_for, lists_beside, read_ignores, read_text, read_words, require_inside, word_of, words_for

__all__ = [
    "BUNDLED",
    "BUNDLED_MODELS",
    "DIALECTS",
    "ELSEWHERE",
    "FAIL_ON",
    "FILE_NAMES",
    "FLAGS",
    "GENERATORS",
    "HOMELESS",
    "KEYS",
    "LANGUAGES",
    "PROFILES",
    "PROJECT_DICTIONARY",
    "PROJECT_IGNORES",
    "REQUIREMENTS",
    "RUNTIMES",
    "USER_DICTIONARY",
    "USER_FILE",
    "USER_IGNORES",
    "Override",
    "Settings",
    "cache_folder",
    "covers",
    "dialect",
    "find_settings",
    "for_file",
    "having",
    "homeless",
    "list_for",
    "lists_beside",
    "load_settings",
    "make_folder",
    "nearest",
    "need_home",
    "one_of",
    "opening_values",
    "own_folder",
    "parse_flag",
    "parse_value",
    "read_ignores",
    "read_text",
    "read_words",
    "require_inside",
    "state_folder",
    "user_folder",
    "word_of",
    "words_for",
]
