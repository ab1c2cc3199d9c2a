"""What in a line of a comment is code and not prose: identifiers, markup, whole statements."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .block_builder import Segment
from .html_tags import KNOWN

# Elements of C#'s documentation, which hold prose.
_TAGS = KNOWN | frozenset(
    "summary para remarks returns value list listheader term description exception inheritdoc".split()
)

_MARK = re.compile(
    r"""
    (?P<code>(?::[A-Za-z][\w:+.-]{0,40}:)?(`{1,3})(?!`)[^`]{1,300}\2(?!`)_{0,2}   # `code`, :role:`code`
      | \{@[a-z]\w{0,20}\b[^{}]{0,300}\}                                           # {@link Code}
      | <(code|tt|c|see|paramref|typeparamref)\b(?:[^<>]{0,200}/>|[^<>]{0,200}>[^<]{0,200}</\3>)
      | %\([\w.]{1,40}\)[a-z] | %[-\#+0]{0,3}\d{0,3}(?:\.\d{1,3})?[diouxXeEfgGcrsv](?!\w) | \{[\w.:!-]{0,40}\}
      | "(?:[^"\s]{0,40}[^\w\s"',.;:?!-][^"\s]{0,40})" | '(?:[^'\s]{0,40}[^\w\s"',.;:?!-][^'\s]{0,40})'
      | (?<!\S)[^\s`]{0,60}(?:[=!<>:+*/|&-]=|->|=>|&&|\|\||::|<<|>>|\\[A-Za-z])[^\s`]{0,60}
      | (?<![\w*])\*{1,2}(?:args|kwargs|kw|kwds)(?![\w*])
      | (?<![\w.])[A-Za-z_][\w.]{0,80}(?:<[\w<>,\ ]{1,40}>)?\((?!(?:s|es)\))[^()\r\n]{0,80}
        (?:\([^()\r\n]{0,40}\)[^()\r\n]{0,40}){0,3}\)
      | (?<![\w.])[A-Za-z_]\w{0,60}\[[^\[\]\s]{0,40}\]
      | (?<![\w.])[A-Za-z_]\w{1,60}(?:\.[a-z_]\w{0,60}){1,8}
      | (?<!\w)(?=[A-Za-z0-9]{3})[A-Za-z][A-Za-z0-9]{0,60}[a-z0-9][A-Z](?!s\b)[A-Za-z0-9]{0,60}(?!\w)
      | (?<!\w)[A-Z]{3,20}[a-z]{2,40}(?!\w) | (?<!\w)_{1,2}[A-Za-z]\w{0,60} | (?<!\w)[A-Za-z]\w{0,60}_(?!\w)
      | (?<!\w)0[xXbBoO][0-9a-fA-F_]{1,40} | (?<![\w-])--?[A-Za-z][\w-]{0,60}(?:=\S{0,60})? | (?<![\w&])&[a-z_]\w{0,40}
      | \[\w[\w.:<>]{0,60}\]_?(?![\w(]) | \|[\w.\ -]{1,60}\|_?
    )
    | (?P<tag></?(?P<name>[A-Za-z][\w-]{0,20})(?:\s[^<>]{0,200})?/?>)
    | (?P<link>\]\([^()\s]{1,500}\)) | (?P<bracket>!?\[(?=[^\[\]]{1,200}\]\())
    | (?P<escape>\\.) | (?<=\S)\*+ | \*+(?=\S)
    """,
    re.VERBOSE,
)

# A word with the marks of a sentence around it: what stands between blanks in prose, unlike in code.
_WORD = re.compile(r"[(\"'\u201c\u2018]?[^\W\d_]+(?:['\u2019-][^\W\d_]+)*[)\"'\u201d\u2019]?[,.;:!?]*")
_SIGN = re.compile(
    r"[;{}\[(,\\:]$|[^\s=<>!]?=[^\s=]?| = |\(\)|->|=>|::|&&|\|\||</|/>|\+\+|\w\(|\w\[|\w\.\w+\(|^[@$<&|#]|\$\w|^\W+$"
)
_STATEMENT = re.compile(
    r"(?:(?:else\s+)?(?:if|while|for|switch|elif|foreach|until|unless|catch)\s*(?:\(|.*[:{]$)|(?:else|try|finally|do|begin)\s*[:{]?$"
    r"|(?:def|fn|func|fun|function|class|struct|enum|interface|impl|trait|module|namespace|sub|proc)\s+[\w.~:]+\s*(?:[({:<]|$)"
    r"|(?:import|from|using|use|require|include|package|#include|extern|export|open)\s+[\w.:\"'<{*@/]+\s*(?:;|$|import\b|as\b|from\b|\()"
    r"|(?:return|raise|throw|yield|assert|del|print|echo|await|new|delete|goto|break|continue|pass|end|fi|done|esac)\b\s*(?:[^\sA-Za-z].*|\w*[\[(.].*|\w*;?)$"
    r"|(?:let|var|const|val|auto|int|float|double|char|bool|void|string|unsigned|static|public|private|protected|local|mut|my|our)\s+[\w:<>*&\[\],]+\s*(?:[=;:({]|\w+\s*[=;({])"
    r"|(?:with|except|async|case|when|default|select|lambda|match)\b.*[:{]$|(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP)\s)"
)
_SAID = re.compile(r"\b(?:the|an|these|we|you|there|are|was|were|has|have|can|should|must)\b")  # by people, twice
_CLEAR_SIGN = re.compile(r"[;{}]$|\);?$|^[})\]]|=>|->|&&|\|\||[!=]==?|\+=|-=|\w\(\w*\)\.\w|^\w+(?:\.\w+)*\s*=\s*\S")


def marks_in(text: str, *, escapes: bool) -> Iterator[Segment]:
    """What in `text`, the lines of a paragraph with blanks between them, an engine is not to see as it stands.

    `escapes`: a backslash is that of a string, and with what follows stands for something else.

    >>> text = "Calls foo(a, b) <b>twice</b> if `x`."
    >>> [(part.kind, text[part.start : part.end]) for part in marks_in(text, escapes=False)]
    [('placeholder', 'foo(a, b)'), ('hidden', '<b>'), ('hidden', '</b>'), ('placeholder', '`x`')]
    """
    at = 0
    while match := _MARK.search(text, at):
        start, at = match.span()
        if match["code"]:
            if text[at - 1] in ".,;:" and at - start > 1 and not match["code"][-2:].startswith("::"):
                at -= 1
            yield Segment("placeholder", start, at)
        elif match["tag"]:
            yield Segment("hidden" if match["name"].lower() in _TAGS else "placeholder", start, at)
        elif match["escape"]:
            yield Segment("placeholder" if escapes else "hidden", start, at if escapes else start + 1)
        else:
            yield Segment("hidden", start, at)


def is_code(words: str) -> bool:
    """Whether a line is a statement that somebody commented out, or one of an example.

    >>> [is_code(line) for line in ("x = f(y);", "for item in items:", "return the items that are left", "}")]
    [True, True, False, True]
    >>> [is_code(line) for line in ("The value is kept if x = 1, as the others are:", "if the user has no home:")]
    [False, False]
    """
    words = words[:400]
    tokens = words.split()
    plain = sum(_WORD.fullmatch(token) is not None for token in tokens)
    if _STATEMENT.match(words):
        return not (plain == len(tokens) > 3 and len(_SAID.findall(words)) > 1)
    if not _SIGN.search(words):
        return False
    if _CLEAR_SIGN.search(words):
        return plain < 4 or plain < 0.6 * len(tokens)
    return plain < 3 and 2 * plain < len(tokens) + 1
