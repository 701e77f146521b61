"""Naming: what namers are shown is latents still, captions are read rightly, and gradients pull towards the name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from bottega_daemon.starter.generator import colours, sample
from bottega_daemon.starter.training import namers, naming, unet
from bottega_daemon.starter.training.trajectories import STEPS, Trajectories, guided
from tests.starter.knowing import Point, blank

torch.set_num_threads(1)


def test_rolling_moves_a_picture_and_loses_nothing_of_it() -> None:
    latents = torch.randn(3, 4, 16, 16)
    moved = namers.rolled(latents, np.random.default_rng(1))
    assert not torch.equal(moved, latents)
    assert torch.equal(moved.flatten(2).sort().values, latents.flatten(2).sort().values)
    assert namers.rolled(latents, np.random.default_rng(1), 8).shape == (3, 4, 8, 8)
    assert torch.equal(namers.rolled(latents, np.random.default_rng(1), 8), moved[:, :, :8, :8])


def test_softened_latents_keep_their_pattern() -> None:
    torch.manual_seed(0)
    stripes = torch.sin(torch.arange(16) * np.pi / 4).expand(64, 4, 16, 16).contiguous()
    soft = namers.soften(stripes)
    flat = torch.stack([soft.flatten(1), stripes.flatten(1)])
    alike = torch.cosine_similarity(flat[0] - flat[0].mean(1, keepdim=True), flat[1], dim=1)
    assert alike.min() > 0.5 and not torch.equal(soft, stripes)


def test_a_caption_names_what_it_says_and_nothing_else() -> None:
    """Names are true of the picture (the generator's own plan), and a colour that the caption leaves out is none."""
    planned = [sample.plan(5, k) for k in range(400)]
    pictures: Any = SimpleNamespace(
        kind=np.array([p.kind for p in planned]),
        material=np.array([p.things[0].material for p in planned]),
        caption=np.array([p.caption for p in planned]),
    )
    said = namers.labels(pictures, 5)
    unsaid = 0
    for k, one in enumerate(planned):
        flat = one.kind == "flat"
        assert said["flat"][k, 0] == (namers.NAMES.index(one.things[0].material) if flat else -1)
        if one.kind not in namers.SORTS["scene"].kinds:
            assert (said["scene"][k] == -1).all()
            continue
        colour, shape, *around = said["scene"][k].tolist()
        assert namers.COLOURS[colour] == one.things[0].colour and namers.SHAPES[shape] == one.things[0].kind
        for thing, named in zip((one.floor, one.wall), around, strict=True):
            words = colours.COLOURS[thing.colour].words if thing else ()
            present = any(word in one.caption for word in words)
            assert named == (namers.COLOURS.index(thing.colour) if thing and present else -1)
            unsaid += named == -1
    assert unsaid > 20, "captions leave something out"


@pytest.mark.parametrize("name", namers.SORTS)
def test_a_namers_error_counts_what_is_said(name: str) -> None:
    sort = namers.SORTS[name]
    logits = torch.randn(3, sum(map(len, sort.heads)))
    wanted = torch.zeros(3, len(sort.heads), dtype=torch.int64)
    wanted[1, 1:] = -1
    found = namers.errors(sort, logits, wanted)
    parts = logits.split([len(names) for names in sort.heads], 1)
    each = torch.stack([-part.log_softmax(1)[:, 0] for part in parts], 1)
    torch.testing.assert_close(found[0], each[0].mean())
    torch.testing.assert_close(found[1], each[1, 0])
    assert namers.new_namer(sort)(torch.randn(2, 4, 16, 16)).shape == (2, logits.shape[1])
    assert namers.right(sort, logits, wanted).tolist() == (parts[0].argmax(1) == 0).float().tolist()


class Reader(nn.Module):
    """A namer: "brick" by how far the first latent lies above zero, every other name by 0."""

    def forward(self, latents: Tensor) -> Tensor:
        score = latents[:, 0].mean((1, 2))
        return torch.stack([score if name == "brick" else 0 * score for name in namers.NAMES], 1)


BRICK = namers.NAMES.index("brick")


@pytest.fixture
def lesson() -> naming.Lesson:
    """Two flat pictures, both of brick."""
    torch.manual_seed(0)
    taught = unet.Lessons(torch.randn(2, 4, 8, 8), torch.zeros(2, 77, dtype=torch.int64), torch.zeros(77).long())
    said = {"flat": np.full((2, 1), BRICK), "scene": np.full((2, 4), -1)}
    return naming.Lesson(taught, said, {"flat": [nn.Sequential(Reader()) for _ in range(namers.COUNT)]})


def _ways(lesson: naming.Lesson, rng: np.random.Generator) -> Trajectories:
    return Trajectories(8, 4, lambda count: lesson.draw(rng, "flat", count), rng)


class Silent(nn.Module):
    """A critic that holds nothing for made, nor anything for a name."""

    def forward(self, latents: Tensor) -> Tensor:
        return 0 * latents.mean((1, 2, 3))[:, None].expand(-1, len(namers.NAMES) + 1)


def test_the_loss_pulls_the_estimate_towards_the_name(lesson: naming.Lesson) -> None:
    rng, model = np.random.default_rng(0), Point(torch.zeros(4, 8, 8))
    step = _ways(lesson, rng).advance(guided(model, blank, lesson.lessons, 4.0), rng, 4)
    naming.named(lesson, "flat", step, Silent(), rng).backward()
    gradient = model.clean.grad
    assert gradient is not None
    assert gradient[0].mean() < 0, "more of what is read as brick makes the loss less"
    assert gradient[0].abs().mean() > 10 * gradient[1:].abs().mean()


def test_the_critic_learns_what_was_made_and_the_denoiser_away_from_it(lesson: naming.Lesson) -> None:
    """Late estimates are taken for made; their loss reaches the denoiser, and leaves the critic alone."""
    torch.manual_seed(0)
    rng, critic = np.random.default_rng(0), naming.new_critic("flat")
    model = Point(torch.full((4, 8, 8), 1.5))
    ways = _ways(lesson, rng)
    ways.pace[:], ways.at[:] = 0, STEPS[0] - 1
    step = ways.advance(guided(model, blank, lesson.lessons, 4.0), rng, 4)
    naming.named(lesson, "flat", step, critic, rng).backward()
    assert model.clean.grad is not None and all(p.grad is None for p in critic.parameters())
    optimiser = torch.optim.AdamW(critic.parameters(), lr=3e-3)
    for _ in range(60):
        optimiser.zero_grad()
        naming.doubt(critic, "flat", step, lesson, rng).backward()
        optimiser.step()
    made = critic(namers.speckled(step.clean)).argmax(1)
    drawn = critic(namers.speckled(lesson.lessons.latents)).argmax(1)
    assert (made == len(namers.NAMES)).all() and (drawn == BRICK).all()
