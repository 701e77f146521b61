"""Side-by-side measurements: each is one command that prints a table of medians and ratios from interleaved runs."""
