"""The panels in the sidebars of the 3D View and the Image Editor, and entries of menus where artists look."""

from . import entries, image, library, sidebar

CLASSES = (*library.MENUS, *sidebar.CLASSES, *library.CLASSES, *image.CLASSES, *entries.CLASSES)
MENUS = entries.MENUS
