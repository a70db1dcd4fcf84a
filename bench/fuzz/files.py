"""The fuzzed readers of files that tieback or its operator wrote, and that others could have changed."""

import atexit
import base64
import hashlib
import io
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from importlib import resources
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

import msgspec

from bench.fuzz.interface import RECORDED, Reader, Room, as_file
from tieback.model.errors import TiebackError

_DEEP = b"a = " + b"[" * 60_000
_DEEP_JSON = b'{"x":' + b"[" * 60_000
_KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f fuzz"
_SIGNED_BY = b'[signatures]\nneed = 1\nkeys = ["' + _KEY + b'"]\n'
_GRANT = (
    b'authorised_by = "Fuzz"\ncontact = "a@b.test"\nnot_after = 2027-01-01\ndns = true\n'
    b'[[target]]\nmatch = "127.0.0.0/8"\nports = [9200, "27000-27100"]\ndepth = "describe"\npasswordless = ["root"]\n'
    b'[[exclude]]\nmatch = "*.fuzz.test"\nreason = "x"\n[hosts]\n"a.fuzz.test" = "127.0.0.1"\n' + _SIGNED_BY
)
_MAPPING = b"""# {"id":"com.android.tools.r8.mapping","version":"2.2"}
org.example.Api -> a.b:
# {"id":"sourceFile","fileName":"Api.kt"}
    java.lang.String host -> a
    1:4:java.lang.String org.example.Hosts.first():8:9 -> a
    1:4:java.lang.String load(int):12 -> a
    5:5:void load():13:13 -> a
    # {"id":"com.android.tools.r8.synthesized"}
org.example.Store -> q.z9:
    void close() -> b
"""
_SOURCE = b"""package org.example
val url = "https://api.fuzz.test/v1"; val key = "wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzTESTKEEY"
<network-security-config cleartextTrafficPermitted="true"><domain>h.fuzz.test</domain> <certificates src="user"/>
android:usesCleartextTraffic="true" <key>NSAllowsArbitraryLoads</key> targetSdk = 23 "api_base" fun load() {}
"""
_NEVER = b'[[exclude]]\nmatch = "10.0.0.0/8"\nreason = "x"\n' + _SIGNED_BY
_CONFIG = b'[defaults]\nworkspace = "w"\n[scan]\nformat = "json"\nsuppress = ["a.toml"]\n[case.show]\nformat = "json"\n'
_SUPPRESS = b'[[suppress]]\nreason = "r"\nauthor = "a"\nexpires = 2027-01-01\nrule = "open-store"\n'
_SUPPRESS_ONE = (
    b'# reviewed\n[[suppress]]\nfinding = "fnd-1"\nreason = "r"\nauthor = "a"\nexpires = 2027-01-01\n\n# next\n'
    + _SUPPRESS
)
_JOB_MESSAGES = (
    b'{"type":"progress","stage":"read","done":1,"total":2}',
    b'{"type":"done","figures":{"inputs_read":1},"files":["a.html"],"run":"r","not_probed":"","not_decided":""}',
    b'{"type":"failed","problem":"p"}',
)
_KEEP = b'older_than = "180d"\nkeep_runs = 3\n'
_WEBHOOK = b'[[webhook]]\nname = "a"\nurl = "https://hooks.fuzz.test/x"\nstyle = "slack"\n'
_USER_RULES = (
    b"""[[identifier]]
id = "fuzz-store"
product = "Fuzz"
source = "https://fuzz.test"
suffixes = ["store.fuzz.test"]
host = '(?P<tenant>[a-z0-9-]{1,63})\\.store\\.fuzz\\.test'
rest = '/v1/(?P<box>[a-z]+)'
value = "{tenant}/{box}"
accept = [["https://a.store.fuzz.test/v1/b", "fuzz-store:a/b"]]
reject = ["https://store.fuzz.test/", "%s.store.fuzz.test:8443/v1/b"]
[[identifier]]
id = "fuzz-id"
product = "Fuzz"
source = "https://fuzz.test"
anchors = ["fuzz-"]
pattern = 'fuzz-(?P<id>[0-9]{6})'
value = "{id}"
caseless = true
accept = [["fuzz-123456", "fuzz-id:123456"]]
reject = ["fuzz-1"]
""",
    b"""[[credential]]
id = "fuzz_key"
names = "key"
source = "https://fuzz.test"
anchors = ["fuzz_"]
pattern = '(?:key=)?fuzz_(?P<secret>[a-z0-9]{16,64})?'
grade = "superuser"
entropy = 2.5
back = 8
ahead = 80
accept = ["fuzz_q8w3e5r7t2y9u1i4o6p0a8s3d5f7g2h9"]
reject = ["fuzz_", "xfuzz_q8w3e5r7t2y9u1i4o6p0a8s3d5f7g2h9"]
""",
    b"""[[sdk_host]]
id = "fuzz-sdk"
name = "Fuzz"
source = "https://fuzz.test"
suffixes = ["fuzz.test"]
accept = ["a.fuzz.test"]
reject = ["a.test"]
[[personal_data]]
id = "fuzz-words"
class = "email"
words = ["a b"]
source = "xyz"
accept = ["a_b"]
reject = ["c"]
[[ransom]]
id = "fuzz-notes"
names = ["pay_us"]
pattern = 'pay_[0-9]+'
weak = true
source = "xyz"
accept = ["pay_us"]
reject = ["pay"]
""",
)
_COLUMNS = b'[[format]]\nname = "a"\nreader = "json"\nneeds = ["a"]\nkind = "flow"\ncolumns = { time = "t" }\n'
_MANIFESTS = (
    b"# a\nfile.apk\ns3://bucket/a.apk\n",
    b"path,sha256,size\na.apk," + b"0" * 64 + b",5\n",
    b'{"path":"a.apk","size":5}\n' + _DEEP_JSON,
)


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("a.apk", "n" * 120):
            member = tarfile.TarInfo(name)
            member.size = 5
            archive.addfile(member, io.BytesIO(b"12345"))
    return out.getvalue()


def _parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2], "b": ["x", "y"]}), out, write_page_checksum=True)
    return out.getvalue()


def _recordings() -> list[bytes]:
    """The first line of some recordings: whole ones are long."""
    lines = (path.read_bytes().partition(b"\n")[0] + b"\n" for path in sorted(RECORDED.glob("*.jsonl"))[::8])
    return [line for line in lines if len(line) < 8192]


def _package_file(package: str, name: str) -> bytes:
    return resources.files(package).joinpath(name).read_bytes()


def _checkpoint(seq: int, prev: str) -> dict[str, str]:
    """The fields of a checkpoint with a right signature, by the same key each time."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    signature = private.sign(f"tieback audit checkpoint 1\n{seq}\n{prev}\n2026-11-01\n".encode())
    return {"key": public, "signature": base64.b64encode(signature).decode(), "signed": "2026-11-01"}


def _audit() -> bytes:
    """A log with a checkpoint."""
    lines, prev = [], "0" * 64
    for number, event in enumerate(("start", "checkpoint", "connect"), start=1):
        fields = _checkpoint(number, prev) if event == "checkpoint" else {}
        body = msgspec.json.encode(
            {"seq": number, "time": "2026-11-01", "event": event, "fields": fields, "prev": prev}
        )
        prev = hashlib.sha256(body).hexdigest()
        lines.append(body[:-1] + f',"hash":"{prev}"}}\n'.encode())
    return b"".join(lines)


_HEAD_LINE = b'{"schema":"tieback/report-head/1","created":"2026-11-01T00:00:00Z"}\n{"schema":"tieback/app/1"}\n'
_UNDO = b'{"serial":"a","undo":{"type":"setting","namespace":"global","name":"http_proxy","before":""}}\n{"undone":0}\n'
_INDEX = (
    b"DIRC\0\0\0\2\0\0\0\1" + bytes(24) + b"\0\0\x81\xa4" + bytes(12) + bytes(20) + b"\0\3abc" + bytes(7) + bytes(20)
)
_LOCATION = b'{"schema":1,"url":"postgresql://u@db.fuzz.test/t","workspace":"00"}'
_SECRETS = b"mongodb://u:s3cr3tPassw0rd@db.fuzz.test/a Authorization: Bearer eyJhbGciOi.J9.x1 password='Xk29fjQz81'"
_RDAP = (
    b'{"rdapConformance":["rdap_level_0"],"objectClassName":"ip network","startAddress":"192.0.2.0","endAddress":'
    b'"192.0.2.255","name":"N","entities":[{"objectClassName":"entity","roles":["abuse"],"vcardArray":["vcard",[['
    b'"email",{},"text","a@b.test"]]]}]}'
)


def _file(read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """A reader of a file, which may raise an error of tieback."""

    def call(path: Path) -> None:
        with suppress(TiebackError):
            read(path)

    return lambda data: as_file(data, call)


def _folder(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """A reader of a folder whose only file is ``name``."""
    folder = Path(tempfile.mkdtemp(prefix="tieback-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    def call(data: bytes) -> None:
        (folder / name).write_bytes(data)
        with suppress(TiebackError):
            read(folder)

    return call


def _drain(items: Iterable[object]) -> None:
    for _ in items:
        pass


def _no_kind(name: str, head: bytes, tail: bytes) -> str:  # noqa: ARG001 - the names are part of the protocol
    return ""


# The functions below return readers: what a reader imports when it runs is not instrumented.


def _redaction() -> Callable[[bytes], object]:
    from tieback.model.redaction import public_prefix, redact, redact_path
    from tieback.model.safe_text import escape_commands, escape_line

    def read(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        assert len(redact(text)) == len(text)
        redact(text, cut=True)
        redact_path(text)
        public_prefix(text)
        escape_line(text)
        escape_commands(text)

    return read


def _cookies() -> Callable[[bytes], object]:
    from tieback.leaks.cookies import judge_cookies

    def read(data: bytes) -> None:
        text = data.decode("latin-1")
        judge_cookies(text)
        judge_cookies(text, set_cookie=True)

    return read


def _worker_messages() -> Callable[[bytes], object]:
    """As the engine reads them from the pipe of a worker that an input controls."""
    from tieback.engine.messages import receive

    class Pipe:
        def __init__(self, data: bytes) -> None:
            self.data = data

        def recv_bytes(self, _most: int) -> bytes:
            return self.data

    def read(data: bytes) -> None:
        with suppress(msgspec.MsgspecError):
            receive(cast("Connection", Pipe(data)))

    return read


def _suppression_text() -> Callable[[bytes], object]:
    """As the server edits the file of a workspace: the rest of it stays."""
    from tieback.assess.suppression_text import add_entry, has_entry, remove_entry
    from tieback.model.report.suppression import Suppression

    entry = Suppression("ticket 4711", author="Ann", expires="2027-01-01", finding="fnd-1")

    def read(data: bytes) -> None:
        with suppress(TiebackError):
            changed = add_entry(data.decode("utf-8", "replace"), entry)
            assert has_entry(changed, entry.finding)
            assert not has_entry(remove_entry(changed, entry.finding), entry.finding)

    return read


def _server_readers() -> list[Reader]:
    """What the server reads of the process of a job, and of a user."""
    from tieback.pipeline.jobs.kinds import decode_arguments
    from tieback.pipeline.jobs.messages import decode_message
    from tieback.pipeline.views.listing import decode_cursor

    def arguments(data: bytes) -> None:
        with suppress(TiebackError):
            decode_arguments(data.decode("utf-8", "surrogateescape"))

    def cursor(data: bytes) -> None:
        for shape in (tuple[str, int], tuple[float | None, str], tuple[int, int, str]):
            with suppress(TiebackError):
                decode_cursor(data.decode("utf-8", "surrogateescape"), shape)

    return [
        Reader("job-messages", decode_message, [*_JOB_MESSAGES, _DEEP_JSON]),
        Reader("job-arguments", arguments, [b'{"kind":"scan","inputs":["ab"],"grant":""}', _DEEP_JSON]),
        Reader("cursors", cursor, [b"WyJhIiwxXQ", b"W251bGwsImEiXQ", b"WzEsMiwiYSJd"]),
    ]


def _source_readers() -> list[Reader]:
    """What the maker of an app has: the mapping of its names, and files of its source."""
    from tieback.intake.source.checkout import SourceFile
    from tieback.intake.source.r8_mapping import OriginalMethod, read_mapping
    from tieback.pipeline.source.search import SourceSearch
    from tieback.pipeline.source.traces import Declaration, Setting, Trace
    from tieback.recognise.rules import RuleFiles
    from tieback.recognise.search import AppSearch

    url, key = "https://api.fuzz.test/v1", "wJ***EY (40)"
    traces = [
        Trace("e", 1, url, "api.fuzz.test", key, "api_base", setting, kind, "h.fuzz.test")
        for setting in Setting
        for kind in Declaration
    ]
    recognisers = AppSearch(RuleFiles(), dataflow=False)

    def mapping(path: Path) -> None:
        found = read_mapping(path, ["a.b", "q.z9"])
        for text in ("La/b;->a: x", "Lq/z9;->b La/b;"):
            found.restore(text, fields=True)
            found.origins(text)

    def source(data: bytes) -> None:
        search = SourceSearch(traces, [(OriginalMethod("org.example.Api", "load", 2), "Api.kt")], recognisers)
        for name in ("AndroidManifest.xml", "network.xml", "Info.plist", "build.gradle", "Api.kt", ".env"):
            search.read(SourceFile(name, data))
        for trace in traces:
            _drain(search.lines(trace, ()))

    return [Reader("r8-mapping", _file(mapping), [_MAPPING]), Reader("source-file", source, [_SOURCE])]


def settings() -> Room:
    """Files of the operator, of a site and of a repository under test: mostly TOML."""
    from tieback.assess.suppressions import load_suppressions
    from tieback.cases.contacts import read_contact_list, read_security_txt
    from tieback.cases.letters.language import load_language
    from tieback.cases.policy import load_policy
    from tieback.cli.settings import Origin, check_project, read_settings
    from tieback.intake.places.manifest import read_manifest
    from tieback.intake.places.shard import ByteStream, ShardError, iter_members
    from tieback.intake.traffic.log_formats import read_columns
    from tieback.pipeline.disclosure.watch import load_webhooks
    from tieback.pipeline.probing.target_syntax import expand_target, split_host
    from tieback.recognise.rules import RuleFiles
    from tieback.recognise.user_rules import recognised_texts
    from tieback.scope.grant import parse_grant
    from tieback.scope.grant_text import render_grant
    from tieback.scope.policy.approval import approve_values
    from tieback.scope.policy.exclude import Exclusions
    from tieback.scope.policy.never import load_site_policy
    from tieback.scope.policy.ssh_keys import parse_public_key
    from tieback.storage.objects.location import parse_object_url
    from tieback.storage.retention import read_policy
    from tieback.userrules.model import CredentialFormRule, IdentifierRule
    from tieback.userrules.parse import FileRule, parse_rules

    files = RuleFiles()

    def grant(data: bytes) -> None:
        with suppress(TiebackError):
            parsed = parse_grant(data.decode("utf-8", "replace"), "fuzz")
            assert parse_grant(render_grant(parsed), "written") == parsed
            approve_values(parsed)

    def never(path: Path) -> None:
        # No policy of this machine: only the fuzzed one.
        for found in load_site_policy(path, {"HOME": "/nonexistent"}).files:
            Exclusions(found.rules).name_reason(["a.fuzz.test"])

    def key(data: bytes) -> None:
        with suppress(ValueError):
            assert parse_public_key(data.decode("utf-8", "replace")).fingerprint

    def target(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        for read in (
            lambda: _drain(islice(expand_target(text), 1000)),
            lambda: split_host(text),
            lambda: parse_object_url(text),
        ):
            with suppress(TiebackError):
                read()

    def shard(data: bytes) -> None:
        with suppress(ShardError):
            _drain(iter_members(ByteStream([data]), _no_kind))

    def user_rules(data: bytes) -> None:
        for one in islice(parse_rules(data, "fuzz"), 5):
            if isinstance(one, FileRule) and isinstance(one.rule, IdentifierRule | CredentialFormRule):
                for text in (*one.rule.accept, *one.rule.reject)[:5]:
                    recognised_texts(one.rule, text if isinstance(text, str) else text[0], files)

    def both(path: Path) -> None:
        for origin in Origin:
            with suppress(TiebackError):
                _drain(read_settings(path, origin))
        _drain(check_project(read_settings(path, Origin.USER), Path("/nonexistent")))

    return Room(
        [
            Reader("grant", grant, [_GRANT, _DEEP]),
            Reader("never", _file(never), [_NEVER, _DEEP]),
            Reader("public-key", key, [_KEY]),
            Reader(
                "configuration", _folder("config.toml", lambda place: both(place / "config.toml")), [_CONFIG, _DEEP]
            ),
            Reader("suppressions", _file(lambda path: load_suppressions(path, ["open-store"])), [_SUPPRESS, _DEEP]),
            Reader("suppression-text", _suppression_text(), [_SUPPRESS_ONE, _DEEP]),
            Reader("case-policy", _file(load_policy), [_package_file("tieback.cases", "policy.toml"), _DEEP]),
            Reader("retention", _file(lambda path: read_policy(path, None, None)), [_KEEP, _DEEP]),
            Reader("webhooks", _file(load_webhooks), [_WEBHOOK, _DEEP]),
            Reader(
                "letters",
                _folder("fr.toml", lambda place: load_language("fr", place)),
                [_package_file("tieback.cases.letters", "fr.toml"), _DEEP],
            ),
            Reader("columns", _file(read_columns), [_COLUMNS, _DEEP]),
            Reader("user-rules", user_rules, [*_USER_RULES, _DEEP]),
            Reader(
                "contacts",
                _file(lambda path: _drain(read_contact_list(path))),
                [b"vendor,contact\na,mailto:a@b.test\n"],
            ),
            Reader(
                "security-txt",
                _file(lambda path: read_security_txt(path, datetime(2026, 11, 1, tzinfo=UTC))),
                [b"Contact: mailto:a@b.test\nExpires: 2027-01-01T00:00:00z\n"],
            ),
            Reader("targets", target, [b"redis://a.fuzz.test:6379/0", b"192.0.2.0/30:1-9", b"s3://bucket/key"]),
            *_source_readers(),
            Reader("manifest", _file(lambda path: _drain(read_manifest(path))), _MANIFESTS),
            Reader("shard", shard, [_tar()]),
        ]
    )


def records() -> Room:
    """Files that tieback wrote, documents of other processes, answers of services; and redaction."""
    from tieback.backends.rdap import read_rdap
    from tieback.intake.capture.frames import FrameDecoder, FrameError
    from tieback.intake.capture.journal import UndoJournal
    from tieback.model.document import decode
    from tieback.model.errors import DocumentError
    from tieback.model.probe import ProbeReport
    from tieback.report.diff.past import read_past
    from tieback.scope.audit_check import verify
    from tieback.scope.checkpoints import checkpoint_key
    from tieback.scope.transcript import read_transcripts
    from tieback.storage.checkout import index_names
    from tieback.storage.lake.parquet_check import file_damage
    from tieback.storage.lake.seal import seal_problem
    from tieback.storage.ledger.location import read_location

    def checkpoint(data: bytes) -> None:
        key, _, signature = data.decode("utf-8", "replace").partition("\n")
        with suppress(ValueError):
            checkpoint_key({"key": key, "signature": signature, "signed": "2026-11-01"}, 1, "0" * 64)

    def document(data: bytes) -> None:
        with suppress(DocumentError):
            decode(data, "probe", ProbeReport)

    def frames(data: bytes) -> None:
        with suppress(FrameError):
            decoder = FrameDecoder()
            for half in (data[: len(data) // 2], data[len(data) // 2 :]):
                _drain(decoder.feed(half))

    def journal(place: Path) -> None:
        for one in UndoJournal.pending(place):
            one.close()

    def index(data: bytes) -> None:
        with suppress(ValueError):
            index_names(data)

    def rdap(data: bytes) -> None:
        with suppress(TiebackError):
            read_rdap(data)

    report = b'{"schema":"tieback/report/1","created":"2026-11-01T00:00:00Z","apps":[],"exposures":[],"findings":[]}'
    return Room(
        [
            Reader("audit-log", _file(verify), [_audit(), _DEEP_JSON]),
            Reader("checkpoint", checkpoint, ["\n".join(list(_checkpoint(1, "0" * 64).values())[:2]).encode()]),
            Reader("transcripts", _file(lambda path: _drain(read_transcripts(path))), [*_recordings(), _DEEP_JSON]),
            Reader("documents", document, [b'{"schema":"tieback/probe/1","target":"a:1"}', _DEEP_JSON]),
            Reader("past-report", _file(read_past), [report, _HEAD_LINE, _DEEP_JSON, b'{"created":' + b"[" * 60_000]),
            Reader("frames", frames, [b"\0\0\0\x02\x81\xa1", b"\0\0\xea\x60" + b"\x91" * 60_000]),
            Reader("undo-journal", _folder("1.jsonl", journal), [_UNDO, _DEEP_JSON + b"\n"]),
            Reader("git-index", index, [_INDEX]),
            Reader("ledger-location", _folder("ledger.json", read_location), [_LOCATION, _DEEP_JSON]),
            Reader("lake-part", _file(lambda path: file_damage(path, whole=True)), [_parquet(), b"PAR1" + bytes(20)]),
            Reader(
                "lake-seal",
                _folder("seal.json", lambda place: seal_problem(place, "part-1", b"k")),
                [b'{"sha256":{},"holds":[],"mac":"00"}', _DEEP_JSON],
            ),
            Reader("redaction", _redaction(), [_SECRETS, b"/v1/users/8f14e45fceea167a5a36dedd4bea2543?token=abc"]),
            Reader("cookies", _cookies(), [b"session=8f14e45fceea167a; theme=dark", b"_ga=GA1.2.3.4; Path=/; Secure"]),
            Reader(
                "worker-messages",
                _worker_messages(),
                [b"\x82\xa4type\xa5begun\xa5index\1", b"\x82\xa4type\xa5begun\xa1x" + b"\x91" * 60_000],
            ),
            Reader("rdap", rdap, [_RDAP, _DEEP_JSON]),
            *_server_readers(),
        ]
    )
