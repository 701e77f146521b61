"""How the starter's weights are made: data shards, networks, phases, scores and export."""
