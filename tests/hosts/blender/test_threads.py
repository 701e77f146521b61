"""What of ours has Blender let go of Python's lock, while other threads run Python."""

from __future__ import annotations

from tests.hosts.blender.conftest import Stage


def test_nothing_that_lets_go_of_pythons_lock_is_done_in_an_overridden_context(told: Stage) -> None:
    """Protects from a crash of Blender 4.2 to 5.0 (Python 3.11): they look into the dictionary of an overridden context
    without the lock, while our helper thread and the client's run."""
    said = told("threads")
    assert min(said["evaluated"], said["gathered"], said["remembered"]) > 3
