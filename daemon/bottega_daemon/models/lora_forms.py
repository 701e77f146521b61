"""How the factors of a LoRA's layer are multiplied out, one function for each kind.

LoRA: Hu et al. 2021, arXiv 2106.09685; LoCon, LoHa and LoKr as LyCORIS defines them: Yeh et al. 2023, arXiv 2309.14859.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import torch

Factors: TypeAlias = Mapping[str, torch.Tensor]
"""By the names of `adapter_keys`."""


def _low_rank(factors: Factors) -> torch.Tensor:
    """up @ down; with a middle factor (LoCon's Tucker form) a kernel of its own."""
    up, down = factors["up"].flatten(1), factors["down"]
    if "mid" in factors:
        return torch.einsum("nmkl,in,mj->ijkl", factors["mid"], up, down.flatten(1))
    return (up @ down.flatten(1)).unflatten(1, down.shape[1:])


def _hadamard(factors: Factors) -> torch.Tensor:
    """LoHa: the product, element by element, of two low-rank matrices."""
    return _half(factors, "hada_w1", "hada_t1") * _half(factors, "hada_w2", "hada_t2")


def _kronecker(factors: Factors) -> torch.Tensor:
    """LoKr: the Kronecker product of two matrices, each whole or of low rank."""
    one, two = _half(factors, "lokr_w1", ""), _half(factors, "lokr_w2", "lokr_t2")
    return torch.kron(one.reshape(*one.shape, *[1] * (two.ndim - one.ndim)), two.contiguous())


def _half(factors: Factors, name: str, core: str) -> torch.Tensor:
    if name in factors:
        return factors[name]
    a, b = factors[f"{name}_a"], factors[f"{name}_b"]
    return torch.einsum("ij...,ip,jr->pr...", factors[core], a, b) if core in factors else a @ b.flatten(1)


def _plain(factors: Factors) -> torch.Tensor:
    return factors["diff"]


FORMS: Mapping[str, Callable[[Factors], torch.Tensor]] = {
    "up": _low_rank,
    "hada_w1_a": _hadamard,
    "lokr_w1": _kronecker,
    "lokr_w1_a": _kronecker,
    "diff": _plain,
}
"""How a layer's change is multiplied out, by a factor that only this kind has."""

RANKED = ("down", "hada_w1_b", "lokr_w1_b", "lokr_w2_b")
"""Factors whose first axis is the rank; a change without any is not scaled by its alpha."""
