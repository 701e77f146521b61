"""The scene as a camera or a texture atlas sees it: gathered from Blender in slices, computed without it."""
