"""Texts of others in cells of spreadsheets: never a formula (CWE-1236, OWASP "CSV Injection")."""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula. The full-width forms do in East Asian editions."""
_SKIPPED = " \u00a0\u200b\u2060\u3000\ufeff"
"""Spaces and marks that programs may drop on import."""


def as_cell(text: str) -> str:
    """Return the text with an apostrophe before it if a spreadsheet could take it for a formula."""
    return f"'{text}" if text.lstrip(_SKIPPED).startswith(_STARTS) else text
