"""Numbers with their noun in the right form."""


def count_text(number: int, one: str, many: str | None = None) -> str:
    """``1 app``, ``2,000 apps``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def its_or_their(number: int) -> str:
    """The pronoun for this number of things."""
    return "its" if number == 1 else "their"


def form_for(number: float, one: str, many: str) -> str:
    """The form of a word that must agree with this number: ``form_for(2, "is", "are")``."""
    return one if number == 1 else many


def seconds_text(seconds: float) -> str:
    """``1 second``, ``2.5 seconds``."""
    return f"{seconds:g} {form_for(seconds, 'second', 'seconds')}"
