#!/usr/bin/env python3
"""Bottega for GIMP 3: what GIMP starts, once for each procedure that is called and once for the panel."""

import sys

from bottega_gimp.plugin import main

main(sys.argv)
