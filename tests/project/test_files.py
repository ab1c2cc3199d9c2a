"""Bytes to text and back, with nothing lost."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localproof.config import read_words
from localproof.project.dictionaries import add_words, remove_words
from localproof.project.files import InputFile, SourceFile, decode, encode, read_source, write_back, write_new
from localproof.report import BadInput, Unavailable
from localproof.terminal import Terminal

LIMIT = 1_000_000


def source_of(path: Path) -> SourceFile:
    return read_source(InputFile(path, str(path), named=True), LIMIT)


def only(folder: Path, *names: str) -> None:
    assert sorted(p.name for p in folder.iterdir()) == sorted(names), "a file was left behind or lost"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_what_is_read_is_written_back_byte_for_byte(text: str, bom: bool) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + ("x" + text.replace("\0", "")).encode()
    read, had_mark, encoding = decode(data, "a.md")
    assert encoding == "utf-8" or data.isascii()
    assert encode(SourceFile("a.md", read, "", had_mark, encoding=encoding), read) == data
    assert had_mark is bom


@pytest.mark.parametrize(
    ("data", "reason", "remedy"),
    [
        ("good\nпривет".encode("cp1251"), "not UTF-8: byte 0xef at offset 5, line 2", "WINDOWS-1252"),
        ("na\xefve and caf\xe9 ".encode() + b"\xff", "not UTF-8: byte 0xff at offset 17, line 1", "declare"),
        (b"\xef\xbb\xbfab\xff", "not UTF-8: byte 0xff at offset 5, line 1", "iconv"),
        (b"\xff\xfea\0b", "not UTF-16, as its byte order mark says", "UTF-8"),
        ("hé".encode("utf-32"), "encoded as UTF-32", "iconv -f UTF-32"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a binary file, not text", ""),
        (b"x" * (LIMIT + 1), "1,000,001 bytes, and the limit is 1,000,000", "LOCALPROOF_MAX_BYTES"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_a_reason(
    tmp_path: Path, data: bytes, reason: str, remedy: str
) -> None:
    (tmp_path / "a.md").write_bytes(data)
    with pytest.raises(Unavailable) as caught:
        source_of(tmp_path / "a.md")
    assert caught.value.skipped.reason == reason
    assert remedy in caught.value.skipped.remedy


PROSE = "She’s na\xefve, but I dont know the caf\xe9 — yet.\r\nTeh end."


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (PROSE.encode("cp1252"), "cp1252"),
        (b"na\xefve", "cp1252"),
        (b"\xff\xfe" + PROSE.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + PROSE.encode("utf-16-be"), "utf-16-be"),
        (b"<?xml version='1.0' encoding='ISO-8859-2'?>\n\xb3\xf3d\xbc", "iso8859-2"),
        (b"<html><meta charset=windows-1251>" + "привет".encode("cp1251"), "cp1251"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">\x93Hi\x94', "cp1252"),
        (b"<meta charset='iso-8859-1'>plain", "cp1252"),
        (b"\\usepackage[latin9]{inputenc}\nc\xbdur", "iso8859-15"),
        (b"\\usepackage[applemac]{inputenc}\ncaf\x8e", "mac-roman"),
        (b"# -*- mode: org; coding: iso-8859-15-unix -*-\n\xa4", "iso8859-15"),
        (b"\xa4\n" + b"x\n" * 2000 + b"% vim: set fileencoding=iso-8859-15 :\n", "iso8859-15"),
        (b"#+CODING: koi8-r\n\xd0\xd2\xc9", "koi8-r"),
        ("<meta charset=iso-8859-1>déjà".encode(), "utf-8"),
        (b"<meta charset=utf-7>plain", "utf-8"),
        (b"It says coding: latin-1.", "utf-8"),
    ],
)
def test_a_text_in_another_encoding_is_read_and_written_back(tmp_path: Path, data: bytes, encoding: str) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(data)
    source = source_of(path)
    assert source.encoding == encoding
    assert encode(source, source.text) == data
    write_back(source, source.text + " more")
    assert path.read_bytes() == data + (" more").encode(encoding)


@given(st.binary(max_size=60), st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"<?xml encoding='latin1'?>"]))
def test_whatever_is_read_encodes_to_the_same_bytes(data: bytes, head: bytes) -> None:
    try:
        text, bom, encoding = decode(head + data, "a.md")
    except Unavailable:
        return
    assert encode(SourceFile("a.md", text, "", bom, encoding=encoding), text) == head + data


def test_a_character_that_the_encoding_lacks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"na\xefve")
    source = source_of(path)
    with pytest.raises(Unavailable, match="cp1252 has no character"):
        write_back(source, source.text + " ✓")
    assert path.read_bytes() == b"na\xefve"
    only(tmp_path, "a.md")


def test_a_nul_far_into_a_text_does_not_make_it_binary(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"x" * 9000 + b"\0")
    assert source_of(tmp_path / "a.md").text.endswith("\0")


def test_correction_keeps_mode_mark_and_line_ends_with_a_new_time(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"\xef\xbb\xbfteh\r\nend \xf0\x9f\x98\x80")
    path.chmod(0o604)
    os.utime(path, (1, 1))
    source = source_of(path)
    write_back(source, source.text.replace("teh", "the"))
    assert path.read_bytes() == b"\xef\xbb\xbfthe\r\nend \xf0\x9f\x98\x80"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    assert path.stat().st_mtime > 1_000_000
    only(tmp_path, "a.md")


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="no extended attributes here")
def test_a_correction_keeps_extended_attributes(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("teh")
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    write_back(source_of(path), "the")
    assert os.getxattr(path, "user.note") == b"mine"


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("teh")
    source = source_of(path)
    path.write_text("teh, and a thought I had just now")
    with pytest.raises(Unavailable, match="altered by someone else since it was read"):
        write_back(source, "the")
    assert path.read_text() == "teh, and a thought I had just now"
    only(tmp_path, "a.md")


def test_a_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("teh")
    source = source_of(path)
    path.unlink()
    with pytest.raises(Unavailable, match="no such file"):
        write_back(source, "the")
    only(tmp_path)


def test_a_link_stays_a_link_and_its_file_is_corrected(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.md").write_text("teh")
    (tmp_path / "a.md").symlink_to("real/a.md")
    write_back(source_of(tmp_path / "a.md"), "the")
    assert (tmp_path / "a.md").is_symlink()
    assert (tmp_path / "real/a.md").read_text() == "the"
    only(tmp_path / "real", "a.md")


def test_hard_links_are_not_parted(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("teh")
    (tmp_path / "b.md").hardlink_to(tmp_path / "a.md")
    with pytest.raises(Unavailable, match="2 hard links"):
        write_back(source_of(tmp_path / "a.md"), "the")
    assert (tmp_path / "b.md").read_text() == "teh"


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may write everything")
def test_a_read_only_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("teh")
    (tmp_path / "a.md").chmod(0o444)
    with pytest.raises(Unavailable, match="read-only"):
        write_back(source_of(tmp_path / "a.md"), "the")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may give files away")
def test_root_leaves_a_file_to_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("teh")
    os.chown(path, 1234, 1235)
    path.chmod(0o640)
    write_back(source_of(path), "the")
    about = path.stat()
    assert (about.st_uid, about.st_gid, stat.S_IMODE(about.st_mode)) == (1234, 1235, 0o640)


def test_a_new_file_is_written_in_one_step_and_an_old_one_replaced(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_new(path, b"one")
    write_new(path, b"two")
    assert path.read_bytes() == b"two"
    only(tmp_path, "report.json")


def test_result_is_not_written_over_a_folder_or_into_a_missing_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is a folder"):
        write_new(tmp_path, b"")
    with pytest.raises(BadInput, match="cannot be written: no such file or folder"):
        write_new(tmp_path / "none/report.json", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_a_device_is_written_into_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_new(pipe, b"through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    write_new(Path("/dev/null"), b"gone")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


# ─ word lists ─


def test_words_are_added_in_the_writers_order_and_once(tmp_path: Path) -> None:
    path = tmp_path / "new folder/dictionary.txt"
    assert add_words(path, ["Zebra", "Hetzner  Cloud", "Zebra"]) == ("Zebra", "Hetzner Cloud")
    assert add_words(path, ["apple", "Zebra"]) == ("apple",)
    assert path.read_text() == "Zebra\nHetzner Cloud\napple\n"
    only(path.parent, "dictionary.txt")


def test_the_rest_of_a_word_list_stays_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "dictionary.txt"
    path.write_bytes(b"\xef\xbb\xbf# mine\r\n\r\nkubelet  # a daemon\r\n  Grafana\r\nkubelet")
    assert add_words(path, ["naïve"]) == ("naïve",)
    assert path.read_bytes().endswith("kubelet\r\nnaïve\r\n".encode())
    assert remove_words(path, ["kubelet", "absent"]) == ("kubelet",)
    assert path.read_bytes() == "\ufeff# mine\r\n\r\n  Grafana\r\nnaïve\r\n".encode()


@pytest.mark.parametrize("word", ["", "  ", "# x", "a # b", "\x1b[31m", "x" * 201])
def test_what_is_no_word_is_refused_and_nothing_is_written(tmp_path: Path, word: str) -> None:
    with pytest.raises(BadInput) as caught:
        add_words(tmp_path / "dictionary.txt", ["good", word])
    assert "\x1b" not in str(caught.value)
    only(tmp_path)


@settings(deadline=None, max_examples=30)  # it waits for the disk
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=30), max_size=8))
def test_a_word_that_was_added_is_read_again(words: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dictionary.txt"
        taken = []
        for word in words:
            try:
                taken += add_words(path, [word])
            except BadInput:
                continue
        assert list(read_words(path)) == taken


def test_the_digest_is_that_of_the_bytes_with_their_mark(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfx")
    assert source_of(tmp_path / "a.md").digest == hashlib.sha256(b"\xef\xbb\xbfx").hexdigest()


class Sip(io.RawIOBase):
    """A stream that takes a few bytes at a time, as one without a buffer may."""

    def __init__(self) -> None:
        self.got = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        part = bytes(data)[:7]
        self.got += part
        return len(part)


def test_a_stream_that_takes_a_part_at_a_time_gets_all() -> None:
    sip = Sip()
    out = type("Out", (io.TextIOWrapper,), {"buffer": sip})(io.BytesIO(), "utf-8")
    terminal = Terminal(None, out, io.StringIO(), {})
    terminal.write_bytes(b"a corrected document" * 9)
    assert sip.got == b"a corrected document" * 9


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_what_cannot_be_written_is_one_clear_line() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        terminal = Terminal(None, full, io.StringIO(), {})
        with pytest.raises(BadInput, match="standard output: cannot be written: no space left"):
            terminal.write("x" * 100)
        with contextlib.suppress(OSError):
            full.close()
