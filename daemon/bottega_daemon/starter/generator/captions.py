"""The caption grammar: synonyms, word order and omissions for flat materials and for scenes."""

from __future__ import annotations

import numpy as np

from bottega_daemon.starter.generator import colours
from bottega_daemon.starter.generator.scene import Thing

NOUNS: dict[str, tuple[str, ...]] = {
    "plain": ("paint", "plain colour", "plain paint"),
    "brick": ("brick", "bricks", "brickwork", "brick wall"),
    "planks": ("wood planks", "planks", "wooden planks", "wood", "wooden boards"),
    "tiles": ("tiles", "square tiles", "tile"),
    "checker": ("checker", "checkerboard", "checker pattern", "chess board"),
    "stripes": ("stripes", "striped pattern", "striped wallpaper"),
    "dots": ("polka dots", "dots", "polka dot pattern", "spots"),
    "marble": ("marble", "marble slab", "polished marble"),
    "grass": ("grass", "lawn", "meadow"),
    "stone": ("stone", "cobblestones", "stones", "cobbles"),
    "water": ("water", "waves", "sea"),
    "metal": ("metal", "metal plate", "diamond plate", "steel plate"),
    "fabric": ("fabric", "woven fabric", "cloth", "woven cloth"),
    "sand": ("sand", "grainy sand", "beach sand"),
}
ADJECTIVES: dict[str, tuple[str, ...]] = {
    "plain": ("plain", "painted", ""),
    "brick": ("brick",),
    "planks": ("wooden", "wood", "plank"),
    "tiles": ("tiled", "tile"),
    "checker": ("checker", "checkered", "checkerboard"),
    "stripes": ("striped",),
    "dots": ("polka dot", "dotted", "spotted"),
    "marble": ("marble",),
    "grass": ("grass",),
    "stone": ("stone", "cobblestone"),
    "water": ("water",),
    "metal": ("metal", "steel"),
    "fabric": ("fabric", "woven", "cloth"),
    "sand": ("sand", "sandy"),
}
COUNTED = ("checkerboard", "pattern", "board", "slab", "lawn", "meadow", "plate", "wall")  # may follow an article
SHAPES: dict[str, tuple[str, ...]] = {
    "sphere": ("sphere", "ball"),
    "box": ("box", "cube"),
    "cylinder": ("cylinder", "column"),
    "figure": ("figure", "person"),
    "floor": ("floor", "floor", "ground"),
    "wall": ("wall",),
}
NOUN_FORMS = (
    "{c} {n}", "{c} {n}", "{c} {n}", "{c} {n} texture", "seamless {c} {n}", "{n}, {c}", "{n} in {c}",
    "a texture of {c} {n}", "seamless texture of {c} {n}", "a seamless texture of {c} {n}",
)  # fmt: skip
WALL_FORMS = ("{a}{c} {j} wall", "{c} {j} wall", "{a}{c} {j} surface", "{a}{c} {j} texture", "{c} {j} texture")
# {s}: the things; {f}, {w}: floor and wall with an article, {F}, {W}: without.
OPEN_FORMS = (
    "{s} on {f}", "{s} on {f}", "{s} on {f}", "{s}, {F}", "on {f}, {s}", "{s} on {f} under a blue sky",
    "{s} on {f}, blue sky", "{s} on {f} outside", "{s}",
)  # fmt: skip
WALLED_FORMS = (
    "{s} on {f} in front of {w}", "{s} on {f} in front of {w}", "{s} on {f} before {w}", "{s}, {F}, {W}",
    "{s} in front of {w} on {f}", "{s} on {f}, {W} behind", "{s} on {f}", "{s} in front of {w}", "{s}",
)  # fmt: skip


def _one(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]


def _article(text: str) -> str:
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


def flat(rng: np.random.Generator, colour: str, material: str) -> str:
    """A caption of a flat texture; one in ten names only the material, one in ten only the colour."""
    noun, word, draw = _one(rng, NOUNS[material]), colours.word(rng, colour), rng.random()
    if draw < 0.1 and material != "plain":
        return _one(rng, (noun, f"{noun} texture", f"seamless texture of {noun}", f"seamless {noun}"))
    if draw < 0.2 or (material == "plain" and draw < 0.5):
        return _one(rng, (word, f"{word} texture", f"{word} wall", f"plain {word}")[: 4 if material == "plain" else 3])
    if draw < 0.45:
        adjective = _one(rng, ADJECTIVES[material])
        text = _one(rng, WALL_FORMS).format(c=word, j=adjective, a="an " if word[0] in "aeiou" else "a ")
        return " ".join(text.split())
    if draw < 0.65 and noun.split()[-1] in COUNTED:
        return _article(f"{word} {noun}")
    return _one(rng, NOUN_FORMS).format(c=word, n=noun)


def name(rng: np.random.Generator, thing: Thing) -> str:
    """ "red brick sphere": a solid's colour always; a floor or wall may be named by its material alone; a material
    that is not plain is left out once in ten."""
    colour, adjective = colours.word(rng, thing.colour), _one(rng, ADJECTIVES[thing.material])
    bare = thing.material != "plain" and rng.random() < 0.1
    alone = thing.kind in ("floor", "wall") and thing.material != "plain" and not bare and rng.random() < 0.15
    bare = bare or thing.material == "plain"
    parts = ("" if alone else colour, "" if bare else adjective, _one(rng, SHAPES[thing.kind]))
    return " ".join(part for part in parts if part)


def scene(rng: np.random.Generator, floor: Thing, wall: Thing | None, things: tuple[Thing, ...]) -> str:
    """A caption of a scene; the wall is often left out, the floor sometimes, the things never, from left to right."""
    form, listed = _one(rng, WALLED_FORMS if wall else OPEN_FORMS), [name(rng, thing) for thing in things]
    plain = rng.random() < (0.5 if form.startswith("{s}, {F}") else 0.2)
    if not plain:
        listed = [_article(text) for text in listed]
    subject = listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
    ground, back = name(rng, floor), name(rng, wall) if wall else ""
    text = form.format(s=subject, f=_article(ground), F=ground, w=_article(back) if back else "", W=back)
    return f"a picture of {text}" if form.startswith("{s} ") and not plain and rng.random() < 0.04 else text
