"""How it stands with the daemon: nothing while all is well, else what is wrong and a button that helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..memory import megabytes
from ..qt import QtWidgets
from ..settings import set_setting, setting
from ..words import said, say
from ..works import room
from . import kit

if TYPE_CHECKING:
    from ..studio import Studio

STATES = {"connecting": "Connecting …", "starting": "The daemon is starting …"}


class Banner(QtWidgets.QWidget):
    """Shown while the daemon is not there."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self._text = QtWidgets.QLabel()
        self._text.setWordWrap(True)
        self._start = kit.button("", say("Start the daemon"), say("Start it on this computer"), studio.start_daemon)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._text)
        layout.addWidget(self._start)
        studio.connected.connect(self.look)
        self.look()

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def look(self) -> None:
        """Say how it stands."""
        connection = self._studio.connection
        self.setVisible(connection.state != "connected")
        self._start.setVisible(connection.startable)
        error = connection.error
        text = say(STATES.get(connection.state, "The daemon is away."))
        self._text.setText(f"{text} {said(error)}" if error and connection.state == "lost" else text)


class Link(QtWidgets.QWidget):
    """The address of another machine's daemon, how results become layers, and how many of them are kept."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.address = QtWidgets.QLineEdit(setting("address"))
        self.address.setPlaceholderText(say("this computer"))
        self.token = QtWidgets.QLineEdit(setting("token"))
        self.token.setEchoMode(QtWidgets.QLineEdit.EchoMode.Password)
        rows = [(say("A transparency mask"), "mask"), (say("Transparent pixels"), "alpha")]
        self.result = kit.combo(rows, say("How a result fades out"))
        kit.choose(self.result, setting("result", "mask"))
        self.result.currentIndexChanged.connect(lambda _: set_setting("result", self.result.currentData()))
        self.megabytes = kit.whole(0, 2000, megabytes(), say("The oldest pictures go first; their settings stay"))
        self.megabytes.setSuffix(" MB")
        self.megabytes.valueChanged.connect(lambda value: set_setting("history_megabytes", str(value)))
        self.memory = kit.whole(
            100, 100_000, room() >> 20, say("Then the oldest candidates go; the newest always stay")
        )
        self.memory.setSuffix(" MB")
        self.memory.valueChanged.connect(self._limit)
        join = kit.button("", say("Connect"), say("Connect to this address"), self.join)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        fields = ("Address", self.address), ("Token", self.token), ("Result as", self.result)
        sizes = ("History in the image", self.megabytes), ("Candidates in memory", self.memory)
        layout.addWidget(kit.form(*fields, *sizes))
        layout.addWidget(join)

    def _limit(self, megabytes: int) -> None:
        set_setting("memory_megabytes", str(megabytes))
        self._studio.tidy()

    def join(self) -> None:
        """Keep the address, and connect."""
        set_setting("address", self.address.text().strip())
        set_setting("token", self.token.text().strip())
        self._studio.connect_daemon()
