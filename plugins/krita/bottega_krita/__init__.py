"""Bottega in Krita: inpaint selections, generate, paint live, on a daemon that owns the GPU."""

# SPDX-License-Identifier: GPL-3.0-or-later

from .extension import register
from .qt import app

register(app())
