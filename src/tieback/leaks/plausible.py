"""Judge whether captured values can belong to the class that their name suggests.

A name says little about one or two values of traffic. ``msg`` is the text of a chat or the word "success", ``origin``
an airport or the name of a partner. Here the value, the fields beside it and the fields around it decide. The words
are data, in ``plausible.toml``.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Sequence
from functools import cache
from importlib import resources

import msgspec

from tieback.leaks.value import NamedValue
from tieback.pii.values.gazetteer import airports, load_gazetteer
from tieback.pii.values.possible import is_possible


class _Null(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    values: frozenset[str]
    identifiers: frozenset[str]


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    status: frozenset[str]
    parties: frozenset[str]
    people: frozenset[str]
    parents: frozenset[str]
    weak: frozenset[str]
    named: tuple[str, ...]
    words: frozenset[str]
    personal: frozenset[str]
    strong: frozenset[str]


class _Weak(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    weak: frozenset[str]


class _Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    person: tuple[str, ...]
    not_person: tuple[str, ...]


class _Parents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parents: frozenset[str]


class _Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: frozenset[str]


class _Works(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: frozenset[str]
    beside: frozenset[str]


class _Programs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: frozenset[str]
    weak: frozenset[str]
    beside: frozenset[str]


class _Things(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...]
    beside: frozenset[str]
    weak: frozenset[str]


class _Files(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    endings: frozenset[str]


class _Values(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    values: frozenset[str]


class _Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: frozenset[str]
    weak: frozenset[str]


class PlausibleWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tables of ``plausible.toml``."""

    null: _Null
    message: _Message
    travel: _Weak
    picture: _Picture
    credits: _Parents
    host: _Names
    account: _Account
    token: _Names
    catalogue: _Names
    works: _Works
    generic: _Values
    program: _Programs
    things: _Things
    files: _Files


@cache
def load_words() -> PlausibleWords:
    """The words of ``plausible.toml``.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.leaks").joinpath("plausible.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), PlausibleWords)


_SEPARATORS = re.compile(r"[^0-9a-z]+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]{1,63}(?:_[A-Z0-9]{1,63}){0,15}")
_NO_TEXT = re.compile(
    r"[\d\s.,:;+/TZ-]+|[0-9A-Fa-f-]{32,36}|\w+://\S+"
    r"|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:[A-Z][a-z]{2} \d{1,2}|\d{1,2} [A-Z][a-z]{2})[ \d:A-Z+-]{4,40}"
)
"""A number, a time (RFC 9110, ``date``), an identifier or an address."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|\d{3}))?")
"""A language tag (RFC 5646)."""
_LINK = re.compile(r"(?:\w{2,8}:)?/{1,2}\S+|\S+\.(?:jpe?g|png|webp|gif|heic)(?:\?\S*)?", re.IGNORECASE)
_BLOB = re.compile(r"[A-Za-z0-9+/_=-]{16,}")
_MEDIA = ("iVBOR", "/9j/", "R0lG", "UklGR", "JVBER", "SUkq", "AAAA", "T2dnU", "//uQ", "SUQz", "Rk1S")
"""Beginnings of pictures, sounds and templates of fingerprints in base64."""
_BUNDLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*){2,8}")
"""The identifier of an app."""
_PAIRS = re.compile(r"[\w.-]{1,32}=[^;&]*(?:[;&][\w.-]{1,32}=[^;&]*){1,32}")
_NO_PASSWORD = frozenset({"null", "none", "nil", "undefined", "(null)", "true", "false"})
_HUMAN_LANGUAGE = ("native", "mother", "spoken", "tongue", "primary")
_MAX_STATUS_WORDS = 8
_CHAT_WORDS = 3
_MAX_SHORT_WORDS = 4
_LONG_WORD = 16
_FEW_DIGITS = 5
_SHORT_ID = 16
_NUMBER = re.compile(r"\d{1,13}")
"""A number or a time, which is too easy to guess for a credential."""
_SHORT_PASSWORD = _SHORT_TOKEN = 6


def beside(where: str) -> str:
    """The place that a value shares with the fields beside it: ``json:$.data`` of ``json:$.data.msg``."""
    source, colon, path = where.partition(":")
    return f"{source}:{path.rpartition('.')[0]}" if colon and "." in path else source


def plain_name(name: str) -> str:
    """A name in lower case without separators."""
    return _SEPARATORS.sub("", name.lower())


def is_plausible(
    pii_class: str, values: Sequence[NamedValue], direction: str = "out", siblings: Collection[str] = ()
) -> bool:
    """True if at least one of the values can belong to the class.

    Args:
        pii_class: the class that the name or the form suggests.
        values: the values of one place.
        direction: ``out`` for what the app sent, ``in`` for what it received.
        siblings: plain names of the fields beside it.
    """
    words = load_words()
    judge = _JUDGES.get(pii_class)
    for pair in values:
        text = pair.value.strip()
        if text.lower() in (_NO_PASSWORD if pii_class == "password" else words.null.values):
            continue
        if is_possible(pii_class, pair.name, text) and (judge is None or judge(pair, text, direction, siblings)):
            return True
    return False


def may_be_chat(name: str) -> bool:
    """True if the fields around a field decide whether it is the text of a chat.

    Args:
        name: its plain name.
    """
    return name in load_words().message.weak


def is_chat(values: Sequence[NamedValue], siblings: Collection[str]) -> bool:
    """True for a text of several words beside its sender and recipient: the fields around it decide, not its name."""
    words = load_words().message
    if not may_be_chat(plain_name(values[0].name)):
        return False
    if len(words.parties.intersection(siblings)) < 2 and words.strong.isdisjoint(siblings):
        return False
    return any(len(_WORD.findall(pair.value)) >= _CHAT_WORDS and not _NO_TEXT.fullmatch(pair.value) for pair in values)


def _message(pair: NamedValue, text: str, _direction: str, siblings: Collection[str]) -> bool:
    words = load_words().message
    if _NO_TEXT.fullmatch(text):
        return False
    name = plain_name(pair.name)
    if words.parties.intersection(siblings):
        return True
    said = [word.lower() for word in _WORD.findall(text)]
    status = not words.words.isdisjoint(said)
    if words.people.intersection(siblings) and not (status and len(said) <= _MAX_SHORT_WORDS):
        return True
    if words.personal.intersection(said):
        return True
    if not words.parents.isdisjoint(_around(pair)):
        return False
    status_name = name not in words.weak and name.startswith(words.named)
    if status_name or _CONSTANT.fullmatch(text):
        return False
    if name in words.weak and words.status.intersection(siblings):
        return False
    return len(said) > _MAX_STATUS_WORDS or not status


def _travel(pair: NamedValue, text: str, _direction: str, siblings: Collection[str]) -> bool:
    weak = load_words().travel.weak
    if plain_name(pair.name) not in weak:
        return True
    if text in airports() or text.casefold() in load_gazetteer().city:
        return True
    return _LINK.fullmatch(text) is None and len(weak.intersection(siblings)) > 1 and not any(map(str.isdigit, text))


def _health(_pair: NamedValue, text: str, _direction: str, _siblings: Collection[str]) -> bool:
    return text.lower() not in load_words().generic.values


def _demographic(pair: NamedValue, text: str, _direction: str, _siblings: Collection[str]) -> bool:
    name = plain_name(pair.name)
    if text.lower() in load_words().generic.values:
        return False
    locale = ("lang" in name or "locale" in name) and not any(word in name for word in _HUMAN_LANGUAGE)
    return not (locale and _LANGUAGE.fullmatch(text))


def _picture(pair: NamedValue, text: str, _direction: str, siblings: Collection[str]) -> bool:
    if not _LINK.fullmatch(text):
        # A signature of a message, a hash or a key, unless it begins as a picture or a sound does.
        return _BLOB.fullmatch(text) is None or text.startswith(_MEDIA)
    if load_words().catalogue.names.intersection(siblings):
        return False
    words = load_words().picture
    path = plain_name(pair.where.partition(":")[2])
    if any(word in path for word in words.not_person) and not any(
        word in plain_name(pair.name) for word in words.person[:5]
    ):
        return False
    around = path + " " + plain_name(text.partition("://")[2] or text)
    return any(word in around for word in words.person)


def _phone(_pair: NamedValue, text: str, _direction: str, _siblings: Collection[str]) -> bool:
    return sum(map(str.isdigit, text)) >= _FEW_DIGITS and not _PAIRS.fullmatch(text)


def _device(_pair: NamedValue, text: str, _direction: str, _siblings: Collection[str]) -> bool:
    plain = plain_name(text)
    if len(set(plain)) < 2 or plain in load_words().null.identifiers or _BUNDLE.fullmatch(text):
        return False
    return any(map(str.isdigit, plain)) or len(plain) >= _SHORT_ID


def _account(_pair: NamedValue, text: str, _direction: str, _siblings: Collection[str]) -> bool:
    return sum(map(str.isdigit, text)) >= _FEW_DIGITS


def _email(pair: NamedValue, text: str, _direction: str, _siblings: Collection[str]) -> bool:
    words = load_words()
    return plain_name(pair.name) not in words.host.names and text.rpartition(".")[2].lower() not in words.files.endings


def _person(pair: NamedValue, text: str, _direction: str, siblings: Collection[str]) -> bool:
    words = load_words()
    name = plain_name(pair.name)
    if name in words.works.names:
        return False
    if name in words.works.beside and ("title" in siblings or words.catalogue.names.intersection(siblings)):
        return False
    if _is_thing(name, siblings) or (name in words.things.weak and " " not in text):
        return False
    if name in words.credits.parents and words.catalogue.names.intersection(siblings):
        return False
    return words.credits.parents.isdisjoint(_around(pair))


def _is_thing(name: str, siblings: Collection[str]) -> bool:
    """True for the name of a device or a program: by its own name, or by the fields beside it."""
    things = load_words().things
    if name == "name":
        return not things.beside.isdisjoint(siblings)
    return name.removesuffix("name").removesuffix("display").endswith(things.names)


def _key(pair: NamedValue, text: str, _direction: str, siblings: Collection[str]) -> bool:
    """False for the key of a registered program or of a company, which leads to no person."""
    words = load_words().program
    name = plain_name(pair.name)
    if name.endswith("by") and not any(map(str.isdigit, text)):
        return False
    if name not in words.weak:
        return name not in words.names
    if pair.where.startswith(("header:", "query:")) and not text.isdigit():
        return False
    return words.beside.isdisjoint(siblings) and any(map(str.isdigit, text))


def _around(pair: NamedValue) -> list[str]:
    """The plain names of the two nearest parents of a value."""
    return [plain_name(part) for part in re.split(r"[.\[\]:$]+", pair.where.rpartition(".")[0]) if part][-2:]


def _token(pair: NamedValue, text: str, _direction: str, _siblings: Collection[str]) -> bool:
    if len(text) < _SHORT_TOKEN or plain_name(pair.name) in load_words().token.names:
        return False
    if _NUMBER.fullmatch(text) or "; " in text:
        return False
    return not (text.isalpha() and len(text) < _LONG_WORD) and _LINK.fullmatch(text) is None


def _password(pair: NamedValue, text: str, direction: str, siblings: Collection[str]) -> bool:
    words = load_words().account
    if direction == "out" or plain_name(pair.name) not in words.weak or len(text) >= _SHORT_PASSWORD:
        return True
    return not words.names.isdisjoint(siblings)


_JUDGES: dict[str, Callable[[NamedValue, str, str, Collection[str]], bool]] = {
    "message_content": _message,
    "travel": _travel,
    "demographic": _demographic,
    "biometric_media": _picture,
    "health": _health,
    "phone": _phone,
    "device_id": _device,
    "email": _email,
    "person_name": _person,
    "bank_account": _account,
    "person_id": _key,
    "password": _password,
    "secret_token": _token,
}
