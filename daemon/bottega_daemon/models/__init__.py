"""What models are on disk, what is in memory, and how they are loaded."""
