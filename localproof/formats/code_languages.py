"""The languages of source code in whose comments prose is read: one row each."""

from __future__ import annotations

from dataclasses import dataclass

# What opens and closes a comment of several lines, as patterns. What opens one also takes the marks of a doc comment.
Blocks = tuple[tuple[str, str], ...]

_STARS: Blocks = ((r"/\*[*!]*<?", r"\**\*/"),)
_SLASHES = (r"//+(?:!<?|<)?",)  # //, ///, //!, and what Doxygen puts behind a member
_HASH = (r"\#+(?:[:'!](?=\s|$))?",)  # #, ##, and #: of Sphinx, #' of roxygen, #! of Zsh
_DASHES = (r"--+",)
_SEMICOLONS = (r";+",)


@dataclass(frozen=True)
class CodeLanguage:
    """A language of source code. `name` is the format's, and Pygments' for it unless `lexer` is another.

    `suffixes` and `names` of files and `ids`, what editors call it beside `name`, are as in `Format`. `lines` are
    patterns of what begins a comment up to the end of its line, `blocks` of what encloses one. `docstrings`: whether
    a string that is a statement by itself is documentation.
    """

    name: str
    suffixes: tuple[str, ...]
    lines: tuple[str, ...]
    blocks: Blocks = ()
    ids: tuple[str, ...] = ()
    lexer: str = ""
    names: tuple[str, ...] = ()
    docstrings: bool = False


def _c(name: str, *suffixes: str, ids: tuple[str, ...] = (), lexer: str = "") -> CodeLanguage:
    """A language that took its comments from C."""
    return CodeLanguage(name, suffixes, _SLASHES, _STARS, ids, lexer)


def _shell(
    name: str, *suffixes: str, ids: tuple[str, ...] = (), lexer: str = "", names: tuple[str, ...] = ()
) -> CodeLanguage:
    """A language that took its comments from the shell."""
    return CodeLanguage(name, suffixes, _HASH, (), ids, lexer, names)


LANGUAGES: tuple[CodeLanguage, ...] = (
    CodeLanguage("python", (".py", ".pyi", ".pyw"), _HASH, docstrings=True),
    _c("javascript", ".js", ".mjs", ".cjs"),
    _c("javascriptreact", ".jsx", ids=("jsx",), lexer="jsx"),
    _c("typescript", ".ts", ".mts", ".cts"),
    _c("typescriptreact", ".tsx", ids=("tsx",), lexer="tsx"),
    _c("rust", ".rs"),
    _c("go", ".go"),
    _c("c", ".c", ".h"),
    _c("cpp", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ids=("c++", "cuda-cpp")),
    _c("objective-c", ".m", ".mm", ids=("objc", "objective-cpp")),
    _c("java", ".java"),
    _c("kotlin", ".kt", ".kts"),
    _c("swift", ".swift"),
    _c("csharp", ".cs", ids=("cs", "c#")),
    _c("scala", ".scala", ".sc"),
    _c("dart", ".dart"),
    _c("zig", ".zig"),
    _c("groovy", ".groovy", ".gradle"),
    _c("protobuf", ".proto", ids=("proto", "proto3")),
    _c("solidity", ".sol"),
    CodeLanguage("css", (".css",), (), _STARS),
    _c("scss", ".scss"),
    _c("less", ".less"),
    CodeLanguage("php", (".php",), (*_SLASHES, *_HASH), _STARS),
    CodeLanguage("terraform", (".tf", ".tfvars"), (*_SLASHES, *_HASH), _STARS, ("hcl", "tf")),
    CodeLanguage("nix", (".nix",), _HASH, _STARS),
    CodeLanguage("fsharp", (".fs", ".fsi", ".fsx"), _SLASHES, ((r"\(\*+", r"\*+\)"),), ("f#",)),
    CodeLanguage("ocaml", (".ml", ".mli"), (), ((r"\(\*+", r"\*+\)"),)),
    CodeLanguage("ruby", (".rb", ".rake", ".gemspec"), _HASH, ((r"=begin\b", "=end"),), names=("gemfile", "rakefile")),
    CodeLanguage("lua", (".lua",), _DASHES, ((r"--\[=*\[", r"\]=*\]"),)),
    CodeLanguage("haskell", (".hs",), (r"--+(?:[ \t]*[|^*](?=\s))?",), ((r"\{-(?!\#)(?:[ \t]*[|^](?=\s))?", r"-\}"),)),
    CodeLanguage("elm", (".elm",), _DASHES, ((r"\{-\|?", r"-\}"),)),
    CodeLanguage("sql", (".sql",), _DASHES, _STARS, ("mysql", "postgres", "plsql", "tsql")),
    CodeLanguage("powershell", (".ps1", ".psm1"), _HASH, (("<#", "#>"),)),
    CodeLanguage(
        "commonlisp", (".lisp", ".cl"), _SEMICOLONS, ((r"\#\|", r"\|\#"),), ("lisp", "common-lisp"), "common-lisp"
    ),
    CodeLanguage("scheme", (".scm", ".ss"), _SEMICOLONS, ((r"\#\|", r"\|\#"),)),
    CodeLanguage("emacs-lisp", (".el",), _SEMICOLONS, (), ("elisp", "emacslisp", "lisp-data"), "emacs-lisp"),
    CodeLanguage("clojure", (".clj", ".cljs", ".cljc"), _SEMICOLONS),
    CodeLanguage("erlang", (".erl", ".hrl"), ("%+",)),
    CodeLanguage("fortran", (".f90", ".f95", ".f03"), ("!+[<>]?",), ids=("fortran-modern", "fortran_free-form")),
    CodeLanguage("cmake", (".cmake",), _HASH, ((r"\#\[=*\[", r"\]=*\]"),)),
    _shell("shellscript", ".sh", ".bash", ".zsh", ".ksh", ids=("sh", "bash", "zsh", "shell"), lexer="bash"),
    _shell("fish", ".fish"),
    _shell("perl", ".pl", ".pm"),
    _shell("r", ".r"),
    _shell("julia", ".jl"),
    _shell("elixir", ".ex", ".exs"),
    _shell("nim", ".nim"),
    _shell("crystal", ".cr"),
    _shell("gdscript", ".gd"),
    _shell("toml", ".toml"),
    _shell("yaml", ".yaml", ".yml", ids=("dockercompose", "github-actions-workflow")),
    _shell("makefile", ".mk", ids=("make",), lexer="make", names=("makefile", "gnumakefile")),
    _shell("dockerfile", ".dockerfile", lexer="docker", names=("dockerfile", "containerfile")),
    _shell("graphql", ".graphql", ".gql"),
)
