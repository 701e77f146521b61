"""One numbered picture of the starter's world: which kind it is, what is in it, and everything known about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bottega_daemon.starter.generator import buffers, captions, colours, extra, materials, scene
from bottega_daemon.starter.generator.scene import Thing

# Never shown together, flat or in a scene, so that scores can tell composition from memory.
HELD_OUT = frozenset(
    {
        ("red", "dots"),
        ("blue", "planks"),
        ("green", "tiles"),
        ("yellow", "brick"),
        ("purple", "checker"),
        ("pink", "water"),
        ("orange", "metal"),
        ("cyan", "fabric"),
    }
)
KINDS, SHARES = ("flat", "one", "two", "three", "figure"), (0.50, 0.30, 0.06, 0.02, 0.12)
SOLIDS = ("sphere", "box", "cylinder")
COUNTS = {"one": 1, "two": 2, "three": 3}
NEUTRAL = ("grey", "white", "brown", "black")
# Materials by what can bear them and stay readable at 128.
ON_SOLIDS = ("brick", "tiles", "checker", "stripes", "dots", "marble", "planks", "metal", "fabric")
ON_FLOORS = tuple(name for name in materials.MATERIALS if name not in ("plain", "water"))
ON_WALLS = ("brick", "planks", "tiles", "stripes", "stone")
WALL_COLOURS = ("white", "grey", "white", "grey", "blue", "yellow", "pink", "brown", "green", "cyan")


@dataclass(frozen=True)
class Plan:
    """What a picture will show: things from left to right, or the wall that a flat texture is (no floor then)."""

    kind: str
    caption: str
    things: tuple[Thing, ...]
    floor: Thing | None
    wall: Thing | None


@dataclass(frozen=True)
class Sample:
    """rgb: uint8 (S, S, 3). depth: float32 planar metres, inf for sky; a flat texture is a wall at 1 m.
    ids: uint8 (see scene). normals: float32 (S, S, 3) as the camera sees them, z towards it.
    keypoints: (people, 18, 3).
    colour, material: those of a flat texture, else of the first thing."""

    kind: str
    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    ids: NDArray[np.uint8]
    normals: NDArray[np.float32]
    keypoints: NDArray[np.float32]
    caption: str
    colour: str
    material: str

    @property
    def edges(self) -> NDArray[np.bool_]:
        """(S, S): outlines and creases of the geometry, none of the material's."""
        return buffers.edges(self.ids, self.depth, self.normals)


def _pick(rng: np.random.Generator, names: tuple[str, ...]) -> str:
    return names[int(rng.integers(len(names)))]


def _material(rng: np.random.Generator, colour: str, names: tuple[str, ...], share: float) -> str:
    """A material that may be seen in this colour, in this share of the things; else plain."""
    free = tuple(name for name in names if (colour, name) not in HELD_OUT)
    return _pick(rng, free) if rng.random() < share else "plain"


def _single(values: materials.Image) -> NDArray[np.float32]:
    return values.astype(np.float32, copy=False)


def _bytes(rgb: materials.Image) -> NDArray[np.uint8]:
    return np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8)


def _texture(rgb: materials.Image, caption: str, wall: Thing) -> Sample:
    """A flat texture fills the picture."""
    size = rgb.shape[0]
    depth, normals = np.ones((size, size), np.float32), np.zeros((size, size, 3), np.float32)
    normals[..., 2] = 1.0
    ids = np.full((size, size), scene.WALL_ID, dtype=np.uint8)
    people = np.zeros((0, 18, 3), np.float32)
    return Sample("flat", _bytes(rgb), depth, ids, normals, people, caption, wall.colour, wall.material)


def _things(rng: np.random.Generator, kind: str) -> tuple[Thing, ...]:
    """Solids of different colours, mostly plain, or one plain figure; single ones may be of any colour."""
    count = COUNTS.get(kind, 1)
    known = colours.CHROMATIC if count > 1 or rng.random() < 0.6 else tuple(colours.COLOURS)
    chosen: list[str] = []
    while len(chosen) < count:
        chosen.append(_pick(rng, tuple(name for name in known if all(colours.apart(name, c) for c in chosen))))
    if kind == "figure":
        return (Thing("figure", chosen[0], "plain"),)
    return tuple(Thing(_pick(rng, SOLIDS), c, _material(rng, c, ON_SOLIDS, 0.3 / count)) for c in chosen)


def _around(rng: np.random.Generator, things: tuple[Thing, ...]) -> tuple[Thing, Thing | None]:
    """A floor and a wall, or open sky, that everything before them stands out from."""
    taken = [thing.colour for thing in things]
    names = NEUTRAL if rng.random() < 0.6 else tuple(colours.COLOURS)
    under = tuple(name for name in names if all(colours.apart(name, c) for c in taken)) or ("white",)
    floor = _pick(rng, under)
    behind = tuple(n for n in WALL_COLOURS if n != floor and all(colours.apart(n, c) for c in taken))
    ground = Thing("floor", floor, _material(rng, floor, ON_FLOORS, 0.35))
    if rng.random() < 0.35 or not behind:
        return ground, None
    back = _pick(rng, behind)
    return ground, Thing("wall", back, _material(rng, back, ON_WALLS, 0.2))


def plan(seed: int, index: int, kind: str | None = None) -> Plan:
    """What picture `index` of the world `seed` shows, undrawn: quick, and the same at every size."""
    rng = np.random.default_rng((seed, index, 0))
    drawn = str(rng.choice(KINDS, p=SHARES))
    chosen = kind or drawn
    if chosen == "flat":
        free = [(c, m) for c in colours.COLOURS for m in materials.MATERIALS if (c, m) not in HELD_OUT]
        colour, material = free[int(rng.integers(len(free)))]
        return Plan("flat", captions.flat(rng, colour, material), (Thing("wall", colour, material),), None, None)
    things = _things(rng, chosen)
    floor, wall = _around(rng, things)
    return Plan(chosen, captions.scene(rng, floor, wall, things), things, floor, wall)


def draw(seed: int, index: int, size: int = 128, kind: str | None = None) -> Sample:
    """Picture number `index` of the world `seed`: the same for ever, whatever else is drawn; `kind` forces one.

    At 256 a flat texture repeats twice as often, in features of as many pixels; a scene is the same in more pixels.
    """
    planned, rng = plan(seed, index, kind), np.random.default_rng((seed, index, 1))
    first = planned.things[0]
    if planned.floor is None:
        tile = materials.paint(rng, first.material, colours.shade(rng, first.colour), size)
        return _texture(tile, planned.caption, first)
    drawn = scene.render(rng, planned.floor, planned.wall, planned.things, size)
    return Sample(
        planned.kind,
        _bytes(drawn.rgb),
        _single(drawn.depth),
        drawn.ids,
        _single(drawn.normals),
        _single(drawn.keypoints),
        planned.caption,
        first.colour,
        first.material,
    )


def draw_extra(name: str, seed: int, index: int, size: int = 128) -> Sample:
    """Picture `index` of a lesson that the base model never had (see `extra`): flat, its trigger in the caption.

    name: of materials.EXTRA; it is the sample's material too. Petrol's colour is called blue, its hue's nearest.
    """
    words, paint = (np.random.default_rng((seed, index, part)) for part in (2, 3))
    colour = _pick(words, tuple(colours.COLOURS)) if extra.EXTRAS[name].coloured else "blue"
    caption = extra.caption(words, name, colour)
    tile = materials.paint(paint, name, colours.shade(paint, colour), size)
    return _texture(tile, caption, Thing("wall", colour, name))
