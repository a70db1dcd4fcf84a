"""Comparison of two reports (new, fixed, changed, moved), as text, Markdown or HTML."""
