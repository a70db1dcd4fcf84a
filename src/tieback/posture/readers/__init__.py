"""Readers of account exports from tools and clouds, one file per format."""
