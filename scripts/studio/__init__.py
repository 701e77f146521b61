"""One daemon, and an artist each in Blender, Krita and GIMP: `make studio-demo`."""
