"""The contract as plain dataclasses, and a grpclib stub for each service. Made by `make protos`."""

from .bottega.v1 import *  # noqa: F403
