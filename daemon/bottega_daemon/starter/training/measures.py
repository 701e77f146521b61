"""What each score is: pictures are made from prompts or hints on fixed seeds and measured against what was asked."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from bottega_daemon.diffusion import hints
from bottega_daemon.spec import Extent
from bottega_daemon.starter.generator import captions, colours, sample
from bottega_daemon.starter.training import judge, nets, sampling, vae

Rgb = NDArray[np.uint8]
HUE_LIMIT = 30.0


def psnr(kit: sampling.Kit, count: int = 48) -> float:
    """Reconstruction of held-out pictures, the generator's own mix, dB."""
    real = np.stack([sample.draw(judge.HELD_SEED, k).rgb for k in range(count)])
    made = sampling.decode(kit.vae, sampling.encode(kit.vae, real))
    return float(vae.psnr(vae.to_tensor(made), vae.to_tensor(real)))


def textures(
    kit: sampling.Kit, critic: nn.Sequential, pairs: list[tuple[str, str]], seeds: range, side: int = 16
) -> dict[str, object]:
    """Flat prompts "<colour> <material>", once per seed: share within HUE_LIMIT (chromatic) and share that the judge
    recognises; pictures of more than 128 px (side 16) are judged by their upper left 128."""
    asked = [(pair, 1000 * seed + k) for seed in seeds for k, pair in enumerate(pairs)]
    prompts = [f"{colour} {captions.NOUNS[material][0]}" for (colour, material), _ in asked]
    made = np.concatenate(
        [sampling.make(kit, prompts[k : k + 64], [seed for _, seed in asked[k : k + 64]], side=side)[:, :128, :128]
         for k in range(0, len(prompts), 64)]
    )  # fmt: skip
    errors = [judge.hue_error(rgb, c) for rgb, ((c, _), _) in zip(made, asked, strict=True) if c in colours.CHROMATIC]
    named = judge.material(critic, made)
    right = [(m, name == m) for name, ((_, m), _) in zip(named, asked, strict=True)]
    each = {m: round(float(np.mean([ok for n, ok in right if n == m])), 2) for m in dict(right)}
    share = float(np.mean([error < HUE_LIMIT for error in errors])) if errors else 1.0
    return {"hue": share, "material": float(np.mean([ok for _, ok in right])), "each": each, "count": len(asked)}


def recognised(
    kit: sampling.Kit, critic: nn.Sequential, prompts: list[str], name: str, seeds: range, hue: float | None = None
) -> float:
    """Share of pictures, every prompt once per seed, that the judge calls `name`, and whose prevailing hue is within 15
    degrees of `hue` if one is given."""
    asked = [(prompt, 1000 * seed + k) for seed in seeds for k, prompt in enumerate(prompts)]
    made = sampling.make(kit, [prompt for prompt, _ in asked], [seed for _, seed in asked])
    right = [found == name for found in judge.material(critic, made)]
    if hue is not None:
        right = [ok and abs((judge.hue(rgb) - hue + 180) % 360 - 180) < 15 for ok, rgb in zip(right, made, strict=True)]
    return float(np.mean(right))


def one_object(kit: sampling.Kit, seeds: range, every: int = 1) -> dict[str, object]:
    """ "a red sphere on a grey floor …": the saturated pixels have the hue, and are as many as a solid has; of all
    colours and solids, or every so many."""
    shapes = ("sphere", "box", "cylinder")
    wanted = [(c, s) for _ in seeds for c in colours.CHROMATIC for s in shapes][::every]
    prompts = [f"a {c} {s} on a grey floor in front of a white wall" for c, s in wanted]
    made = sampling.make(kit, prompts, [1000 * seeds.start + k for k in range(len(prompts))])
    right = []
    for rgb, (colour, _) in zip(made, wanted, strict=True):
        found = saturated(rgb)
        right.append(bool(0.03 < found.mean() < 0.6 and judge.hue_error(rgb, colour, found) < HUE_LIMIT))
    return {"one_object": float(np.mean(right)), "count": len(right)}


def saturated(rgb: Rgb) -> NDArray[np.bool_]:
    """Pixels with a chroma of their own."""
    return (rgb.max(-1).astype(int) - rgb.min(-1)) > 70


def edge_ratio(made: Rgb, edges: NDArray[np.bool_]) -> float:
    """Mean gradient of a picture on the edges (2 px around) over the mean elsewhere."""
    grey = cv2.GaussianBlur(made.astype(np.float32).mean(-1), (0, 0), 1.0)
    size = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    near = cv2.dilate(edges.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return float(size[near].mean() / (size[~near].mean() + 1e-6))


def depth_edges(depth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where the hint jumps."""
    grey = hints.depth_hint(depth)[..., 0]
    return np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) > 0.35


def structure(kit: sampling.Kit, network: nets.Control, kind: str, seed: int, count: int = 24) -> dict[str, float]:
    """Edge ratios of pictures made with held-out hints: on the hint's own edges, and on another hint's; means, and
    medians, which a few pictures that are nearly flat elsewhere do not lift."""
    shown = [sample.draw(judge.HELD_SEED, 500 + k, kind="one") for k in range(count)]
    drawn = [hints.depth_hint(s.depth) if kind == "depth" else hints.canny_hint(s.rgb) for s in shown]
    edges = [depth_edges(s.depth) if kind == "depth" else d[..., 0] > 0 for s, d in zip(shown, drawn, strict=True)]
    stacked = torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2).contiguous()
    made = sampling.make(
        kit, [s.caption for s in shown], [seed + k for k in range(count)], control=network, hints=stacked
    )
    own = [edge_ratio(rgb, e) for rgb, e in zip(made, edges, strict=True)]
    other = [edge_ratio(rgb, edges[(k + 1) % count]) for k, rgb in enumerate(made)]
    real = [edge_ratio(s.rgb, e) for s, e in zip(shown, edges, strict=True)]
    return {
        "own": float(np.mean(own)), "shuffled": float(np.mean(other)), "real": float(np.mean(real)), "count": count,
        "own_median": float(np.median(own)), "shuffled_median": float(np.median(other)),
    }  # fmt: skip


def pose_overlap(kit: sampling.Kit, network: nets.Control, seed: int, count: int = 24) -> dict[str, float]:
    """Share of the skeleton's pixels that the red figure covers, own skeleton and another one's; `inside`: share of the
    figure within 8 px of its skeleton."""
    shown = [sample.draw(judge.HELD_SEED, 700 + k, kind="figure") for k in range(count)]
    drawn = [hints.pose_hint(s.keypoints, Extent(width=128, height=128)) for s in shown]
    stacked = torch.from_numpy(np.stack(drawn)).permute(0, 3, 1, 2).contiguous()
    prompts = ["a red figure on a grey floor in front of a white wall"] * count
    made = sampling.make(kit, prompts, [seed + k for k in range(count)], control=network, hints=stacked)
    found = [saturated(rgb) for rgb in made]
    bones = [d.max(-1) > 0.2 for d in drawn]
    own = [float(f[b].mean()) for f, b in zip(found, bones, strict=True)]
    other = [float(f[bones[(k + 1) % count]].mean()) for k, f in enumerate(found)]
    covered = float(np.mean([f.mean() for f in found]))
    near = [cv2.dilate(b.astype(np.uint8), np.ones((17, 17), np.uint8)) > 0 for b in bones]
    inside = float(np.mean([(f & n).sum() / max(1, f.sum()) for f, n in zip(found, near, strict=True)]))
    return {
        "own": float(np.mean(own)), "shuffled": float(np.mean(other)), "inside": inside, "picture": covered,
        "count": count,
    }  # fmt: skip


def inpaint(kit: sampling.Kit, seed: int, every: int = 1) -> dict[str, object]:
    """The middle half of a grey plank wall becomes "<colour> <material>": its hue; of all, or every so many."""
    rng = np.random.default_rng(seed)
    wanted = [(c, m) for m in ("brick", "dots", "tiles", "stripes") for c in colours.CHROMATIC][::every]
    walls = [sample.materials.paint(rng, "planks", colours.shade(rng, "grey")) for _ in wanted]
    latents = sampling.encode(kit.vae, (np.stack(walls) * 255).astype(np.uint8))
    mask = torch.zeros(len(wanted), 1, 16, 16)
    mask[..., 4:12, 4:12] = 1.0
    prompts = [f"{c} {captions.NOUNS[m][0]}" for c, m in wanted]
    made = sampling.make(kit, prompts, [seed + k for k in range(len(wanted))], paste=sampling.Paste(latents, mask))
    errors = [judge.hue_error(rgb[36:92, 36:92], c) for rgb, (c, _) in zip(made, wanted, strict=True)]
    return {"hue": float(np.mean([e < HUE_LIMIT for e in errors])), "count": len(wanted)}
