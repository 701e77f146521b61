"""Between messages and values. Coming in: the only check of what strangers send. Going out: nothing can fail."""
