"""Krita 6 as far as a docker notices, on PyQt6."""

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QDockWidget


class Notifier(QObject):
    """Krita's events."""

    applicationClosing = pyqtSignal()  # noqa: N815


class Krita(QObject):
    """The application."""

    _one = None

    def __init__(self):
        super().__init__()
        self._notifier, self._settings, self.extensions, self.factories = Notifier(), {}, [], []

    @classmethod
    def instance(cls):
        cls._one = cls._one or cls()
        return cls._one

    def version(self):
        return "6.0.1"

    def notifier(self):
        return self._notifier

    def icon(self, name):
        return QIcon()

    def readSetting(self, group, name, default):
        return self._settings.get((group, name), default)

    def writeSetting(self, group, name, value):
        self._settings[group, name] = value

    def addExtension(self, extension):
        self.extensions.append(extension)

    def addDockWidgetFactory(self, factory):
        self.factories.append(factory)

    def getAppDataLocation(self):
        return "/tmp/standin"

    def activeDocument(self):
        return None

    def activeWindow(self):
        return None

    def documents(self):
        return []


class Extension(QObject):
    """What adds actions."""


class DockWidget(QDockWidget):
    """What dockers are."""


class DockWidgetFactoryBase:
    """Where dockers begin."""

    class DockPosition:
        """Enums of Krita 6 have a scope."""

        DockRight = 1


class DockWidgetFactory(DockWidgetFactoryBase):
    """Makes a docker for each window."""

    def __init__(self, name, position, made):
        self.name, self.position, self.made = name, position, made


class Selection(QObject):
    """What is selected."""


class ManagedColor(QObject):
    """A colour in a profile."""
