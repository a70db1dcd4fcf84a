"""Adapters of openback."""
