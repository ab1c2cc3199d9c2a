"""`localproof` and `python -m localproof`: by the resident service where it can, else here."""

from __future__ import annotations

import os
import sys

# `python -m` looks for every module in the folder that it was called in first, and a checked folder may hold anything.
# LocalProof itself has been found by now, wherever that was.
if __name__ == "__main__" and not sys.flags.safe_path:
    try:  # noqa: SIM105 - contextlib would be looked for there, too
        sys.path[:1] = [place for place in sys.path[:1] if place != os.getcwd()]  # noqa: PTH109
    except OSError:  # a folder that is no longer there holds nothing
        pass


def main() -> int:
    """The command `localproof`. Returns the exit status."""
    from .service import fast_client

    done = fast_client.run(sys.argv[1:])
    if isinstance(done, int):
        return done
    from . import cli

    status = cli.main(alone=done)
    import gc

    gc.freeze()  # or Python, on its way out, looks through all that it holds three times: a tenth of a short run
    return status


if __name__ == "__main__":
    sys.exit(main())
