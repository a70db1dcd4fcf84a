"""Names that servers and apps put into the paths of requests: no name makes a request into another one.

Every declared HTTP request with a variable part is walked. Hostile values are put into each part, as they are on the
wire. What the declaration accepts must have the same shape for a server that decodes the path, and for a proxy that
decodes it once more.
"""

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import unquote

from tests.each import each
from tests.hostile.test_send_bytes import PARSER, _made
from tests.unit.probes.test_declared import SHA256, read_rule
from tieback.probes import PROBES
from tieback.probes.declared import DeclaredProbe
from tieback.probes.interface import Probe
from tieback.scope.conversation import DeclaredSend

HOSTILE = (
    "..", ".", "../x", "a/../b", "a/..", "a//b", "/a", "a/", "..%2Fa", "a%2F..%2F_x", "a%2F_x", "%2E%2E", "%2e%2e",
    "%2E", "a%252Fb", "a%252fb", "%252E%252E", "a%255Cb", "a%253Fx=y", "a%25252Fb", "a%2500", "a%250D%250Ab",
    "?delete", "a?x=y", "a#b", "a&x=y", "a&cmd=log", "a;b", "a b", "a\\b", "a%5Cb", "a%00", "a%0D%0Ab", "a%0Ab", "a%7F",
    "a%2", "%", "%zz", "a HTTP/1.1", "\u00e9",
)  # fmt: skip
SEVERAL = {
    # probe, part of the name of a send: a name of several segments, because the product has such names
    ("couchdb", "<db>"): "names of databases may have a slash, encoded as %2F",
    ("webdav", "<folder>"): "a path of folders",
    ("directory_listing", "<folder>"): "a path of folders",
    ("directory_listing", "<file>"): "a path of folders, and a file",
    ("s3", "<object>"): "keys of objects have slashes",
    ("azure_blob", "<blob>"): "names of blobs have slashes",
    ("azure_blob", "<container>"): "the account may precede the container",
    ("gcs", "<object>"): "keys of objects have slashes, encoded as %2F",
    ("firebase_storage", "<object>"): "keys of objects have slashes, encoded as %2F",
    ("docker_registry", "<repository>"): "names of repositories have slashes",
    ("web", "<page to which / redirects>"): "the path of a page",
    ("mcp", "POST /mcp"): "one of three fixed paths",
}
ENDPOINTS = {
    # probe: what the product answers with something else than a container, where a name would be
    "elasticsearch": (
        "_all",
        "_delete_by_query",
        "_shutdown",
        "_flush",
        "_cluster",
        "-a",
        "%2Ba",
        "a,b",
        "a%2Cb",
        "%2A",
    ),
    "couchdb": ("_restart", "_replicate", "_all_dbs", "_up", "a%2F_changes", "a%2F_design%2Fd%2F_update%2Fu"),
    "sync_gateway": ("_config", "_offline", "_post_upgrade", "_all_dbs"),
    "sqlite_web": ("query", "download", "login", "logout", "static", "create-table", "upload"),
    "strapi": ("auth", "users-permissions", "upload", "logout", "reset-password", "send-mails", "sync"),
    "directus": ("directus_users", "directus_settings"),
    "datasette": ("-", "-a"),
    "firestore": ("__all__:commit", "a:runQuery"),
    "web": ("/shutdown", "/delete-all", "/api/reset", "/logout"),
    "acme-records": ("delete-all", "_shutdown", "reset"),
}
LAST_AND_FIRST = {
    # probe: why a name that is the whole path, or ends it, is no endpoint; each was looked up in the documentation
    "web": "the page that the server shows to every visitor; no word in it may act, but for a login",
    "webdav": "PROPFIND only reads; a folder is a resource of its own",
    "couchdb": "endpoints begin with an underscore, databases with a letter",
    "sync_gateway": "endpoints begin with an underscore, databases with a letter",
    "s3": "HEAD and GET of a bucket or an object; other operations need a query, which a name cannot add",
    "azure_blob": "GET of a container or a blob; other operations need a query, which a name cannot add",
    "directus": "only collections are below /items/; system collections are refused",
    "strapi": "routes of plug-ins are refused, and names with a word that may act: an app can add routes of its own",
    "firebase_rtdb": "every path that ends in .json is data",
    "hdfs": "every path below /webhdfs/v1/ is a file; the operation is fixed",
    "parse": "only classes are below /classes/",
    "postgrest": "HEAD of a table or view; functions are below /rpc/, which needs a slash",
    "qdrant": "only collections are below /collections/",
    "supabase_storage": "POST that lists objects of a bucket; nothing else is below /object/list/",
    "firestore": "a document or a collection; methods need a colon",
    "algolia": "the app's own key, 32 hexadecimal digits",
    "datasette": "databases only; endpoints begin with /-/",
    "sqlite_web": "pages that are no tables are refused by their names",
    "xano": "the whole path has a fixed beginning",
    "directory_listing": "no folder whose name is that of a script, and none with a word that may act",
    "gcs": "GET of an object; only objects are below /o/",
    "firebase_storage": "GET of an object; only objects are below /o/",
    "mcp": "one of three fixed paths",
}
RULE = DeclaredProbe(read_rule(), SHA256)
SENDS = [
    (probe, send)
    for probe in (*PROBES, RULE)
    for send in probe.meta.sends
    if re.match(rb"(?:GET|HEAD|POST|PROPFIND)\\ ", send.pattern)
]


def target(request: bytes) -> str:
    return request.split(b" ")[1].decode("latin-1")


@cache
def pieces(pattern: bytes) -> tuple[bytes | None, ...]:
    """The request of a pattern in pieces; ``None`` for a variable part of its path or query."""
    return tuple(None if isinstance(part, list) else part for part in _parts(pattern))


def _parts(pattern: bytes) -> list[bytes | list[object]]:
    out: list[bytes | list[object]] = []
    spaces = 0
    for item in PARSER.parse(pattern, re.DOTALL):
        operator, argument = str(item[0]), item[1]
        if operator == "LITERAL":
            spaces += argument == 32
            out.append(bytes([argument]))
        elif operator in ("ASSERT", "ASSERT_NOT", "AT"):
            continue
        elif spaces == 1:
            if not out or not isinstance(out[-1], list):
                out.append([])
            out[-1].append(item)  # type: ignore[union-attr]
        else:
            out.append(_made([item], b"aq7"))
    return out


VALUES = ("people", "People", "people.csv", "/people", "")
LETTERS = (b"aq7", b"Zb1", b"x.0", b".x0", b"5")


def _filled(part: list[object], word: str | bytes) -> bytes:
    """A variable part: the word, or made of the letters."""
    return word.encode() if isinstance(word, str) else _made(part, word)


def examples(send: DeclaredSend) -> Iterator[tuple[int, list[bytes]]]:
    """Each variable part, and a request that the declaration accepts, in pieces."""
    parts = _parts(send.pattern)
    for word in (*VALUES, *LETTERS):
        made = [_filled(part, word) if isinstance(part, list) else part for part in parts]
        if send.matches(b"".join(made)):
            yield from ((at, made) for at, part in enumerate(parts) if isinstance(part, list))
            return
    raise AssertionError(f"no example of {send.name}: {send.pattern!r}")


def with_value(made: list[bytes], hole: int, value: str) -> bytes:
    return b"".join([*made[:hole], value.encode(), *made[hole + 1 :]])


def shape(path: str) -> tuple[int, tuple[str, ...], bool]:
    """Number of segments, names of the parameters, and whether a segment is empty or dots."""
    bare, _, query = path.partition("?")
    segments = re.split(r"[/\\]", bare)[1:]
    odd = "" in segments[:-1] or bool({".", ".."} & set(segments)) or "#" in path or not path.isprintable()
    return len(segments), tuple(one.partition("=")[0] for one in query.split("&")), odd


def decoded(path: str, times: int) -> str:
    bare, mark, query = path.partition("?")
    for _ in range(times):
        bare = unquote(bare)
    return bare + mark + query


def several(probe: Probe, send: DeclaredSend) -> bool:
    return any(probe.meta.name == name and part in send.name for name, part in SEVERAL)


@each(("probe", "send"), SENDS, ids=lambda one: getattr(one, "name", "") or one.meta.name)
def test_no_name_makes_another_request(probe: Probe, send: DeclaredSend) -> None:
    if None not in pieces(send.pattern):
        return
    for hole, made in examples(send):
        wanted = shape(target(b"".join(made)))
        for value in HOSTILE:
            request = with_value(made, hole, value)
            if not send.matches(request):
                continue
            for times in (0, 1, 2):
                found = shape(decoded(target(request), times))
                assert not found[2], (value, times, request)
                assert found[1] == wanted[1], (value, times, request)
                assert found[0] == wanted[0] or several(probe, send), (value, times, request)


@each("name", ENDPOINTS)
def test_no_name_is_an_endpoint_of_the_product(name: str) -> None:
    probe = next(one for one in (*PROBES, RULE) if one.meta.name == name)
    looked_at = 0
    for one, send in SENDS:
        if one is not probe or None not in pieces(send.pattern) or (name == "web" and "redirects" not in send.name):
            continue
        for hole, made in examples(send):
            in_path = b"?" not in b"".join(made[:hole])
            for value in ENDPOINTS[name] if in_path else ():
                looked_at += 1
                assert not send.matches(with_value(made, hole, value)), (send.name, value)
    assert looked_at


def test_every_place_where_a_name_ends_a_path_was_reviewed() -> None:
    """A new one fails here until somebody has read what else the product has at this place."""
    found = set()
    for probe, send in SENDS:
        if None in pieces(send.pattern):
            for hole, made in examples(send):
                behind = b"".join(made[hole + 1 :]).split(b" ")[0].partition(b"?")[0]
                if b"?" not in b"".join(made[:hole]) and behind.strip(b"/") in (b"", b".json"):
                    found.add(probe.meta.name)
    assert found == LAST_AND_FIRST.keys()


def test_the_walk_is_long_enough() -> None:
    assert sum(None in pieces(send.pattern) for _, send in SENDS) >= 128
    assert any(probe is RULE for probe, _ in SENDS)
