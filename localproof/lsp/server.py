"""LSP: what editors say goes to the session, what it has to say goes back."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

from .. import __version__
from ..config import HOMELESS, homeless, make_folder, user_folder
from ..project.files import write_new
from ..report import LocalProofError
from ..text import escape_invisible
from . import conversion, json_rpc
from .code_actions import FIX_ALL, QUICK_FIX, SOURCE, CodeAction, actions_at, code_lens, hover
from .commands import COMMANDS, CommandContext
from .conversion import Json, dig
from .diagnostics import Diagnostic
from .document_checker import DocumentChecker, names_settings, parse_client_settings, session_report, watched_globs
from .main_thread import MainThread
from .session import EditorSession
from .status import METHOD as STATUS
from .status import StatusReporter
from .text_document import TextDocument

_WATCH_S = 3.0  # between two looks whether the editor still lives
# For putting things in order at the end, and for ending in a hurry where that takes longer.
_END_S, _HURRY_S = 1.0, 0.9
_SECTION = "localproof"
_WARNING, _INFO = 2, 3  # LSP's MessageType
_INCREMENTAL = 2  # LSP's TextDocumentSyncKind
_PASSED_OVER = ("$/", "notebookDocument/", "workspace/", "window/", "telemetry/", "textDocument/willSave")


class LocalProofServer:
    """One editor's server: the session, and what the editor is able to do. The `Peer` of the connection and the
    `ClientSink` of the session. `pool` is one thread, in which texts are checked."""

    def __init__(
        self,
        document_checker: DocumentChecker,
        pool: Executor,
        connection: json_rpc.RpcConnection,
        env: Mapping[str, str],
    ) -> None:
        self._env, self._out = env, connection
        self.document_checker, self.pool = document_checker, pool
        self.session = EditorSession(self.document_checker, self.pool, self)
        self.command_context = CommandContext(self.session, env)
        self.began = self.said_goodbye = False
        self.able: object = None  # the editor's capabilities
        self.pull = False
        self._links = self._tags = self._versioned = self._progress = self._refresh = self._lens_again = False
        self._numbers = itertools.count(1)
        self._started = asyncio.Event()  # set when the work that the editor shows is over
        self._lenses: dict[str, str] = {}  # the title that the editor was given last, by text
        self._status: StatusReporter | None = None  # where the editor asks for it
        self._pulled: dict[str, int] = {}  # the version of each text that was pulled last
        self._requests: dict[str, Callable[[Any], Any]] = {
            "initialize": self._initialize,
            "shutdown": self._shutdown,
            "textDocument/codeAction": self._menu,
            "textDocument/hover": self._hover,
            "workspace/executeCommand": self._execute,
        }
        self._notifications: dict[str, Callable[[Any], Any]] = {
            "initialized": self._initialized,
            "textDocument/didOpen": self._open,
            "textDocument/didChange": self._change,
            "textDocument/didSave": self._save,
            "textDocument/didClose": self._close,
            "workspace/didChangeConfiguration": self._configure,
            "workspace/didChangeWatchedFiles": lambda _: self.session.check_all(),
        }

    # ── Peer ──

    async def request(self, method: str, params: Any) -> Any:
        """See `Peer.request`."""
        if self.said_goodbye or (method == "initialize" and self.began):
            raise json_rpc.ResponseError(json_rpc.INVALID_REQUEST, f"{method}: not at this time")
        if not self.began and method != "initialize":
            raise json_rpc.ResponseError(json_rpc.NOT_INITIALIZED, f"{method}: initialize comes first")
        if method not in self._requests:
            raise json_rpc.ResponseError(
                json_rpc.METHOD_NOT_FOUND, f"{escape_invisible(method)}: not a method that is known here"
            )
        return await _result(self._requests[method](params))

    async def notification(self, method: str, params: Any) -> None:
        """See `Peer.notification`."""
        if not self.began or self.said_goodbye:
            return
        if method in self._notifications:
            await _result(self._notifications[method](params))
        elif not method.startswith(_PASSED_OVER):
            self.log(f"{method}: not known here")

    def unreadable(self, why: str) -> None:
        """See `Peer.unreadable`. The message may have been an edit, of any text."""
        self.session.lose(None, f"a message of the editor’s is not readable as JSON: {why}")

    def failed(self, method: str, error: BaseException) -> None:
        """See `Peer.failed`."""
        said = str(error) if isinstance(error, json_rpc.ResponseError) else f"{type(error).__name__}: {error}"
        self.log(": ".join(filter(None, (method, said))))

    # ── ClientSink ──

    def show(self, opened: TextDocument, marks: tuple[Diagnostic, ...]) -> None:
        """See `ClientSink.show`."""
        self._note_status(opened.uri)
        if self._lens_again and (act := self.lens(opened.uri)) and act.title != self._lenses.get(opened.uri):
            self._out.spawn(self._ask("workspace/codeLens/refresh", None))
        if self.pull:
            if self._refresh and self._pulled.get(opened.uri) == opened.version:  # no edit will make it ask again
                self._out.spawn(self._ask("workspace/diagnostic/refresh", None))
            return
        found = {"uri": opened.uri, "diagnostics": self.diagnostics(opened, marks), "version": opened.version}
        self._out.notify("textDocument/publishDiagnostics", found)

    def diagnostics(self, opened: TextDocument, marks: tuple[Diagnostic, ...]) -> list[Json]:
        """`marks` as this editor takes them."""
        return conversion.diagnostics(opened, marks, self.session.unit, links=self._links, tags=self._tags)

    def lens(self, uri: str) -> CodeAction | None:
        """The line above a text; None before its first report."""
        report = self.session.report(uri)
        if report is None:
            self._lenses.pop(uri, None)
            return None
        return code_lens(report, self.command_context.place(uri), held_back=self.session.shows_held_back(uri))

    def log(self, line: str) -> None:
        """See `ClientSink.log`."""
        self._out.notify("window/logMessage", {"type": _INFO, "message": escape_invisible(line)})

    def warn(self, line: str) -> None:
        """See `ClientSink.warn`."""
        self._out.notify("window/showMessage", {"type": _WARNING, "message": f"LocalProof: {escape_invisible(line)}"})

    def tell(self, line: str) -> None:
        """A line for the writer, who asked for it or can do without it."""
        self._out.notify("window/showMessage", {"type": _INFO, "message": escape_invisible(line)})

    async def present(self, text: str) -> None:
        """Let the writer read a longer text: in a window of the editor's where it can open one, else in its log."""
        if not dig(self.able, "window", "showDocument", "support"):
            self._out.notify("window/logMessage", {"type": _INFO, "message": text})
            return
        path = session_report(self._env)
        make_folder(path.parent, 0o700)  # the cache uses no folder that others may write to
        write_new(path, text.encode("utf-8"))
        self._out.spawn(self._ask("window/showDocument", {"uri": path.as_uri(), "takeFocus": True}))

    def note_checked(self, uri: str) -> None:
        """See `ClientSink.note_checked`."""
        self._note_status(uri)

    def _note_status(self, uri: str = "") -> None:
        if self._status is not None:
            self._status.note_change(uri)

    def busy(self, what: str) -> None:
        """See `ClientSink.busy`."""
        self._note_status()
        self._started.set()
        if what and self._progress:
            self._started = asyncio.Event()
            self._out.spawn(self._show_progress(what, self._started), "window/workDoneProgress/create")

    async def _show_progress(self, what: str, over: asyncio.Event) -> None:
        """One progress from its creation to its end, however late the editor is to answer."""
        token = f"localproof-{next(self._numbers)}"
        await self._out.ask("window/workDoneProgress/create", {"token": token})
        begin = {"kind": "begin", "title": "LocalProof", "message": what}
        self._out.notify("$/progress", {"token": token, "value": begin})
        await over.wait()
        self._out.notify("$/progress", {"token": token, "value": {"kind": "end"}})

    async def _ask(self, method: str, params: Any) -> Any:
        """The editor's answer, None where it gives none."""
        try:
            return await self._out.ask(method, params)
        except json_rpc.ResponseError:  # an editor that promised more than it does
            return None

    # ── the life of the server ──

    def _initialize(self, params: Any) -> Json:
        able = self.able = dig(conversion.object_in(params), "capabilities")
        # Where it lives in another namespace, as with containers, its number says nothing.
        pid = params.get("processId")
        if isinstance(pid, int) and pid > 0 and sys.platform != "win32" and _lives(pid):
            self._out.spawn(self._watch(pid))
        push = dig(able, "textDocument", "publishDiagnostics")
        self._links = bool(dig(push, "codeDescriptionSupport"))
        tags = dig(push, "tagSupport", "valueSet")
        self._tags = conversion.UNNECESSARY in tags if isinstance(tags, list) else bool(dig(push, "tagSupport"))
        self._versioned = bool(dig(able, "workspace", "workspaceEdit", "documentChanges"))
        self._progress = bool(dig(able, "window", "workDoneProgress"))
        if dig(able, "experimental", "localproofStatus") is True:
            self._status = StatusReporter(self.command_context, partial(self._out.notify, STATUS), self._out.spawn)
        self.session.unit = conversion.position_unit(params)
        options = params.get("initializationOptions")
        options = options if isinstance(options, dict) else {}
        options = options.get(_SECTION, options) if isinstance(options.get(_SECTION, {}), dict) else {}
        provided = self._provide(options, pushed=push is not None)
        wait_ms = options.get("debounceMs", options.get("debounce-ms"))
        if isinstance(wait_ms, (int, float)) and 0 <= wait_ms <= 10_000:
            self.session.debounce_s = wait_ms / 1000
        self.document_checker.set_client_settings(parse_client_settings(options, self.warn))
        self.began = True
        if homeless(user_folder(self._env)):
            self.log(f"{HOMELESS}; until then there are no settings, words or cache of your own")
        # The engines are built while the editor is still busy with itself.
        folders = params.get("workspaceFolders")
        uri = dig(folders[0], "uri") if isinstance(folders, list) and folders else params.get("rootUri")
        self.pool.submit(self.document_checker.warm, conversion.uri_to_path(uri))
        return {"capabilities": provided, "serverInfo": {"name": "localproof", "version": __version__}}

    def _provide(self, options: Mapping[str, Any], *, pushed: bool) -> Json:
        """What is offered to this editor, as its capabilities and `options` make it."""
        able = self.able
        provided: Json = {
            "positionEncoding": self.session.unit,
            "textDocumentSync": {"openClose": True, "change": _INCREMENTAL, "save": {"includeText": False}},
            "codeActionProvider": {"codeActionKinds": [QUICK_FIX, FIX_ALL, SOURCE]},
            "hoverProvider": True,
            "executeCommandProvider": {"commands": list(COMMANDS)},
        }
        # Every editor takes pushed diagnostics; an editor is asked to pull where it can do nothing else or wants to.
        # Where both are served, editors show everything twice.
        pulls = dig(able, "textDocument", "diagnostic") is not None
        self.pull = pulls and (not pushed or options.get("diagnostics") == "pull")
        if self.pull:
            self._refresh = bool(dig(able, "workspace", "diagnostics", "refreshSupport"))
            self._requests["textDocument/diagnostic"] = self._diagnose
            provided["diagnosticProvider"] = {
                "identifier": "localproof",
                "interFileDependencies": False,
                "workspaceDiagnostics": False,
            }
        if options.get("codeLens", options.get("code-lens")) is True:
            self._lens_again = bool(dig(able, "workspace", "codeLens", "refreshSupport"))
            self._requests["textDocument/codeLens"] = self._lens_lines
            provided["codeLensProvider"] = {}
        return provided

    async def _initialized(self, _: Any) -> None:
        """The editor is ready to be asked: watch the files that decide on findings, and take its settings."""
        if dig(self.able, "workspace", "didChangeWatchedFiles", "dynamicRegistration"):
            options = {"watchers": [{"globPattern": glob} for glob in watched_globs()]}
            method = "workspace/didChangeWatchedFiles"
            wanted = {"id": "localproof-files", "method": method, "registerOptions": options}
            # Where it says no: files are looked at before each check, too.
            self._out.spawn(self._ask("client/registerCapability", {"registrations": [wanted]}))
        await self._configure(None)

    async def _configure(self, params: Any) -> None:
        """Take the section "localproof" of the editor's settings, asked for where it can be asked."""
        if dig(self.able, "workspace", "configuration"):
            answer = await self._ask("workspace/configuration", {"items": [{"section": _SECTION}]})
            self._wish(answer[0] if isinstance(answer, list) and answer else None)
        else:
            self._wish(dig(params, "settings"))

    def _wish(self, raw: object) -> None:
        """Take settings of the editor's. Nothing at all, or an object without a name in it, leaves those that it sent
        when it started us; names with null in them take them back."""
        client_settings = parse_client_settings(raw, self.warn)
        if not client_settings and not names_settings(raw):
            return
        if client_settings != self.document_checker.client_settings:
            self.document_checker.set_client_settings(client_settings)
            self.session.check_all()

    def _shutdown(self, _: Any) -> None:
        self.said_goodbye = True
        self.session.end()

    async def _watch(self, pid: int) -> None:
        """End this process when process `pid`, the editor, has ended without a word. Its open input may be held by
        a child that it leaves behind."""
        while True:
            await asyncio.sleep(_WATCH_S)
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                self._out.end()
                return
            except OSError:  # another user's: it lives
                return

    @property
    def status(self) -> int:
        """The exit status."""
        return 0 if self.said_goodbye else 1

    def ending(self) -> None:
        """See `Peer.ending`: this process is over in a moment, whatever its threads are doing by then. Its helpers end
        with it."""

        def end() -> None:
            time.sleep(_END_S)
            os._exit(self.status)

        threading.Thread(target=end, name="localproof-end", daemon=True).start()
        if sys.platform != "win32":  # native code may hold up every thread of Python's
            signal.setitimer(signal.ITIMER_REAL, _END_S + _HURRY_S)

    def close(self) -> None:
        """End checks and engines."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.document_checker.close()

    # ── texts ──

    def _open(self, params: Any) -> None:
        try:
            opened = conversion.to_text_document(params)
        except json_rpc.InvalidParams as error:  # which the editor takes for opened, and anew
            self._lose(params, error)
            self.warn(f"a text is not checked, as the way it was opened was not understood ({error})")
            return
        self.session.open(opened, conversion.uri_to_path(opened.uri))

    def _change(self, params: Any) -> None:
        try:
            uri, version = conversion.uri_in(params), conversion.integer_in(params, "textDocument", "version")
            changes = conversion.to_text_changes(params)
        except json_rpc.InvalidParams as error:
            self._lose(params, error)
            raise
        self.session.change(uri, changes, version)

    def _lose(self, params: Any, error: json_rpc.InvalidParams) -> None:
        uri = dig(params, "textDocument", "uri")
        self.session.lose(uri if isinstance(uri, str) else None, str(error))

    def _save(self, params: Any) -> None:
        self.session.save(conversion.uri_in(params))

    def _close(self, params: Any) -> None:
        self.session.close(conversion.uri_in(params))

    # ── questions ──

    def _menu(self, params: Any) -> list[Json]:
        uri = conversion.uri_in(params)
        start, end = conversion.position_in(params, "range", "start"), conversion.position_in(params, "range", "end")
        only, shown = conversion.kinds_wanted(params), dig(params, "context", "diagnostics")
        opened, report = self.session.opened(uri), self.session.report(uri)
        if opened is None or report is None:
            return []
        span = conversion.PositionMap(opened.text, self.session.unit).span(start, end)
        acts = actions_at(report, span, self.command_context.place(uri), held_back=self.session.shows_held_back(uri))
        shown = shown if isinstance(shown, list) else []
        return conversion.actions(opened, acts, self.session.unit, shown, versioned=self._versioned, only=only)

    async def _hover(self, params: Any) -> Json | None:
        uri, position = conversion.uri_in(params), conversion.position_in(params, "position")
        opened, report = self.session.opened(uri), self.session.report(uri)
        if opened is None or report is None:
            return None
        places = conversion.PositionMap(opened.text, self.session.unit)
        point = places.span(position, position)
        here = [f for f in report.findings if f.span.overlaps(point)]
        if self.session.shows_held_back(uri):
            here += [f for f in report.held_back if f.span.overlaps(point)]
        if not here:
            return None
        text = hover(here, await self.command_context.explain_rules(here))
        return {"contents": {"kind": "markdown", "value": text}, "range": places.range(here[0].span)}

    async def _diagnose(self, params: Any) -> Json:
        found = await self.session.finished(conversion.uri_in(params))
        if found:
            self._pulled[found[0].uri] = found[0].version
        return {"kind": "full", "items": self.diagnostics(*found) if found else []}

    def _lens_lines(self, params: Any) -> list[Json]:
        uri = conversion.uri_in(params)
        if (act := self.lens(uri)) is None:
            return []
        self._lenses[uri] = act.title
        top = {"line": 0, "character": 0}
        return [{"range": {"start": top, "end": top}, "command": conversion.command(act)}]

    async def _execute(self, params: Any) -> object:
        """One of our commands; what goes wrong is told to the writer."""
        name, arguments = conversion.string_in(params, "command"), params.get("arguments") or []
        run = COMMANDS.get(name)
        if run is None:
            raise json_rpc.InvalidParams(f"{escape_invisible(name)}: not a command that is known here")
        if not isinstance(arguments, list) or not all(isinstance(each, str) for each in arguments):
            raise json_rpc.InvalidParams("arguments: a list of strings is wanted")
        try:
            signature(run).bind(self.command_context, self, *arguments)
        except TypeError as error:
            raise json_rpc.InvalidParams(str(error)) from None
        try:
            return await _result(run(self.command_context, self, *arguments))
        except (LocalProofError, OSError) as error:
            self.warn(str(error))
            return None


async def _result(value: Any) -> Any:
    return await value if isinstance(value, Awaitable) else value


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError) as error:
        return isinstance(error, PermissionError)
    return True


def serve_on(stdin: int, stdout: int, env: Mapping[str, str]) -> int:
    """See `localproof.lsp.serve`; both are file descriptors. To be called in the main thread."""
    connection = json_rpc.RpcConnection(stdin, stdout)
    checking = MainThread()
    server = LocalProofServer(DocumentChecker(env), checking, connection, env)
    # Editors start a server in the project's folder: its engines are built before the first word is exchanged.
    with contextlib.suppress(OSError):  # a folder that is no longer there
        checking.submit(server.document_checker.warm, Path.cwd())
    # The collector would look at half a million lasting things in the middle of a key: what is imported by now stays,
    # and of the rest nearly all goes without it.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            checking.work(lambda: asyncio.run(connection.run(server)))
    finally:
        server.ending()
        connection.close()
        server.close()
    return server.status
