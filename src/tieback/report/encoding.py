"""Rows as JSON, for every format that is made of it."""

import msgspec

_encoder = msgspec.json.Encoder(order="deterministic")


def encode_row(value: object) -> bytes:
    """One value as JSON, keys in a fixed order; lone surrogates become U+FFFD."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(_valid(msgspec.to_builtins(value)))


def _valid(value: object) -> object:
    """The same value with every lone surrogate replaced."""
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in value)
    if isinstance(value, dict):
        return {_valid(key): _valid(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_valid(item) for item in value]
    return value
