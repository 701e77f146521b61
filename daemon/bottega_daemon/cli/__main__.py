"""`python -m bottega_daemon.cli` is `bottega`."""

from __future__ import annotations

from bottega_daemon.cli import main

if __name__ == "__main__":
    main()
