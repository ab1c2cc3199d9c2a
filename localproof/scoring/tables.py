"""Tables of English that candidates come from: which words are taken for each other, and what changes its form how."""

from __future__ import annotations

# Words that are taken for each other, in both directions.
CONFUSED = """
accept except|adapt adopt|advice advise|affect effect|aisle isle|aloud allowed|alter altar|bare bear|brake break
breath breathe|buy by|capital capitol|choose chose|cite site|cite sight|cloths clothes|coarse course
complement compliment|council counsel|desert dessert|device devise|discreet discrete|draw drawer|dual duel
elicit illicit|ensure insure|fair fare|farther further|feel fell|find fined|form from|formally formerly|hear here
hole whole|hour our|illusion allusion|in an|is his|it its|it's its|knew new|know no|know now|later latter|lay lie
lead led|leave live|lessen lesson|loose lose|lost last|made make|meat meet|mine mind|moral morale|of off|on one
or our|our are|passed past|patience patients|peace piece|peak peek|peek pique|personal personnel|plain plane
pole poll|pray prey|precede proceed|principal principle|quiet quite|rain rein|raise rise|read red|real really
right write|role roll|root route|sale sell|scene seen|sent send|set sit|some sum|stationary stationery|steal steel
than then|that than|the they|then the|their there|there they're|their they're|they them|thing think|this his
this these|threw through|though through|though thought|thorough through|threw thorough|to too|to two|too two
trail trial|use used|vary very|waist waste|wait weight|want won't|ware where|wear where|weak week|weather whether
were we're|were where|which witch|who whom|who's whose|with which|woman women|worse worst|your you're|you our
suppose supposed|loose loss|chose choice|believe belief|live life|safe save|prove proof|success succeed|good well
bad badly|less fewer|much many|that which|as has|be by|has is|if of|it if|on in|so to|to do|us use|when then
wonder wander|won one|would wood|conscious conscience|costumer customer|quite quit|dairy diary|angel angle
assure ensure|board bored|cash cache|cell sell|censor sensor|chord cord|born borne|compliant complaint
decent descent|dose does|eminent imminent|faze phase|flair flare|foreword forward|gorilla guerrilla|heal heel
hoard horde|idle idol|its it|load lode|manner manor|marshal martial|medal metal|minor miner|naval navel|pair pare
palate palette|pedal peddle|pour pore|profit prophet|roll role|sole soul|stake steak|storey story|straight strait
tail tale|team teem|tide tied|vain vein|waive wave|weather wether|wreak wreck|yoke yolk|lightening lightning
later letter|lose loose
"""
MORE_CONFUSED = """
have of|and an|an any|as is|at it|be been|been being|can can't|could couldn't|do due|every very|fort forth|forth fourth
for four|hat that|he the|her here|him his|hit it|how who|i it|i in|is it|is as|its is|it's is|lets let's
may many|may my|me my|might mite|no not|not now|not note|now new|off on|or of|or for|out our|say says|see sea
she the|so do|son soon|such much|than that|that what|their the|them then|there these|there the|there then
they their|this the|this that|though tough|through trough|us is|very every|was has|was is|we be|we me|well will
what that|where there|where when|while will|will we'll|with will|with without|you your|were was|thought taught
thing things|bellow below|beside besides|began begun|breed bread|check cheque|clam calm|closes clothes
comma coma|conversion conservation|contact contract|costs coast|county country|crating creating|curse course
date data|definite definitive|dived divided|diner dinner|eluded alluded|exiting exciting|fist first|fort front
fourth forth|grate great|hast haste|hopping hoping|independence independents|instance instants|instants instance
interments interests|lama llama|loath loathe|lightly likely|martial material|massage message|moth month
mote more|move more|our or|overt over|parent patent|part port|pear peer|perspective prospective
prescribe proscribe|presence presents|priories priorities|prosecute persecute|public pubic|quiet quit|reed read
referring refereeing|sing sign|singed signed|slat salt|spit split|stared started|starring staring|statue statute
tenant tenet|therefor therefore|tiered tired|tough though|trough through|undo undue|untied united|viola voila
wander wonder|wile while|wining winning|world word|wont won't|worm warm|wrote write|yeas years|you've your
cant can't|ones one's|everyday every|sometime sometimes|anyway anyways|backward backwards|toward towards
alternately alternatively|historic historical|economic economical|respectively respectfully|continual continuous
imply infer|disinterested uninterested|averse adverse|allude elude|ascent assent|bazaar bizarre|cannon canon
callous callus|carat carrot|cereal serial|climactic climatic|collaborate corroborate|credible creditable
currant current|defuse diffuse|deprecate depreciate|dessert deserts|disburse disperse|envelop envelope
exercise exorcise|flaunt flout|gibe jibe|hangar hanger|hardy hearty|incidence incidents|ingenious ingenuous
liable libel|magnate magnet|mantel mantle|ordinance ordnance|overdo overdue|peal peel|perquisite prerequisite
rapt wrapped|reek wreak|regime regimen|rest wrest|retch wretch|ring wring|rote wrote|shear sheer|slay sleigh
sleight slight|sore soar|taut taught|tenor tenure|tic tick|trooper trouper|troop troupe|vial vile|wet whet
wear ware|whine wine|whoa woe
"""
# base, past, participle; where a fourth stands, the -s form.
IRREGULAR = """
be was been|have had had has|do did done does|go went gone goes|say said said|get got gotten|get got got
make made made|know knew known|think thought thought|take took taken|see saw seen|come came come|give gave given
find found found|tell told told|become became become|leave left left|feel felt felt|put put put
bring brought brought|begin began begun|keep kept kept|hold held held|write wrote written|stand stood stood
hear heard heard|let let let|mean meant meant|set set set|meet met met|run ran run|pay paid paid|sit sat sat
speak spoke spoken|lie lay lain|lead led led|read read read|grow grew grown|lose lost lost|fall fell fallen
send sent sent|build built built|understand understood understood|draw drew drawn|break broke broken
spend spent spent|cut cut cut|rise rose risen|drive drove driven|buy bought bought|wear wore worn
choose chose chosen|seek sought sought|throw threw thrown|catch caught caught|deal dealt dealt|win won won
forget forgot forgotten|lay laid laid|sell sold sold|fight fought fought|teach taught taught|eat ate eaten
sing sang sung|strike struck struck|hang hung hung|shake shook shaken|ride rode ridden|feed fed fed
shoot shot shot|drink drank drunk|hit hit hit|arise arose arisen|fly flew flown|sleep slept slept
freeze froze frozen|hide hid hidden|swim swam swum|bite bit bitten|bind bound bound|overcome overcame overcome
undertake undertook undertaken|overwrite overwrote overwritten|rewrite rewrote rewritten|rebuild rebuilt rebuilt
rerun reran rerun|show showed shown|prove proved proven|sew sewed sewn|shrink shrank shrunk|sink sank sunk
spring sprang sprung|steal stole stolen|stick stuck stuck|swear swore sworn|tear tore torn|wake woke woken
withdraw withdrew withdrawn|cost cost cost|hurt hurt hurt|quit quit quit|split split split|spread spread spread
shut shut shut|bend bent bent|lend lent lent|dig dug dug|shine shone shone|sweep swept swept|weep wept wept
forgive forgave forgiven|mistake mistook mistaken|withstand withstood withstood|foresee foresaw foreseen
override overrode overridden|oversee oversaw overseen
"""
PLURALS = """
man men|woman women|child children|person people|foot feet|tooth teeth|mouse mice|criterion criteria
phenomenon phenomena|analysis analyses|basis bases|crisis crises|thesis theses|hypothesis hypotheses
index indices|matrix matrices|vertex vertices|appendix appendices|life lives|knife knives|half halves
self selves|leaf leaves|medium media|datum data|axis axes|diagnosis diagnoses|parenthesis parentheses
synthesis syntheses|emphasis emphases
"""
TOGETHER = (
    ("is", "are", "was", "were", "be", "been", "being", "am"),
    ("has", "have", "had", "having"),
    ("do", "does", "did", "done", "doing"),
    ("isn't", "aren't", "wasn't", "weren't"),
    ("hasn't", "haven't", "hadn't"),
    ("doesn't", "don't", "didn't"),
    ("this", "these", "that", "those"),
    ("there's", "there're"),
    ("i", "me", "my", "mine", "myself"),
    ("he", "him", "his", "himself"),
    ("she", "her", "hers", "herself"),
    ("we", "us", "our", "ours", "ourselves"),
    ("they", "them", "their", "theirs", "themselves"),
    ("you", "your", "yours", "yourself", "yourselves"),
    ("it", "its", "it's", "itself"),
    ("who", "whose", "whom", "who's"),
    ("other", "others", "another"),
    ("much", "many"),
    ("much", "more", "most"),
    ("good", "better", "best", "well"),
    ("bad", "worse", "worst", "badly"),
)
ARTICLES = ("a", "an", "the")
PREPOSITIONS = tuple("about as at by for from in into of on onto over than to with within".split())
# Never proposed to a writer who did not nearly type them.
VULGAR = frozenset(
    "arse arsehole ass asses asshole bastard bitch bitches bollocks boob boobs bugger clit cock cocks crap cum cunt"
    " cybersex dick dicks dildo fag faggot fart fuck fucked fucker fucking gook horny jizz kike knob negro nigga nigger"
    " orgasm paki penis piss pissed poop porn porno prick pussy queer rape raped rapist retard retarded scrotum semen"
    " sex sexed shit shits shitty slut sluts spic tit tits titty turd twat vagina wank wanker whore whores".split()
)
