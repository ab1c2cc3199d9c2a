"""`localproof` and `python -m localproof`: by the resident service where it can, else here."""

from __future__ import annotations

import sys


def main() -> int:
    """The command `localproof`. Returns the exit status."""
    from .service import fast_client

    status = fast_client.run(sys.argv[1:])
    if status is not None:
        return status
    from . import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
