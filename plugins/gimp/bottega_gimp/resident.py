"""The persistent procedure that GIMP starts with itself, and the queue's own that it offers while it lives.

It is one procedure, with a request and an answer in JSON, and each answer has the token of its request. If two callers
ask at once, GIMP 3.0 gives the first answer to the last caller: who finds another's token asks again with his own, and
what was done is not done twice.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from gi.repository import Gimp, GLib, GObject

from . import words
from .answers import replaced
from .client import BottegaError
from .handing import QUEUE
from .offers import add_all
from .studio import Studio

log = logging.getLogger(__name__)

READWRITE = GObject.ParamFlags.READWRITE
REMEMBERED = 256
"""Answers that are kept for who asks again."""


DEEDS: dict[str, Callable[..., Any]] = {
    "add": lambda studio, job, parameters, place: studio.add(job, parameters, place).number,
    "insert": lambda studio, number, fresh: studio.insert(number, fresh),
    "cancel": lambda studio, number: studio.cancel(number),
}
"""What can be asked for, by the request's "do"; its other entries are arguments."""


class Counter:
    """Where requests are answered."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._answers: dict[str, str] = {}

    def answer(self, request: str) -> str:
        """The answer to a request: "said", or "error" in words, and its token."""
        try:
            said = json.loads(request)
            token = str(said.pop("token", ""))
        except (AttributeError, ValueError) as error:
            return json.dumps({"token": "", "error": f"{error}"})
        if token not in self._answers:
            self._answers[token] = json.dumps({"token": token, **self._done(said)})
            while len(self._answers) > REMEMBERED:
                del self._answers[next(iter(self._answers))]
        return self._answers[token] if token else self._answers.pop(token)

    def _done(self, said: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"said": DEEDS[said.pop("do")](self._studio, **said)}
        except BottegaError as error:
            return {"error": words.said(error)}
        except (KeyError, TypeError, ValueError) as error:
            return {"error": str(error)}
        except Exception as error:  # the process must live on
            log.exception("a request failed")
            return {"error": f"{type(error).__name__}: {error}"}


def run(procedure: Gimp.Procedure, _config: Gimp.ProcedureConfig, _data: object = None) -> Gimp.ValueArray:
    """Live until GIMP ends."""
    plugin, studio = procedure.get_plug_in(), Studio()
    counter = Counter(studio)

    def called(asked: Gimp.Procedure, config: Gimp.ProcedureConfig, _data: object = None) -> Gimp.ValueArray:
        return replaced(asked, GObject.Value(str, counter.answer(config.get_property("request") or "{}")))

    queue = Gimp.Procedure.new(plugin, QUEUE, Gimp.PDBProcType.TEMPORARY, called, None)
    queue.set_documentation("For Bottega's own processes", "Request and answer are JSON", QUEUE)
    queue.add_string_argument("request", "Request", None, "{}", READWRITE)
    queue.add_string_return_value("answer", "Answer", None, "", READWRITE)
    plugin.add_temp_procedure(queue)
    add_all(plugin, studio)
    procedure.persistent_ready()
    plugin.persistent_enable()
    GLib.MainLoop().run()
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
