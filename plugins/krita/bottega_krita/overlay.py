"""Pictures over the canvas: shown, turned and zoomed with it, without a trace in the document or its undo history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .anchors import Anchor, shifted
from .client import Bounds, Extent
from .qt import Qt, QtCore, QtGui, QtWidgets, app, on

if TYPE_CHECKING:
    from krita import Document, View

CANVASES = ("KisOpenGLCanvas2", "KisQPainterCanvas")
LOOK = 33
"""Milliseconds between looks at whether the artist has moved the canvas, while something is shown."""


class Overlay(QtCore.QObject):
    """One picture over the canvas of the window's active view, while that view shows its document."""

    def __init__(self) -> None:
        super().__init__()
        self._window: Any = None
        self._glass: Glass | None = None
        self._shown: tuple[Document, QtGui.QImage, Bounds, Anchor] | None = None
        self._canvas = Extent(0, 0)
        self.place = Bounds(0, 0, 0, 0)
        """Where on the image what is shown lies."""
        self._timer = QtCore.QTimer(self)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self._follow)

    @property
    def showing(self) -> bool:
        """Whether there is a picture."""
        return self._shown is not None

    def set_window(self, window: Any) -> None:
        """The window whose canvas is meant."""
        self._window = window

    def show(self, document: Document, image: QtGui.QImage, bounds: Bounds, was: Anchor) -> None:
        """Show a picture where that lies now which these bounds of the image held then."""
        self._shown, self._canvas = (document, image, bounds, was), Extent(0, 0)
        self._timer.start()
        self._follow()

    def hide(self, only: QtGui.QImage | None = None) -> None:
        """Show nothing; or if it is `only` that which is shown."""
        if only is not None and (self._shown is None or self._shown[1] is not only):
            return
        self._shown = None
        self._timer.stop()
        if self._glass:
            self._glass.hide()

    def _follow(self) -> None:
        view, canvas = _view(self._window), canvas_widget(self._window)
        if self._shown is None or view is None or canvas is None or view.document() != self._shown[0]:
            if self._glass:
                self._glass.hide()
            return
        document, image, bounds, was = self._shown
        size = Extent(document.width(), document.height())
        if size != self._canvas:  # enlarged, cropped, or that was undone
            self._canvas, self.place = size, bounds.moved(*shifted(document, was))
        if self._glass is None or self._glass.parentWidget() is not canvas:
            self._drop()
            self._glass = glass = Glass(canvas)
            on(glass.destroyed, lambda *_: self._forget(glass))  # it goes with its canvas
        to_flake, possible = view.flakeToImageTransform().inverted()
        if possible:
            self._glass.look(image, self.place, to_flake * view.flakeToCanvasTransform())

    def _drop(self) -> None:
        if self._glass:
            self._glass.deleteLater()
            self._glass = None

    def _forget(self, glass: Glass) -> None:
        if self._glass is glass:
            self._glass = None


class Glass(QtWidgets.QWidget):
    """What lies on the canvas; the pen goes through."""

    def __init__(self, canvas: Any) -> None:
        super().__init__(canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._image: QtGui.QImage | None = None
        self._place = QtCore.QRectF()
        self._transform = QtGui.QTransform()

    def look(self, image: QtGui.QImage, bounds: Bounds, transform: QtGui.QTransform) -> None:
        """Show this there; paints only if something is new."""
        place = QtCore.QRectF(bounds.x, bounds.y, bounds.width, bounds.height)
        parent = self.parentWidget()
        if parent and self.geometry() != parent.rect():
            self.setGeometry(parent.rect())
        if image is not self._image or place != self._place or transform != self._transform or not self.isVisible():
            self._image, self._place, self._transform = image, place, transform
            self.show()
            self.raise_()
            self.update()

    def paintEvent(self, event: Any) -> None:  # noqa: N802
        """Draw the picture as the canvas is turned and zoomed."""
        if self._image is None:
            return
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        painter.setTransform(self._transform)
        painter.drawImage(self._place, self._image)
        painter.end()


def _view(window: Any) -> View | None:
    active = app().activeWindow()
    return active.activeView() if active and (window is None or active.qwindow() is window) else None


def canvas_widget(window: Any) -> Any:
    """The widget that shows the window's active image; None if none is open."""
    area = window.centralWidget().findChild(QtWidgets.QMdiArea) if window and window.centralWidget() else None
    sub = area.currentSubWindow() if area else None
    for each in sub.findChildren(QtWidgets.QWidget) if sub else ():
        if each.metaObject().className() in CANVASES:
            return each
    return None
