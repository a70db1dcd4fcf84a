"""Hostile WebDAV servers on real sockets: endless and deep trees, entity bombs, floods of members, links elsewhere."""

import asyncio
import re
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.hostile.test_probes import bounded
from tests.hostile.test_tarpits import Reader, Writer, serving
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Access
from tieback.probes.choose import probe_named
from tieback.probes.web import MAX_PROBED
from tieback.probes.wire.http import PROPERTIES
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Target
from tieback.scope.dialer import Dialer

GRANT = Grant(
    authorised_by="the test",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(TargetRule("127.0.0.1/32", "any", Depth.SAMPLE),),
    limits=Limits(connects_per_second=0),
)
FOLDER = b"<D:response><D:href>%b</D:href><D:propstat><D:prop><D:collection/></D:prop></D:propstat></D:response>"
ENTITIES = b"".join(b'<!ENTITY e%d "%b">' % (n + 1, b"&e%d;" % n * 10) for n in range(12))


def document(*hrefs: bytes, before: bytes = b"") -> bytes:
    parts = b"".join(FOLDER % href for href in hrefs)
    return b'<?xml version="1.0"?>%b<D:multistatus xmlns:D="DAV:">%b</D:multistatus>' % (before, parts)


def endless(path: bytes) -> bytes:
    return document(path, *(b"%bf%d/" % (path, number) for number in range(2000)))


def deep(path: bytes) -> bytes:
    return document(path, path + b"x/")


def bomb(path: bytes) -> bytes:
    return document(path, path + b"&e12;/", before=b'<!DOCTYPE b [<!ENTITY e0 "aaaaaaaaaa">%b]>' % ENTITIES)


def external(path: bytes) -> bytes:
    return document(path, path + b"&x;/", before=b'<!DOCTYPE b [<!ENTITY x SYSTEM "http://127.0.0.9/x">]>')


def elsewhere(path: bytes) -> bytes:
    return document(
        path, b"http://127.0.0.9:9%ba/" % path, b"//127.0.0.9/b/", path + b"..%2f..%2fetc/", path + b"%2e%2e/"
    )


def flood(path: bytes) -> bytes:
    return document(path, *[b"/a/" * 1200] * 300)


def unclosed(path: bytes) -> bytes:
    return document(path) + b"<D:response><D:href>" * 50_000


def nested(path: bytes) -> bytes:
    return document(path).replace(b"<D:response>", b"<D:response>" * 40_000)


ANSWERS: list[Callable[[bytes], bytes]] = [endless, deep, bomb, external, elsewhere, flood, unclosed, nested]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda one: one.__name__)
async def test_any_tree_ends_within_the_limits(tmp_path: Path, answer: Callable[[bytes], bytes]) -> None:
    asked: list[bytes] = []

    async def serve(reader: Reader, writer: Writer) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(len(PROPERTIES))
            except asyncio.IncompleteReadError:
                return
            assert body == PROPERTIES
            asked.append(head)
            data = answer(head.split(b" ")[1])
            writer.write(b"HTTP/1.1 207 x\r\nContent-Length: %d\r\n\r\n%b" % (len(data), data))
            await writer.drain()

    probe = probe_named("webdav")
    assert probe is not None
    async with serving(serve) as port:
        target = Target("127.0.0.1", port, "webdav", names=("docs", "../x", "a b"))
        tracemalloc.start()
        try:
            with AuditLog(tmp_path / "audit.jsonl") as audit:
                talk = probe.run(target, Depth.DESCRIBE)
                report, _ = await Dialer(GRANT, audit).converse(
                    target, talk, probe.meta.sends, depth=Depth.DESCRIBE, probe="webdav"
                )
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    bounded(report)
    assert peak < 16 * 1024 * 1024
    assert 2 <= len(asked) <= 2 + MAX_PROBED
    for head in asked:
        assert re.fullmatch(rb"PROPFIND /(?:[A-Za-z0-9_.~%-]+/){0,4} HTTP/1\.1", head.partition(b"\r\n")[0]), head
        assert re.search(rb"\r\nDepth: [01]\r\n", head)
        assert b"/../" not in head
        assert b"%2F" not in head.upper()
        assert b"127.0.0.9" not in head
    assert report.access in (Access.OPEN, Access.OPEN_EMPTY, Access.SCHEMA_ONLY, Access.PARTIAL)
    assert all(one.records is None or one.records.value == 0 for one in report.containers)
