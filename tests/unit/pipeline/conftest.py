"""Inputs are read in this process."""

from tests.inline_engine import read_here, worker_processes

__all__ = ["read_here", "worker_processes"]
