"""Benchmarks: each prints a Markdown table with the figures it measured. Run all with ``make bench``."""
