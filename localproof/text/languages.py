"""The languages that LocalProof can proofread, and what a text says of its own."""

from __future__ import annotations

import re
from functools import lru_cache

# English is at home: all engines, and the judge. The other languages have
# LanguageTool's rules, each from a package of its own.
NAMES: dict[str, str] = {
    "ar": "Arabic",
    "ast": "Asturian",
    "be": "Belarusian",
    "br": "Breton",
    "ca": "Catalan",
    "crh": "Crimean Tatar",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "eo": "Esperanto",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "gl": "Galician",
    "is": "Icelandic",
    "it": "Italian",
    "ja": "Japanese",
    "km": "Khmer",
    "lt": "Lithuanian",
    "ml": "Malayalam",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sl": "Slovenian",
    "sr": "Serbian",
    "sv": "Swedish",
    "ta": "Tamil",
    "tl": "Tagalog",
    "uk": "Ukrainian",
    "zh": "Chinese",
}

# The forms of a language that its rules tell apart; the first is meant by the language's code alone.
FORMS: dict[str, tuple[str, ...]] = {
    "ca": ("ca-ES",),
    "de": ("de-DE", "de-AT", "de-CH"),
    "en": ("en-US", "en-GB", "en-AU", "en-CA", "en-NZ", "en-ZA", "en-IN"),
    "pt": ("pt-PT", "pt-BR"),
}

EXTRAS = ("ca", "de", "es", "fr", "it", "nl", "pl", "pt", "ru", "uk")  # extras of LocalProof in pyproject.toml
_PACKAGES = {"lt": "lingotweaker-data-ltu"}


def known_language(tag: str) -> str:
    """The language or the form of one that a language tag means here, "" if none.

    >>> [known_language(tag) for tag in ("de", "de_at", "fr-CA", "xx", "en-IE", "en")]
    ['de', 'de-AT', 'fr', '', '', 'en-US']
    """
    wanted = tag.strip().replace("_", "-")
    code = base(wanted)
    if code not in NAMES:
        return ""
    for form in FORMS.get(code, ()):
        if form.casefold() == wanted.casefold():
            return form
    if code == "en":
        return FORMS["en"][0] if wanted.casefold() == "en" else ""
    return code


@lru_cache(maxsize=256)
def base(tag: str) -> str:
    """The language of a tag, without what follows.

    >>> base("pt_BR")
    'pt'
    """
    return tag.strip().replace("_", "-").split("-")[0].lower()


def rules_package(code: str) -> str:
    """The package that holds the rules of a language."""
    return _PACKAGES.get(code, f"lingotweaker-data-{code}")


def language_of_file_name(name: str) -> str:
    """The tag of the language that a file's name gives, as site generators have it: ``post.de.md``. "" if none.

    >>> [language_of_file_name(name) for name in ("content/post.de.md", "index.pt-br.html", "notes.it.is.md")]
    ['de', 'pt-BR', 'is']
    >>> language_of_file_name("post.md"), language_of_file_name("v1.is"), language_of_file_name("post.draft.md")
    ('', '', '')
    """
    found = re.search(r"[^/\\.]\.([A-Za-z]{2,3}(?:[-_][A-Za-z]{2})?)\.[A-Za-z]+\Z", name)
    return known_language(found[1]) if found else ""
