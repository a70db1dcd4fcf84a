"""Every command that the MongoDB probe may send, as one OP_MSG each (MongoDB wire protocol, OP_MSG; 3.6 and newer).

A command is a fixed BSON template in which only the names of a database and a collection vary. Its pattern is made from
the same template: the bytes around the names are literal. A name contains no NUL, no control character and no ``$``, so
it cannot add anything to the command. None of the commands writes; the pipelines contain no stage that could write.
"""

import re
import struct
from functools import lru_cache

import msgspec

from tieback.model.grant import Depth
from tieback.probes.wire.frames import mongo_frame
from tieback.protocols import bson
from tieback.scope.conversation import DeclaredSend, SendCost

_MILLISECONDS = 4000
"""``maxTimeMS``: the server itself stops after this time."""
_DATABASE = "\x01db\x01"
_COLLECTION = "\x01collection\x01"
"""Placeholders for the names in a template; they contain control characters, so that no real name equals one."""
_CURSOR = 0x0102030405060708
"""Placeholder for a cursor in a template; its bytes are control characters, which no name contains."""
_CURSOR_BYTES = struct.pack("<q", _CURSOR)
BATCH = 500
"""Number of collections per batch: their names, options and UUIDs stay far below the size limit of an answer."""
SAMPLED = 20
"""Number of documents whose keys the server lists, without their values."""
_KEY_LEVELS = 3
_VALUE_LEVELS = 5
"""Maximum depth of values: a document inside a list inside a document, and one more."""

_DATABASE_NAME = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff$./\\\"*<>:|?]{1,63}")
_COLLECTION_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff$]{1,255}")
_DATABASE_BYTES = rb"[^\x00-\x20\x7f$./\\\"*<>:|?]{1,252}"
_COLLECTION_BYTES = rb"[^\x00-\x1f\x7f$]{1,1020}"


class Command(msgspec.Struct, frozen=True):
    """Declared command."""

    name: str
    template: bson.Document
    why: str
    depth: Depth = Depth.ENUMERATE
    """Depth that the grant must allow."""
    values: bool = False
    """As for ``DeclaredSend.values``."""

    def message(self, request: int, database: str = "", collection: str = "", cursor: int = 0) -> bytes:
        """Encode the message.

        Args:
            request: request id, 1 to 2**31 - 1.
            database: name that ``valid_database`` accepts, if the template has a placeholder for it.
            collection: name that ``valid_collection`` accepts, likewise.
            cursor: the server's id of a listing that has more, likewise.
        """
        body = _encoded(self.name, database, collection)
        return mongo_frame(request, body.replace(_CURSOR_BYTES, struct.pack("<q", cursor)))

    def declared(self) -> DeclaredSend:
        """Pattern for every message that this command can make."""
        length = rb"[\x00-\xff]{2}\x00\x00"
        body = self._body_pattern(length)
        fixed = re.escape(struct.pack("<iiIB", 0, 2013, 0, 0))
        request = rb"[\x00-\xff]{3}[\x00-\x7f]"
        cost = SendCost.BOUNDED if self.values else SendCost.CATALOGUE
        pattern = length + request + fixed + body
        return DeclaredSend(self.name, pattern, self.why, self.depth, self.values, cost=cost)

    def _body_pattern(self, length: bytes) -> bytes:
        encoded = bson.encode(self.template)
        pattern = re.escape(encoded[4:])
        variable = False
        for mark, name in ((_DATABASE, _DATABASE_BYTES), (_COLLECTION, _COLLECTION_BYTES)):
            text = mark.encode() + b"\0"
            literal = re.escape(struct.pack("<i", len(text)) + text)
            variable = variable or literal in pattern
            pattern = pattern.replace(literal, length + name + rb"\x00")
        pattern = pattern.replace(re.escape(_CURSOR_BYTES), rb"[\x00-\xff]{8}")
        return (length if variable else re.escape(encoded[:4])) + pattern


def _filled(value: bson.Document, database: str, collection: str) -> bson.Document:
    """Template with its names inserted; they are only at the top level."""
    names: dict[object, str] = {_DATABASE: database, _COLLECTION: collection}
    return {key: names.get(item, item) if isinstance(item, str) else item for key, item in value.items()}


def valid_database(name: str) -> bool:
    """True if the name is valid for a database and safe to send."""
    return _DATABASE_NAME.fullmatch(name) is not None


def valid_collection(name: str) -> bool:
    """True if the name is valid for a collection and safe to send."""
    return _COLLECTION_NAME.fullmatch(name) is not None


def _keys_of(source: bson.Value, levels: int) -> bson.Value:
    """Expression for the keys and types of a document: ``[{k: name, t: type, s: the same of a sub-document}]``."""
    item: bson.Document = {"k": "$$this.k", "t": {"$type": "$$this.v"}}
    if levels > 1:
        inner = _keys_of("$$this.v", levels - 1)
        item["s"] = {"$cond": [{"$eq": [{"$type": "$$this.v"}, "object"]}, inner, []]}
    return {"$map": {"input": {"$objectToArray": source}, "in": item}}


def _texts_of(source: bson.Value) -> bson.Value:
    """Expression for the first texts of a document, cut to a maximum length."""
    text: bson.Document = {
        "$cond": [{"$eq": [{"$type": "$$this.v"}, "string"]}, {"$substrCP": ["$$this.v", 0, 500]}, ""]
    }
    return {"$map": {"input": {"$slice": [{"$objectToArray": source}, 8]}, "in": text}}


def _pairs_of(value: bson.Value) -> bson.Value:
    """Expression for a value's parts as ``{k, v}``: those of a document, and a list's first ones without a name."""
    kind: bson.Document = {"$type": value}
    part: bson.Document = {"k": "", "v": "$$this"}
    parts: bson.Document = {"$map": {"input": {"$slice": [value, 3]}, "in": part}}
    rest: bson.Document = {"$cond": [{"$eq": [kind, "array"]}, parts, []]}
    return {"$cond": [{"$eq": [kind, "object"]}, {"$objectToArray": value}, rest]}


def _values_of(pairs: bson.Value, levels: int) -> bson.Value:
    """Expression for the keys and values of a document as cut texts: ``[{k: name, v: text, s: inner}]``."""
    text: bson.Document = {"$convert": {"input": "$$this.v", "to": "string", "onError": "", "onNull": ""}}
    item: bson.Document = {"k": "$$this.k", "v": {"$substrCP": [text, 0, 256]}}
    if levels > 1:
        item["s"] = _values_of(_pairs_of("$$this.v"), levels - 1)
    return {"$map": {"input": {"$slice": [pairs, 40]}, "in": item}}


def _read(first: bson.Document, database: str) -> bson.Document:
    """Command that works on any member of a replica set, and that the server stops in time."""
    return {
        **first,
        "maxTimeMS": _MILLISECONDS,
        "$db": database,
        "$readPreference": {"mode": "primaryPreferred"},
    }


HELLO = Command(
    "hello",
    {"hello": 1, "$db": "admin"},
    "which product answers; allowed before a login, so not a proof of access",
    Depth.IDENTIFY,
)
IS_MASTER = Command("isMaster", {"isMaster": 1, "$db": "admin"}, "older form of hello", Depth.IDENTIFY)
BUILD_INFO = Command("buildInfo", {"buildInfo": 1, "$db": "admin"}, "version; not a proof of access", Depth.IDENTIFY)
GET_LOG = Command(
    "getLog startupWarnings",
    _read({"getLog": "startupWarnings"}, "admin"),
    "whether the server's start-up warnings report that access control is off",
    Depth.IDENTIFY,
)
LIST_DATABASES = Command(
    "listDatabases",
    _read({"listDatabases": 1}, "admin"),
    "names and sizes of databases; refused without a login if access control is on",
)
DB_STATS = Command("dbStats", _read({"dbStats": 1}, _DATABASE), "totals of a database; reads statistics only")
LIST_COLLECTIONS = Command(
    "listCollections",
    _read({"listCollections": 1, "cursor": {"batchSize": BATCH}}, _DATABASE),
    "names, options and UUIDs of collections; reads the catalogue only",
)
LIST_COLLECTION_NAMES = Command(
    "listCollections nameOnly",
    _read({"listCollections": 1, "nameOnly": True, "cursor": {"batchSize": BATCH}}, _DATABASE),
    "names of collections if the full catalogue is too long; reads the catalogue only",
)
GET_MORE = Command(
    "getMore of listCollections",
    {"getMore": _CURSOR, "collection": "$cmd.listCollections", "batchSize": BATCH, "$db": _DATABASE},
    "the next names of a long list of collections; can only continue a listing, not read a collection",
)
COLLECTION_STATS = Command(
    "aggregate $collStats",
    _read(
        {
            "aggregate": _COLLECTION,
            "pipeline": [
                {"$collStats": {"storageStats": {}, "count": {}}},
                {"$project": {"_id": 0, "count": 1, "storageStats.size": 1, "storageStats.storageSize": 1}},
            ],
            "cursor": {},
        },
        _DATABASE,
    ),
    "count and sizes of a collection; reads statistics only",
)
OLD_COLLECTION_STATS = Command(
    "collStats",
    _read({"collStats": _COLLECTION}, _DATABASE),
    "the same for versions without $collStats; reads statistics only",
)
LIST_INDEXES = Command(
    "listIndexes",
    _read({"listIndexes": _COLLECTION, "cursor": {}}, _DATABASE),
    "names of indexed fields; reads the catalogue only",
    Depth.DESCRIBE,
)
KEYS = Command(
    "aggregate keys and types",
    _read(
        {
            "aggregate": _COLLECTION,
            "pipeline": [{"$limit": SAMPLED}, {"$project": {"_id": 0, "f": _keys_of("$$ROOT", _KEY_LEVELS)}}],
            "cursor": {},
        },
        _DATABASE,
    ),
    f"names and types of the keys of at most {SAMPLED} documents; the server leaves their values out",
    Depth.DESCRIBE,
)

NOTE = Command(
    "aggregate one note",
    _read(
        {
            "aggregate": _COLLECTION,
            "pipeline": [
                {"$limit": 1},
                {"$project": {"_id": 0, "t": _texts_of("$$ROOT")}},
            ],
            "cursor": {},
        },
        _DATABASE,
    ),
    "the first 500 characters of 8 strings of one document that looks like a ransom note; the text is not kept",
    Depth.DESCRIBE,
    values=True,
)

SAMPLE = Command(
    "aggregate a sample",
    _read(
        {
            "aggregate": _COLLECTION,
            "pipeline": [
                {"$limit": 50},
                {"$project": {"_id": 0, "d": _values_of({"$objectToArray": "$$ROOT"}, _VALUE_LEVELS)}},
            ],
            "cursor": {},
        },
        _DATABASE,
    ),
    "the first 256 characters of each value of at most 50 documents: classified in memory, nothing is kept",
    Depth.SAMPLE,
    values=True,
)

COMMANDS = (
    HELLO,
    IS_MASTER,
    BUILD_INFO,
    GET_LOG,
    LIST_DATABASES,
    DB_STATS,
    LIST_COLLECTIONS,
    LIST_COLLECTION_NAMES,
    GET_MORE,
    COLLECTION_STATS,
    OLD_COLLECTION_STATS,
    LIST_INDEXES,
    KEYS,
    NOTE,
    SAMPLE,
)
_BY_NAME = {command.name: command for command in COMMANDS}


@lru_cache(maxsize=256)
def _encoded(name: str, database: str, collection: str) -> bytes:
    """Encoded body of a command; most are the same for every server."""
    return bson.encode(_filled(_BY_NAME[name].template, database, collection))
