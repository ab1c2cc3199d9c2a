"""Which words are tags of languages: ``lang: js`` in a header names a language of another kind."""

from __future__ import annotations

import re

from ..config import Settings
from ..text.languages import base, language_of_file_name

# ISO 639-1, less ts and ps, by which writers mean TypeScript and PowerShell.
_TWO = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
# ISO 639-2 of languages that many write, as their shorter tags where they have one.
_THREE = {
    "eng": "en", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "ita": "it", "por": "pt",
    "nld": "nl", "dut": "nl", "rus": "ru", "pol": "pl", "ces": "cs", "cze": "cs", "slk": "sk", "slo": "sk",
    "slv": "sl", "hrv": "hr", "srp": "sr", "bos": "bs", "mkd": "mk", "mac": "mk", "bul": "bg", "ukr": "uk",
    "bel": "be", "swe": "sv", "dan": "da", "nor": "no", "nob": "nb", "nno": "nn", "isl": "is", "ice": "is",
    "fin": "fi", "est": "et", "lav": "lv", "lit": "lt", "hun": "hu", "ron": "ro", "rum": "ro", "ell": "el",
    "gre": "el", "tur": "tr", "ara": "ar", "heb": "he", "fas": "fa", "per": "fa", "urd": "ur", "hin": "hi",
    "ben": "bn", "tam": "ta", "tel": "te", "mar": "mr", "guj": "gu", "kan": "kn", "mal": "ml", "pan": "pa",
    "zho": "zh", "chi": "zh", "jpn": "ja", "kor": "ko", "vie": "vi", "tha": "th", "ind": "id", "msa": "ms",
    "may": "ms", "swa": "sw", "afr": "af", "cat": "ca", "eus": "eu", "baq": "eu", "glg": "gl", "cym": "cy",
    "wel": "cy", "gle": "ga", "gla": "gd", "bre": "br", "lat": "la", "epo": "eo", "sqi": "sq", "alb": "sq",
    "hye": "hy", "arm": "hy", "kat": "ka", "geo": "ka", "fil": "fil", "haw": "haw", "ast": "ast", "gsw": "gsw",
    "nds": "nds", "sco": "sco", "yue": "yue", "cmn": "zh", "ckb": "ckb", "ceb": "ceb", "hsb": "hsb", "dsb": "dsb",
}  # fmt: skip
_TAG = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)")
_NAMES = {"english": "en", "french": "fr", "german": "de", "spanish": "es", "italian": "it", "portuguese": "pt"}


def language_tag(value: object) -> str:
    """`value` as a tag of BCP 47, or "" if it names no language that people speak.

    >>> language_tag("en_GB"), language_tag("eng"), language_tag("js"), language_tag("pt-BR"), language_tag("French")
    ('en-GB', 'en', '', 'pt-BR', 'fr')
    """
    if not isinstance(value, str):
        return ""
    match = _TAG.fullmatch(value.strip())
    if match is None:
        return _NAMES.get(value.strip().lower(), "")
    first = match[1].lower()
    known = first if first in _TWO else _THREE.get(first)
    return known + match[2].replace("_", "-") if known else ""


def home(name: str, said: str, settings: Settings) -> str:
    """The language that a text is read in, without its form: what it has `said` of itself, else what its name says,
    else that of the settings."""
    return base(said or language_of_file_name(name) or settings.language)
