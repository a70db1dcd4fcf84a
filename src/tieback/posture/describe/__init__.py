"""Readers of the clouds' own resource descriptions, independent of the exporting tool."""
