"""`python -m bottega_daemon.cli.demo [FOLDER]` is `bottega demo`."""

from __future__ import annotations

import sys
from pathlib import Path

from bottega_daemon.cli.demo.show import show

if __name__ == "__main__":
    sys.exit(show(Path(sys.argv[1] if len(sys.argv) > 1 else "demo")))
