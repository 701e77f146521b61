"""Bottega in GIMP: pictures of the studio's own GPU, as layers."""
