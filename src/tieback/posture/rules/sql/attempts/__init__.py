"""Requests that ``--verify`` tries on the throw-away PostgreSQL, by kind of object."""
