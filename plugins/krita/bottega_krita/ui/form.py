"""What the artist wishes: prompt, strength, model and all the numbers, to and from `Params`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ..params import FILLS, MODES, Params
from ..qt import QtWidgets, Signal, on
from ..words import say
from ..writing import completions
from . import kit
from .prompt import Prompt, hint

if TYPE_CHECKING:
    from ..studio import Studio

DEFAULT = "Default"
FILL_LABELS = {"": "As the mode has it", "auto": "Automatic", "keep": "Keep", "neutral": "Grey", "blur": "Blur"}
FILL_LABELS |= {"border": "Surroundings", "noise": "Noise"}


class Form(QtWidgets.QWidget):
    """The fields. `params` reads them, `take` fills them."""

    asked = Signal()
    edited = Signal()
    """Something that changes the picture was changed."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._base = Params()
        words = self._words
        self.prompt = Prompt(hint(), words)
        self.negative = Prompt(say("What is not to be seen"), words, lines=1)
        modes = [(say(mode.label), mode.name) for mode in MODES.values()]
        self.mode = kit.combo(modes, say("What to do with the selection"))
        tip = say("How far to leave what is there; below 100 % it is refined")
        self.strength, strength = kit.percent(100, 100, tip)
        self._numbers()
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for part in (self.prompt, self.negative):
            layout.addWidget(part)
        layout.addLayout(kit.row(self.mode, self.count))
        layout.addLayout(strength)
        layout.addWidget(kit.Fold(say("Settings"), self._settings()))
        self._listen()

    def _numbers(self) -> None:
        self.count = kit.whole(1, 16, 1, say("Candidates of one job, with seeds that follow"))
        self.count.setPrefix("× ")
        self.seed = kit.whole(-1, 2**31 - 1, -1, say("The same seed and settings make the same picture"), say("random"))
        self.steps = kit.whole(0, 1000, 0, say("0: the daemon's default"), say(DEFAULT))
        self.guidance = kit.real(0, 100, 0, 0.5, say("How strictly to follow the prompt"), say(DEFAULT))
        self.checkpoint = kit.combo([(say(DEFAULT), "")], say("The model that paints"))
        self.sampler = kit.combo([(say(DEFAULT), "")], say("How noise becomes a picture"))
        self.schedule = kit.combo([(say(DEFAULT), "")], say("The row of noise levels"))
        fills = [(say(FILL_LABELS[name]), name) for name in ("", *FILLS)]
        self.fill = kit.combo(fills, say("What the selection holds before it is painted"))
        self.grow = kit.whole(-1, 2048, -1, say("Pixels that the selection reaches beyond itself"), say("automatic"))
        self.feather = kit.real(-1, 100, -1, 1, say("Part of the selection over which it fades out"), say("automatic"))
        self.feather.setSuffix(" %")
        self.detail = kit.real(1, 4, 1, 0.25, say("How many times finer than usual to paint"))
        tip = say("About so many million pixels are painted, instead of the detail: a large selection may be coarser")
        self.megapixels = kit.real(0, 1024, 0, 1, tip, say("automatic"))
        self.context = kit.real(-1, 4, -1, 0.25, say("How much is seen around the selection"), say("automatic"))
        self.style_words = QtWidgets.QLineEdit()
        self.style_words.setPlaceholderText("{prompt}, …")
        self.style_words.setToolTip(say("What a style makes of the prompt"))
        self.match = QtWidgets.QCheckBox(say("Match colours"))
        self.match.setChecked(True)

    def _settings(self) -> Any:
        return kit.form(
            ("Style", self.style_words),
            ("Model", self.checkpoint),
            ("Sampler", self.sampler),
            ("Schedule", self.schedule),
            ("Steps", self.steps),
            ("Guidance", self.guidance),
            ("Seed", self.seed),
            ("Fill", self.fill),
            ("Grow", self.grow),
            ("Feather", self.feather),
            ("Detail", self.detail),
            ("Megapixels", self.megapixels),
            ("Context", self.context),
            ("", self.match),
        )

    def _listen(self) -> None:
        self.prompt.asked.connect(self.asked.emit)
        self.negative.asked.connect(self.asked.emit)
        self._studio.catalog_changed.connect(self.fill_menus)
        for field in (self.prompt, self.negative, self.style_words):
            on(field.textChanged, lambda *_: self.edited.emit())
        for field in (self.strength, self.steps, self.guidance, self.seed):
            field.valueChanged.connect(lambda _: self.edited.emit())
        for field in (self.checkpoint, self.sampler, self.schedule):
            field.currentIndexChanged.connect(lambda _: self.edited.emit())

    def fill_menus(self) -> None:
        """Menus from the catalog, which may be last week's until the daemon answers."""
        catalog = self._studio.catalog
        if catalog is None:
            return
        first = (say(DEFAULT), "")
        kit.fill(self.checkpoint, [first, *((each.name, each.name) for each in catalog.checkpoints)])
        kit.fill(self.sampler, [first, *((each.label, each.name) for each in catalog.samplers)])
        kit.fill(self.schedule, [first, *((each.label, each.name) for each in catalog.schedules)])

    def _words(self) -> list[str]:
        own = self._studio.spoken.phrases
        return completions(self._studio.catalog, self.checkpoint.currentData() or "", own)

    def params(self) -> Params:
        """What is wished now; a random seed is -1."""
        return dataclasses.replace(
            self._base,
            mode=self.mode.currentData(),
            prompt=self.prompt.toPlainText(),
            negative_prompt=self.negative.toPlainText(),
            checkpoint=self.checkpoint.currentData() or "",
            sampler=self.sampler.currentData() or "",
            schedule=self.schedule.currentData() or "",
            steps=self.steps.value(),
            guidance=self.guidance.value(),
            seed=self.seed.value(),
            count=self.count.value(),
            strength=self.strength.value() / 100,
            fill=self.fill.currentData() or "",
            grow=self.grow.value(),
            feather=self.feather.value() / 100 if self.feather.value() >= 0 else -1.0,
            detail=self.detail.value(),
            megapixels=self.megapixels.value(),
            context=self.context.value(),
            match_color=self.match.isChecked(),
            style=self.style_words.text(),
        )

    def take(self, params: Params, *, seed: bool = True) -> None:
        """Show what made a result, with its seed."""
        self._base = params
        for box, value in (
            (self.mode, params.mode),
            (self.checkpoint, params.checkpoint),
            (self.sampler, params.sampler),
            (self.schedule, params.schedule),
            (self.fill, params.fill),
        ):
            kit.choose(box, value)
        numbers: list[tuple[Any, float]] = [
            (self.steps, params.steps),
            (self.guidance, params.guidance),
            (self.count, params.count),
            (self.strength, round(params.strength * 100)),
            (self.grow, params.grow),
            (self.feather, params.feather * 100 if params.feather >= 0 else -1),
            (self.detail, params.detail),
            (self.megapixels, params.megapixels),
            (self.context, params.context),
            *(((self.seed, params.seed),) if seed else ()),
        ]
        for field, number in numbers:
            field.setValue(number)
        self.prompt.setPlainText(params.prompt)
        self.negative.setPlainText(params.negative_prompt)
        self.style_words.setText(params.style)
        self.match.setChecked(params.match_color)
