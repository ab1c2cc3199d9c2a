"""What a closed pattern is, and the words that several have in common."""

from __future__ import annotations

from dataclasses import dataclass

from ...report import Kind

# What follows a noun that ends its phrase: a mark, a small word, the end.
ENDS = r"(?=\s*[.,;:!?)]|\s*$| (?:is|are|was|were|has|have|had|will|would|can|could|in|on|at|of|for|from|with|to|that|which|who|and|but|or|because|when|if|so|than|as|by|before|after)\b)"
DAYS = "monday tuesday wednesday thursday friday saturday sunday"
MONTHS = "january february april june july september october november december"
LANGUAGES = (
    "english german french spanish italian chinese japanese korean russian portuguese arabic hindi greek turkish"
    " swedish norwegian finnish hebrew vietnamese indonesian persian ukrainian brazilian mexican american british"
    " canadian australian european african asian indian irish scottish taiwanese venezuelan argentinian colombian"
    " egyptian iranian israeli pakistani nepali bengali tamil hungarian romanian bulgarian croatian serbian austrian"
    " belgian icelandic estonian latvian lithuanian filipino malaysian nigerian ethiopian cuban peruvian chilean"
)
PLACES = (
    "germany spain italy brazil europe africa asia london paris berlin canada australia mexico russia poland ukraine"
    " sweden norway portugal greece egypt argentina colombia japan korea india pakistan bangladesh vietnam indonesia"
    " malaysia singapore ireland scotland england switzerland austria belgium netherlands christmas"
)
NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty)"
UNIT = "second|minute|hour|day|week|month|year|meter|metre|mile|kilometer|kilometre|foot|page|step|node|bit|byte|star"
BE = "is|are|was|were|be|been|being|am|it's|that's|i'm|they're|we're"
BASES = (
    "be|do|get|make|create|add|use|see|go|write|learn|build|find|explain|implement|install|know|understand|improve|buy"
    "|start|become|take|keep|give|tell|send|read|say|ask|choose|allow|avoid|bring|remove|provide|include|discuss"
    "|achieve|reach|spend|share|enjoy|live|talk|configure|apply|come|meet|solve|decide|focus|save|have"
)
OBJECTS = (
    "the|a|an|my|your|our|his|her|their|it|this|that|these|those|some|all|more|something|everything|me|you|us|them|him"
)
MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"


def alternatives(words: str) -> str:
    return "|".join(words.split())


@dataclass(frozen=True)
class OwnRule:
    """One pattern. `pattern` is a regular expression, matched without regard to case unless `case`; the whole match is
    replaced by one of `fixes`, in which ``{1}`` is the first group and ``{plural:1}`` what `FORMS` makes of it.

    `words` are those of which one must stand in the text (in lower case; as they are written where `case` is set), or ""
    where a text is always looked at; of `needs` one must stand there too, if there are any. With `at_word` every match
    begins at one of `words`, or at one of `begins`, and is looked for there alone.
    `where` asks something of the words of groups (see `ASKS`), `unseen` and `seen` of sequences of two or three words,
    written like a fix: edited prose does not know the first sort, and knows the second well ("|" between sequences
    that count together). With `by_count` the fixes stand in the order in which edited prose knows them.
    `wrong` are texts with what they are put right to, `right` such in which the rule keeps still.
    """

    name: str
    says: str
    pattern: str
    fixes: tuple[str, ...]
    words: str = ""
    kind: Kind = "grammar"
    where: tuple[tuple[int, str], ...] = ()
    unseen: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    least: float = 10
    by_count: bool = False
    case: bool = False
    needs: tuple[str, ...] = ()
    at_word: bool = False
    begins: str = ""
    wrong: tuple[tuple[str, str], ...] = ()
    right: tuple[str, ...] = ()
