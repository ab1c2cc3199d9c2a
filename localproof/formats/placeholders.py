"""What stands in prose but is not prose: URLs, addresses, paths, handles, identifiers, hashes.

Used for every format. Each mask costs time linear in the text: the patterns
look at one run of non-space characters at a time, and a very long run is
masked whole.
"""

from __future__ import annotations

import re

LONGEST_TOKEN = 400  # code points; longer runs without a space are no prose and are not looked into
_LONGEST_WORD = 60

# Only a run of non-space characters with one of these in it is looked into.
_SUSPECT = re.compile(
    rf"(?<!\S)(?:\S{{{_LONGEST_WORD + 1}}}|\S*?(?:[/\\@\#:_$=<\d(]|\.\w|[a-z][A-Z]|(?<!\S)--\w))\S*",
)
_CODE = re.compile(r"(?<![`\w\\])(`{1,3})(?!`)[^`\n]{1,300}\1(?!`)")

_DOMAINS = (
    "com|org|net|edu|gov|mil|int|io|dev|app|info|biz|name|blog|tech|cloud|site|online|page|xyz|ai|gg|tv|fm|ly|"
    "co|uk|de|fr|nl|eu|ch|se|pl|jp|cn|ru|br|au|nz|ca|us|es"
)
_SUFFIXES = (
    "py|pyi|ipynb|js|mjs|cjs|jsx|ts|tsx|vue|svelte|astro|css|scss|less|html?|xml|xsl|svg|json[5lc]?|ya?ml|toml|ini|"
    "cfg|conf|env|lock|log|bas|asm|md|mdx|rst|adoc|txt|text|tex|bib|csv|tsv|sql|db|sqlite3?|parquet|c|h|cc|cpp|hpp|cs|java|"
    "kt|go|rs|rb|php|pl|lua|swift|scala|ex|exs|hs|ml|r|R|sh|bash|zsh|fish|bat|ps1|exe|dll|so|dylib|jar|war|class|"
    "zip|tar|gz|tgz|xz|bz2|7z|rar|deb|rpm|dmg|iso|img|apk|whl|png|jpe?g|gif|webp|ico|bmp|tiff?|mp[34]|m4[av]|wav|"
    "ogg|flac|mov|avi|mkv|webm|pdf|docx?|xlsx?|pptx?|odt|ods|epub|ttf|otf|woff2?|wasm|proto|graphql|gguf|safetensors"
)

_MASK = re.compile(
    rf"""
    # URL with a scheme, or www.
    (?<![A-Za-z0-9])(?:[A-Za-z][A-Za-z0-9+.-]{{0,20}}://|www\.|(?:mailto|tel|data|urn|doi|javascript):(?=\S))[^\s<>"\u201c\u201d\ufffc]+
    # e-mail address
    | (?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+
    # @handle, @scope/package
    | (?<![\w@/.])@\w[\w.-]*(?:/[\w.-]+)?
    # repository#123
    | (?<![\w/.-])[\w.-]+/[\w.-]+\#\d+
    # host without a scheme, with or without a path
    | (?<![\w.@/-])(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+
      (?:(?:{_DOMAINS})(?![\w-])(?!\.\w)(?::\d+)?(?:[/?\#][^\s<>"]*)?|[a-z]{{2,}}/[^\s<>"]*)
    | (?<![\w.])(?:localhost:\d+|\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d+)?)(?![\w.]\w)(?:/[^\s<>"]*)?
    # absolute, home and relative paths; Windows paths
    | (?<![\w/.~)\]}}>"'])(?:~|\.{{1,2}})?/[\w.@%+~*{{}}$-]+(?:/[\w.@%+~*{{}}$:=-]*)*
    | (?<![\w])[A-Za-z]:\\[^\s"<>|]*
    | (?<!\S)\\\\[\w.$-]+\\[^\s"<>|]*
    # relative path: has a slash, and a dot, an underscore or a digit beside a letter
    | (?<![\w./-])(?=[\w.-]*/)(?=[\w./-]*[A-Za-z])(?=[\w./-]*[\w-][._][\w-])[\w.-]+(?:/[\w.-]+)+/?
    # file name, dot file
    | (?<![\w./-])[\w-]+(?:\.[\w-]+)*\.(?:{_SUFFIXES})(?![\w-])(?:\.[a-z]\w*)*
    | (?<![\w.)\]])\.[a-z][a-z0-9_-]+(?:\.[a-z]+)*
    # call: f(x,y), foo(), obj.method(arg) — but not word(s)
    | (?<![\w.])[A-Za-z_$][\w$]*(?:(?:\.|::|->)[A-Za-z_$][\w$]*)*
      \((?!s\)|es\))(?:[A-Za-z]?|[^()\s]*[,=_"'.\d$\[\]{{}}*][^()\s]*)\)
    # snake_case, __dunder__, camelCase, a::b, a.b.c
    | (?<![\w.-])[\w.-]*[A-Za-z0-9]_[A-Za-z0-9][\w.-]*
    | (?<!\w)__\w+__(?!\w)
    | (?<![\w.])(?:[A-Za-z_]\w*\.){{0,4}}[a-z]{{2,}}(?:[A-Z][a-z0-9]+)+(?!\w)
    | (?<!\w)[A-Za-z_]\w*(?:::[A-Za-z_]\w*)+
    | (?<![\w.])[A-Za-z_]\w+(?:\.[A-Za-z_]\w+){{2,}}
    # shell variables, --flags, {{"key":"value"}}, key=value, <tags>
    | (?<!\S)\S*"[:=]["\d\[{{]\S*
    | (?<![\w$])\$\{{?[A-Za-z_]\w*\}}?
    | (?<![^\s(\["'])--[A-Za-z][\w-]*(?:=\S*)?
    | (?<![\w=])[\w.-]*[A-Za-z_][\w.-]*=[\w"'/$.][^\s]*
    | </?[A-Za-z][^<>\s]*>
    # #hashtag, :emoji:
    | (?<![\w\#&/])\#[A-Za-z]\w*(?:-\w+)*
    | (?<![\w:]):(?=[\w+-]*[a-z])[a-z0-9_+-]{{2,}}:(?![\w:])
    # time stamp, UUID, hash, very long word
    | (?<!\w)\d{{4}}-\d\d-\d\dT\d\d:[\d:.,+Z-]+
    | (?<!\w)[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}(?!\w)
    | (?<!\w)(?=[0-9a-f]{{0,40}}\d)(?=[0-9a-f]{{0,40}}[a-f])[0-9a-f]{{7,}}(?!\w)
    | [\w+/=~%&-]{{{_LONGEST_WORD + 1},}}
    """,
    re.VERBOSE,
)
_TRAILING = re.compile(r"[.,;:!?'\"*_\u2019\u2026)\]}]+$")
_PAIRS = {")": "(", "]": "[", "}": "{"}
_QUOTES = "\"'*_"


def placeholder_runs(text: str) -> list[tuple[int, int]]:
    """The runs (start, end) of `text` that are not prose, in order and apart.

    >>> text = "See https://x.org/a_(b), or mail me@x.org."
    >>> [text[start:end] for start, end in placeholder_runs(text)]
    ['https://x.org/a_(b)', 'me@x.org']
    >>> placeholder_runs("He and/or she paid $5 for the item(s) at 9:30.")
    []
    """
    found = [m.span() for m in _CODE.finditer(text)] if "`" in text else []
    inside = list(found)
    for token in _SUSPECT.finditer(text):
        start, end = token.span()
        while inside and inside[0][1] <= start:
            inside.pop(0)
        if inside and inside[0][0] < end:
            continue
        if end - start > LONGEST_TOKEN:
            found.append((start, end))
            continue
        for match in _MASK.finditer(text, start, end):
            stop = _trimmed(text, match.start(), match.end())
            if stop > match.start():
                found.append((match.start(), stop))
    return sorted(found)


def _trimmed(text: str, start: int, end: int) -> int:
    """`end` less the punctuation that belongs to the sentence: ``(see https://x.org).``

    A closing bracket or quotation mark stays if the run opened it.
    """
    match = _TRAILING.search(text, start, end)
    if match is None or text[start] == ":":  # :smile: ends in one
        return end
    at = match.start()
    for i in range(match.start(), end):
        char = text[i]
        opener = _PAIRS.get(char)
        opened = text.count(opener, start, i) > text.count(char, start, i) if opener else False
        if opened or (char in _QUOTES and text.count(char, start, i) % 2):
            at = i + 1
    return at
