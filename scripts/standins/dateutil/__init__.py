"""What the generated messages take from python-dateutil, which with six is larger than everything else together."""
