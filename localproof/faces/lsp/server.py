"""LSP spoken through pygls: what editors send goes to the session, what it has to say goes back.

Texts, positions and commands are ours; of pygls we use framing, dispatch and
the negotiation of capabilities.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from inspect import signature
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from ... import __version__
from ...report import LocalProofError
from ...settings import cache_folder
from ...text import visible
from ..files import write_new
from . import actions as acting
from . import wire
from .commands import COMMANDS, Office
from .desk import Desk, settings_files, wishes_of
from .marks import Mark
from .opened import Opened
from .session import Session

_WATCH_S = 3.0  # between two looks whether the editor still lives
_SECTION = "localproof"


class _Protocol(LanguageServerProtocol):
    """pygls without its own copies of the texts, which would be kept wrongly (see `opened`) and for nothing, and
    without what it keeps of every notification and command that it has done with (pygls 2.1: a kilobyte a key)."""

    def _execute_handler(self, msg_id: str | int, *args: Any, **named: Any) -> None:
        super()._execute_handler(msg_id, *args, **named)
        if (future := self._request_futures.get(msg_id)) is not None:
            future.add_done_callback(partial(self._dealt_with, msg_id))

    def _dealt_with(self, msg_id: str | int, future: Future[Any]) -> None:
        if not future.cancelled():  # what is cancelled, pygls takes out itself, and at the end it goes through them all
            self._request_futures.pop(msg_id, None)

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Any:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Any:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Any:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None


class Server:
    """One editor's server: the session, and what the editor is able to do. Also the session's `Outlet`."""

    def __init__(self, desk: Desk, env: Mapping[str, str]) -> None:
        self._env = env
        self.ls = LanguageServer("localproof", __version__, protocol_cls=_Protocol)
        self.desk = desk
        self.pool = ThreadPoolExecutor(1, "localproof-check")
        self.session = Session(self.desk, self.pool, self)
        self.office = Office(self.session, env)
        self.said_goodbye = False
        self.pull = False
        self._links = self._tags = self._versioned = self._progress = False
        self._token = ""
        self._refresh = False
        self._lens = self._lens_again = False
        self._lenses: dict[str, str] = {}  # the title that the editor was given last, by text
        self._pulled: dict[str, int] = {}  # the version of each text that was pulled last
        self._tasks: set[asyncio.Task[Any]] = set()
        _listen(self)

    # ── Outlet ──

    def show(self, opened: Opened, marks: tuple[Mark, ...]) -> None:
        """See `Outlet.show`."""
        if self._lens_again and (act := self.lens(opened.uri)) and act.title != self._lenses.get(opened.uri):
            self.spawn(self.ls.workspace_code_lens_refresh_async(None))
        if self.pull:
            if self._refresh and self._pulled.get(opened.uri) == opened.version:  # no edit will make it ask again
                self.spawn(self.ls.workspace_diagnostic_refresh_async(None))
            return
        found = self.diagnostics(opened, marks)
        self._send(
            self.ls.text_document_publish_diagnostics,
            types.PublishDiagnosticsParams(opened.uri, found, opened.version),
        )

    def diagnostics(self, opened: Opened, marks: tuple[Mark, ...]) -> list[types.Diagnostic]:
        """`marks` as this editor takes them."""
        return wire.diagnostics(opened, marks, self.session.unit, links=self._links, tags=self._tags)

    def lens(self, uri: str) -> acting.Act | None:
        """The line above a text; None before its first report."""
        report = self.session.report(uri)
        if report is None:
            self._lenses.pop(uri, None)
            return None
        return acting.lens(report, self.office.place(uri), held_back=self.session.shows_held_back(uri))

    def log(self, line: str) -> None:
        """See `Outlet.log`."""
        self._send(self.ls.window_log_message, types.LogMessageParams(types.MessageType.Info, visible(line)))

    def warn(self, line: str) -> None:
        """See `Outlet.warn`."""
        said = types.ShowMessageParams(types.MessageType.Warning, f"LocalProof: {visible(line)}")
        self._send(self.ls.window_show_message, said)

    def tell(self, line: str) -> None:
        """A line for the writer, who asked for it."""
        self._send(self.ls.window_show_message, types.ShowMessageParams(types.MessageType.Info, visible(line)))

    async def present(self, text: str) -> None:
        """Let the writer read a longer text: in a window of the editor's where it can open one, else in its log."""
        able = self.ls.client_capabilities.window
        if not (able and able.show_document and able.show_document.support):
            self._send(self.ls.window_log_message, types.LogMessageParams(types.MessageType.Info, text))
            return
        path = cache_folder(self._env) / "session-report.txt"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # the cache uses no folder that others may write to
        write_new(path, text.encode("utf-8"))
        await self.ls.window_show_document_async(types.ShowDocumentParams(path.as_uri(), take_focus=True))

    def busy(self, what: str) -> None:
        """See `Outlet.busy`."""
        if self._progress:
            self.spawn(self._busy(what))

    async def _busy(self, what: str) -> None:
        progress = self.ls.work_done_progress
        if what:
            self._token = f"localproof-{id(what)}-{asyncio.get_running_loop().time()}"
            await progress.create_async(self._token)
            progress.begin(self._token, types.WorkDoneProgressBegin(title="LocalProof", message=what))
        elif self._token in progress.tokens:
            progress.end(self._token, types.WorkDoneProgressEnd())

    def _send(self, send: Any, params: Any) -> None:
        with contextlib.suppress(BrokenPipeError):  # the editor is gone; the end of its input will say so
            send(params)

    def spawn(self, work: Any) -> None:
        """Run a coroutine beside everything else, and hold on to it until it is done."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._spawned)

    def _spawned(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.log(f"{type(error).__name__}: {error}")

    # ── the life of the server ──

    def begin(self, params: types.InitializeParams) -> None:
        """What the editor is able to do, and what it wants."""
        # Where it lives in another namespace, as with containers, its number says nothing.
        if params.process_id and sys.platform != "win32" and _lives(params.process_id):
            self.spawn(self.watch(params.process_id))
        able = params.capabilities
        document, workspace, window = able.text_document, able.workspace, able.window
        push = document.publish_diagnostics if document else None
        self._links = bool(push and push.code_description_support)
        self._tags = bool(push and push.tag_support)
        edits = workspace.workspace_edit if workspace else None
        self._versioned = bool(edits and edits.document_changes)
        self._progress = bool(window and window.work_done_progress)
        options = params.initialization_options if isinstance(params.initialization_options, dict) else {}
        options = options.get(_SECTION, options) if isinstance(options.get(_SECTION, {}), dict) else {}
        # Every editor takes pushed diagnostics; an editor is asked to pull where it can do nothing else or wants to.
        # Where both are served, editors show everything twice.
        pulls = bool(document and document.diagnostic)
        self.pull = pulls and (push is None or options.get("diagnostics") == "pull")
        if self.pull:
            again = workspace.diagnostics if workspace else None
            self._refresh = bool(again and again.refresh_support)
            self._register_pull()
        if options.get("codeLens", options.get("code-lens")) is True:
            lenses = workspace.code_lens if workspace else None
            self._lens_again = bool(lenses and lenses.refresh_support)
            self._register_lens()
        wait_ms = options.get("debounceMs", options.get("debounce-ms"))
        if isinstance(wait_ms, (int, float)) and 0 <= wait_ms <= 10_000:
            self.session.debounce_s = wait_ms / 1000
        self.desk.wish(wishes_of(options, self.warn))
        # The engines are built while the editor is still busy with itself.
        folders = [f.uri for f in params.workspace_folders or []] or [params.root_uri or ""]
        self.pool.submit(self.desk.warm, wire.path_of(folders[0]))

    def _register_lens(self) -> None:
        @self.ls.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions())
        def _(params: types.CodeLensParams) -> list[types.CodeLens]:
            uri = params.text_document.uri
            if (act := self.lens(uri)) is None:
                return []
            self._lenses[uri] = act.title
            top = types.Position(0, 0)
            command = types.Command(act.title, act.command, arguments=list(act.arguments))
            return [types.CodeLens(types.Range(top, top), command)]

    def _register_pull(self) -> None:
        @self.ls.feature(
            types.TEXT_DOCUMENT_DIAGNOSTIC,
            types.DiagnosticOptions(
                inter_file_dependencies=False, workspace_diagnostics=False, identifier="localproof"
            ),
        )
        async def _(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
            found = await self.session.finished(params.text_document.uri)
            if found:
                self._pulled[found[0].uri] = found[0].version
            return types.RelatedFullDocumentDiagnosticReport(items=self.diagnostics(*found) if found else [])

    async def ready(self) -> None:
        """The editor is ready to be asked: watch the files that decide on findings, and take its settings."""
        able = self.ls.client_capabilities.workspace
        watching = able.did_change_watched_files if able else None
        if watching and watching.dynamic_registration:
            watchers = [types.FileSystemWatcher(glob_pattern=glob) for glob in settings_files()]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
            wanted = types.Registration("localproof-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            with contextlib.suppress(JsonRpcException):  # files are looked at before each check, too
                await self.ls.client_register_capability_async(types.RegistrationParams([wanted]))
        if able and able.configuration:
            await self.ask_settings()

    async def ask_settings(self) -> None:
        """Ask the editor for its section "localproof" and check everything again where it says something new."""
        asked = types.ConfigurationParams([types.ConfigurationItem(section=_SECTION)])
        try:
            answer = await self.ls.workspace_configuration_async(asked)
        except JsonRpcException:  # an editor that promised more than it does
            return
        self.wish(answer[0] if answer else None)

    def wish(self, raw: object) -> None:
        """Take settings of the editor's; nothing at all leaves those that it sent when it started us."""
        wishes = wishes_of(raw, self.warn)
        if wishes:
            self.desk.wish(wishes)
            self.session.check_all()

    async def watch(self, pid: int) -> None:
        """End this process when process `pid`, the editor, has ended without a word. Its open input may be held by
        a child that it leaves behind."""
        while True:
            await asyncio.sleep(_WATCH_S)
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                self.close()
                os._exit(1)
            except OSError:  # another user's: it lives
                return

    def close(self) -> None:
        """End checks and engines."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.desk.close()


def _listen(server: Server) -> None:
    """Lay each thing that an editor may say before the one who can do it."""
    _listen_to_texts(server)
    _listen_to_questions(server)
    ls = server.ls

    @ls.feature(types.INITIALIZE)
    def _initialize(params: types.InitializeParams) -> None:
        server.begin(params)

    @ls.feature(types.INITIALIZED)
    async def _initialized(_: types.InitializedParams) -> None:
        server.session.unit = wire.unit_of(ls.workspace.position_encoding)
        await server.ready()

    @ls.feature(types.SHUTDOWN)
    def _shutdown(_: None) -> None:
        server.said_goodbye = True
        server.session.end()

    @ls.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def _configuration(params: types.DidChangeConfigurationParams) -> None:
        able = ls.client_capabilities.workspace
        if able and able.configuration:
            await server.ask_settings()
        else:
            server.wish(params.settings)

    @ls.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _files(_: types.DidChangeWatchedFilesParams) -> None:
        server.session.check_all()


def _listen_to_texts(server: Server) -> None:
    ls = server.ls

    @ls.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _open(params: types.DidOpenTextDocumentParams) -> None:
        server.session.unit = wire.unit_of(ls.workspace.position_encoding)
        item = params.text_document
        server.session.open(wire.opened_of(item), wire.path_of(item.uri))

    @ls.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _change(params: types.DidChangeTextDocumentParams) -> None:
        about = params.text_document
        server.session.change(about.uri, wire.changes_of(params.content_changes), about.version)

    @ls.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _save(params: types.DidSaveTextDocumentParams) -> None:
        server.session.save(params.text_document.uri)

    @ls.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _close(params: types.DidCloseTextDocumentParams) -> None:
        server.session.close(params.text_document.uri)


def _listen_to_questions(server: Server) -> None:
    ls, session = server.ls, server.session

    @ls.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[acting.QUICK_FIX, acting.FIX_ALL, acting.SOURCE]),
    )
    def _actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        opened, report = session.opened(uri), session.report(uri)
        if opened is None or report is None:
            return []
        span = wire.Places(opened.text, session.unit).span(params.range)
        acts = acting.at(report, span, server.office.place(uri), held_back=session.shows_held_back(uri))
        only = None if params.context.only is None else [str(getattr(o, "value", o)) for o in params.context.only]
        told = params.context.diagnostics
        return wire.actions(opened, acts, session.unit, told, versioned=server._versioned, only=only)

    @ls.feature(types.TEXT_DOCUMENT_HOVER)
    async def _hover(params: types.HoverParams) -> types.Hover | None:
        uri = params.text_document.uri
        opened, report = session.opened(uri), session.report(uri)
        if opened is None or report is None:
            return None
        places = wire.Places(opened.text, session.unit)
        point = places.span(types.Range(params.position, params.position))
        here = [f for f in report.findings if f.span.overlaps(point)]
        if session.shows_held_back(uri):
            here += [f for f in report.held_back if f.span.overlaps(point)]
        if not here:
            return None
        about = await server.office.about(here)
        text = acting.hover(here, about)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), places.range(here[0].span))

    for name, run in COMMANDS.items():
        ls.command(name)(_command(server, run))


def _command(server: Server, run: Callable[..., object]) -> Callable[..., Awaitable[object]]:
    """One of our commands as pygls takes it; what goes wrong is told to the writer."""

    async def command(*arguments: Any) -> object:
        try:
            signature(run).bind(server.office, server, *arguments)
        except TypeError as error:
            raise JsonRpcInvalidParams(str(error)) from None
        try:
            result = run(server.office, server, *arguments)
            return await result if isinstance(result, Awaitable) else result
        except (LocalProofError, OSError) as error:
            server.warn(str(error))
            return None

    return command


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True


def serve(stdin: BinaryIO, stdout: BinaryIO, desk: Desk, env: Mapping[str, str]) -> int:
    """See `localproof.faces.lsp.serve`; `desk` is closed at the end."""
    logging.getLogger("pygls").setLevel(logging.ERROR)
    server = Server(desk, env)
    # The collector would look at half a million lasting things in the middle of a key: what is imported by now stays,
    # and of the rest nearly all goes without it.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        server.ls.start_io(stdin, stdout)
    finally:
        server.close()
    return 0 if server.said_goodbye else 1
