"""A plug-in as small as can be: what hosts load, packaged like the real ones."""
