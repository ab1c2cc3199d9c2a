"""“its” and “it's”, “you” and “your”, “an” and “and”: what edited prose knows beside one and never beside the other."""

from __future__ import annotations

from .rule import OwnRule

# It gives you custom domains: what is given stands behind “you”.
_GIVE = (
    "give gives gave giving send sends sent sending offer offers offered show shows showed get gets got bring brings"
)
_NOT_GIVEN = "".join(rf"(?<!\b{verb} )" for verb in _GIVE.split())

RULES: tuple[OwnRule, ...] = (
    OwnRule(
        "YourNoun",
        "Here something belongs to you: “your”.",
        _NOT_GIVEN + r"\byou (?!books?\b|partner\b|favorite\b|man\b|needs\b|guys\b|folks\b)([a-z]{3,})\b",
        ("your {1}",),
        "you",
        where=((1, "no verb"),),
        unseen=("you {1}",),
        seen=("your {1}",),
        least=40,
        at_word=True,
        wrong=(("It will save you development time.", "It will save your development time."),),
        right=("If you partner with them, it works.", "Those of you present know it.", "It gives you custom domains."),
    ),
    OwnRule(
        "YouVerb",
        "Here “you” is meant.",
        r"\b(if|when|once|that|what|before|after|as|while|because|how|where|whether|until|since|so|which) your (?:(are|can|will|would|should|do|don['’]t|were|did|could|must|may|ran|got|have)(?= [a-z]+)|(want|need|see|get|use|run|find|know|like|make|create|add|think|look|go|reach|receive|retrieve|start|remove|learn)(?= (?:the|a|an|to|into|any|this|your|it|more|in|about)\b))",
        ("{1} you {2}{3}",),
        "your",
        unseen=("{1} your {2}{3}",),
        begins="if when once that what before after as while because how where whether until since so which",
        wrong=(("Once your have installed it, wait.", "Once you have installed it, wait."),),
        right=("Once you have installed it, wait.", "If your need is great, wait.", "It is your or my turn."),
    ),
    OwnRule(
        "ItsNoun",
        "Here something belongs to it, which is “its”; “it's” is “it is”.",
        r"\bit['’]s (?!present\b|standard\b|custom\b|context\b)([a-z]+)\b(?!-| \d)",
        ("its {1}",),
        "it's it’s",
        where=((1, "no predicate"),),
        unseen=("it's {1}",),
        seen=("its {1}",),
        least=40,
        at_word=True,
        wrong=(("We can loop over it's contents.", "We can loop over its contents."),),
        right=("We can loop over its contents.", "It's time to go.", "I mean that it's community-driven."),
    ),
    OwnRule(
        "ItIsAdjective",
        "Here “it is” is meant, which is “it's”; “its” means that something belongs to it.",
        r"\bits ([a-z]+)(?= (?:to|that|a|an|the|for|in|by|as|not|but|when|on|so|because|if)\b|[.,!?;]|\s*$)",
        ("it's {1}",),
        "its",
        where=((1, "predicate"),),
        unseen=("its {1}",),
        seen=("it's {1}",),
        least=8,
        at_word=True,
        wrong=(("There are cases where its convenient to do so.", "There are cases where it's convenient to do so."),),
        right=("There are cases where it's convenient to do so.", "It has its own."),
    ),
    OwnRule(
        "AndNotAn",
        "Perhaps “and” is meant.",
        r"\b([a-z]+) an ([a-z]+)\b(?!/)",
        ("{1} and {2}",),
        "an",
        unseen=("an {2}", "{1} an"),
        seen=("{1} and", "and {2}"),
        least=100,
        wrong=(("It is fast an then slow.", "It is fast and then slow."),),
        right=("We like apples and bread.", "Take an apple."),
    ),
    OwnRule(
        "MakesItPossible",
        "“it” is missing here.",
        r"(?<!\bis )(?<!\bwas )(?<!\bbe )(?<!\bbeen )(?<!\bare )(?<!\bwere )\b(make|makes|made|making) ((?:very |really |more |so |even |much |super )?(?:possible|easy|easier|hard|harder|difficult|simple|simpler|impossible)) (?=(?:to [a-z]+|for (?:you|us|me|users|people|everyone))\b)",
        ("{1} it {2} ",),
        "make makes made making",
        wrong=(("This makes possible to write it.", "This makes it possible to write it."),),
        right=("This makes it possible to write it.", "It was made easy to write."),
    ),
    OwnRule(
        "ItIsRecommended",
        "“is” is missing here.",
        r"(?:(?<=^)|(?<=[.!?] )|(?<=, )|(?<=\bbut )|(?<=\bbecause ))(it|this|that) ((?:also |not |highly |strongly |very |always )?(?:recommended|possible|important|necessary|impossible|easy|hard|difficult|better|good|great|nice)) (?=(?:to|that)\b)",
        ("{1} is {2} ",),
        "it this that",
        at_word=True,
        wrong=(("It recommended to keep a list.", "It is recommended to keep a list."),),
        right=("It is recommended to keep a list.", "Is it possible to keep a list?"),
    ),
    OwnRule(
        "ItIsNot",
        "“is” is missing here.",
        r"(?:(?<=^)|(?<=[.!?] )|(?<=, )|(?<=\bbut )|(?<=\bbecause ))(it|this) (?=(?:not|going to|still|also|just|only) (?:a|the|possible|necessary|enough|easy|recommended|about|that|be|very|available|clear)\b)",
        ("{1} is ",),
        "it this",
        at_word=True,
        wrong=(("It not possible there.", "It is not possible there."),),
        right=("It is not possible there.", "Is it still a problem?"),
    ),
    OwnRule(
        "PossessiveWithArticle",
        "One of the two words is too much.",
        r"\b(?:the|an?) (my|your|his|our|their|its) (?=[a-z]{3,})(?!(?:own|very) )(?<!\bto the )",
        ("{1} ",),
        "my your his our their its",
        case=True,
        wrong=(("They live with others in the your space.", "They live with others in your space."),),
        right=("Open the My Tasks list.", "It is the very same."),
    ),
)
