"""Accounts of the lab's protected stores. Nothing else of tieback ever logs in anywhere."""

import msgspec


class Login(msgspec.Struct, frozen=True):
    """An account that the lab makes in a server of its own."""

    user: str
    password: str
