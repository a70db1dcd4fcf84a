"""Bounded lexers for the texts in a package, and what a place in them is: code, a comment, a message, a table."""
