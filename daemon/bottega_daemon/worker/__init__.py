"""The process that owns one device and steps all running pictures together."""
