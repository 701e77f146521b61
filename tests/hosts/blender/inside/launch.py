"""Starts a script in a Blender that has the built zip and nothing else of ours: launch.py SCRIPT FOLDER ZIP

The zip is installed and enabled by Blender's own extension tool, into a user folder that is empty before.
"""

import faulthandler
import runpy
import sys
from pathlib import Path

import bpy

faulthandler.enable()
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.extensions.package_install_files(filepath=sys.argv[3], repo="user_default", enable_on_install=True)
runpy.run_path(str(Path(__file__).with_name(f"{sys.argv[1]}.py")), run_name="__main__")
