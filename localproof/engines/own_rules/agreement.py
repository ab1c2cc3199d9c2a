"""Number: a noun and what stands before it, a subject and its verb.

What edited prose never has beside each other decides in most of them: see `unseen` in `rule.OwnRule`.
"""

from __future__ import annotations

from .rule import OwnRule

ADJECTIVES = (
    "new|single|specific|different|separate|second|third|certain|similar|whole|entire|custom|default|current|correct"
    "|local|remote|public|private|good|bad|big|small|large|long|short|simple|great|nice|better|main|first|full|right"
    "|wrong|previous|following|same|other|real|normal|special|particular"
)
# What follows a noun that ends its phrase, where no list goes on.
PHRASE_END = r"(?=\s*[.;!?]|\s*$|, (?:but|so|because|which|and (?:i|we|it|then|the))\b| (?:is|was|are|were|has|had|have|will|would|can|could|in|on|at|for|from|with|that|which|who|because|when|if|so|by|before|after|where|while|and (?:i|we|it|then))\b)"
_WHERE = r"(?:(?<=^)|(?<=[.!?] )|(?<=\bbecause )|(?<=\bbut )|(?<=\bif )|(?<=\bwhen ))"

RULES: tuple[OwnRule, ...] = (
    OwnRule(
        "ManyAdjectivePlural",
        "A plural is wanted here.",
        rf"(?<!-)\b(many|several|few|these|those|various|multiple|numerous|two|three|four|five|both) ((?:{ADJECTIVES}) )?(?!right\b)([a-z]+){PHRASE_END}",
        ("{1} {2}{plural:3}",),
        "many several few these those various multiple numerous two three four five both",
        where=((3, "count noun"),),
        unseen=("{1} {2}{3}",),
        at_word=True,
        wrong=(("They use those new connection.", "They use those new connections."),),
        right=("They use those new connections.", "Both sides met."),
    ),
    OwnRule(
        "ManyPluralWithin",
        "A plural is wanted here.",
        r"(?<!-)\b(many|several|few|these|those|various|multiple|numerous|two|three|four|five) ([a-z]+)(?= (?:to|of|are|were|have|as|about|into|like|they|we|you|i)\b)",
        ("{1} {plural:2}",),
        "many several few these those various multiple numerous two three four five",
        where=((2, "count noun"),),
        unseen=("{1} {2}",),
        at_word=True,
        wrong=(("There are various parameter to control it.", "There are various parameters to control it."),),
        right=("There are various parameters to control it.",),
    ),
    OwnRule(
        "MuchPlural",
        "With a plural: “many”.",
        r"\bmuch ([a-z]+s)\b",
        ("many {1}",),
        "much",
        where=((1, "plural"),),
        unseen=("much {1}",),
        at_word=True,
        wrong=(("We know how much kids came.", "We know how many kids came."),),
        right=("We know how many kids came.", "How much time is left?"),
    ),
    OwnRule(
        "ThesePlural",
        "With a plural: “these”.",
        rf"\bthis ((?:{ADJECTIVES}) )?([a-z]+s)(?=\s*[.,;!?]|\s*$| (?:are|is|were|was|have|has|that|which|do|don['’]t|can|should)\b)",
        ("these {1}{2}",),
        "this",
        where=((2, "plural"),),
        unseen=("this {1}{2}",),
        at_word=True,
        wrong=(("None of this options is useful.", "None of these options is useful."),),
        right=("None of these options is useful.", "This tests it."),
    ),
    OwnRule(
        "EachSingular",
        "After “every”, “each” and “another” comes a singular.",
        rf"\b(every|each|another|either|neither) ([a-z]+s){PHRASE_END}",
        ("{1} {singular:2}",),
        "every each another either neither",
        where=((2, "plural"),),
        unseen=("{1} {2}",),
        at_word=True,
        wrong=(("They went to another countries.", "They went to another country."),),
        right=("They went to another country.", "Another two weeks passed."),
    ),
    OwnRule(
        "ThereArePlural",
        "With a plural: “there are”.",
        r"\bthere (is|was) (?=(?:many|several|various|multiple|numerous|two|three|four|five|a few)\b)(?!many an?\b|(?:two|three)-)",
        ("there {plural_verb:1} ",),
        "there",
        at_word=True,
        wrong=(("There is several reasons for it.", "There are several reasons for it."),),
        right=("There are several reasons for it.", "There was many a reason for it."),
    ),
    OwnRule(
        "ThereAreNoPlural",
        "With a plural: “there are”.",
        rf"\bthere (is|was) ((?:no|some|other|more|different|lots of|a lot of|plenty of|so many|too many|no other|some other) )([a-z]+s){PHRASE_END}",
        ("there {plural_verb:1} {2}{3}",),
        "there",
        where=((3, "plural"),),
        at_word=True,
        wrong=(("There is no expectations that it will.", "There are no expectations that it will."),),
        right=("There are no expectations that it will.", "There is no expectation."),
    ),
    OwnRule(
        "PluralSubject",
        "Subject and verb do not agree here.",
        rf"{_WHERE}((?:the|these|those|my|our|your|their|all|some|most|many|both|other) (?:(?:{ADJECTIVES}) )?)(?!years|months|weeks|days|hours|minutes|dollars|miles|news|seconds|points)([a-z]+s) (is|was|has|does|doesn['’]t|isn['’]t|wasn['’]t|hasn['’]t)(?= (?!where|when|why|what|how|that|to\b|in\b|on\b|by\b)[a-z])",
        ("{1}{2} {plural_verb:3}",),
        "is was has does doesn't isn't wasn't hasn't doesn’t isn’t wasn’t hasn’t",
        where=((2, "plural"),),
        unseen=("{2} {3}",),
        begins="the these those my our your their all some most many both other",
        wrong=(("The responses has ended there.", "The responses have ended there."),),
        right=("The responses have ended there.", "One of the responses has ended there."),
    ),
    OwnRule(
        "SingularSubject",
        "Subject and verb do not agree here.",
        rf"(?:(?<=^)|(?<=[.!?] )|(?<=\bbecause )|(?<=\bbut ))((?:the|this|that|a|an|my|our|your|their|his|her|each|every|another) (?:(?:{ADJECTIVES}) )?)(?!team|group|company|family|staff|government|majority|number|rest|police|lot|couple|pair|crew|committee|band|class|public|board|audience|council|variety|bunch|handful|set|series|data|media|rich|poor|young|old|dead|sick|elderly|blind|homeless)([a-z]+) (are|have|do not|don['’]t|aren['’]t|haven['’]t)(?= (?!to\b|in\b|on\b)[a-z])",
        ("{1}{2} {singular_verb:3}",),
        "are have do don't aren't haven't don’t aren’t haven’t",
        where=((2, "count noun"),),
        unseen=("{2} {3}",),
        begins="the this that a an my our your their his her each every another",
        wrong=(("The parser are not there yet.", "The parser is not there yet."),),
        right=("The parser is not there yet.", "The user and the parser are there."),
    ),
    OwnRule(
        "ManyWithout",
        "No article before this word.",
        r"\ban? (several|multiple|various|some) (?=[a-z]+s\b)(?!multiple choice)",
        ("{1} ",),
        "several multiple various some",
        wrong=(("They stayed for a several years.", "They stayed for several years."),),
        right=("They stayed for several years.", "It is a multiple choice test."),
    ),
    OwnRule(
        "LotOfPlural",
        "A plural is wanted here.",
        rf"\b((?:lot|lots|couple|bunch|number|plenty|tons|variety|series|hundreds|thousands|dozens|millions) of) ((?:{ADJECTIVES}) )?(?!loss|content|repetition)([a-z]+){PHRASE_END}",
        ("{1} {2}{plural:3}",),
        "lot lots couple bunch number plenty tons variety series hundreds thousands dozens millions",
        where=((3, "clear count noun"),),
        unseen=("{1} {2}{3}",),
        wrong=(("They have a lot of problem with it.", "They have a lot of problems with it."),),
        right=("They have a lot of problems with it.", "They have a lot of space."),
    ),
)
