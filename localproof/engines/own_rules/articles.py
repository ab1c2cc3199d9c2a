"""Articles, where the phrase or the noun cannot do without."""

from __future__ import annotations

from .rule import ENDS, OwnRule

RULES: tuple[OwnRule, ...] = (
    OwnRule(
        "TheSame",
        "“same” wants “the”.",
        r"(?<!\bthe )(?<!\bthis )(?<!\bthat )\b(in|at|for|with|on|from|using|use|used|have|has|had|by|into|is|are|was|were|of|give|gave|get|got|share|shares) same (?=[a-z]+\b)(?!same (?:sex|day shipping|old same))",
        ("{1} the same ",),
        "same",
        wrong=(
            ("We made it in same way.", "We made it in the same way."),
            ("They are using same table.", "They are using the same table."),
        ),
        right=("We made it in the same way.", "They are one and the same.", "It is of same-day delivery."),
    ),
    OwnRule(
        "TheNext",
        "“last”, “next” and “past” want “the” here.",
        r"\b(in|over|during|for|within|from) (last|next|past) (?=(?:\d+|few|two|three|four|five|six|ten|couple|several|section|sections|chapter|post|posts|step|steps|part|article|semester|semesters|paragraph)\b)",
        ("{1} the {2} ",),
        "last next past",
        wrong=(("We worked on it over last 4 years.", "We worked on it over the last 4 years."),),
        right=("It was new in the last 4 years.", "I saw it last week."),
    ),
    OwnRule(
        "InTheBeginning",
        "The article is missing in this phrase.",
        r"\b(in(?= (?:beginning|middle|bottom|meantime|morning|afternoon|heart)\b)|at(?= (?:beginning|middle|bottom|end)\b)|on(?= (?:basis|bottom)\b)|for(?= sake\b)) (\w+)(?= (?:of (?:the|a|an|my|your|our|this|that|each|every|it|these|his|her|their)\b|i\b|we\b|they\b)|[.,;])",
        ("{1} the {2}",),
        "beginning middle bottom end basis sake meantime morning afternoon heart",
        wrong=(
            ("It fell at beginning of the day.", "It fell at the beginning of the day."),
            ("It was in middle of it.", "It was in the middle of it."),
        ),
        right=(
            "It fell at the beginning of the day.",
            "We worked from morning to night.",
            "In beginning again, we fell.",
            "I like it for background, work and rest.",
        ),
    ),
    OwnRule(
        "OneOfTheMost",
        "“the” is missing here.",
        r"\bone of (?=(?:most|best|first|main|biggest|largest|few|worst|greatest|oldest|easiest|fastest|last)\b)(?!most (?:people|of))",
        ("one of the ",),
        "one",
        wrong=(("It is one of most useful tools.", "It is one of the most useful tools."),),
        right=("It is one of the most useful tools.",),
    ),
    OwnRule(
        "LotOf",
        "“a lot of”, “a couple of”.",
        r"\b(is|are|was|were|have|has|had|with|got|get|gets|takes?|took|spend|spent|did|do|need|needs|made|make|makes|saved?|saves|learn|learned|learnt|provides?|offers?|contains?|for|after|in|within|see|saw|met|wrote|read) (lot|couple|bunch) of\b",
        ("{1} a {2} of",),
        "lot couple bunch",
        wrong=(
            ("There are lot of people here.", "There are a lot of people here."),
            ("It took couple of days.", "It took a couple of days."),
        ),
        right=("There are lots of people here.", "The couple of friends.", "It took a couple of days."),
    ),
    OwnRule(
        "ABit",
        "“a bit”.",
        r"\b(is|are|was|were|be|been|it['’]s|feels?|felt|looks?|seems?|got|get|works?) (little )?bit (?=(?:more|less|too|different|difficult|hard|harder|better|worse|easier|faster|slower|longer|tricky|complicated|confusing|tired|late|strange|weird|like|outdated|old|slow|boring|scary|nervous|odd)\b)",
        ("{1} a {2}bit ",),
        "bit",
        wrong=(("It is bit different here.", "It is a bit different here."),),
        right=("It is a bit different here.", "The flag is bit 3."),
    ),
    OwnRule(
        "SuchA",
        "“such” wants “a” before this noun.",
        r"(?<!\bno )(?<!\bany )(?<!\bone )(?<!\bevery )(?<!\beach )(?<!\bfirst )(?<!\bsome )(?<!\bother )(?<!\banother )(?<!\bonly )(?<!\btwo )(?<!\bthe )(?<!\bfew )(?<!\bmany )(?<!\ball )(?<!\bmost )(?<!\blast )\bsuch (thing|way|case|situation|person|place|tool|project|question|problem|story|book|game|feature|function|method|moment|day|friend|mess|idea|mistake|task)(?=[.,;!?]| (?:is|was|can|could|would|will|has|in|for|to|that|with|on|as|when)\b)",
        ("such a {1}",),
        "such",
        wrong=(("I never saw such thing.", "I never saw such a thing."),),
        right=("There is no such thing.", "I never saw such a thing.", "Such things are rare."),
    ),
    OwnRule(
        "AChance",
        "An article is missing before this noun.",
        r"\b(get|got|getting|have|had|has|give|gives|gave|given|take|took|having|find|found|need|needed|make|made|ask|asked) ((?:me|us|you|him|her|them) )?(chance|opportunity|look|problem|question|feeling|decision|mistake|reason|solution|job|break|idea|plan|way|test|list|copy|account|backup)(?= (?:to|at|with|about|that|in|of|for|on)\b|[.,;!?])(?<!given me way)(?<!give way)(?<!gave way)(?<!giving way)(?<!gives way)(?<!given way)(?<!make way)(?<!made way)(?<!have reason)(?<!has reason)(?<!had reason)(?<!give reason)(?<!gave reason)(?<!take question)(?<!have copy)(?<!find reason)(?<!found reason)(?<!having reason)(?<!have opportunity)(?<!has opportunity)(?<!find opportunity)(?<!make copy)(?<!get way)(?<!take way)(?<!given reason)(?<!need reason)(?<!take account)(?<!took account)(?<!given account)(?<!give account)(?<!gave account)(?<!have account)(?<!take test)(?<!gave them way)(?<!give them way)(?<!take job)",
        ("{1} {2}a {3}", "{1} {2}the {3}"),
        "chance opportunity look problem question feeling decision mistake solution job break idea plan test list",
        wrong=(("I got chance to speak.", "I got a chance to speak."), ("Have look at it.", "Have a look at it.")),
        right=("I got a chance to speak.", "He gave way to it.", "We had reason to go."),
    ),
    OwnRule(
        "AsAResult",
        "The article is missing in this phrase.",
        r"\b(as) (result|consequence|reminder|bonus|beginner|whole)(?= (?:of|i|we|it|they|the|to)\b|[,;])|\b(for) (while|long time|very long time|short time|few (?:days|weeks|months|years|hours|minutes))\b(?! loops?| statements?| and)",
        ("{1}{3} a {2}{4}",),
        "result consequence reminder bonus beginner while time few",
        wrong=(
            ("As result, it fell.", "As a result, it fell."),
            ("We waited for long time.", "We waited for a long time."),
        ),
        right=("As a result, it fell.", "The keyword for while loops is this."),
    ),
    OwnRule(
        "IsAGood",
        "This noun wants “a” or “an” here.",
        rf"\b(is|was|it['’]s|that['’]s|be|been|seems like|have|had|has|got|found|made|wrote|use|using|create|created|need) ((?:not |just |really |very |quite |pretty |so )?(?:good|bad|great|nice|big|huge|small|large|little|long|short|hard|easy|difficult|different|special|separate|single|similar|strange|odd|weird|horrible|terrible|wonderful|beautiful|awesome|amazing|perfect|cool|quick|slow|useful|simple|complex|interesting|boring|major|minor|serious|common|typical|popular|famous|powerful|clear|basic|better|normal|proper|regular|certain|specific|particular|complete|unique|funny|fun|smart|rare|real|young|lovely|tiny)) (?!company|access|practice|care|food|stuff|news|health|business|life|love|work|sense|fun|part|end|form|shape|size|order|time|value|detail|need|man)([a-z]+){ENDS}",
        ("{1} {a:2} {3}",),
        "good bad great nice big huge small large little long short hard easy difficult different special separate single similar strange odd weird horrible terrible wonderful beautiful awesome amazing perfect cool quick slow useful simple complex interesting boring major minor serious common typical popular famous powerful clear basic better normal proper regular certain specific particular complete unique funny fun smart rare real young lovely tiny",
        where=((3, "count noun"),),
        wrong=(
            ("It was horrible lesson.", "It was a horrible lesson."),
            ("He was odd person.", "He was an odd person."),
        ),
        right=("It was a horrible lesson.", "It is good practice.", "They were in good company."),
    ),
    OwnRule(
        "IAmA",
        "A profession or a role wants “a” here.",
        r"\b(i am|i['’]m|i was|he is|he['’]s|he was|she is|she['’]s|she was|become|became|becoming) ((?:software |web |frontend |front-end |backend |full-stack |data |computer |high school |college |university |big |huge |great |good |bad |new |young |professional |native |fast |slow )?)(student|developer|teacher|engineer|programmer|designer|writer|beginner|fan|lawyer|doctor|nurse|scientist|artist|manager|freelancer|blogger|mother|father|teenager|kid|child|boy|girl|learner|member|speaker|researcher|contributor|volunteer|liar|fool|person|professor)(?=[.,;!?]| (?:and|in|at|of|who|for|from|with|but|when|by|on|since|because|to)\b)",
        ("{1} a {2}{3}",),
        "student developer teacher engineer programmer designer writer beginner fan lawyer doctor nurse scientist artist manager freelancer blogger mother father teenager kid child boy girl learner member speaker researcher contributor volunteer liar fool person professor",
        wrong=(("I am student in Bonn.", "I am a student in Bonn."), ("He was teacher.", "He was a teacher.")),
        right=("I am a student.", "She was the mother of us all."),
    ),
)
