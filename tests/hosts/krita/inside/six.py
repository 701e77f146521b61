"""The docker in PyQt6: built, filled, read again, drawn, with keys pressed."""

import dataclasses
import json
import sys

from krita import Krita
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

application = QApplication(sys.argv)
import bottega_krita
from bottega_krita.params import Params

assert bottega_krita
docker = Krita.instance().factories[0].made()
wanted = Params(prompt="a red door", negative_prompt="x", steps=9, guidance=4.5, seed=3, count=2, strength=0.7)
wanted = dataclasses.replace(wanted, fill="border", grow=5, feather=0.1, detail=2.0, sampler="euler", mode="add")
wanted = dataclasses.replace(wanted, megapixels=1.5)
docker.take(wanted)
same = docker.params() == wanted
prompt = docker.form.prompt
cursor = prompt.textCursor()
cursor.setPosition(4)
prompt.setTextCursor(cursor)
QTest.keyClick(prompt, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
asked = []
docker.ask = lambda mode="": asked.extend([docker.form.mode.currentData(), str(docker.form.seed.value())])
docker.form.asked.disconnect()
docker.form.asked.connect(docker.ask)
docker.take(Params(prompt=prompt.toPlainText(), mode="fill", seed=-1))
QTest.keyClick(prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
docker.resize(250, 600)
docker.show()
application.processEvents()
docker.grab().save("/plugin/docker.png")
said = {"same": same, "qt5": "PyQt5" in sys.modules, "prompt": prompt.toPlainText(), "asked": asked}
said["width"] = docker.minimumSizeHint().width()
docker.studio.close()
print(json.dumps(said))
