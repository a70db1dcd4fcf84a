"""What costs the same in each test is quicker here."""

from tests.quick import new_ledgers_are_copies, quick_passwords

__all__ = ["new_ledgers_are_copies", "quick_passwords"]
