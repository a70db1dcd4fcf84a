"""Addresses whose parts a script sets after ``new URL(…)``: ``u.port = "81"; u.pathname = "/v1"``.

Source: https://url.spec.whatwg.org/#api. Only assignments in a row with the variable count, before the place that reads
it; what a branch sets is left out.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts.names import Binding
from tieback.recognise.scripts.reader import Reader
from tieback.recognise.scripts.values import MAX_TEXT, Cases, Text, Value, as_text, combine, is_unknown, joined

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

_MADE = lazy_pattern(rb"new\s{1,9}URL\(")
_MEMBERS = ("protocol", "hostname", "host", "port", "pathname")
_IN_A_ROW = b";,}"
_BEFORE = 40
_MAX_SET = 8


def with_members(run: "Evaluator", name: str, binding: Binding, value: Cases, at: int) -> Cases:
    """The value of a variable at an offset, with the parts of its address that were set before it."""
    place = binding.at[0]
    if len(binding.at) != 1 or not _MADE.match(run.data, place, place + 20):
        return value
    block = run.scopes.around(place)[0]
    found: list[tuple[int, str]] = []
    for member in _MEMBERS:
        for one in run.names.members(member, place, min(at, block.end), before=f"{name}.".encode()):
            run.budget.take()
            before = bytes(run.data[max(0, one - _BEFORE) : one]).rpartition(f"{name}.{member}".encode())[0].rstrip()
            if before[-1:] in _IN_A_ROW and run.scopes.around(one)[0] == block:
                found.append((one, member))
    for one, member in sorted(found)[:_MAX_SET]:
        if Reader(run.data, one, run.budget).behind(one) <= at:
            part = run.once(("=", one), one)
            if not is_unknown(part):
                value = combine(lambda url, new, member=member: _changed(url, member, as_text(new)), value, part)
    return value


def _changed(url: Value, member: str, part: Text) -> Value:
    """An address with another part; the same if it is not whole, or if the part does not fit."""
    if not isinstance(url, Text) or HOLE in url.text.partition("?")[0]:
        return url
    try:
        split = urlsplit(url.text)
    except ValueError:
        return url
    if not split.netloc:
        return url
    host, _, port = split.netloc.partition(":")
    new = part.text
    match member:
        case "protocol":
            split = split._replace(scheme=new.rstrip(":"))
        case "hostname":
            split = split._replace(netloc=f"{new}:{port}" if port else new)
        case "host":
            split = split._replace(netloc=new)
        case "port":
            split = split._replace(netloc=f"{host}:{new}" if new else host)
        case _:
            split = split._replace(path=new if new.startswith("/") else f"/{new}")
    return Text(split.geturl()[:MAX_TEXT], *joined(url, part)[1:])
