"""The language server: `localproof lsp`, for editors.

`opened`, `marks`, `actions` and `toml_edit` are values and functions that know
nothing of the protocol; `desk` checks texts; `server` speaks LSP through pygls
and is the only file that imports it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def serve(env: Mapping[str, str]) -> int:
    """Speak LSP until the editor says goodbye or goes away; the exit status.

    0 after `shutdown` and `exit`, 1 where the editor ended without them.
    """
    from .desk import Desk

    # Whatever else writes to standard output (native code, say) would break the protocol: it goes to standard error.
    ours = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(os.dup(0), "rb") as stdin, os.fdopen(ours, "wb") as stdout, Desk(env) as desk:
        # Editors start a server in the project's folder. Its engines are built while the protocol, which takes half a
        # second to import, is not there yet.
        with suppress(OSError):  # a folder that is no longer there
            desk.warm(Path.cwd())
        from .server import serve

        return serve(sys.stdin.buffer if os.name == "nt" else stdin, stdout, desk, env)
