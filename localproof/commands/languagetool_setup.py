"""The original LanguageTool set up, removed, and looked at by the doctor.

It is said beforehand what comes over the network, from where, how large it is and under which licence.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..config import Settings, need_home
from ..engines.original import fetch
from ..engines.original.ngrams import ngram_data
from ..engines.original.place import MEMORY_MB, SETUP, JavaInstallation, find_installation, install_folder, load_lock
from ..report import BadInput, Unavailable
from ..terminal import Terminal
from ..text import escape_invisible
from ..text.display import one_line
from ..text.languages import NAMES, base
from .consent import ask_consent, megabytes, progress_meter

PARTS = ("languagetool",)
THREADS = 2
ZIP_SIZE = 259_000_000


@dataclass(frozen=True)
class SetupOptions:
    """What is to be set up: from "maven", "zip" or a folder; with which Java; or to be removed."""

    source: str = "maven"
    java: Path | None = None
    yes: bool = False
    remove: bool = False


def setup(options: SetupOptions, terminal: Terminal) -> int:
    """Set LanguageTool up, or remove it; the exit status. Raises BadInput and Unavailable."""
    where = install_folder(terminal.env)
    need_home(where)
    if options.remove:
        freed = fetch.remove(where)
        terminal.write(f"removed LanguageTool, {megabytes(freed)}\n" if freed else "nothing is set up\n")
        return 0
    java, program, version = fetch.choose_java(options.java)
    if _is_there(options, where, version):
        terminal.write(
            f"LanguageTool is set up already, in {escape_invisible(str(where))}, and nothing of it has changed\n"
        )
        return 0
    terminal.write(_plan(options, where, f"{java} ({version})", terminal))
    if not options.yes and not ask_consent(terminal):
        terminal.say("localproof: nothing was done")
        return 2
    store = where / "downloads"
    try:
        source, jars = _fetch_jars(options, store, program, terminal)
        found = fetch.install(jars, where, source=source, java=java, java_version=version)
        terminal.say("starting it once, to keep its classes ready for later starts …")
        begun = time.monotonic()
        try:
            found = fetch.prepare(found, THREADS)
        except Unavailable:
            fetch.remove(where, downloads=False)  # they are as they should be, and need not come again
            raise
        shutil.rmtree(store, ignore_errors=True)
    finally:
        fetch.remove_leftovers(where)
    terminal.write(
        f"LanguageTool {found.version} works ({time.monotonic() - begun:.0f} s), in "
        f"{escape_invisible(str(found.folder))}: {megabytes(_size(found))}\n"
        "It takes the embedded engine's place from now on; `localproof setup languagetool --remove` undoes this.\n"
    )
    return 0


def _fetch_jars(options: SetupOptions, store: Path, program: Path, terminal: Terminal) -> tuple[str, dict[str, Path]]:
    """(where the jars come from, the jars)."""
    if options.source == "maven":
        show, clear = progress_meter(terminal, load_lock().size)
        try:
            jars = fetch.fetch_from_maven(load_lock(), store, show, threading.Event())
        finally:
            clear()
        return f"Maven Central, by the lock file of LocalProof ({fetch.repository_url(load_lock())})", jars
    if options.source == "zip":
        terminal.say("language-tool-python downloads and checks …")
        show, clear = progress_meter(terminal, ZIP_SIZE)
        try:
            jars = fetch.fetch_zip(store / "zip", program, show, terminal.env)
        finally:
            clear()
        at = fetch.mirror_url(terminal.env)
        return "language-tool-python's verified download" + f" from {at}" * bool(at), jars
    return str(Path(options.source).absolute()), fetch.take_from_folder(Path(options.source))


def _is_there(options: SetupOptions, where: Path, java_version: str) -> bool:
    try:
        found = find_installation(where)
    except Unavailable:
        return False
    if found is None or found.java_version != java_version or fetch.changed_jars(found, load_lock()):
        return False
    return found.source.startswith({"maven": "Maven", "zip": "language-tool"}.get(options.source, "no folder is known"))


def _plan(options: SetupOptions, where: Path, java: str, terminal: Terminal) -> str:
    known = load_lock()
    if options.source == "maven":
        licences = Counter(jar.licence for jar in known.jars)
        others = ", ".join(f"{name} ({count})" for name, count in licences.most_common())
        rows = [
            ("what", f"{known.about['what']}: {len(known.jars)} files, each checked against its SHA-256"),
            ("from", f"Maven Central, {fetch.repository_url(known)}"),
            ("size", f"{megabytes(known.size)} to download, about {megabytes(2 * known.size)} on disk"),
            ("licence", f"LanguageTool: {known.about['licence']}; of the files: {others}"),
        ]
    elif options.source == "zip":
        rows = [
            ("what", "LanguageTool 6.8 for all languages, downloaded and verified by language-tool-python"),
            (
                "from",
                escape_invisible(fetch.mirror_url(terminal.env)) or "the releases of language-tool-python on GitHub",
            ),
            ("size", f"{megabytes(ZIP_SIZE)} to download, about twice that on disk"),
            ("licence", f"LanguageTool: {known.about['licence']}; language-tool-python: GPL-3.0-only"),
        ]
    else:
        rows = [
            ("what", f"the LanguageTool in {escape_invisible(options.source)}"),
            ("licence", f"LanguageTool: {known.about['licence']}"),
        ]
    rows += [("Java", java), ("into", escape_invisible(str(where)))]
    return "".join(f"{name:<8} {text}\n" for name, text in rows)


def _size(found: JavaInstallation) -> int:
    return sum(path.stat().st_size for path in found.folder.rglob("*") if path.is_file())


def describe_installation(settings: Settings, env: Mapping[str, str]) -> list[str]:
    """What the doctor says of the original LanguageTool, line by line. Every file of it is read and checked."""
    return [*_installed(env), *_ngrams(settings)]


def _ngrams(settings: Settings) -> list[str]:
    if not settings.languagetool_ngrams:
        return []
    try:
        found = ngram_data(settings)
    except BadInput as error:
        return [f"n-gram data does not work: {one_line(str(error))}"]
    if found is None:
        return [
            f"n-gram data: none for {NAMES[base(settings.language)]} in "
            f"{escape_invisible(settings.languagetool_ngrams)}"
        ]
    return [
        f"n-gram data for {NAMES[found.language]}, {megabytes(found.size)}, in {escape_invisible(str(found.folder))}"
    ]


def _installed(env: Mapping[str, str]) -> list[str]:
    try:
        found = find_installation(install_folder(env))
        if found is None:
            return [f"not set up; it is an alternative to the embedded one: {SETUP}"]
        program = found.program()
    except Unavailable as error:
        return [f"does not work: {one_line(error.skipped.reason)}", f"what helps: {error.skipped.remedy}"]
    lines = [f"{found.version} for {', '.join(found.languages)}, in {escape_invisible(str(found.folder))}"]
    wrong = fetch.changed_jars(found, load_lock())
    if wrong:
        lines.append(f"CHANGED since it was set up: {one_line(', '.join(wrong))}; set it up again: {SETUP}")
    else:
        lines.append(f"{len(found.jars)} jars, each as it was set up; {megabytes(_size(found))}; from {found.source}")
    prepared = "prepared for quick starts" if found.archive else "not prepared for quick starts"
    heap = f"heap of at most {MEMORY_MB} MiB"
    return [
        *lines,
        f"Java: {escape_invisible(str(program))} ({escape_invisible(found.java_version)}), {prepared}, {heap}",
    ]
