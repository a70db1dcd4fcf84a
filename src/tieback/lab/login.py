"""Accounts of the lab's protected stores. No other part of tieback ever logs in anywhere."""

import msgspec


class Login(msgspec.Struct, frozen=True):
    """An account that the lab creates in its own server."""

    user: str
    password: str
