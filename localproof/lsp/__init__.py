"""The language server: `localproof lsp`, for editors.

Start reading at `server`, where a keystroke arrives: it says what is done about each message. `text_document`,
`diagnostics` and `code_actions` are values and functions that know nothing of the protocol; `document_checker` checks
texts, in the `main_thread`, and `session` knows which are open; `commands` are what an editor's menu can ask for;
`json_rpc` moves messages, and `conversion` reads and writes what they hold.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from ..report import BadInput


def serve(env: Mapping[str, str]) -> int:
    """Speak LSP until the editor says goodbye or goes away; the exit status.

    0 after `shutdown` and `exit`, 1 where the editor ended without them. Raises BadInput where nobody can listen.
    """
    from .server import serve_on

    # Whatever else writes to standard output (native code, say) would break the protocol: it goes to standard error.
    try:
        ours = os.dup(1)
    except OSError:
        raise BadInput("standard output is closed: there an editor would hear the language server") from None
    os.dup2(2, 1)
    return serve_on(0, ours, env)
