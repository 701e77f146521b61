"""Nothing but Krita's start, which makes its resources."""

import os
import sys


def main(arguments: list) -> None:
    """Kritarunner's entry; ends the process, whose own end is not clean."""
    print("warm")
    sys.stdout.flush()
    os._exit(0)
