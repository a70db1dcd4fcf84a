"""Findings in the maker's own source: original names, and lines of a checkout."""
