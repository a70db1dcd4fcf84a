"""Answers of servers that are made to mislead: injections in each string, odd numbers, and one answer to everything.

The stores are those of the unit tests: recorded conversations, and pages of stores that speak HTTP.
"""

import json
import math
import re
import struct
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pytest

from tests.each import each
from tests.examples import few
from tests.hostile.test_probes import ALL, BY_NAME, PASSWORDLESS, bounded
from tests.unit.probes.conftest import Page, Pages
from tieback.model.figure import Quality, total
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.model.public_key import PublicKey
from tieback.probes import PROBES
from tieback.probes.interface import Probe
from tieback.probes.playback import Answer, MemoryPeer, PlaybackResult, play, recorded_answers
from tieback.scope.conversation import Target

PAGES = Path(__file__).parents[1] / "unit" / "probes" / "pages"
STORES = sorted(path.stem for path in PAGES.glob("*.toml"))
INJECTIONS = (
    "'", '"', "`", "\\", "''", "\\'", "'; DROP TABLE x; --", '"; DROP TABLE x; --', "`; DROP TABLE x; --",
    "x' OR '1'='1", "x) UNION SELECT 1 --", "/* x */", "-- x", "$$; SELECT 1; $$", "a\r\nFLUSHALL\r\n", "a\nb", "a\rb",
    "a\0b", "\0", "a\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "a HTTP/1.1\r\nX: y", "..", ".", "../..", "a/../b",
    "a/b", "%2e%2e", "%2f", "%0d%0a", "a?b=c", "a#b", "_all", "*", "a,b", "<a>", "{}", '{"$where":"1"}', "$where",
    "$out", "system.js", "a b",
)  # fmt: skip


@cache
def pages(name: str) -> Pages:
    return msgspec.toml.decode((PAGES / f"{name}.toml").read_bytes(), type=Pages)


def target(probe: Probe, store: str = "", **more: object) -> Target:
    expect = pages(store).expect if store else None
    made: dict[str, object] = {"host": "127.0.0.1", "port": probe.meta.ports[0], "passwordless": PASSWORDLESS}
    made["mcp"] = True
    if expect is not None:
        made |= {"host": expect.host, "names": expect.names, "resource": expect.resource}
        made["keys"] = [PublicKey(kind, value) for kind, value in expect.keys]
    return msgspec.convert(made | more, Target)


def web(found: dict[str, Page]) -> Answer:
    """Answers with the page of the request, or with the one whose address begins most alike."""

    def answer(sent: bytes) -> bytes:
        line, _, body = sent.decode().partition("\r\n\r\n")
        asked = " ".join([*line.split(" ", 2)[:2], body]).rstrip()
        page = found.get(asked) or found[max(found, key=lambda key: _alike(key, asked))]
        return page.wire(asked.split(" ")[0])

    return answer


def _alike(one: str, other: str) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(map(len, (one, other)))
    )


def run(probe: Probe, answer: Answer, at: Target, greeting: bytes = b"") -> PlaybackResult[ProbeReport]:
    played = play(probe.run(at, Depth.DESCRIBE), MemoryPeer(answer, greeting=greeting), probe.meta.sends)
    bounded(played.result)
    for sent in played.sent:
        if re.match(rb"(?:GET|HEAD|POST|PUT|DELETE|PATCH) ", sent):
            one_request(sent)
    return played


def one_request(sent: bytes) -> None:
    """The bytes are one HTTP request, whose path stays where its slashes say."""
    head, end, body = sent.partition(b"\r\n\r\n")
    assert end, sent
    first, *fields = head.split(b"\r\n")
    assert re.fullmatch(rb"(?:GET|HEAD|POST) /[!-~]* HTTP/1\.[01]", first), sent
    assert all(re.fullmatch(rb"[A-Za-z0-9-]+: [ -~]*", field) for field in fields), sent
    lengths = [int(field.split(b": ")[1]) for field in fields if field.lower().startswith(b"content-length: ")]
    assert lengths == ([len(body)] if body or first.startswith(b"POST") else []), sent
    path = unquote(first.split(b" ")[1].partition(b"?")[0].decode())
    assert not {".", ".."} & set(re.split(r"[/\\]", path)), sent
    assert path.isprintable(), sent


def names_in(report: ProbeReport) -> list[str]:
    """Names of containers and fields, the longest first."""
    found = {part for one in report.containers for part in one.path} | {
        field.name for one in report.containers for field in one.fields
    }
    return sorted((name for name in found if len(name) >= 2), key=lambda name: (-len(name), name))[:4]


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def strings_replaced(body: str, by: str) -> str:
    """A JSON document with each string value replaced; another document with each text between two tags."""
    try:
        document = json.loads(body)
    except ValueError:
        return re.sub(r">[^<>]+<", lambda _: f">{by.replace('&', '&amp;').replace('<', '&lt;')}<", body)

    def replaced(node: object) -> object:
        if isinstance(node, dict):
            return {key: replaced(value) for key, value in node.items()}
        if isinstance(node, list):
            return [replaced(value) for value in node]
        return by if isinstance(node, str) else node

    return json.dumps(replaced(document))


def changed(found: dict[str, Page], change: object) -> dict[str, Page]:
    return {key: msgspec.structs.replace(page, body=change(page.body)) for key, page in found.items()}  # type: ignore[operator]


def test_the_rows_are_many_enough() -> None:
    assert len(set(INJECTIONS)) == 41
    assert len(STORES) >= 38
    assert len(ALL) >= 42
    assert len(CONSTANTS) * len(PROBES) >= 4758


@each("store", STORES)
def test_the_pages_are_read(store: str) -> None:
    """The control: without an injection, the access state is the one of the store."""
    expect = pages(store).expect
    found = {key.replace("{resource}", expect.resource): page for key, page in pages(store).page.items()}
    report = run(BY_NAME[store], web(found), target(BY_NAME[store], store)).result
    assert report.outcome is Outcome.OK
    assert report.access.value == expect.access or report.access is not Access.UNKNOWN


@pytest.mark.parametrize("store", few(STORES, 4))
def test_no_injection_in_a_page_becomes_another_request(store: str) -> None:
    """In every string of an answer, in each name, in what the app names, and in the resource."""
    probe, expect = BY_NAME[store], pages(store).expect
    found = {key.replace("{resource}", expect.resource): page for key, page in pages(store).page.items()}
    at = target(probe, store)
    names = names_in(run(probe, web(found), at).result)
    for text in INJECTIONS:
        run(probe, web(changed(found, lambda body, text=text: strings_replaced(body, text))), at)
        for name in names:
            run(probe, web(changed(found, lambda body, n=name, t=text: body.replace(n, in_json(t)))), at)
        run(probe, web(found), target(probe, store, names=(text, f"people{text}", text * 3)))
        run(probe, web(found), target(probe, store, resource=text))
        run(probe, web(found), target(probe, store, resource=f"{expect.resource or 'x'}{text}"))


@pytest.mark.parametrize("name", few(ALL, 3))
def test_no_injection_in_a_recording_becomes_another_request(name: str) -> None:
    """Names keep their length, so that the frames around them stay whole."""
    probe, recording = BY_NAME[name.partition("-")[0]], ALL[name]
    at = target(probe)
    names = names_in(run(probe, recorded_answers(recording.answers), at, recording.greeting).result)
    for text in INJECTIONS:
        for old in names:
            raw = old.encode()
            new = (text.encode() * len(raw))[: len(raw)]
            answers = [answer.replace(raw, new) for answer in recording.answers]
            run(probe, recorded_answers(answers), at, recording.greeting)
        for more in ({"names": (text, f"people{text}")}, {"resource": text}):
            run(probe, recorded_answers(recording.answers), target(probe, **more), recording.greeting)


ODD = (
    "-5", "-0", "NaN", "Infinity", "1e308", "1e400", "-1e308", "0.5", str(2**31), str(2**63 - 1), str(2**63),
    str(2**64), "9" * 400, "null", "true", "[]", "{}", '""', '"-5"', '"NaN"', '"1e308"', '"\u0663"', '"0x10"', '" 7 "',
)  # fmt: skip


def plausible(report: ProbeReport) -> None:
    """No figure is negative or no number; one that cannot be true is marked as claimed, and no sum contains it."""
    for one in report.containers:
        for figure in (one.records, one.bytes):
            if figure is not None:
                assert type(figure.value) is int, report
                assert figure.value >= 0, report
                assert figure.value < 2**63 or figure.quality is Quality.CLAIMED, report
    assert total(one.records for one in report.containers).value < 2**63


@each("store", STORES)
def test_no_number_in_a_page_breaks_a_figure(store: str) -> None:
    probe, expect = BY_NAME[store], pages(store).expect
    found = {key.replace("{resource}", expect.resource): page for key, page in pages(store).page.items()}
    at = target(probe, store)
    number = re.compile(r"(?<=[:,\[>\s])\"?\d+\"?(?=[\s,\]}<]|$)")
    for odd in ODD:
        plausible(run(probe, web(changed(found, lambda body, odd=odd: number.sub(odd, body))), at).result)


WORDS = tuple(
    struct.pack(form, value)
    for form, value in (
        ("<q", -1),
        ("<q", -(2**63)),
        ("<q", 2**63 - 1),
        (">q", 2**63 - 1),
        (">q", -5),
        ("<q", 2**31 - 1),
    )
) + tuple(struct.pack("<d", value) for value in (math.nan, math.inf, -math.inf, 1e308, -5.0))
OFFSETS = 12


@pytest.mark.parametrize("name", ALL)
def test_no_number_in_a_recording_breaks_a_figure(name: str) -> None:
    """Eight bytes are replaced at places of each answer; digits keep their length."""
    probe, recording = BY_NAME[name.partition("-")[0]], ALL[name]
    at = target(probe)
    whole = sum(map(len, recording.answers))
    for word in WORDS:
        for place in range(0, whole, max(8, whole // OFFSETS)):
            plausible(run(probe, recorded_answers(_put(recording.answers, place, word)), at, recording.greeting).result)
    for digits in (rb"9" * 400, rb"-" + b"9" * 400, b"NaN" + b" " * 400, b"0" * 400, b"1e" + b"3" * 400):
        answers = [
            re.sub(rb"(?<=[:=])[0-9]+", lambda found, digits=digits: digits[: len(found[0])], answer)  # type: ignore[misc]
            for answer in recording.answers
        ]
        plausible(run(probe, recorded_answers(answers), at, recording.greeting).result)


def test_no_byte_of_a_bolt_answer_breaks_a_figure() -> None:
    """PackStream has booleans and floats of its own where numbers are expected."""
    recording, probe = ALL["bolt-open"], BY_NAME["bolt"]
    for place in range(sum(map(len, recording.answers))):
        for byte in (b"\xc0", b"\xc2", b"\xc3", b"\xff", b"\x80", b"\x90"):
            answers = _put(recording.answers, place, byte)
            plausible(run(probe, recorded_answers(answers), target(probe), recording.greeting).result)


def _put(answers: tuple[bytes, ...], place: int, word: bytes) -> list[bytes]:
    out = []
    for answer in answers:
        out.append(answer[:place] + word + answer[place + len(word) :] if 0 <= place < len(answer) else answer)
        place -= len(answer)
    return out


def http(status: int, body: str, kind: str = "application/json", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(body.encode())}\r\n\r\n"
    return (head + body).encode()


BODIES = (
    "", "{}", "[]", "null", "0", "1", "-1", "true", "false", '""', '"x"', "[{}]", "[[]]", "[null]", '[""]', '{"":""}',
    '{"ok":true}', '{"status":"ok"}', '{"error":"x"}', '{"errors":[]}', '{"message":"Not found"}', '{"count":100}',
    '{"total":5,"data":[{"id":1}]}', '{"results":[]}', '{"data":{}}', '{"version":"1.0"}', '{"name":"x"}',
    '{"hits":{"total":5,"hits":[]}}', '{"rows":[],"total_rows":3}', '{"items":[{"name":"a","size":1}]}', "OK", "pong",
    "<html><body>Welcome</body></html>", "<html><form action=/login><input name=password></form></html>", "<?xml?><a/>",
    "<Error><Code>AccessDenied</Code></Error>", "a,b\n1,2\n", "\ufeff{}", "{", "\0" * 64,
)  # fmt: skip
CONSTANTS = (
    *(http(200, body, "text/html" if body.startswith("<html") else "application/json") for body in BODIES),
    *(http(status, "{}") for status in (201, 202, 204, 206, 301, 304, 400, 402, 405, 409, 410, 418, 429)),
    *(http(status, "x", "text/plain") for status in (401, 403, 404, 407, 500, 501, 502, 503, 504, 599)),
    http(401, "", more='WWW-Authenticate: Basic realm="x"\r\n'),
    *(b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/0.9 200\r\n\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    *(b"SSH-2.0-OpenSSH_9.6\r\n", b"220 mail.x.test ESMTP\r\n", b"+OK POP3 ready\r\n", b"* OK IMAP4 ready\r\n"),
    *(b"\xff\xfd\x18\xff\xfd\x20", b"RTSP/1.0 200 OK\r\n\r\n", b"SIP/2.0 200 OK\r\n\r\n", b"\x15\3\3\0\2\2\x28"),
    *(b"+OK\r\n", b"-ERR x\r\n", b"-NOAUTH Authentication required.\r\n", b":1\r\n", b"*0\r\n", b"$-1\r\n", b"N", b"S"),
    *(b"\0" * 64, b"\xff" * 64, b"\n", b"\r\n\r\n", b"OK\r\n", b"ERROR\r\n", b"0\x0c\2\1\1a\7\n\1\0\4\0\4\0"),
)  # fmt: skip
OWN_FORMAT = {("firebase_rtdb", http(200, '{"ok":true}'))}
"""Firebase's own answer to every ``shallow=true``: names of children, each with ``true``. Only its content differs."""


@each("probe", PROBES, ids=lambda probe: probe.meta.name)
def test_one_answer_to_everything_is_no_open_store(probe: Probe) -> None:
    exposed = []
    for answer in CONSTANTS:
        if (probe.meta.name, answer) in OWN_FORMAT:
            continue
        for greeting in (b"", answer):
            report = run(probe, lambda _, answer=answer: answer, target(probe), greeting).result  # type: ignore[misc]
            plausible(report)
            if report.access.exposed:
                exposed.append((report.access, answer))
    assert exposed == []
