"""The report document and its parts; ``document`` has the whole."""
