"""What the language server makes of messages, of other kinds than it expects most of all. No process is started."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_lsp_state import FakeDocumentChecker, Slow, open_text, report_on, spelling

from localproof.lsp import code_actions, conversion, json_rpc
from localproof.lsp.server import LocalProofServer

Json = dict[str, Any]
URI = "file:///nowhere/a.md"
TEXT = "One teh.\n\nTwo.\n"


class Told:
    """A connection that remembers what went out. `answers` are the editor's, by method."""

    def __init__(self, answers: dict[str, Callable[[], Any]] | None = None) -> None:
        self.out: list[tuple[str, Any]] = []
        self.answers = answers or {}
        self._tasks: set[asyncio.Task[Any]] = set()

    def notify(self, method: str, params: Any) -> None:
        self.out.append((method, params))

    async def ask(self, method: str, params: Any) -> Any:
        self.out.append((method, params))
        if method not in self.answers:
            await asyncio.Event().wait()
        answer = self.answers[method]()
        return await answer if asyncio.iscoroutine(answer) else answer

    def spawn(self, work: Coroutine[Any, Any, Any], method: str = "") -> None:
        self._tasks.add(asyncio.get_running_loop().create_task(work))

    def said(self, method: str) -> list[Any]:
        return [params for name, params in self.out if name == method]


class Talk:
    """A server with an engine of ours and an editor that can say anything."""

    def __init__(self, answers: dict[str, Callable[[], Any]] | None = None) -> None:
        self.told, self.engine = Told(answers), Slow("harper")
        pool = ThreadPoolExecutor(1)
        self.server = LocalProofServer(FakeDocumentChecker({"harper": self.engine}), pool, self.told, {})  # type: ignore[arg-type]
        self.server.session.debounce_s = 0.0

    async def ask(self, method: str, params: Any = None) -> Any:
        return await self.server.request(method, params)

    async def tell(self, method: str, params: Any = None) -> None:
        await self.server.notification(method, params)

    async def start(self, capabilities: Any = None, options: Any = None) -> Any:
        params = {"capabilities": {} if capabilities is None else capabilities, "initializationOptions": options}
        return await self.ask("initialize", params)

    async def open(self, text: str = TEXT, uri: str = URI, language: str = "markdown", version: int = 1) -> None:
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        await self.tell("textDocument/didOpen", {"textDocument": item})
        await self.server.session.finished(uri)

    async def change(self, *changes: Any, version: Any = 2, uri: Any = URI) -> None:
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)}
        with contextlib.suppress(json_rpc.ResponseError):  # logged by the connection
            await self.tell("textDocument/didChange", params)
        await self.server.session.finished(URI)

    async def menu(self, start: Any = None, **context: Any) -> list[str]:
        place = {"start": start or {"line": 0, "character": 4}, "end": {"line": 0, "character": 7}}
        params = {"textDocument": {"uri": URI}, "range": place, **context}
        return [action["title"] for action in await self.ask("textDocument/codeAction", params)]

    def shown(self, uri: str = URI) -> list[str]:
        """The messages of what is underlined now."""
        said = [p for p in self.told.said("textDocument/publishDiagnostics") if p["uri"] == uri]
        return [d["message"] for d in said[-1]["diagnostics"]] if said else []


def play(scene: Callable[[Talk], Coroutine[Any, Any, None]], **answers: Callable[[], Any]) -> Talk:
    async def all_of_it() -> Talk:
        talk = Talk({name.replace("__", "/"): answer for name, answer in answers.items()})
        async with asyncio.timeout(20):
            await scene(talk)
        talk.server.session.end()
        talk.server.close()
        return talk

    return asyncio.run(all_of_it())


def edit(line: Any, start: Any, end: Any, text: Any = "x") -> Json:
    return {
        "range": {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}},
        "text": text,
    }


# ── bytes ──


@given(st.lists(st.binary(max_size=40), max_size=5), st.randoms(use_true_random=False), st.sampled_from([1, 3, 1000]))
def test_bodies_are_the_same_in_whatever_pieces_they_come(bodies: list[bytes], chance: Any, most: int) -> None:
    heads = [b"Content-Length: %d\r\n\r\n", b"content-length:%d\nContent-Type: x\n\n", b"Nonsense: 1\r\nhello\r\n\r\n"]
    stream = b"".join(heads[2] * chance.randint(0, 1) + chance.choice(heads[:2]) % len(b) + b for b in bodies)
    pieces = []
    while stream:
        size = chance.randint(1, most)
        pieces.append(stream[:size])
        stream = stream[size:]
    assert list(json_rpc.frames(pieces)) == bodies


def test_a_stream_that_ends_in_the_middle_of_a_body_is_over() -> None:
    assert list(json_rpc.frames([b"Content-Length: 1\r\n\r\naContent-Length: 9\r\n\r\nabc"])) == [b"a"]


def test_a_line_that_never_ends_and_a_length_that_is_none_hurt_nobody() -> None:
    odd = [b"x" * 200_000, b"\r\nContent-Length: -1\r\n\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n"]
    assert list(json_rpc.frames([*odd, b"Content-Length: 2\r\n\r\nok"])) == [b"ok"]


def test_a_body_that_is_too_long_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rpc, "_LONGEST_BODY", 5)
    bodies = [b"Content-Length: 17\r\n\r\n" + b"abcdefg" * 2, b"xyz", b"Content-Length: 2\r\n\r\nok"]
    assert list(json_rpc.frames(bodies)) == [None, b"ok"]


def test_numbers_that_json_does_not_have_are_read_as_the_nearest() -> None:
    assert json_rpc.message_of(b"[NaN, Infinity, 1e999, -1e999]") == [
        None,
        None,
        sys.float_info.max,
        -sys.float_info.max,
    ]
    for odd in (b"{", b"\xff", b"[" * 100_000, b"9" * 5000, b""):
        with pytest.raises(ValueError):
            json_rpc.message_of(odd)


# ── values that nobody knows ──


@pytest.mark.parametrize(
    "capabilities",
    [
        {"textDocument": {"publishDiagnostics": {"tagSupport": {"valueSet": [1, 2, -2]}}}},
        {"workspace": {"symbol": {"symbolKind": {"valueSet": [0, 99]}}}},
        {"workspace": {"workspaceEdit": {"failureHandling": "x", "resourceOperations": ["move", 7]}}},
        {"general": {"positionEncodings": ["utf-7", 5, None]}},
        {"general": {"markdown": {"parser": 3}}, "textDocument": {"hover": {"contentFormat": ["bbcode"]}}},
        {"textDocument": []},
        {"textDocument": {"publishDiagnostics": True}, "window": "x", "workspace": 7, "general": None},
        [],
        None,
    ],
)
def test_capabilities_that_nobody_knows_are_taken_as_they_are(capabilities: Any) -> None:
    async def scene(talk: Talk) -> None:
        about = await talk.ask("initialize", {"capabilities": capabilities, "trace": "compact"})
        assert about["capabilities"]["positionEncoding"] == "utf-16"
        await talk.open()
        assert len(talk.shown()) == 1

    play(scene)


@pytest.mark.parametrize(
    "others",
    [
        {"processId": "x"},
        {"processId": -1},
        {"processId": 10**30},
        {"rootUri": 5, "workspaceFolders": [5]},
        {"workspaceFolders": {"uri": None}},
        {"initializationOptions": [1]},
        {"initializationOptions": {"localproof": 3, "debounceMs": "soon", "diagnostics": 9}},
        {"clientInfo": 4, "locale": [], "trace": 9, "workDoneToken": {}},
    ],
)
def test_an_editor_that_begins_oddly_is_answered(others: Json) -> None:
    async def scene(talk: Talk) -> None:
        assert "capabilities" in await talk.ask("initialize", {"capabilities": {}, **others})

    play(scene)


@pytest.mark.parametrize(
    ("offered", "taken"), [(["utf-32", "utf-8"], "utf-32"), (["x", "utf-8"], "utf-8"), ([], "utf-16")]
)
def test_the_first_encoding_that_is_known_is_taken(offered: list[str], taken: str) -> None:
    async def scene(talk: Talk) -> None:
        about = await talk.start({"general": {"positionEncodings": offered}})
        assert about["capabilities"]["positionEncoding"] == taken

    play(scene)


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"context": {}},
        {"context": None},
        {"context": {"diagnostics": None, "triggerKind": 3}},
        {"context": {"diagnostics": [{"severity": 0}, None, 7]}},
        {"context": {"only": []}},
        {"context": {"only": [""], "diagnostics": []}},
    ],
)
def test_a_menu_is_made_whatever_surrounds_its_place(context: Json) -> None:
    async def scene(talk: Talk) -> None:
        await talk.start()
        await talk.open()
        assert "“teh” → “the”" in await talk.menu(**context)

    play(scene)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("textDocument/codeAction", {"textDocument": {"uri": URI}, "range": edit(-1, 0, 1)["range"]}),
        ("textDocument/codeAction", {"textDocument": {"uri": URI}, "range": edit(0.5, 0, 1)["range"]}),
        ("textDocument/codeAction", {"textDocument": {"uri": URI}, "range": edit(True, 0, 1)["range"]}),
        ("textDocument/codeAction", {"textDocument": {"uri": URI}, "range": None}),
        (
            "textDocument/codeAction",
            {"textDocument": {"uri": URI}, "range": edit(0, 0, 1)["range"], "context": {"only": [3]}},
        ),
        ("textDocument/codeAction", None),
        ("textDocument/hover", None),
        ("textDocument/hover", []),
        ("textDocument/hover", {"textDocument": {"uri": 7}, "position": {"line": 0, "character": 0}}),
        ("textDocument/hover", {"textDocument": {"uri": URI}, "position": {"line": "0", "character": 0}}),
        ("workspace/executeCommand", None),
        ("workspace/executeCommand", {"command": "localproof.nonsense"}),
        ("workspace/executeCommand", {"command": ["localproof.report"]}),
        ("workspace/executeCommand", {"command": "localproof.state", "arguments": [[]]}),
        ("workspace/executeCommand", {"command": "localproof.state", "arguments": "x"}),
        ("workspace/executeCommand", {"command": "localproof.state", "arguments": []}),
        ("initialize", None),
    ],
)
def test_what_cannot_be_understood_is_answered_as_such(method: str, params: Any) -> None:
    async def scene(talk: Talk) -> None:
        if method != "initialize":
            await talk.start()
            await talk.open()
        with pytest.raises(json_rpc.ResponseError) as caught:
            await talk.ask(method, params)
        assert caught.value.code == json_rpc.INVALID_PARAMS

    play(scene)


def test_what_comes_at_the_wrong_time_is_answered_as_such() -> None:
    async def scene(talk: Talk) -> None:
        async def code(method: str) -> int:
            with pytest.raises(json_rpc.ResponseError) as caught:
                await talk.ask(method, {})
            return caught.value.code

        assert await code("textDocument/hover") == json_rpc.NOT_INITIALIZED
        await talk.start()
        assert await code("initialize") == json_rpc.INVALID_REQUEST
        assert await code("textDocument/completion") == json_rpc.METHOD_NOT_FOUND
        await talk.ask("shutdown")
        assert await code("textDocument/hover") == json_rpc.INVALID_REQUEST

    play(scene)


# ── what is known of a text ──

LOST = [
    pytest.param({"changes": [edit(99, 0, 3)]}, id="a line that is not there"),
    pytest.param({"changes": [edit(-1, 0, 3)]}, id="a line before the first"),
    pytest.param({"changes": [edit(0, 0, 3), edit(0, 0, 3, None)]}, id="no text"),
    pytest.param({"changes": [{"text": "x", "range": 5}]}, id="a range that is none"),
    pytest.param({"changes": [7]}, id="an edit that is none"),
    pytest.param({"changes": [edit(0, 0, 3)], "version": 0}, id="an older version"),
    pytest.param({"changes": [edit(0, 0, 3)], "version": None}, id="no version"),
    pytest.param({"changes": [edit(0, 0, 3)], "uri": None}, id="no uri, so perhaps this text"),
]


@pytest.mark.parametrize("wrong", LOST)
def test_a_text_that_is_not_known_any_more_is_offered_nothing(wrong: Json) -> None:
    async def scene(talk: Talk) -> None:
        await talk.start()
        await talk.open()
        assert len(talk.shown()) == 1
        await talk.change(*wrong["changes"], **{k: v for k, v in wrong.items() if k != "changes"})
        assert talk.shown() == [] and await talk.menu() == []
        assert any("open it again" in said["message"] for said in talk.told.said("window/showMessage"))
        await talk.change(edit(0, 0, 0, "And teh. "), version=3)  # of a text that nobody knows
        await talk.tell("textDocument/didSave", {"textDocument": {"uri": URI}})
        state = {"command": "localproof.state", "arguments": [URI]}
        assert talk.shown() == [] and await talk.ask("workspace/executeCommand", state) is None
        await talk.change({"text": "New teh and teh.\n"}, version=4)
        assert len(talk.shown()) == 2
        await talk.change(edit(0, 0, 0, "And teh. "), version=5)
        assert len(talk.shown()) == 3
        assert len([s for s in talk.told.said("window/showMessage") if "open it again" in s["message"]]) == 1

    play(scene)


def test_a_text_that_is_opened_again_is_known_again() -> None:
    async def scene(talk: Talk) -> None:
        await talk.start()
        await talk.open()
        talk.server.unreadable("nonsense")  # it may have been an edit
        assert talk.shown() == []
        await talk.open()
        assert len(talk.shown()) == 1

    play(scene)


@pytest.mark.parametrize("wrong", [{"text": None}, {"text": 7}, {"version": "1"}, {"uri": None}])
def test_a_text_whose_opening_is_not_understood_is_told(wrong: Json) -> None:
    async def scene(talk: Talk) -> None:
        await talk.start()
        await talk.open()
        item = {"uri": URI, "languageId": "markdown", "version": 1, "text": TEXT, **wrong}
        await talk.tell("textDocument/didOpen", {"textDocument": item})
        assert talk.shown() == []
        assert any("was opened" in said["message"] for said in talk.told.said("window/showMessage"))

    play(scene)


@pytest.mark.parametrize("less", [{"version": None}, {"languageId": None}, {"languageId": 7, "version": 1.0}])
def test_a_text_is_opened_with_what_is_there(less: Json) -> None:
    async def scene(talk: Talk) -> None:
        await talk.start()
        item = {"uri": URI, "languageId": "markdown", "version": 1, "text": TEXT, **less}
        await talk.tell("textDocument/didOpen", {"textDocument": item})
        await talk.server.session.finished(URI)
        assert len(talk.shown()) == 1

    play(scene)


@pytest.mark.parametrize(
    ("support", "tagged"),
    [({"valueSet": [1, 2, -2]}, True), ({"valueSet": [2]}, False), (True, True), ({}, False), (None, False)],
)
def test_only_tags_that_the_editor_knows_are_sent(support: Any, tagged: bool) -> None:
    async def scene(talk: Talk) -> None:
        await talk.start({"textDocument": {"publishDiagnostics": {"tagSupport": support}}})
        await talk.open("<!-- localproof: ignore line a/B -->\n\nTwo.\n")
        last = talk.told.said("textDocument/publishDiagnostics")[-1]["diagnostics"]
        assert [d.get("tags") for d in last] == [[1] if tagged else None]

    play(scene)


def test_an_edit_before_the_whole_text_comes_anew_does_not_matter() -> None:
    async def scene(talk: Talk) -> None:
        await talk.start()
        await talk.open()
        await talk.change(edit(99, 0, 3), {"text": "A teh.\n"}, edit(0, 0, 0, "More teh. "))
        assert len(talk.shown()) == 2

    play(scene)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///p/a%20b.md", "/p/a b.md"),
        ("FILE://localhost/p/%F0%9F%98%80.md?x#y", "/p/😀.md"),
        ("file:///p/%FF.md", "/p/\udcff.md"),
        ("file:/p/a.md", "/p/a.md"),
        ("file:a.md", None),
        ("file:///%00", None),
        ("file://", None),
        ("untitled:Untitled-1", None),
        ("", None),
        (7, None),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="paths of other systems")
def test_a_uri_leads_to_its_file(uri: object, path: str | None) -> None:
    assert conversion.uri_to_path(uri) == (path and Path(path))


# ── what is no text of ours ──


@pytest.mark.parametrize(
    "uri",
    [
        "git:/nowhere/a.md?%7B%22ref%22%3A%22%22%7D",
        "fugitive:///nowhere/.git//0/a.md",
        "gitsigns:///nowhere/.git/:0:a.md",
        "diffview:///nowhere/.git/:0:/a.md",
        "output:extension-output-1",
        "vscode-local-history:/a.md",
        "term://~//1:bash",
        "file:///nowhere/a.md.~HEAD~",
    ],
)
def test_a_copy_that_an_editor_shows_is_passed_over(uri: str) -> None:
    async def scene(talk: Talk) -> None:
        await talk.start()
        await talk.open()
        await talk.open(uri=uri)
        assert talk.shown(uri) == [] and len(talk.shown()) == 1
        assert any("a copy" in said["message"] for said in talk.told.said("window/logMessage"))
        assert talk.told.said("window/showMessage") == []

    play(scene)


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "buffer:7", "vscode-notebook-cell:/a.ipynb#W1", "a.md", "C:/a.md"]
)
def test_a_text_that_has_no_file_yet_is_read(uri: str) -> None:
    async def scene(talk: Talk) -> None:
        await talk.start()
        await talk.open(uri=uri)
        assert len(talk.shown(uri)) == 1

    play(scene)


def test_a_language_that_is_not_read_is_said_once() -> None:
    async def scene(talk: Talk) -> None:
        await talk.start()
        for n, language in enumerate(["typst", "json", "typst", "markdown"]):
            await talk.open(uri=f"file:///nowhere/{n}", language=language)
        said = [s["message"] for s in talk.told.said("window/showMessage")]
        assert len(said) == 2 and "“typst”" in said[0] and "“json”" in said[1]

    play(scene)


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (None, {"quickfix"}),
        ([""], {"quickfix", "source.fixAll.localproof"}),
        (["quickfix"], {"quickfix"}),
        (["quickfix.spelling"], set()),
        (["source"], {"source.fixAll.localproof"}),
        (["source.fixAll"], {"source.fixAll.localproof"}),
        (["source.fixAll.localproof"], {"source.fixAll.localproof"}),
        (["source.fixAll.localproof.more"], set()),
        (["source.fix", "refactor"], set()),
        (["refactor", "quickfix"], {"quickfix"}),
    ],
)
def test_a_kind_stands_for_all_kinds_below_it(only: list[str] | None, kinds: set[str]) -> None:
    text = "We recieve it.\n"
    finding = replace(spelling(text, "recieve", "receive"), is_safe_fix=True)
    acts = code_actions.actions_at(report_on(text, finding), finding.span, code_actions.EditTargets(URI, project=False))
    made = conversion.actions(open_text(text), acts, "utf-16", [], versioned=True, only=only)
    assert {action["kind"] for action in made} == kinds


# ── progress ──


def in_order(talk: Talk) -> list[str]:
    kinds = [p["value"]["kind"] if m == "$/progress" else m.rpartition("/")[2] for m, p in talk.told.out]
    return [k for k in kinds if k in ("create", "begin", "end")]


CREATE = "window/workDoneProgress/create"
SHOWS = {"window": {"workDoneProgress": True}}


def test_progress_ends_although_its_creation_is_answered_late() -> None:
    slow = asyncio.Event()

    async def scene(talk: Talk) -> None:
        talk.told.answers[CREATE] = slow.wait
        await talk.start(SHOWS)
        talk.server.busy("Starting Harper")
        await asyncio.sleep(0)
        talk.server.busy("")
        assert in_order(talk) == ["create"]
        slow.set()
        await asyncio.sleep(0.01)
        assert in_order(talk) == ["create", "begin", "end"]
        talk.server.busy("Starting Harper")
        await asyncio.sleep(0.01)
        assert in_order(talk)[3:] == ["create", "begin"]
        talk.server.busy("")
        await asyncio.sleep(0.01)
        assert in_order(talk)[3:] == ["create", "begin", "end"]
        assert len({p["token"] for m, p in talk.told.out if m == CREATE}) == 2

    play(scene)


def refuse() -> Any:
    raise json_rpc.ResponseError(-32601, "no such thing")


@pytest.mark.parametrize(("capabilities", "answer", "said"), [(SHOWS, refuse, 1), (SHOWS, None, 1), ({}, None, 0)])
def test_no_progress_begins_without_the_editors_consent(capabilities: Json, answer: Any, said: int) -> None:
    async def scene(talk: Talk) -> None:
        if answer is not None:
            talk.told.answers[CREATE] = answer
        await talk.start(capabilities)
        talk.server.busy("Starting Harper")
        talk.server.busy("")
        await asyncio.sleep(0.01)
        assert in_order(talk) == ["create"] * said

    play(scene)


# ── anything at all ──

PLACE = edit(0, 4, 7)["range"]
ABOUT = {"uri": URI, "version": 1}
SESSION: list[Json] = [
    {
        "id": 1,
        "method": "initialize",
        "params": {
            "processId": None,
            "rootUri": "file:///nowhere",
            "capabilities": {
                "general": {"positionEncodings": ["utf-8"]},
                "textDocument": {"publishDiagnostics": {"tagSupport": {"valueSet": [1]}}},
                "window": {"workDoneProgress": True},
                "workspace": {"configuration": True, "didChangeWatchedFiles": {"dynamicRegistration": True}},
            },
            "initializationOptions": {"codeLens": True, "debounceMs": 1, "words": ["frob"]},
        },
    },
    {"method": "initialized", "params": {}},
    {"method": "textDocument/didOpen", "params": {"textDocument": {**ABOUT, "languageId": "markdown", "text": TEXT}}},
    {"id": "two", "method": "textDocument/codeLens", "params": {"textDocument": ABOUT}},
    {
        "method": "textDocument/didChange",
        "params": {"textDocument": {**ABOUT, "version": 2}, "contentChanges": [edit(0, 0, 0, "So "), {"text": TEXT}]},
    },
    {"id": 3.5, "method": "textDocument/hover", "params": {"textDocument": ABOUT, "position": PLACE["start"]}},
    {
        "id": 4,
        "method": "textDocument/codeAction",
        "params": {
            "textDocument": ABOUT,
            "range": PLACE,
            "context": {
                "diagnostics": [{"range": PLACE, "source": "localproof", "message": "x"}],
                "only": ["quickfix"],
            },
        },
    },
    {"id": 5, "method": "workspace/executeCommand", "params": {"command": "localproof.state", "arguments": [URI]}},
    {"id": 6, "method": "textDocument/rename", "params": {"textDocument": ABOUT, "newName": "x"}},
    {"id": 7, "method": "textDocument/completion", "params": {"textDocument": ABOUT}},
    {"method": "$/cancelRequest", "params": {"id": 7}},
    {"method": "workspace/didChangeConfiguration", "params": {"settings": {"localproof": {"words": ["frob"]}}}},
    {"method": "workspace/didChangeWatchedFiles", "params": {"changes": [{"uri": URI, "type": 1}]}},
    {"id": "localproof-1", "result": [{"words": ["frob"]}]},
    {"id": "localproof-2", "error": {"code": 1, "message": "no"}},
    {"method": "textDocument/didSave", "params": {"textDocument": ABOUT}},
    {"method": "textDocument/didClose", "params": {"textDocument": ABOUT}},
]
JUNK = [None, True, -1, 0, 1.5, 1e308, 2**63, "", "x", URI, "\ud800", [], {}, [None], float("nan"), {"uri": URI}]


UNREADABLE = [b"{not json", b"\xff\xfe", b"[" * 100_000, b"", b'{"id": 1, "method": "shutdown"']


def parts(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a message that can be changed: what holds it, and its key."""
    keys: list[Any] = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    return [(value, k) for k in keys] + [p for k in keys for p in parts(value[k])]


@st.composite
def sessions(draw: st.DrawFn) -> list[Json]:
    """The session with some of its messages changed, left out, doubled or moved."""
    session = copy.deepcopy(SESSION)
    for _ in range(draw(st.integers(1, 6))):
        places = [p for p in parts(session) if p[1] != "jsonrpc"]
        holder, key = draw(st.sampled_from(places))
        do = draw(st.sampled_from(["put", "put", "put", "drop", "double", "move"]))
        if do == "put":
            holder[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))
        elif do == "drop":
            del holder[key]
        elif isinstance(holder, list):
            where = len(holder) if do == "double" else draw(st.integers(0, len(holder) - 1))
            holder.insert(where, copy.deepcopy(holder[key]) if do == "double" else holder.pop(key))
    for body in draw(st.lists(st.sampled_from(UNREADABLE), max_size=2)):
        session.insert(draw(st.integers(0, len(session))), body)
    return session


class Quiet(LocalProofServer):
    """A server that leaves the process alive."""

    def ending(self) -> None:
        """Nothing: this process goes on."""


def exchange(session: list[Any], until: Callable[[Json], bool], last: list[Any]) -> list[Json]:
    """Everything that the server says, over real pipes, to `session`, and to `last` as soon as it has said what `until`
    waits for."""
    (there, ours), (back, theirs) = os.pipe(), os.pipe()
    said: list[Json] = []

    def chunks() -> Any:
        while chunk := os.read(back, 65536):
            yield chunk

    def hear() -> None:
        said.extend(json.loads(body) for body in json_rpc.frames(chunks()) if body is not None)

    def speak() -> None:
        for body in bodies(session):
            os.write(ours, body)
        by = time.monotonic() + 10
        while not any(map(until, list(said))) and time.monotonic() < by:
            time.sleep(0.005)
        for body in bodies(last):
            os.write(ours, body)

    hearing, speaking = threading.Thread(target=hear), threading.Thread(target=speak)

    async def live() -> None:
        async with asyncio.timeout(20):
            await connection.run(server)

    connection = json_rpc.RpcConnection(there, theirs)
    document_checker, pool = FakeDocumentChecker({"harper": Slow("harper")}), ThreadPoolExecutor(1)
    server = Quiet(document_checker, pool, connection, {"LOCALPROOF_CONFIG_DIR": "/nonexistent"})
    hearing.start()
    speaking.start()
    try:
        asyncio.run(live())
        connection.close()
        server.close()
    finally:
        for pipe in (ours, theirs):
            os.close(pipe)
        speaking.join(5)
        hearing.join(5)
        for pipe in (there, back):
            os.close(pipe)
    return said


def bodies(session: list[Any]) -> list[bytes]:
    every = [m if isinstance(m, bytes) else json.dumps(m).encode() for m in session]
    return [b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in every]


FRESH = "file:///nowhere/fresh.md"
BEGIN: list[Json] = [
    {"id": "again", "method": "initialize", "params": {"capabilities": {}}},
    {
        "method": "textDocument/didOpen",
        "params": {"textDocument": {"uri": FRESH, "version": 1, "languageId": "markdown", "text": "Fresh teh.\n"}},
    },
]
END: list[Json] = [{"id": "bye", "method": "shutdown"}, {"method": "exit"}]


def tells_of_fresh(message: Json) -> bool:
    """Whether the one error of the fresh text is underlined."""
    if message.get("method") != "textDocument/publishDiagnostics" or message["params"]["uri"] != FRESH:
        return False
    return [d["range"]["start"] for d in message["params"]["diagnostics"]] == [{"line": 0, "character": 6}]


NONE = object()


def expected(message: Any) -> Any:
    """The id that an answer to `message` bears, `NONE` where there is none."""
    if isinstance(message, bytes):
        return None
    message = json.loads(json.dumps(message), parse_constant=lambda _: None)
    if not isinstance(message, dict) or not isinstance(message.get("method", ""), str):
        number = message.get("id") if isinstance(message, dict) else None
    elif "method" not in message or "id" not in message:
        return NONE
    else:
        number = message["id"]
    return number if isinstance(number, (int, float, str)) and not isinstance(number, bool) else None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sessions())
def test_any_session_is_answered_and_survived(session: list[Any]) -> None:
    said = exchange([*session, *BEGIN], tells_of_fresh, END)
    answers = [m for m in said if "method" not in m]
    wanted = Counter(number for m in [*session, *BEGIN, *END] if (number := expected(m)) is not NONE)
    assert Counter(m["id"] for m in answers) == wanted
    assert all(("result" in m) != ("error" in m) for m in answers)
    assert any(map(tells_of_fresh, said))
