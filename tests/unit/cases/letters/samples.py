"""Facts that the tests of letters share."""

from datetime import date
from typing import Any

from tests.unit.cases.samples import APP, case
from tieback.cases.letters.facts import LetterFacts, Sender, collect_facts
from tieback.cases.letters.language import load_language
from tieback.model.case import Case

SENDER = Sender(
    "Nordwind Energie AG", "security@nordwind.example", "Ada Example", "+49 30 1", "Musterstraße 1\n10115 Berlin"
)
DAYS = {
    "today": date(2026, 3, 1), "due": date(2026, 3, 31), "acknowledge": date(2026, 3, 8), "publish": date(2026, 5, 30),
    "share": date(2026, 4, 15), "confirm": date(2026, 3, 31),
}  # fmt: skip


def facts(name: str = "en", cases: tuple[Case, ...] | None = None, **more: Any) -> LetterFacts:
    some = (case(),) if cases is None else cases
    values = {"asked": "", **more}
    return collect_facts(load_language(name), SENDER, "Fieldhand Machinery", some, [APP], DAYS, **values)
