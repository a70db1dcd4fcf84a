"""Columns that mimesis (MIT) generates in 48 locales: independent of the gazetteer, and without data of real persons.

``columns`` runs this file in an environment of its own, ``.cache/peers/mimesis``, which uv makes if it is missing.
Forty values per column, seeded.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PLACE = ROOT / ".cache" / "peers" / "mimesis"
UV = shutil.which("uv") or ROOT / ".uv" / "bin" / "uv"
PACKAGE = "mimesis==22.2.0"
VALUES = 40
SEED = 42
NONE = "none"

type Made = tuple[str, str, str, list[str]]
"""Locale, kind, class, values."""


def columns(seed: int = SEED) -> list[Made] | str:
    """All columns, or the reason if there are none."""
    python = PLACE / "bin" / "python"
    if not python.exists():
        for command in (["venv", str(PLACE)], ["pip", "install", "--python", str(python), PACKAGE]):
            done = subprocess.run([str(UV), *command], capture_output=True, text=True, check=False, timeout=600)
            if done.returncode:
                return f"cannot be installed: {done.stderr.strip().splitlines()[-1]}"
    done = subprocess.run([str(python), __file__, str(seed)], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        return f"failed: {done.stderr.strip().splitlines()[-1]}"
    return [(locale, kind, pii_class, values) for locale, kind, pii_class, values in json.loads(done.stdout)]


def _made(seed: int) -> Iterator[Made]:
    import mimesis  # type: ignore[import-not-found]
    from mimesis.locales import Locale  # type: ignore[import-not-found]

    for locale in Locale:
        for kind, pii_class, draw in _drawn(mimesis, locale, seed):
            yield locale.value, kind, pii_class, [str(draw()) for _ in range(VALUES)]
    for kind, draw in _technical(mimesis, seed):
        yield "", kind, NONE, [str(draw()) for _ in range(VALUES)]


def _drawn(mimesis: Any, locale: Any, seed: int) -> Iterator[tuple[str, str, Callable[[], object]]]:
    person, place = mimesis.Person(locale=locale, seed=seed), mimesis.Address(locale=locale, seed=seed)
    yield "full name", "person_name", person.full_name
    yield "first name", "person_name", person.first_name
    yield "last name", "person_name", person.last_name
    yield "city", "postal_address", place.city
    yield "street address", "postal_address", place.address
    yield "occupation", "employment", person.occupation
    yield "telephone", "phone", person.phone_number
    text, food = mimesis.Text(locale=locale, seed=seed ^ 45), mimesis.Food(locale=locale, seed=seed ^ 45)
    money, day = mimesis.Finance(locale=locale, seed=seed ^ 45), mimesis.Datetime(locale=locale, seed=seed ^ 45)
    for kind, draw in (
        ("word", text.word), ("colour", text.color), ("sentence", text.sentence), ("quotation", text.quote),
        ("dish", food.dish), ("drink", food.drink), ("fruit", food.fruit), ("company", money.company),
        ("price", money.price), ("date", day.formatted_date), ("month", day.month), ("weekday", day.day_of_week),
        ("country", place.country), ("calling code", place.calling_code),
    ):  # fmt: skip
        yield kind, NONE, draw


def _technical(mimesis: Any, seed: int) -> Iterator[tuple[str, Callable[[], object]]]:
    web, machine, code, work, digest, file = (
        kind(seed=seed ^ 45)
        for kind in (
            mimesis.Internet, mimesis.Hardware, mimesis.Code, mimesis.Development, mimesis.Cryptographic, mimesis.File,
        )
    )  # fmt: skip
    yield from (("URL", web.url), ("host", web.hostname), ("user agent", web.user_agent), ("method", web.http_method))
    yield from (("CPU", machine.cpu), ("resolution", machine.resolution))
    yield from (("ISBN", code.isbn), ("EAN", code.ean), ("ISSN", code.issn))
    yield from (("system", work.os), ("language", work.programming_language), ("version", work.version))
    yield from (("hash", digest.hash), ("UUID", digest.uuid), ("hexadecimal", digest.token_hex))
    yield from (("file", file.file_name), ("media type", file.mime_type))


if __name__ == "__main__":
    json.dump(list(_made(int(sys.argv[1]))), sys.stdout)
