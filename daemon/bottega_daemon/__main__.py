"""`python -m bottega_daemon`: serve, configured by `BOTTEGA_*` variables alone (`bottega serve` has options)."""

from __future__ import annotations

import logging
import os
import sys

from bottega_daemon.config import from_environment
from bottega_daemon.errors import BottegaError
from bottega_daemon.rpc.server import run


def main() -> int:
    """Serve until told to stop; returns the exit status."""
    logging.basicConfig(level=os.environ.get("BOTTEGA_LOG", "INFO"), format="%(asctime)s %(levelname)s %(message)s")
    try:
        run(from_environment())
    except BottegaError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
