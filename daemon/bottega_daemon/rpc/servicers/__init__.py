"""One class a service of the contract; methods check, ask the layer below, and answer."""
