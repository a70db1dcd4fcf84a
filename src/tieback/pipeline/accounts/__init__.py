"""Accounts of the pages and the REST API: roles, users, sessions, tokens, sign-in."""
