"""Records that the probes read at depth ``sample``: which columns they become, and how much is read."""

import json
from collections.abc import Iterable

import msgspec
import pytest

from tests.each import each
from tests.lab.sampled_stores import COUNT, PEOPLE, PLANTED, STORES, WEB, SampledStore, answers_of, target_of
from tieback.model.grant import Depth
from tieback.model.probe import Container, ProbeReport
from tieback.pipeline.probing.samples import SampleJudge
from tieback.probes.choose import sampler
from tieback.probes.interface import MAX_SAMPLED, SAMPLED_RECORDS, SampledColumn
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.sampling import OBJECT_BYTES, SAMPLE_CAP, document_columns, row_columns

EACH_WEB_STORE = pytest.mark.parametrize("store", WEB, ids=[store.probe for store in WEB])
EACH_STORE = pytest.mark.parametrize("store", STORES, ids=[store.probe for store in STORES])


def probed(store: SampledStore, depth: Depth) -> PlaybackResult[ProbeReport]:
    probe = store.meta_probe
    return play(probe.run(target_of(store), depth), MemoryPeer(answers_of(store)), probe.meta.sends)


def sampled(
    store: SampledStore, containers: Iterable[Container], answer: object = None
) -> PlaybackResult[tuple[SampledColumn, ...]]:
    reader = sampler(store.probe)
    assert reader is not None
    peer = MemoryPeer(answer if callable(answer) else answers_of(store))
    account = next(iter(store.passwordless), "")
    return play(reader.sample(target_of(store), tuple(containers)[:MAX_SAMPLED], account), peer, reader.meta.sends)


@EACH_STORE
def test_records_become_columns_and_classes(store: SampledStore) -> None:
    report = probed(store, Depth.SAMPLE).result
    found = sampled(store, report.containers).result
    columns = {column.field: column.values for column in found}
    assert set(store.fields) <= set(columns), columns.keys()
    mails = [set(values) & {str(row["mail"]) for row in PEOPLE} for values in columns.values()]
    assert max(map(len, mails)) == COUNT
    judged = SampleJudge().with_samples(report, found)
    classes = {
        field.field: field.verdict.pii_class
        for container in judged.containers
        if container.sampled is not None
        for field in container.sampled.fields
    }
    assert classes[store.fields[0]] == "email"
    assert classes[store.fields[1]] == "person_name"
    assert judged.people == store.people
    assert not any(part in repr(judged) for part in PLANTED)


@EACH_STORE
def test_nothing_is_read_below_depth_sample(store: SampledStore) -> None:
    played = probed(store, Depth.DESCRIBE)
    for send in store.meta_probe.meta.sends:
        if send.values and send.depth is Depth.SAMPLE:
            assert not any(send.matches(data) for data in played.sent), send.name


@EACH_WEB_STORE
def test_an_endless_answer_is_cut(store: SampledStore) -> None:
    report = probed(store, Depth.SAMPLE).result
    known = answers_of(store)
    sends = [send for send in store.meta_probe.meta.sends if send.values and send.depth is Depth.SAMPLE]

    def endless(sent: bytes) -> bytes | None:
        if not any(send.matches(sent) for send in sends):
            return known(sent)
        return b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n" + b'[{"a":[' * (SAMPLE_CAP // 4)

    played = sampled(store, report.containers, endless)
    assert played.bytes_read <= 2 * 1024 * 1024
    assert isinstance(played.result, tuple)


@EACH_WEB_STORE
@each("body", ["", "[]", "{}", "null", '{"rows":[{"doc":null}]}', '{"result":[{}]}', "[" * 9000])
def test_other_answers_are_no_columns(store: SampledStore, body: str) -> None:
    report = probed(store, Depth.SAMPLE).result
    known = answers_of(store)
    sends = [send for send in store.meta_probe.meta.sends if send.values and send.depth is Depth.SAMPLE]

    def lying(sent: bytes) -> bytes | None:
        if not any(send.matches(sent) for send in sends):
            return known(sent)
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body.encode())

    assert not {column.field for column in sampled(store, report.containers, lying).result} & set(store.fields)


@EACH_WEB_STORE
def test_names_that_are_not_safe_are_never_sent(store: SampledStore) -> None:
    names = ("../x", "a?b", 'a"b', "a\r\nb", "a b;c", "a%2f..", "_design", "", "\x00", "a`b", "a'b", "a\\b")
    containers = [
        Container(path, kind, uid=name)
        for name in names
        for path in ((name,), (name, name))
        for kind in ("measurement", "table", "")
    ]
    reader = sampler(store.probe)
    assert reader is not None
    for container in containers:
        played = play(
            reader.sample(target_of(store), (container,), ""), MemoryPeer(answers_of(store)), reader.meta.sends
        )
        for sent in played.sent:
            line = sent.split(b"\r\n")[0]
            assert b"/../" not in line
            assert b'"a"b"' not in sent
            assert line.count(b" ") == 2


def test_fewer_records_are_read_if_fifty_are_too_large() -> None:
    store = next(one for one in STORES if one.probe == "meilisearch")
    report = probed(store, Depth.SAMPLE).result
    known = answers_of(store)

    def large(sent: bytes) -> bytes | None:
        if b"limit=50 " in sent:
            body = json.dumps({"results": [{"text": "x" * SAMPLE_CAP}]}).encode()
        elif b"limit=5 " in sent:
            body = json.dumps({"results": PEOPLE[:5]}).encode()
        else:
            return known(sent)
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    found = {column.field: column.values for column in sampled(store, report.containers, large).result}
    assert found["mail"] == tuple(row["mail"] for row in PEOPLE[:5])


def test_more_records_than_requested_are_not_kept() -> None:
    columns = document_columns(("t",), ({"a": str(n)} for n in range(999)))
    assert [len(column.values) for column in columns] == [SAMPLED_RECORDS]
    rows = row_columns(("t",), ["a", "b"], [["x" * 999, None]] * 99)
    assert [(column.field, len(column.values), len(column.values[0])) for column in rows] == [
        ("a", 50, 256),
        ("b", 50, 0),
    ]


def test_an_object_without_support_for_ranges_is_cut() -> None:
    store = next(one for one in STORES if one.probe == "s3")
    report = probed(store, Depth.SAMPLE).result
    known = answers_of(store)
    rows = ",".join(json.dumps(row) for row in PEOPLE)

    def whole(sent: bytes) -> bytes | None:
        if not sent.startswith(b"GET /people/a/b.json"):
            return known(sent)
        assert b"\r\nRange: bytes=0-65535\r\n" in sent
        return b"HTTP/1.1 200 OK\r\n\r\n[" + rows.encode() + b"," + b" " * (4 * OBJECT_BYTES)

    played = sampled(store, report.containers, whole)
    assert {column.field for column in played.result} >= {"*.json.mail"}
    assert played.bytes_read < 2 * OBJECT_BYTES


def test_documents_that_are_billed_to_the_owner_need_the_grant() -> None:
    store = next(one for one in STORES if one.probe == "firestore")
    assert sampled(store, probed(store, Depth.SAMPLE).result.containers).result
    frugal = msgspec.structs.replace(store, scans=False)
    played = sampled(frugal, probed(store, Depth.SAMPLE).result.containers)
    assert played.result == ()
    assert not any(b"pageSize=50" in sent for sent in played.sent)
