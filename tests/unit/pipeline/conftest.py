"""Inputs are read in this process."""

from tests.inline_engine import read_here, worker_processes
from tests.quick import lakes_share_a_database, shared_database

__all__ = ["lakes_share_a_database", "read_here", "shared_database", "worker_processes"]
