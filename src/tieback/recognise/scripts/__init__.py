"""Strings that scripts encode: evaluated for a fixed set of expressions, never by running the script."""
