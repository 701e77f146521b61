"""One numbered picture of the starter's world: which kind it is, what is in it, and everything known about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator import captions, colours, materials, scene
from bottega_daemon.starter.generator.scene import Thing

# Never shown together as a flat texture, so that scores can tell composition from memory.
HELD_OUT = frozenset(
    {
        ("red", "dots"),
        ("blue", "planks"),
        ("green", "tiles"),
        ("yellow", "brick"),
        ("purple", "checker"),
        ("pink", "water"),
    }
)
KINDS, SHARES = ("flat", "one", "two", "figure"), (0.50, 0.32, 0.06, 0.12)
SOLIDS = ("sphere", "box", "cylinder")
NEUTRAL = ("grey", "white", "brown", "black")


@dataclass(frozen=True)
class Sample:
    """rgb: uint8 (S, S, 3). depth: float32 planar metres, inf for sky; a flat texture is a wall at 1 m.
    ids: uint8 (see scene). keypoints: (people, 18, 3).
    colour, material: those of a flat texture, else of the first thing."""

    kind: str
    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    ids: NDArray[np.uint8]
    keypoints: NDArray[np.float32]
    caption: str
    colour: str
    material: str


def _pick(rng: np.random.Generator, names: tuple[str, ...]) -> str:
    return names[int(rng.integers(len(names)))]


def _flat(rng: np.random.Generator, size: int) -> Sample:
    while True:
        colour, material = _pick(rng, tuple(colours.COLOURS)), _pick(rng, tuple(materials.MATERIALS))
        if (colour, material) not in HELD_OUT:
            break
    rgb = materials.paint(rng, material, colours.shade(rng, colour), size)
    caption = captions.flat(rng, colour, material)
    depth = np.ones((size, size), dtype=np.float32)
    ids = np.full((size, size), scene.WALL_ID, dtype=np.uint8)
    return Sample("flat", _bytes(rgb), depth, ids, np.zeros((0, 18, 3), np.float32), caption, colour, material)


def _bytes(rgb: materials.Image) -> NDArray[np.uint8]:
    return np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


def _single(values: materials.Image) -> NDArray[np.float32]:
    return values.astype(np.float32, copy=False)


def _ground(rng: np.random.Generator, taken: set[str]) -> Thing:
    """A floor: half of them neutral, two thirds plain, never in the colour of a thing that stands on it."""
    names = NEUTRAL if rng.random() < 0.5 else tuple(colours.COLOURS)
    free = tuple(name for name in names if name not in taken)
    usable = tuple(name for name in materials.MATERIALS if name not in ("plain", "water"))
    return Thing("floor", _pick(rng, free), "plain" if rng.random() < 0.66 else _pick(rng, usable))


def _scene(rng: np.random.Generator, kind: str, size: int) -> Sample:
    shapes = ("figure",) if kind == "figure" else tuple(_pick(rng, SOLIDS) for _ in range(2 if kind == "two" else 1))
    names = list(rng.permutation([name for name in colours.COLOURS if kind != "two" or name in colours.CHROMATIC]))
    usable = ("brick", "tiles", "checker", "stripes", "dots", "marble")
    cloth = [("plain" if s == "figure" or rng.random() < 0.75 else _pick(rng, usable)) for s in shapes]
    things = tuple(Thing(s, str(c), m) for s, c, m in zip(shapes, names, cloth, strict=False))
    taken = {thing.colour for thing in things}
    floor = _ground(rng, taken)
    shades = tuple(name for name in ("white", "grey", "grey", "blue", "yellow", "pink", "brown") if name not in taken)
    back = Thing("wall", _pick(rng, shades), "plain" if rng.random() < 0.85 else "brick")
    wall = None if rng.random() < 0.35 or back.colour == floor.colour else back
    drawn = scene.render(rng, floor, wall, things, size)
    caption = captions.scene(rng, floor, wall, things)
    return Sample(
        kind,
        _bytes(drawn.rgb),
        _single(drawn.depth),
        drawn.ids,
        _single(drawn.keypoints),
        caption,
        things[0].colour,
        things[0].material,
    )


def draw(seed: int, index: int, size: int = 128, kind: str | None = None) -> Sample:
    """Picture number `index` of the world `seed`: the same for ever, whatever else is drawn; `kind` forces one."""
    rng = np.random.default_rng((seed, index))
    chosen = kind or str(rng.choice(KINDS, p=SHARES))
    return _flat(rng, size) if chosen == "flat" else _scene(rng, chosen, size)
