"""The commands of `localproof`: one file for each, named as it.

Such a file has `run(args, terminal)`, which gives the exit status, and `register(parser)`, which adds the arguments;
or, where the command has actions, `ACTIONS` with a `register` for each and maybe `DEFAULT_ACTION`. It imports nothing
heavy outside its functions, for help and completions load it too. Other files here hold the work of a command that is
too large for that, and what several share: `arguments`, `parsers`, `consent`.
"""

from __future__ import annotations

# Each command and what it is for, as help and completions say it. A new command is a row here and a file.
COMMANDS: dict[str, str] = {
    "check": "Proofread files, folders or standard input (the default command)",
    "review": "Walk through the findings, decide, and write the corrections",
    "ignores": "List the places that are ignored, or take some out",
    "explain": "Say what a rule looks for and how to switch it off",
    "rules": "List the rules, or some of them: which run here, which --fix acts on",
    "init": "Begin: a settings file from what is there, and the words that a site uses",
    "dict": "Add to your word lists, take from them, show them",
    "terms": "How words are written here: show, add, remove, import from other tools",
    "learn": "What your decisions have taught: show it, learn from a git history, forget it",
    "baseline": "Accept what is found now, to hear of new findings only",
    "config": "Show the settings and where each comes from",
    "cache": "Say what is kept from earlier runs, or clear it",
    "service": "Hold the engines ready: start, stop, status",
    "demo": "Proofread a built-in page with errors planted in it",
    "doctor": "Look whether all parts work here",
    "lsp": "Speak with an editor (Language Server Protocol on standard input and output)",
    "setup": "Set up the original LanguageTool, with Java",
    "models": "Language models: what is known of each, get one, use it, add your own",
    "donate": "Give corrections away, for proofreaders to learn from: picked by you, in one file",
    "disclose": "Write a statement for readers: what proofread a text, and how much it changed",
    "languages": "List the languages, and how each is set up",
    "energy": "Ask what this machine can tell of energy",
    "completion": "Write a completion script for bash, zsh or fish",
}
