"""What can be asked of a worker, each a generator of stages."""
