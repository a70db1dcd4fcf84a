"""Numbers with their noun in the right form."""


def count_text(number: int, one: str, many: str | None = None) -> str:
    """``1 app``, ``2,000 apps``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def its_or_their(number: int) -> str:
    """The pronoun for this number of things."""
    return "its" if number == 1 else "their"
