"""The noise levels that a model was trained at, from its scheduler config; torch-free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Sigmas: TypeAlias = NDArray[np.float64]
"""Levels in k-diffusion's terms: x = picture + sigma * unit noise."""


def training_sigmas(config: Mapping[str, Any]) -> Sigmas:
    """Return the noise level of every training step, ascending, from a diffusers scheduler's config.

    sigma = sqrt((1 - a) / a), a the product of (1 - beta) up to the step (Ho et al. 2020; Karras et al. 2022, table 1).
    Raises ValueError for betas that give no such levels.
    """
    count = int(config.get("num_train_timesteps", 1000))
    first, last = float(config.get("beta_start", 0.0001)), float(config.get("beta_end", 0.02))
    schedule = config.get("beta_schedule", "linear")
    if config.get("trained_betas") is not None:
        betas = np.asarray(config["trained_betas"], np.float64)
    elif schedule == "scaled_linear":
        betas = np.linspace(first**0.5, last**0.5, count, dtype=np.float64) ** 2
    elif schedule == "linear":
        betas = np.linspace(first, last, count, dtype=np.float64)
    else:
        raise ValueError(f"unknown beta schedule {schedule!r}")
    if betas.size < 2 or not ((betas > 0) & (betas < 1)).all():
        raise ValueError("the betas must lie between 0 and 1")
    kept: Sigmas = np.cumprod(1.0 - betas, dtype=np.float64)
    if config.get("rescale_betas_zero_snr"):
        kept = _zero_final_signal(kept)
    sigmas = np.sqrt((1.0 - kept) / kept)
    if not np.isfinite(sigmas).all() or (np.diff(sigmas) <= 0).any():
        raise ValueError("the betas do not give rising noise levels")
    return sigmas


def _zero_final_signal(kept: Sigmas) -> Sigmas:
    """Shift and stretch so that the last step has (almost) no signal left: Lin et al. 2023, algorithm 1."""
    root = np.sqrt(kept)
    root = (root - root[-1]) * root[0] / (root[0] - root[-1])
    return np.maximum(root**2, 2.0**-24)
