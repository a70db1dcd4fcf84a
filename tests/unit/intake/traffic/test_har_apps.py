"""Archives of HTTP Toolkit and tweasel: refused certificates, binary messages, and the app that the file states.

The archives are synthetic. Their shape follows the sources of the tools: ``src/model/http/har.ts`` of httptoolkit-ui
(commit cc63e766), and the README and ``src/index.ts`` of cyanoacrylate (commit 46c317f9).
"""

import base64
import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.intake.traffic.test_har import archive, entry, read, write
from tieback.intake.traffic.har_apps import StatedApp, TlsError, stated_app, tls_error_flow
from tieback.model.flow import FlowApp, NameSource

APP = {
    "platform": "android",
    "id": "de.example.rail",
    "name": "Rail Navigator",
    "version": "21.12.p03.04",
    "versionCode": "211200007",
    "architectures": [],
    "md5": "4f4cf346a050ea23da0da60328a4dd10",
}
META = {
    "startDate": "2026-04-19T08:52:48.077Z",
    "endDate": "2026-04-19T08:52:59.214Z",
    "options": {"mode": "allowlist", "apps": ["de.example.rail"]},
    "device": {"platform": "android", "runTarget": "device", "osVersion": "13", "model": "moto g(7) power"},
    "versions": {"appstraction": "1.0.0", "cyanoacrylate": "1.0.0", "mitmproxy": "9.0.1"},
    "apps": [APP],
    "metaVersion": "1.0",
}
RAIL = FlowApp("Rail Navigator", "de.example.rail", source="tweasel", version="21.12.p03.04", platform="android")
CREATOR = {"name": "cyanoacrylate", "version": "1.0.0"}
OTHERS = "the archive was recorded for de.example.rail, but other apps may have sent entries, so none is attributed"


def tweasel(*entries: Any, **changed: Any) -> str:
    return archive(*entries, creator=CREATOR, pages=[], _tweasel={**META, **changed})


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_the_app_of_tweasel_is_behind_the_entries(tmp_path: Path, packed: bool) -> None:
    text = tweasel(entry(), entry("https://ads.test/x"))
    flows, problems = read(write(tmp_path, gzip.compress(text.encode()) if packed else text))
    assert ([seen.flow.app for seen in flows], problems) == ([RAIL, RAIL], [])


def test_sorted_keys_of_other_tools_change_nothing(tmp_path: Path) -> None:
    text = json.dumps(json.loads(tweasel(entry())), sort_keys=True, indent=2)
    flows, problems = read(write(tmp_path, "\ufeff" + text))
    assert ([seen.flow.app for seen in flows], problems) == ([RAIL], [])


STATED = [
    # what differs, app, note
    ({"apps": None}, FlowApp("de.example.rail", "de.example.rail", source="tweasel", platform="android"), ""),
    ({"apps": [{**APP, "name": "A\x1b[2J\nB", "version": None}]}, "A\ufffd[2J\ufffdB", ""),
    ({"options": {"mode": "all-apps"}}, None, OTHERS),
    ({"options": {"mode": "denylist", "apps": ["com.other"]}}, None, OTHERS),
    ({"options": {"mode": "allowlist", "apps": ["de.example.rail", "com.other"]}}, None, OTHERS),
    ({"device": {"platform": "ios"}}, None, OTHERS),
    ({"apps": [APP, {**APP, "id": "com.other"}]}, None, OTHERS.replace("rail,", "rail, com.other,")),
    ({"options": {"mode": "all-apps"}, "apps": []}, None, ""),
    ({"options": 7}, None, "the metadata of tweasel are invalid, so no entry is attributed: "),
    ({"apps": [[[]]]}, None, "the metadata of tweasel are invalid, so no entry is attributed: "),
]


@pytest.mark.parametrize(("changed", "app", "note"), STATED)
def test_what_metadata_state(tmp_path: Path, changed: dict[str, Any], app: FlowApp | str | None, note: str) -> None:
    (seen,), problems = read(write(tmp_path, tweasel(entry(), **changed)))
    assert (seen.flow.app.name if isinstance(app, str) and seen.flow.app else seen.flow.app) == app
    assert [problem[: len(note)] for problem in problems] == ([note] if note else [])


def test_without_entries_an_unattributed_archive_is_no_problem(tmp_path: Path) -> None:
    assert read(write(tmp_path, tweasel(device={"platform": "ios"}))) == ([], [])


HTTP_TOOLKIT = {"name": "HTTP Toolkit", "version": "1.2.3"}
ERRORS = [
    {
        "startedDateTime": "2026-01-02T03:04:05.000Z",
        "time": 40.5,
        "cause": "cert-rejected",
        "hostname": "Pinned.Bank.test",
        "clientIPAddress": "10.0.0.9",
        "clientPort": 40_001,
        "tlsMetadata": {"sniHostname": "pinned.bank.test", "ja3Fingerprint": "x"},
    },
    {"startedDateTime": "2026-01-02T03:04:06.000Z", "time": -1, "cause": "closed", "hostname": "api.shop.test"},
    {"startedDateTime": "2026-01-02T03:04:07.000Z", "time": 0, "cause": "reset", "hostname": "192.0.2.7"},
    {"startedDateTime": "2026-01-02T03:04:08.000Z", "time": 0, "cause": "unknown"},
]


@pytest.mark.parametrize("first", [False, True], ids=["behind", "before"])
def test_failed_handshakes_of_http_toolkit(tmp_path: Path, first: bool) -> None:
    log: dict[str, Any] = {"version": "1.2", "creator": HTTP_TOOLKIT, "pages": []}
    order = ("_tlsErrors", "entries") if first else ("entries", "_tlsErrors")
    log |= {name: ERRORS if name == "_tlsErrors" else [entry()] for name in order}
    flows, problems = read(write(tmp_path, json.dumps({"log": log})))
    assert problems == ["a failed TLS handshake has no host name"]
    failed = [seen.flow for seen in flows if seen.flow.protocol == "tls"]
    assert [(flow.server.name or flow.server.ip, flow.server.port) for flow in failed] == [
        ("pinned.bank.test", None), ("api.shop.test", None), ("192.0.2.7", None),
    ]  # fmt: skip
    refused = failed[0]
    assert refused.tls is not None
    assert refused.tls.refused_by_client == "the client does not trust the proxy's certificate"
    assert (refused.encrypted, refused.client.port, refused.server.name_from) == (True, 40_001, NameSource.SNI)
    assert (refused.start, round(refused.end - refused.start, 4)) == (1767323045.0, 0.0405)
    assert [flow.detail for flow in failed[1:]] == [
        "TLS handshake failed: closed by the client", "TLS handshake failed: reset by the client",
    ]  # fmt: skip
    assert [flow.tls is not None and flow.tls.refused_by_client for flow in failed[1:]] == ["", ""]


def test_binary_bodies_and_messages_of_http_toolkit(tmp_path: Path) -> None:
    body = b"\x0a\x11anna@workhub.test\xff"
    request = {
        "method": "POST",
        "url": "https://api.workhub.test/v1",
        "headersSize": -1,
        "bodySize": len(body),
        "_requestBodyStatus": "discarded:not-representable",
        "_content": {"text": base64.b64encode(body).decode(), "size": len(body), "encoding": "base64"},
    }
    aborted = {"status": 0, "statusText": "", "headers": [], "content": {"size": 0}, "headersSize": -1, "bodySize": -1}
    messages = [
        {"type": "send", "opcode": 2, "data": base64.b64encode(body).decode(), "time": 1767323045.1},
        {"type": "send", "opcode": 2, "data": "not base64!", "time": 1767323045.2},
        {"type": "receive", "opcode": 1, "data": "b2s=", "time": 1767323045.3},
    ]
    socket = entry(
        "wss://live.workhub.test/s",
        response={"status": 101},
        _resourceType="websocket",
        _webSocketMessages=messages,
        _webSocketClose={"code": 1000},
    )
    flows, problems = read(write(tmp_path, archive(entry(request=request, response=aborted), socket, _tlsErrors=[])))
    assert problems == []
    assert flows[0].samples[0].data.endswith(body)
    assert flows[0].flow.detail == "POST /v1 no answer"
    sent = [(one.direction, one.data) for one in flows[1].samples if one.kind == "websocket"]
    assert sent == [("out", body), ("out", b"not base64!"), ("in", b"b2s=")]


HOSTILE = [
    # the value of _tweasel, flows, problem
    ("[" * 200_000, 0, "nested too deeply"),
    ('{"apps": [' + ",".join(['{"id": "a.b"}'] * 120_000) + "]}", 1, ""),
    ('{"apps": [{"id": "' + "x" * 9_000_000 + '"}]}', 1, "other apps may have sent entries"),
    ("7", 1, "the metadata of tweasel are invalid"),
    ('{"device": {"platform": "android"', 0, "damaged"),
]


@pytest.mark.parametrize(("value", "count", "problem"), HOSTILE, ids=["deep", "many", "long", "number", "cut"])
@pytest.mark.parametrize("first", [True, False], ids=["before", "behind"])
def test_hostile_metadata(tmp_path: Path, value: str, count: int, problem: str, first: bool) -> None:
    entries = f'"entries": [{json.dumps(entry())}]'
    parts = [f'"_tweasel": {value}', entries] if first else [entries, f'"_tweasel": {value}']
    text = '{"log": {"creator": {"name": "cyanoacrylate"}, ' + ", ".join(parts) + "}}"
    flows, problems = read(write(tmp_path, text))
    assert len(flows) == (count if first else 1)
    assert all(seen.flow.app is None for seen in flows)
    assert any(problem in line for line in problems) if problem else problems == []


@pytest.mark.parametrize("value", ["7", '"x"', '{"a": []}', "null", '[7, null, "x", {"hostname": 7}, {"time": "x"}]'])
def test_failed_handshakes_of_wrong_types_are_problems(tmp_path: Path, value: str) -> None:
    text = '{"log": {"entries": [' + json.dumps(entry()) + '], "_tlsErrors": ' + value + "}}"
    flows, problems = read(write(tmp_path, text))
    assert len(flows) == 1
    assert all("is invalid" in line for line in problems)


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["apps", "options", "device", "mode", "platform", "id", "name", "version"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=examples(300), deadline=None)
@given(st.one_of(_json.map(lambda value: json.dumps(value).encode()), st.binary(max_size=80)))
def test_any_metadata_are_an_app_or_a_note(data: bytes) -> None:
    found = stated_app(data)
    assert isinstance(found, StatedApp)
    assert "\n" not in found.note
    assert found.app is None or (found.app.bundle_id.isprintable() and not found.note)


@settings(max_examples=examples(300), deadline=None)
@given(
    st.builds(
        TlsError,
        st.none(),
        st.one_of(st.none(), st.floats()),
        st.one_of(st.none(), st.text(max_size=20), st.just("a.test")),
        st.one_of(st.none(), st.text(max_size=60)),
        st.one_of(st.none(), st.text(max_size=20)),
        st.one_of(st.none(), st.floats()),
    )
)
@example(TlsError(None, math.nan, "a.test", None, None, None))
@example(TlsError(None, -math.inf, "a.test", None, None, math.inf))
def test_any_failed_handshake_is_a_flow_or_nothing(error: TlsError) -> None:
    flow = tls_error_flow("a.har", error, 1.0)
    assert flow is None or (flow.detail.isprintable() and flow.end >= flow.start)


@pytest.mark.parametrize("name", ["1", "1.2.3", "999.999.999.999", "1.2.3.4.5", "01.2.3.4"])
def test_digits_that_are_no_address_are_a_name(name: str) -> None:
    found = tls_error_flow("x.har", TlsError(hostname=name), 0.0)
    assert found is not None
    assert (found.server.ip, found.server.name) == ("", name)
