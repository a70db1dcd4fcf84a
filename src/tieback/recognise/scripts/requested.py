"""Addresses that a run of a script requests, as texts of the script."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.script_runs.values import GAP
from tieback.recognise.scripts.resolve import Resolved
from tieback.recognise.scripts.values import Text

if TYPE_CHECKING:
    from tieback.recognise.script_runs.machine import Request
    from tieback.recognise.script_runs.run import Outcome

MAX_RUN = 400 * 1024
"""Most bytes of a script that is run."""
_ADDRESS = lazy_pattern(rb"""["'`](?:(?:https?|wss?):)?//[^\s"'`/$]{3,255}[^\s"'`]{0,200}""")
_ENCODED = lazy_pattern(
    rb"""\b_0x[0-9a-f]{3,6}\b|\beval\(function|U2FsdGVkX1|\batob\(["'`]|\.decrypt\("""
    rb"""|push['"]?\]?\([\w$]{1,20}(?:\.|\[['"])shift(?:['"]\])?\(\)\)"""
)
"""What obfuscators and ciphers leave in a script."""
_ENCODED_MARKS = (b"_0x", b"eval(function", b"U2FsdGVkX1", b"atob(", b".decrypt(", b"shift")
"""What is in a text that the pattern can match; these are found much faster."""
_SCHEME = lazy_pattern(rb"""["'`](?:https?|wss?):?(?://)?["'`]|["'`]://|://(?:["'`]|\$\{)""")
"""A scheme before a host that is in another text."""
_HOST_TEXT = lazy_pattern(rb"""["'`](?:[A-Za-z0-9_-]{1,63}\.){1,6}[A-Za-z][A-Za-z0-9-]{1,23}(?=[:/"'`])""")
_MARK = lazy_pattern(rb"""["'`](?:https?:|wss?:)?/|\$\{|\b(?:fetch|open|get|post|put|request|ajax|send)\(""")
_HOST = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^/?#\s" + GAP + r"]{3,255}(?=[/?#" + GAP + r"]|\Z)")
_NO_VALUE = lazy_pattern(r"://[^/?#]{0,255}?(?<![^/.:@-])(?:undefined|null|NaN)(?![^/.:?#-])|://[^/?#]{0,255}\[object ")
"""A host with a value that is missing: the run has taken a way that the app does not take."""
_SENDS = (
    b"fetch(", b"XMLHttpRequest", b".ajax(", b"axios", b"new WebSocket(", b"sendBeacon(", b"new EventSource(",
    b'fetch"', b"fetch'",
)  # fmt: skip
"""What sends requests."""
_LIBRARY = lazy_pattern(
    r"(?:.*/)?(?:(?:lib|libs|vendor|bower_components|node_modules|plugins|cordova-js-src)/.*"
    r"|(?:polyfills|jquery|angular|zone|core-js|sw-toolbox|native-bridge|cordova|ionic|framework7|vue|react|bootstrap)\b[^/]*"
    r"|[^/]*\.min\.js)"
)
"""Files of libraries, which request what they are given only."""
STEPS = 36_000
"""Most steps of a script; about a second for 150,000."""
TOGETHER_STEPS = 20_000
"""Most steps of the scripts of an app that are run together."""
PARTS_STEPS = 5_000
"""Most steps of a script that sends requests, but has no literal that is an endpoint."""
ENCODED_STEPS = 300_000
"""Most steps of a script that encodes texts."""
_OPENING = re.compile(
    r"(?:^|\.)(?:open\w*|href|assign|replace|alert|log|warn|error|write\w*|createTextNode|share\w*|navigate|push|"
    r"createElement\w*|jsxs?|setItem|getItem|querySelector\w*|addEventListener|postMessage|setAttribute)$"
)
"""Calls that show a text, or open it for a person."""
_MAX_MARKS = 20_000
_MAX_LITERALS = 200


def requested(data: Bytes, steps: int, is_shown: Callable[[str], bool], file: str = "") -> "Outcome | None":
    """What a run of a script requests; ``None`` if it has nothing to run for.

    Args:
        data: the script.
        steps: most steps. Without any, the outcome is that a limit ended the run.
        is_shown: true for a literal that is an endpoint. A script without one is not run, unless it encodes texts, or
            sends requests and is no library.
        file: its name.
    """
    if len(data) > MAX_RUN:
        return None
    read = bytes(data)
    is_encoded = any(mark in read for mark in _ENCODED_MARKS) and _ENCODED.search(read) is not None
    most = ENCODED_STEPS if is_encoded else STEPS
    if not (is_encoded or any(is_shown(one) for one in _literals(read))):
        if not any(mark in read for mark in _SENDS) or _LIBRARY.fullmatch(file) is not None:
            return None
        if steps <= 0:
            return None
        most = PARTS_STEPS
    from tieback.recognise.script_runs.run import Outcome, requests

    if steps <= 0:
        return Outcome([], 0, is_cut=True)
    marks = [found.start() for found in islice(_MARK.finditer(read), _MAX_MARKS)]
    found = requests(read, marks, steps=min(steps, most))
    # Without an address among its literals, the script may have none at all.
    return found._replace(is_cut=False) if most == PARTS_STEPS and steps > most else found


def requested_together(
    scripts: Mapping[str, bytes], documents: Mapping[str, bytes], steps: int
) -> "tuple[Outcome, Callable[[int], tuple[str, int]]]":
    """What a run of several scripts requests, and a function that gives the file and the offset of a place of it.

    Args:
        scripts: scripts by the names of their files.
        documents: settings that they request, in the same way.
        steps: most steps.
    """
    from tieback.recognise.script_runs.together import place, requests_together

    marks = {
        file: [found.start() for found in islice(_MARK.finditer(text), _MAX_MARKS)] for file, text in scripts.items()
    }
    outcome = requests_together(scripts, documents, marks, steps=min(steps, TOGETHER_STEPS))
    return outcome, lambda at: place(scripts, at)


def _literals(data: bytes) -> Iterator[str]:
    """Different addresses that the script has as they are."""
    literals = (found[0][1:] for found in islice(_ADDRESS.finditer(data), _MAX_LITERALS))
    for one in dict.fromkeys(literals):
        text = one.decode("utf-8", "replace")
        yield f"https:{text}" if text.startswith("//") else text
    if _SCHEME.search(data):
        hosts = (found[0][1:] for found in islice(_HOST_TEXT.finditer(data), _MAX_LITERALS))
        yield from (f"https://{one.decode('ascii')}/" for one in dict.fromkeys(hosts))


def texts(found: "Sequence[Request]") -> Iterator[Resolved]:
    """The addresses of requests that the script does not have as they are, without those that are shown or opened."""
    for one in found:
        if one.is_literal or one.at < 0 or not _HOST.match(one.text) or _NO_VALUE.search(one.text):
            continue
        if one.direct or not _OPENING.search(one.call):
            text = one.text.replace(GAP, HOLE)
            yield Resolved(Text(text, one.at, (), one.chain), one.at, one.call.rpartition(".")[2][:40])
