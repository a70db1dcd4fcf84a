"""Values that cannot belong to the class that the name of their field suggests: ``{"lat": "en"}`` is a language.

A name such as ``address`` is that of a place, of memory, of a device or of a mailbox. Only values that are clearly
something else count here: a word where digits are needed, a number in hexadecimal, an address of another kind, zeros.
Encrypted, hashed and masked values stay possible. The words are in ``vocabulary.toml``.
"""

import re
from collections.abc import Callable
from functools import cache

from tieback.pii.values.gazetteer import load_gazetteer
from tieback.pii.values.text import load_vocabulary

_SEPARATORS = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W\d_]{1,40}")
_HEXADECIMAL = re.compile(r"0x[0-9A-Fa-f]{1,64}")
_ZEROS = re.compile(r"(?:[A-Z]{2}[0-9]{2})?0{4,34}")
"""Zeros in place of a number, or behind the country and the check digits of an IBAN."""
_WORDS = re.compile(
    r"(?i)place|country|city|town|region|location|name|holder|owner|state|sign|zodiac|(?:geburts|_)ort$|type|kind|brand|issuer|"
    r"authority|month|monat|mois|mes$|group|band|bracket|range|proof"
)
"""Parts of names whose values are words, beside names of the same class whose values are numbers."""
_ACCOUNT = re.compile(r"(?i)iban|number|num(?:ero)?$|n[or]$|konto|acc(?:oun)?t")
_PLATE = re.compile(r"(?i)plate|vin$|number|n[or]$|kennzeichen")
_SERIAL = re.compile(r"(?i)imei|imsi|^mac(?:_?addr(?:ess)?)?$")
_COORDINATE = re.compile(r"(?i)lat(?!est)|lon|lng|breite|laenge|länge")
_SHORT_WORD = re.compile(r"[a-z]{1,7}")
_POSTCODE = re.compile(r"(?i)zip|post|plz|cep$")
_PLACE_PART = re.compile(
    r"(?i)city|town|street|stra(?:ss|ß)e|state|region|county|country|district|village|(?:wohn|_|^)ort$"
)
_TOKEN = re.compile(r"[A-Za-z0-9_:.@/#%$+=-]+")
_HOUSE = re.compile(r"[A-Za-z][A-Za-z.-]{3,40}[0-9]{1,4}[A-Za-z]?")
"""A street and a number without a space."""


@cache
def _truths() -> frozenset[str]:
    return load_vocabulary().truth - {"0", "1"}


def is_possible(pii_class: str, field: str, value: str) -> bool:
    """False if the value is clearly something else than the class.

    Args:
        pii_class: the class that the name suggests.
        field: the name, which decides if the class has words and numbers.
        value: one value.
    """
    judge = _JUDGES.get(pii_class)
    if judge is None:
        return True
    text = value.strip()
    if _HEXADECIMAL.fullmatch(text) or text.lower() in _truths():
        return False
    return judge(field, text)


def is_zeros(value: str) -> bool:
    """True for zeros in place of a number, such as ``DE00 0000 0000 0000 0000 00`` or ``000-00-0000``."""
    return _ZEROS.fullmatch(_SEPARATORS.sub("", value)) is not None


def _number(field: str, text: str) -> bool:
    if is_zeros(text):
        return False
    return _WORDS.search(field) is not None or _WORD.fullmatch(text) is None


def _account(field: str, text: str) -> bool:
    return not is_zeros(text) and (_ACCOUNT.search(field) is None or _number(field, text))


def _vehicle(field: str, text: str) -> bool:
    return not is_zeros(text) and (_PLATE.search(field) is None or _number(field, text))


def _device(field: str, text: str) -> bool:
    return _SERIAL.search(field) is None or _number(field, text)


def _place(field: str, text: str) -> bool:
    if is_zeros(text):
        return False
    if _WORD.fullmatch(text) is None:
        return True
    if _COORDINATE.search(field):
        return False
    return not text.islower() or _PLACE_PART.search(field) is not None or text in load_gazetteer().city


def _address(field: str, text: str) -> bool:
    if is_zeros(text):
        return False
    if _PLACE_PART.search(field):
        return True
    if _WORD.fullmatch(text):
        if not text.isascii():
            return True
        lower = text.lower()
        street = lower.endswith(load_vocabulary().street_ending)
        return _POSTCODE.search(field) is None and (street or lower in load_gazetteer().city)
    return _POSTCODE.search(field) is not None or _TOKEN.fullmatch(text) is None or _HOUSE.fullmatch(text) is not None


def _code(_field: str, text: str) -> bool:
    return _SHORT_WORD.fullmatch(text) is None


_JUDGES: dict[str, Callable[[str, str], bool]] = {
    "bank_account": _account,
    "birth": _number,
    "device_id": _device,
    "geo_location": _place,
    "national_id": _number,
    "payment_card": _number,
    "phone": _number,
    "pin_otp": _code,
    "postal_address": _address,
    "vehicle": _vehicle,
}
