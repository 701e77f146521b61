"""A script that does one whole job with nothing but the client: run in each interpreter, beside hostile neighbours."""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    """Start from a picture, follow the job, fetch the result, and say what happened as JSON."""
    begun = time.perf_counter()
    import bottega
    import bottega.client

    imported = time.perf_counter() - begun
    start = bottega.Pixels.filled(192, 160, (200, 40, 40))
    kinds: list[str] = []
    with bottega.connect() as client:
        catalog = client.catalog()
        task = bottega.generate("red bricks", start=start, strength=0.5, steps=2, seed=5)
        (picture,) = client.run(task, lambda event: kinds.append(event.kind))
    report = {
        "python": sys.version_info[:2],
        "import_seconds": round(imported, 3),
        "samplers": len(catalog.samplers),
        "size": [picture.pixels.width, picture.pixels.height],
        "seed": picture.seed,
        "digest": picture.pixels.digest.hex(),
        "last": kinds[-1],
        "google": sorted(name for name in sys.modules if name.partition(".")[0] == "google"),
        "files": {name: getattr(module, "__file__", None) for name, module in sorted(sys.modules.items())},
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
