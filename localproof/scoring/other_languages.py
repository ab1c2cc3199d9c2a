"""Which sentences of an English text are in another language: by evidence for that language, never by want of English.

What gives a language away are its small words and its script. Each list holds
the commonest words of a language that bear little meaning, as any grammar of
it names them; single letters and what is an English word too count for
little. Of a language that is not listed, six words or more of which nearly
none is English, nor near enough to be a slip, are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..scoring import features
from ..scoring.ngram_counts import ngram_counts
from ..scoring.spelling_errors import letter_ngram_score
from ..scoring.wordlists import word_lists
from ..text import Span
from ..text.words import fold_apostrophes

# Whole words only: "h" of 5h35 and "aut" of covid19-aut are none.
_WORD = re.compile(r"(?<![\w/@#-])[^\W\d_]+(?:['’][^\W\d_]+)*(?![\w/@-])")
_BORROWED_TERMS = ("et al", "et cetera", "per se", "de facto", "ad hoc", "vis-à-vis")  # at home in English
_BORROWED = re.compile(rf"\b(?:{'|'.join(_BORROWED_TERMS)})\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»“)\]]*\s+|\n+|[。！？]")
_PART_END = re.compile(r"[.!?…;:]+[\"'”’»“)\]]*\s+|\n+|[。！？]|\s[–—]\s|(?<=\w)\s(?=\()|(?<=\))\s")
_ELIDED = re.compile(
    r"(l|d|qu|j|c|n|s|m|t|jusqu|lorsqu|puisqu|un|dell|all|nell|sull|dall|quest|quell)['’](?=.{2})", re.IGNORECASE
)
_CONTRACTION = re.compile(r"['’](?:s|t|re|ve|ll|d|m|all)\Z|n['’]t", re.IGNORECASE)
_LATIN = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff]")
_KNOWN = 300  # times in the corpus of edited prose
_FEWEST = 6  # words of a language that is not listed
_MOST_LOOKED_AT = 40  # words of a sentence

# fmt: off
SMALL_WORDS: dict[str, str] = {
    "de":
        "der die das den dem des ein eine einen einem einer eines und oder aber doch nicht kein keine keinen "
        "ist sind war waren wird werden wurde wurden hat haben hatte hatten kann können könnte muss müssen "
        "soll sollte will wollen ich du er sie es wir ihr mich mir dich dir uns euch ihm ihn ihnen sich mein "
        "meine dein seine seinen ihre ihren unser unsere dieser diese dieses diesen diesem welche was wer wie "
        "wo wann warum weil wenn dass daß ob als auch noch nur schon sehr mehr immer wieder hier dort dann da "
        "so mit von vom zu zum zur bei beim nach aus auf für über unter zwischen durch gegen ohne um im in "
        "ins an am bis seit während wegen man alle alles jeder jede viel viele ganz etwas nichts heute jetzt "
        "geht gibt zwei drei bitte danke ja nein morgen gestern wohnt",
    "fr":
        "le la les un une des du de au aux l' d' qu' j' c' n' s' m' t' jusqu' lorsqu' puisqu' et ou mais donc "
        "or ni car ne pas plus rien jamais que qui quoi dont où ce cet cette ces ceci cela ça je tu il elle "
        "on nous vous ils elles me te se lui leur leurs mon ma mes ton ta tes son sa ses notre nos votre vos "
        "est sont était étaient été être suis es sommes êtes sera seront serait ai as a avons avez ont avait "
        "avaient avoir eu fait faire peut peuvent doit dans sur sous avec sans pour par entre vers chez "
        "depuis pendant avant après contre comme si quand comment pourquoi parce très trop peu beaucoup bien "
        "aussi encore toujours déjà ici là alors tout toute tous toutes même autre autres y en deux trois oui "
        "non aujourd'hui c'est demain hier matin soir partons bonjour merci",
    "es":
        "el la los las un una unos unas de del al y e o u pero sino que qué quien quién cual cuál donde dónde "
        "cuando cuándo como cómo por para con sin sobre entre hasta desde hacia según ante bajo tras durante "
        "no ni sí más menos muy mucho mucha muchos muchas poco también tampoco ya aún todavía siempre nunca "
        "aquí allí ahora entonces yo tú él ella nosotros ellos ellas usted ustedes me te se lo le les nos mi "
        "mis tu tus su sus nuestro nuestra este esta estos estas esto ese esa esos esas eso aquel aquella es "
        "son era eran fue fueron ser será está están estaba estar estoy soy somos hay ha han había haber he "
        "hemos tiene tienen tengo hace puede pueden porque si todo toda todos todas otro otra otros otras "
        "cada algo nada dos tres bien así mañana hoy ayer tarde temprano gracias",
    "it":
        "il lo la i gli le un uno una di del dello della dei degli delle dell' al allo alla ai agli alle all' "
        "dal dalla dai nel nello nella nei nelle nell' sul sulla sui sull' con per tra fra da in su e ed o ma "
        "però che chi cui quale quali quando come dove perché perchè se non né più meno molto molta molti "
        "poco anche ancora già mai sempre qui qua lì ora adesso poi io tu lui lei noi voi loro mi ti si ci vi "
        "ne mio mia tuo tua suo sua nostro questo questa questi queste quello quella quelli è sono era erano "
        "fu essere sei siamo stato stata ho hai ha abbiamo hanno aveva avere fa fare può possono deve tutto "
        "tutta tutti tutte altro altra altri ogni qualche niente due tre così c'è cosa quindi dopo prima "
        "domani oggi ieri presto tardi subito senza mentre dunque oppure siete grazie fratello",
    "pt":
        "o a os as um uma uns umas de do da dos das em no na nos nas ao aos à às pelo pela pelos por para com "
        "sem sobre entre até desde e ou mas porém que quem qual quais quando como onde porque não nem mais "
        "menos muito muita muitos pouco também já ainda sempre nunca aqui ali lá agora então eu tu ele ela "
        "nós eles elas você vocês me te se lhe lhes meu minha meus seu sua seus suas nosso nossa este esta "
        "estes esse essa isso isto aquele aquela é são era eram foi foram ser será está estão estava estou "
        "sou somos há tem têm tinha ter tenho temos faz fazer pode podem tudo todo toda todos todas outro "
        "outra outros cada algo nada dois duas três bem assim depois hoje amanhã ontem cedo obrigado obrigada "
        "homens",
    "nl":
        "de het een en of maar want dus niet geen is zijn was waren wordt worden werd werden heeft hebben had "
        "hadden kan kunnen moet moeten zal zullen zou zouden wil willen mag ik jij je hij zij ze wij we "
        "jullie u mij hem haar ons hun hen mijn jouw onze deze dit die dat wie wat waar wanneer hoe waarom "
        "omdat als dan toen ook nog al alleen heel zeer meer altijd nooit weer hier daar nu er met van voor "
        "naar uit op over onder tussen door tegen zonder om in aan bij tot sinds tijdens alle alles elke veel "
        "iets niets te ben bent ga gaat goed twee drie ja nee morgen vandaag gisteren bedankt",
    "sv":
        "en ett den det de dem och eller men inte ingen inget inga är var vara varit blir blev har hade ha "
        "kan kunde ska skulle vill måste får jag du han hon vi ni mig dig honom henne oss er sig min mitt "
        "mina din ditt sin sitt sina vår vårt denna detta dessa som vad vem när hur varför därför eftersom om "
        "att också än nu då här där mycket mer mest alltid aldrig bara redan med av från för till på under "
        "över mellan genom mot utan vid efter före hos alla allt varje många något någon några två tre ja nej "
        "så upp ut i idag igår imorgon tack",
    "da":
        "en et den det de dem og eller men ikke ingen intet er var være været bliver blev har havde have kan "
        "kunne skal skulle vil ville må jeg du han hun vi mig dig ham hende os jer sig min mit mine din dit "
        "sin sit vores denne dette disse som hvad hvem hvor hvornår hvordan hvorfor fordi hvis at også nu da "
        "her der meget mere altid aldrig kun allerede med af fra for til på under over mellem gennem mod uden "
        "ved efter før hos alle alt hver mange noget nogen nogle to tre ja nej så op ud i",
    "nb":
        "en et ei den det de dem og eller men ikke ingen er var være vært blir ble har hadde kan kunne skal "
        "skulle vil ville må jeg du han hun vi dere meg deg ham henne oss seg min mitt mine din ditt sin sitt "
        "vår denne dette disse som hva hvem hvor når hvordan hvorfor fordi hvis at også nå da her der mye mer "
        "alltid aldri bare allerede med av fra for til på under over mellom gjennom mot uten ved etter før "
        "hos alle alt hver mange noe noen to tre ja nei så opp ut i",
    "fi":
        "ja tai mutta ei en et emme ole on ovat oli olivat olla ollut minä sinä hän me te he minun sinun "
        "hänen se ne tämä nämä tuo että joka jotka mikä mitä kuka missä milloin miten miksi koska jos kun "
        "kuin myös vielä jo nyt sitten täällä siellä hyvin paljon vain aina kanssa ilman ennen jälkeen yli "
        "alla kaikki kaksi kolme voi voin pitää tämän sen siitä tässä niin",
    "pl":
        "i w z ze na do od po przez dla bez pod nad przed przy między o u a ale lub albo czy że żeby bo "
        "ponieważ jeśli jak jako gdy kiedy gdzie dlaczego kto co który która które nie tak też także już "
        "jeszcze tylko bardzo zawsze nigdy tu tam teraz ja ty on ona ono my wy oni mnie mi ciebie ci go jego "
        "jej ją ich im nas nam się swój mój moja nasz ten ta to te tego tej tym jest są był była było były "
        "być będzie mam ma mają może można trzeba wszystko wszystkie każdy inne dwa trzy dzień dobry jestem "
        "jutro wczoraj dziś dziękuję",
    "cs":
        "a i v ve z ze na do od po pro bez pod nad před při mezi o u ale nebo že aby protože jestli jak jako "
        "když kde kdy proč kdo co který která které ne ano také už ještě jen velmi vždy nikdy tady tam teď já "
        "ty on ona my vy oni mě mi tě ho jeho jí jejich nás nám se si svůj můj moje náš ten ta to toho této "
        "tím je jsou byl byla bylo byli být bude jsem jsme máme mám má mají může musí všechno každý jiný dva "
        "tři",
    "hu":
        "a az egy és vagy de hogy nem van vannak volt voltak lesz lenni én te ő mi ti ők engem nekem neki ez "
        "ezt azt ezek ami aki mely mit hol mikor hogyan miért mert ha mint is még már csak nagyon mindig soha "
        "itt ott most akkor minden kell lehet között után előtt alatt nélkül szerint két három igen",
    "ro":
        "un o unei unui și sau dar că să nu este sunt era erau fi fost va vor am ai are avem au eu tu el ea "
        "noi voi ei ele mă te se îl îi le lui lor meu mea său acest această acești acea care ce cine unde "
        "când cum pentru deci dacă mai foarte mult încă doar aici acolo acum cu de din la în pe prin fără "
        "între după până toate tot fiecare doi trei da",
    "ca":
        "el la els les un una uns unes de del dels al als i o però que què qui on quan com per amb sense "
        "sobre entre fins des no ni més menys molt molta poc també ja encara sempre mai aquí allà ara jo tu "
        "ell ella nosaltres ells em et es ho li ens meu meva seu seva aquest aquesta això és són era eren ser "
        "està hi ha han té perquè si tot tota tots cada res dos tres bé",
    "tr":
        "ve veya ama fakat bir bu şu o ben sen biz siz onlar beni bana benim senin onun bizim için ile gibi "
        "kadar daha çok en de da ki mi mı değil var yok ne kim nerede zaman nasıl neden çünkü eğer her hiç "
        "şey olan olarak oldu olur sonra önce şimdi burada orada evet hayır iki üç",
    "id":
        "yang dan di ke dari untuk dengan pada adalah ini itu tidak bukan akan sudah telah sedang saya kamu "
        "anda dia kami kita mereka atau tetapi tapi karena jika kalau seperti juga hanya lebih sangat banyak "
        "semua ada dalam oleh bisa dapat harus apa siapa mana kapan bagaimana mengapa lagi saja orang",
    "tl":
        "ang ng mga sa na ay at o ngunit pero hindi ako ikaw ka siya kami tayo kayo sila ko mo niya namin "
        "natin ito iyan iyon kung dahil para nang may mayroon wala ba po rin din lang naman isang",
    "la":
        "et in est sunt erat erant esse fuit non sed ad ab ex cum per pro de sub inter ante post ut si nec "
        "neque aut vel atque ac quod quae qui quem cuius quibus quam quid hic haec hoc huius ille illa illud "
        "ipse eius eorum suum sua ego tu nos vos mihi tibi nobis se sibi enim autem tamen igitur ergo quoque "
        "etiam iam nunc tunc semper omnia omnes omnis res rerum dum ubi quia nihil sic homo homini vita deus "
        "dei novi quis",
    "eo":
        "la kaj aŭ sed ne estas estis estos esti mi vi li ŝi ĝi ni ili mia via lia nia ĉi tiu tio kiu kio kie "
        "kiam kiel kial ĉar se ke en de da al el sur sub inter kun sen por per pri post antaŭ ankaŭ nur tre "
        "pli plej jam ankoraŭ ĉiuj ĉio unu du tri jes",
    "vi":
        "và của là có không được trong với cho các những này đó một người tôi bạn anh chị chúng họ nhưng hoặc "
        "vì nếu khi thì mà đã đang sẽ rất cũng ở từ đến ra vào như để nhiều hai ba",
    # Romanised.
    "ja":
        "wa ga wo ni de desu masu deshita arimasu imasu kudasai watashi watashitachi anata kore sore are kono "
        "sono ano kara made mo no ne yo ka nai shita suru shimasu arigatou gozaimasu nani doko itsu dare "
        "sumimasen totemo hai iie to ashita kyou kinou mata",
    "zh":
        "de shi wo ni ta women nimen tamen zai you bu le ma zhe na zhege nage hen dou ye he gen hao ge shenme "
        "zenme weishenme duoshao xiexie meiyou keyi yao hui neng qu lai shuo kan xiang",
    "ru":
        "i v na s k o ne chto kak eto ya ty on ona ono my vy oni menya mne tebya ego yego eyo ee nas vas ikh "
        "dlya ot do iz po za pri bez cherez no ili zhe by li uzhe tozhe tolko ochen vsegda nikogda zdes tam "
        "seychas kogda gde pochemu potomu esli yesli kto kotoryy byl byla bylo byli byt budet est vse vsyo "
        "moy moya svoy etot eta khorosho da net spasibo moskve let",
    "hi":
        "hai hain tha thi ka ki ke ko se mein par aur ya lekin nahi nahin main tum aap hum woh yeh ye mera "
        "meri mere tera uska uski kya kyun kyon kahan kab kaise kaun bhi hi to agar jab tab bahut sab kuch ek "
        "accha karo karna raha rahe rahi gaya",
    "ar":
        "fi min ila ala an wa la hal ma hatha hadha hathihi ana anta anti huwa hiya nahnu hum allah inshallah "
        "wallah yalla habibi kan kana laysa lam lan kul shukran marhaba ya",
}
# fmt: on


@lru_cache(maxsize=4096)
def foreign_sentences(text: str) -> tuple[tuple[Span, str], ...]:
    """The sentences of `text`, or parts of them (a title keeps its own language), that are in another language than
    English, each with the code of the language or "".

    A sentence that shows nothing by itself, beside one in another language, is
    taken to go on in it.

    >>> [code for _, code in foreign_sentences("This is it. Das ist nicht der Weg, den wir wollten. And so on.")]
    ['de']
    """
    spans = list(_divided(text, _PART_END))
    told = [language_of(span.of(text)) for span in spans]
    for order in (range(1, len(told)), range(len(told) - 2, -1, -1)):
        for i in order:
            beside = told[i - 1 if order.step > 0 else i + 1]
            if told[i] == "en?" and beside not in ("en", "en?"):
                told[i] = beside
    return tuple((span, code) for span, code in zip(spans, told, strict=True) if code not in ("en", "en?"))


def foreign(text: str) -> bool:
    """Whether all sentences of `text` are in another language.

    >>> foreign("Mi impresión inicial de los GPT fue que no son mucho más que un envoltorio.")
    True
    >>> foreign("Thsi sentense is ful of erors, but it is still meant to be English.")
    False
    """
    found = foreign_sentences(text)
    return bool(found) and len(found) == len(list(_divided(text, _PART_END)))


def sentences(text: str) -> Iterator[Span]:
    """The sentences and lines of `text` that hold a word, each with the white space after it."""
    return _divided(text, _SENTENCE_END)


def _divided(text: str, ends: re.Pattern[str]) -> Iterator[Span]:
    at = 0
    for end in [*(m.end() for m in ends.finditer(text)), len(text)]:
        if _WORD.search(text, at, end):
            yield Span(at, end)
            at = end


def language_of(sentence: str) -> str:
    """The code of the language that `sentence` is in: "en" for English, "en?" where nothing shows, "" for another that
    is not known by name.

    >>> [language_of(s) for s in ("Je ne sais pas où il est.", "He is here.", "Vim", "Привет, мир")]
    ['fr', 'en', 'en?', '']
    """
    letters = [] if sentence.isascii() else [char for char in sentence if char.isalpha()]
    if len(letters) > 3 and sum(_LATIN.match(char) is None for char in letters) > 0.5 * len(letters):
        return ""
    if sentence.isascii() and _is_plainly_english(sentence):
        return "en"  # nearly every sentence
    words = list(_words(sentence))[:_MOST_LOOKED_AT]
    own = {word for word, _ in words if word in _index()}
    if all(map(_also_english, own)) and any(w in features.FUNCTION and w not in own for w, _ in words):
        return "en"
    codes = {code for word in own for code in _index()[word]}
    english = [_english(word) if low else 0.0 for word, low in words]
    for near in (False, True):  # slips are looked for only where they decide
        if near:
            english = [0.5 * (low and not e and _near(w)) + e for (w, low), e in zip(words, english, strict=True)]
        best, most = max(
            ((c, _score(words, english, _small_words()[c])) for c in sorted(codes)), key=_second, default=("", 0.0)
        )
        if not most:
            break
    if most:
        return best
    lower = [word for word, low in words if low]
    accents = any(not word.isascii() for word in lower)
    if len(lower) >= (3 if accents and not any(english) else _FEWEST) and _nothing_english(lower):
        return ""
    return "en" if sum(english) >= 1 else "en?"


def _is_plainly_english(sentence: str) -> bool:
    """Whether an ASCII `sentence` of whole words is found to be English by its small words, as most are. `language_of`
    says the same of it; this is the quicker way."""
    low = sentence.lower()
    words = _WORD.findall(_BORROWED.sub(" ", low) if any(term in low for term in _BORROWED_TERMS) else low)
    every = set(words[:_MOST_LOOKED_AT])
    if any("'" in word and not _CONTRACTION.search(word) for word in every):
        return False
    own = every & _index().keys()
    return all(map(_also_english, own)) and not features.FUNCTION.isdisjoint(every - own)


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


@lru_cache(maxsize=1)
def _small_words() -> dict[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, words in SMALL_WORDS.items()}


@lru_cache(maxsize=1)
def _index() -> dict[str, list[str]]:
    """The languages of each small word."""
    index: dict[str, list[str]] = {}
    for code, small in _small_words().items():
        for word in small:
            index.setdefault(word, []).append(code)
    return index


def _words(sentence: str) -> Iterator[tuple[str, bool]]:
    """The words of a sentence in lower case, elided ones apart, and whether each counts as English where it is: one in
    lower case, or at the head of the sentence; others may be names."""
    for number, match in enumerate(_WORD.finditer(_BORROWED.sub(" ", sentence))):
        word, low = fold_apostrophes(match.group()), number == 0 or match.group()[0].islower()
        if _CONTRACTION.search(word):
            yield word.lower(), True
            continue
        while elided := _ELIDED.match(word):
            yield elided.group().lower(), True
            word = word[elided.end() :]
        yield word.lower(), low


def _score(words: list[tuple[str, bool]], english: list[float], small: frozenset[str]) -> float:
    """How much more there is for a language than for English; 0 where that is not enough to tell."""
    own = {word for word, _ in words if word in small}
    sure = {word for word in own if not _also_english(word)}
    either = [word for word in own - sure if len(word) > 1]
    for_it = against = other = 0.0
    for (word, low), weight in zip(words, english, strict=True):
        if word in small:
            for_it += 1.5 if word in sure else 0.5
        elif weight:
            against += weight
        elif low:
            other += 0.5  # no word of English
    enough = len(sure) > 1
    if not against and len(words) > 2:  # one small word will do where no word is English, or two that may be either
        enough = enough or (len(sure) == 1 and other >= (0.5 if either else 1))
        enough = enough or (len(either) > 1 and other >= 1 and not features.FUNCTION.issuperset(either))
    if not enough or for_it <= against:
        return 0.0
    return max(for_it + other - against, 0.01) if for_it + other > 1.5 * against else 0.0


@lru_cache(maxsize=4096)
def _also_english(word: str) -> bool:
    return len(word) == 1 or word in features.FUNCTION or (_band(word) and ngram_counts().count(word) > 4 * _KNOWN)


def _band(word: str) -> bool:
    return word_lists().entry(word).band in ("common", "rare")


@lru_cache(maxsize=8192)
def _english(word: str) -> float:
    """How much a word speaks for English: its small words most, its rare words little."""
    if word in features.FUNCTION or "'" in word[1:-1]:
        return 1.5
    if len(word) == 1:
        return 0.0
    if ngram_counts().count(word) > _KNOWN and (_band(word) or len(word) > 3):
        return 1.0
    return 0.5 if len(word) > 3 and word_lists().entry(word).band == "common" else 0.0


def _nothing_english(words: list[str]) -> bool:
    """Whether nearly none of `words`, in lower case, is English or a slip in it."""
    if any(word in features.FUNCTION and len(word) > 1 for word in words):
        return False
    return sum(_english(word) > 0 or _near(word) for word in words) < 0.25 * len(words)


@lru_cache(maxsize=8192)
def _near(word: str) -> bool:
    """Whether `word` is one slip away from a common English word, and looks like a slip rather than a rare word."""
    if not word.isascii() or len(word) > 20 or letter_ngram_score(word) <= 0:
        return False
    return any(ngram_counts().count(other) > 4 * _KNOWN and _band(other) for other in _one_slip_away(word))


def _one_slip_away(word: str) -> Iterator[str]:
    letters = "etaoinsrhldcumfpgwybvkxjqz"
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]
    for i in range(len(word) + 1):
        yield from (word[:i] + c + word[i:] for c in letters)
        yield from (word[:i] + c + word[i + 1 :] for c in letters)
