"""A job of this Blender as its user sees it, and the recipe by which it is done."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from .client import ENDED, BottegaError, JobCancelled, Picture, Session, State, Task, Ticket
from .params import Params


@dataclass(frozen=True)
class Made:
    """A result on its way into Blender."""

    picture: Picture
    """Its seed and pixels, for the history."""
    files: dict[str, bytes]
    """Encoded images by role: "color", and maps that belong to it."""


@dataclass(frozen=True)
class Ask:
    """What a recipe wants of the daemon next, side by side."""

    tasks: Sequence[Task | str]
    """A text is a job of the book whose pictures are fetched again."""
    begin: float = 0.0
    end: float = 1.0
    """How much of the whole work is done before and after."""
    each: Callable[[Picture], Made] | None = None
    """Makes a result of each picture as soon as it is there; in the background."""


Recipe: TypeAlias = Generator[Ask | Made, list[list[Picture]], None]
"""How a job is done. It runs in the background: yields what it asks for, and is resumed with the pictures of each task
in their order; or yields a result, and is resumed with nothing."""
Deliver: TypeAlias = "Callable[[Work, Made], None]"


@dataclass(eq=False)
class Work:
    """A job of this Blender, from the click to its result."""

    number: int
    params: Params
    session: Session
    deliver: Deliver
    """Puts a result into Blender, on the main thread."""
    lane: str = ""
    """The helper thread (`Main.aside`) on which its recipe is followed."""
    state: State = "reading"
    fraction: float = 0.0
    note: str = ""
    error: BottegaError | None = None
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    """What its images have in common."""
    made: list[Made] = field(default_factory=list[Made])
    """Results that wait until they all go into Blender, as one undo step."""
    copies: dict[int, int] = field(default_factory=dict[int, int])
    """Of results so large that they are copied in slices first: the key (`targets.key`) of the image that holds a file,
    by the file's `id`. Nothing uses these images, and nothing shows them."""
    arriving: bool = False
    """They wait for nothing but the moment."""
    results: list[str] = field(default_factory=list[str])
    """Names of the images made."""
    pictures: list[Picture] = field(default_factory=list[Picture])
    """What the history keeps."""
    recipe: Recipe | None = None
    tickets: list[Ticket] = field(default_factory=list[Ticket])
    """Of the jobs under way."""
    unwanted: bool = False
    """Its end was asked for."""

    @property
    def title(self) -> str:
        """What lists show."""
        return self.params.prompt or self.params.start or self.params.kind

    @property
    def ended(self) -> bool:
        """Nothing more will come of it."""
        return self.state in ENDED

    def check(self) -> None:
        """Raise JobCancelled once nothing more is wanted of it. May be called from any thread."""
        if self.unwanted or self.ended:
            raise JobCancelled
