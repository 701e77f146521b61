"""One worker and one judge for all tests of meaning."""

from __future__ import annotations

import pytest
from torch import nn

from tests.meaning import critic as judges
from tests.meaning.kit import Studio


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    """The worker's loop on the embedded starter."""
    return Studio(tmp_path_factory.mktemp("meaning"))


@pytest.fixture(scope="session")
def critic() -> nn.Sequential:
    """Names the material of a flat picture."""
    return judges.read()
