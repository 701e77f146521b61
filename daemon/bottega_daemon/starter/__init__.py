"""The embedded starter model: its weights, and the generator and training scripts that made them."""
