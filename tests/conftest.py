"""What holds for every test: one thread, no network, no deadlines, and a GPU only where there is one."""

from __future__ import annotations

import os
from pathlib import Path

# Before anything imports torch: tiny nets are slower with many threads, and tests run side by side.
for _name, _value in {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}.items():
    os.environ[_name] = _value

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("bottega", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("bottega")


HOSTS = Path(__file__).parent / "hosts"


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what runs inside a host by its folder; deselect what needs a GPU where there is none."""
    for item in items:
        if HOSTS in item.path.parents:
            item.add_marker(pytest.mark.hosts)
    wants_gpu = [item for item in items if item.get_closest_marker("gpu")]
    if not wants_gpu or _has_gpu():
        return
    config.hook.pytest_deselected(items=wants_gpu)
    items[:] = [item for item in items if item not in wants_gpu]


def _has_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


@pytest.fixture(scope="session")
def tiny_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model root with tiny random checkpoints and control networks."""
    from tests.tiny import tiny_library

    return tiny_library(tmp_path_factory.mktemp("models")).root
