"""Captures become flows."""
