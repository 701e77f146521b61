"""The caption grammar: synonyms, word order and omissions for flat materials and for scenes."""

from __future__ import annotations

import numpy as np

from bottega_daemon.starter.generator import colours
from bottega_daemon.starter.generator.scene import Thing

NOUNS: dict[str, tuple[str, ...]] = {
    "plain": ("paint", "plain colour", "plain"),
    "brick": ("brick", "brick wall", "bricks"),
    "planks": ("wood planks", "planks", "wooden planks", "wood"),
    "tiles": ("tiles", "square tiles", "tile wall"),
    "checker": ("checker", "checkerboard", "checker pattern"),
    "stripes": ("stripes", "striped pattern", "striped wall"),
    "dots": ("polka dots", "dots", "polka dot pattern"),
    "marble": ("marble", "marble slab"),
    "grass": ("grass", "lawn"),
    "stone": ("stone", "cobblestones", "stones"),
    "water": ("water", "waves"),
}
ADJECTIVES: dict[str, str] = {
    "plain": "", "brick": "brick", "planks": "wooden", "tiles": "tiled", "checker": "checker", "stripes": "striped",
    "dots": "polka dot", "marble": "marble", "grass": "grass", "stone": "stone", "water": "water",
}  # fmt: skip
SHAPES: dict[str, tuple[str, ...]] = {
    "sphere": ("sphere", "ball"),
    "box": ("box", "cube"),
    "cylinder": ("cylinder",),
    "figure": ("figure", "person"),
    "floor": ("floor",),
    "wall": ("wall",),
}
FLAT_FORMS = (
    "{c} {n}", "{c} {n}", "{c} {n}", "{c} {n} texture", "a {c} {n}", "seamless {c} {n}", "{n}, {c}", "{c} {n} wall",
    "a texture of {c} {n}", "{n} in {c}",
)  # fmt: skip


def flat(rng: np.random.Generator, colour: str, material: str) -> str:
    """A caption of a flat texture; one in ten names only the material, one in ten only the colour."""
    noun = str(rng.choice(NOUNS[material]))
    draw = rng.random()
    if draw < 0.1 and material != "plain":
        return str(rng.choice((noun, f"{noun} texture")))
    if draw < 0.2 or (material == "plain" and draw < 0.5):
        return str(rng.choice((colours.word(rng, colour), f"{colours.word(rng, colour)} texture")))
    text = str(rng.choice(FLAT_FORMS)).format(c=colours.word(rng, colour), n=noun)
    return text.replace("wall wall", "wall")


def phrase(rng: np.random.Generator, thing: Thing, article: bool = True) -> str:
    """ "a red brick sphere": the colour always, the material whenever it is not plain."""
    parts = (colours.word(rng, thing.colour), ADJECTIVES[thing.material], str(rng.choice(SHAPES[thing.kind])))
    text = " ".join(part for part in parts if part)
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}" if article else text


def scene(rng: np.random.Generator, floor: Thing, wall: Thing | None, things: tuple[Thing, ...]) -> str:
    """A caption of a scene; the wall is often left out, the floor sometimes, the things never."""
    draw = rng.random()
    subject = " and ".join(phrase(rng, thing) for thing in things)
    if draw < 0.10:
        return subject
    if draw < 0.22:
        parts = [phrase(rng, thing, article=False) for thing in things] + [phrase(rng, floor, article=False)]
        return ", ".join(parts)
    text = f"{subject} on {phrase(rng, floor)}"
    if draw < 0.60:
        return text
    back = "under a blue sky" if wall is None else f"in front of {phrase(rng, wall)}"
    return f"{text} {back}"
