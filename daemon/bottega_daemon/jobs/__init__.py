"""The book: jobs written down, ordered, sent to workers and watched until each has ended once."""
