"""What the packages beside this one take from typing_extensions.

The real one replaces functions inside `typing`, for the whole process: two copies of it can break each other's classes.
"""

from typing import Any, Protocol, TypeAlias

try:
    from typing import Self
except ImportError:  # Python 3.10
    Self = Any

__all__ = ["Protocol", "Self", "TypeAlias"]
