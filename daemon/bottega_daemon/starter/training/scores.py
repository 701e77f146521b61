"""The score table: measured, written as scores.json, held against thresholds, with the training curve as a picture."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from bottega_daemon.starter.generator import colours, materials, sample
from bottega_daemon.starter.training import export, judge, loop, measures, phases, sampling
from bottega_daemon.starter.training.settings import Settings

# The least that is exported, with a margin under what the weights in the repository reach: raise it with better ones.
THRESHOLDS: dict[str, float] = {
    "vae.psnr": 25.0,
    "textures.hue": 0.90,
    "textures.material": 0.35,
    "one_object.one_object": 0.60,
    "inpaint.hue": 0.75,
    "depth.gain": 1.3,
    "canny.gain": 1.3,
    "pose.gain": 1.1,
}
SEED = 1000


def score(out: Path, settings: Settings, part: str = "") -> dict[str, dict[str, object]]:
    """Measure what is trained, on fixed seeds at guidance 5, into scores.json, and draw curve.png.

    `part` is "base", "depth", "canny" or "pose"; without it all are measured. Other parts' scores stay as they are.
    """
    table: dict[str, dict[str, object]] = {}
    model, encoder = phases.averaged(out)
    kit = sampling.Kit(phases.whitened_vae(out), model, encoder, phases.tokens(out))
    if part in ("", "base"):
        table |= _base(kit, out, settings)
    for kind in export.CONTROLS:
        if part in ("", kind) and loop.checkpoint_path(out, f"control-{kind}").exists():
            table[kind] = _control(kit, out, kind)
    path = out / "scores.json"
    table = (json.loads(path.read_text()) if path.exists() else {}) | table  # parts may be measured side by side
    path.write_text(json.dumps(table, indent=2) + "\n")
    print(json.dumps(table))
    curve(out)
    return table


def _base(kit: sampling.Kit, out: Path, settings: Settings) -> dict[str, dict[str, object]]:
    critic = judge.train(out, phases.pictures(out, settings), settings.judge_steps)
    real = judge.held_out(96, "flat")
    named = judge.material(critic, np.stack([s.rgb for s in real]))
    pairs = [(c, m) for m in materials.MATERIALS if m != "plain" for c in colours.CHROMATIC]
    known = [pair for pair in pairs if pair not in sample.HELD_OUT]
    unseen = sorted(pair for pair in sample.HELD_OUT for _ in range(3))
    return {
        "judge": {"right": float(np.mean([a == s.material for a, s in zip(named, real, strict=True)]))},
        "vae": {"psnr": measures.psnr(kit)},
        "textures": measures.textures(kit, critic, known, SEED),
        "held_out": measures.textures(kit, critic, unseen, SEED + 500),
        "one_object": measures.one_object(kit, SEED),
        "inpaint": measures.inpaint(kit, SEED),
    }


def _control(kit: sampling.Kit, out: Path, kind: str) -> dict[str, object]:
    network = phases.trained_control(out, kit.unet, kind)
    if kind == "pose":
        found = measures.pose_overlap(kit, network, SEED)
    else:
        found = measures.structure(kit, network, kind, SEED)
    return {**found, "gain": found["own"] / max(1e-3, found["shuffled"])}


def failures(out: Path) -> list[str]:
    """Scores that are missing or under their thresholds, as sentences."""
    path = out / "scores.json"
    table = json.loads(path.read_text()) if path.exists() else {}
    found = []
    for name, least in THRESHOLDS.items():
        part, key = name.split(".")
        value = table.get(part, {}).get(key)
        if value is None or not value >= least:
            found.append(f"{name} is {value}, and must be at least {least}")
    return found


def curve(out: Path) -> Path:
    """Loss per phase on logarithmic axes, as curve.png."""
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    names = list(dict.fromkeys(row["phase"] for row in rows))
    panels = [_panel(name, [(r["step"], r["loss"]) for r in rows if r["phase"] == name]) for name in names]
    panels += [np.full_like(panels[0], 255)] * (-len(panels) % 3)
    sheet = np.vstack([np.hstack(panels[k : k + 3]) for k in range(0, len(panels), 3)])
    cv2.imwrite(str(out / "curve.png"), sheet)
    return out / "curve.png"


def _panel(name: str, points: list[tuple[int, float]], width: int = 360, height: int = 220) -> np.ndarray:
    panel = np.full((height, width, 3), 255, dtype=np.uint8)
    steps, values = np.array([p[0] for p in points], dtype=float), np.log10([max(1e-6, p[1]) for p in points])
    low, high = float(values.min()), float(values.max()) + 1e-6
    x = 20 + (steps / steps.max()) * (width - 40)
    y = height - 24 - (values - low) / (high - low) * (height - 60)
    line = np.stack([x, y], -1).round().astype(np.int32)
    cv2.polylines(panel, [line[:, None]], False, (180, 80, 20), 1, cv2.LINE_AA)
    label = f"{name}: loss {10**high:.3g} .. {10**low:.3g}, {int(steps.max())} steps"
    cv2.putText(panel, label, (10, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (0, 0, 0), 1, cv2.LINE_AA)
    cv2.rectangle(panel, (0, 0), (width - 1, height - 1), (210, 210, 210), 1)
    return panel
