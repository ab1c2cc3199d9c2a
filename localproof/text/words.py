"""Words, sentences and folding: the only tokenizer and the only folding.

A file that looks for something else under a like pattern says there why: a
line of LaTeX, a marker of code, a name with a full stop in it.
"""

from __future__ import annotations

import re

# Letters, and apostrophes between them: no digits, no hyphens.
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# What a writer's word count counts: numbers too, and a compound with hyphens as one.
COUNTED_WORD = re.compile(r"\w+(?:['’-]\w+)*")
# The end of a sentence with what closes it and the blanks behind it. An abbreviation's full stop is taken for one:
# who asks only wants to look no further than needed.
SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*\s+")


def fold_apostrophes(text: str) -> str:
    """`text` with straight apostrophes, as long as before.

    >>> fold_apostrophes("don’t")
    "don't"
    """
    return text.replace("’", "'")


def fold_word(word: str) -> str:
    """`word` as word lists and counts have it: in lower case, with straight apostrophes.

    >>> fold_word("Don’t")
    "don't"
    """
    return word.lower().replace("’", "'")
