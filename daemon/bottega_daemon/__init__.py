"""Bottega's daemon: one GPU, every artist in the studio."""

__version__ = "0.1.0"
