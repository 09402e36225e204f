"""Pearson's correlation as a term of a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def pearson(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return the correlation of all values of two tensors of one shape, with its gradient."""
    x, y = x - x.mean(), y - y.mean()
    correlation: torch.Tensor = (x * y).sum() / (x.square().sum() * y.square().sum()).sqrt()
    return correlation
