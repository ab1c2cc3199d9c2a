"""What LaTeX's commands and environments do with their arguments, as far as a reader of prose must know."""

from __future__ import annotations

import unicodedata

HEADINGS = frozenset(
    "part chapter section subsection subsubsection paragraph subparagraph title subtitle frametitle framesubtitle "
    "addpart addchap addsec minisec".split()
)
CAPTIONS = frozenset("caption subcaption captionof".split())
NOTES = frozenset("footnote footnotetext thanks marginpar marginnote sidenote endnote".split())

# Commands whose arguments are prose in the sentence, with how many come before it that are not.
IN_SENTENCE = {
    **dict.fromkeys(
        "emph textbf textit textsc textsf textrm textsl textup textmd textnormal underline uline uwave hl "
        "mbox uppercase lowercase MakeUppercase MakeLowercase text fbox centerline alert structure term "
        "newterm lowercaseA so ul added revised boxed makebox framebox".split(),
        0,
    ),
    **dict.fromkeys("href textcolor colorbox scalebox raisebox parbox foreignquote hyperref tooltip".split(), 1),
    **dict.fromkeys("multicolumn multirow resizebox fcolorbox".split(), 2),
}
# Commands that stand for a word of the sentence, with how many arguments they take.
WORDS = {
    **dict.fromkeys(
        "ref eqref autoref cref Cref vref pageref nameref subref fullref labelcref crefrange url nolinkurl "
        "path texttt code textsuperscript textsubscript gls Gls glspl Glspl glsxtrshort acs acl acf ac acp Ac "
        "num si unit ang ce ensuremath lstinline mintinline verb foreignlanguage textgreek textcyrillic citet "
        "Citet citeauthor citeyear textcite Textcite parencitex file filename command cmd cs env pkg class "
        "keys menu cpageref".split(),
        1,
    ),
    **dict.fromkeys("SI qty numrange frac nicefrac sfrac crefrange".split(), 2),
    **dict.fromkeys("SIrange qtyrange".split(), 3),
    "foreignlanguage": 2,
    "mintinline": 2,
}
# Commands that leave nothing in the sentence, with how many arguments they take.
NOTHING = {
    **dict.fromkeys(
        "noindent indent centering raggedright raggedleft newpage clearpage cleardoublepage pagebreak "
        "linebreak nolinebreak nopagebreak tableofcontents listoffigures listoftables maketitle appendix "
        "bigskip medskip smallskip hfill vfill hline toprule midrule bottomrule tiny scriptsize footnotesize "
        "small normalsize large Large LARGE huge Huge bf it em rm sf tt sc sl bfseries itshape scshape "
        "sffamily rmfamily ttfamily mdseries upshape slshape normalfont selectfont frontmatter mainmatter "
        "backmatter makeatletter makeatother relax protect leavevmode null break allowbreak sloppy fussy "
        "onecolumn twocolumn printindex makeindex printbibliography doublespacing onehalfspacing "
        "singlespacing qed qedhere unskip ignorespaces strut par pause and newline hrulefill dotfill boldmath "
        "unboldmath balance footnotemark xspace FloatBarrier begingroup endgroup bgroup egroup obeylines "
        "frenchspacing nonfrenchspacing flushbottom raggedbottom columnbreak smallbreak".split(),
        0,
    ),
    **dict.fromkeys(
        "label index glossary pagestyle thispagestyle pagenumbering usepackage RequirePackage documentclass "
        "bibliographystyle bibliography addbibresource input include includeonly subfile import vspace hspace "
        "hypersetup graphicspath captionsetup pgfplotsset tikzset lstset theoremstyle author date institute "
        "email address affil affiliation orcid selectlanguage color phantomsection hypertarget usetikzlibrary "
        "vskip todo missingfigure cline cmidrule nocite includegraphics lstinputlisting phantom hphantom "
        "vphantom tag bibitem newcounter stepcounter refstepcounter usetheme usecolortheme setbeamertemplate "
        "keywords ccsdesc pacs subjclass ccode verbatiminput enlargethispage linespread tikz pgfmathsetmacro "
        "sisetup crefname DeclareUnicodeCharacter ProvidesPackage PassOptionsToPackage inputencoding newif "
        "newlength newsavebox setmainfont setsansfont setmonofont geometry titleformat arraystretch deleted".split(),
        1,
    ),
    **dict.fromkeys(
        "setlength addtolength setcounter addtocounter newcommand renewcommand providecommand newenvironmentx "
        "DeclareMathOperator DeclareRobustCommand newtheorem markboth rule fontsize inputminted "
        "definecolorset newcolumntype newacronym import subimport replaced titlespacing inputminted "
        "settowidth DeclareDocumentCommand NewDocumentCommand RenewDocumentCommand newfontfamily "
        "newunicodechar".split(),
        2,
    ),
    **dict.fromkeys("newenvironment renewenvironment definecolor addcontentsline newglossaryentry".split(), 3),
    **dict.fromkeys("NewDocumentCommand RenewDocumentCommand DeclareDocumentCommand".split(), 3),
}

MATH = frozenset(
    "equation align gather multline eqnarray flalign alignat math displaymath array subequations dmath IEEEeqnarray "
    "split aligned gathered cases matrix pmatrix bmatrix xalignat".split()
)
NO_PROSE = frozenset(
    "verbatim Verbatim BVerbatim LVerbatim alltt lstlisting minted comment filecontents tikzpicture pgfpicture "
    "algorithmic algorithm2e algorithm picture asy luacode thebibliography tikzcd axis code CodeChunk CodeInput "
    "CodeOutput Sinput Soutput Schunk tcblisting pycode sageblock CCSXML forest circuitikz filecontents prooftree "
    "listing-code mdframed-code overpic psmatrix pspicture dot2tex bytefield".split()
)
TITLED = frozenset("frame block alertblock exampleblock tcolorbox".split())  # a heading is their first argument
TABLES = frozenset("tabular tabularx tabulary longtable tabu supertabular xltabular tblr longtblr array".split())
ITEMS = frozenset("itemize enumerate description compactitem compactenum inparaenum tasks questions".split())
QUOTES = frozenset("quote quotation verse displayquote epigraphs".split())
# Mandatory arguments of \begin that are not prose.
ARGUMENTS = {
    **dict.fromkeys("tabular longtable tabu supertabular tblr longtblr minipage multicols adjustbox".split(), 1),
    **dict.fromkeys("wrapfigure subfigure subtable spacing otherlanguage columns column".split(), 1),
    **dict.fromkeys("tabularx tabulary xltabular tabular* wraptable tabu*".split(), 2),
}  # fmt: skip

SYMBOLS = {
    "ldots": "…", "dots": "…", "textellipsis": "…", "textendash": "–", "textemdash": "—", "ss": "ß", "ae": "æ",
    "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ",
    "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "euro": "€", "texteuro": "€", "textdegree": "°",
    "degree": "°", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textless": "<",
    "textgreater": ">", "textbar": "|", "textquotesingle": "'", "textquotedbl": '"', "textquoteleft": "‘",
    "textquoteright": "’", "textquotedblleft": "“", "textquotedblright": "”", "lq": "‘", "rq": "’", "slash": "/",
    "textregistered": "®", "texttrademark": "™", "textunderscore": "_", "quad": " ", "qquad": " ", "space": " ",
    "enspace": " ", "thinspace": " ", "nobreakspace": " ", "textbullet": "•", "th": "þ", "dh": "ð", "TH": "Þ",
    "guillemotleft": "«", "guillemotright": "»", "textperiodcentered": "·", "lbrack": "[", "rbrack": "]",
}  # fmt: skip
SIGNS = {**{c: c for c in "%&$#_{}"}, **dict.fromkeys(" ,;:>!~\t\n\r", " "), "\r\n": " "}
_ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "b": "\u0331",
    "d": "\u0323",
}  # fmt: skip
ACCENTS = frozenset(_ACCENTS)

# Names of languages, as babel has them, as tags.
LANGUAGES = {
    **dict.fromkeys(("german", "ngerman", "austrian", "naustrian"), "de"), "french": "fr", "francais": "fr",
    "spanish": "es", "italian": "it", "portuguese": "pt", "brazilian": "pt-BR", "brazil": "pt-BR", "dutch": "nl",
    "russian": "ru", "polish": "pl", "czech": "cs", "swedish": "sv", "danish": "da", "norsk": "nb", "finnish": "fi",
    "hungarian": "hu", "greek": "el", "turkish": "tr", "catalan": "ca", "ukrainian": "uk", "romanian": "ro",
    "british": "en-GB", "UKenglish": "en-GB", "english": "en", "american": "en-US", "USenglish": "en-US",
    "australian": "en-AU", "canadian": "en-CA", "newzealand": "en-NZ",
}  # fmt: skip


def accented(accent: str, letter: str) -> str:
    r"""The letter with the accent that a command such as ``\'`` puts on it.

    >>> accented("'", "e"), accented("c", "c"), accented("'", "ı")
    ('é', 'ç', 'í')
    """
    return unicodedata.normalize("NFC", {"ı": "i", "ȷ": "j"}.get(letter, letter) + _ACCENTS[accent])
