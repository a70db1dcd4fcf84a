"""Data files that are huge or deep: JSON, XML, property lists, properties, TOML, YAML, SQLite, base64, texts."""

import base64
import plistlib
import sqlite3

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, Files, Kind

_BOTH = (OWN, LAST)
_CONFIG = "assets/config"
_END = f'"apiUrl": "https://{LAST}/v"'


def _text(name: str, text: str) -> Files:
    return [(f"{_CONFIG}.{name}", text.encode())]


def json_deep(n: int) -> Files:
    """Objects inside each other, the address in the innermost."""
    return _text("json", '{"a":' * n + f"{{{_END}}}" + "}" * n)


def json_lists(n: int) -> Files:
    """Lists inside each other that are never closed, behind the address."""
    return _text("json", f'{{{_END}, "a": ' + "[" * n)


def json_keys(n: int) -> Files:
    """Keys of one object."""
    return _text("json", "{" + "".join(f'"key{k}": {k},' for k in range(n)) + _END + "}")


def json_addresses(n: int) -> Files:
    """Addresses of one object."""
    return _text("json", "{" + "".join(f'"key{k}": "https://h{k}.shop.test/v",' for k in range(n)) + _END + "}")


def json_escapes(n: int) -> Files:
    """A text of escapes."""
    return _text("json", '{"a": "' + "\\u0068\\/" * n + f'", {_END}}}')


def xml_deep(n: int) -> Files:
    """Elements inside each other."""
    return _text("xml", "<?xml version='1.0'?>" + "<a>" * n + f"<apiUrl>https://{LAST}/v</apiUrl>" + "</a>" * n)


def xml_entities(n: int) -> Files:
    """Entities that double, the first of which is an address."""
    rows = "".join(f'<!ENTITY a{k + 1} "&a{k};&a{k};">' for k in range(n))
    return _text("xml", f'<!DOCTYPE x [<!ENTITY a0 "https://{LAST}/v">{rows}]><x><apiUrl>&a{n};</apiUrl></x>')


def xml_values(n: int) -> Files:
    """Entities with an address each, which two elements with ten thousand attributes refer to in turns."""
    rows = "".join(f'<!ENTITY a{k} "https://h{k}.shop.test/v">' for k in range(n))
    uses = "".join(f' xmlns:x{k}="&a{k % n};"' for k in range(10_000))
    return _text("xml", f'<!DOCTYPE x [{rows}<!ENTITY z "https://{LAST}/v">]><x{uses}><y{uses}/><u>&z;</u></x>')


def xml_comments(n: int) -> Files:
    """Comments of XML that never end, behind the address."""
    return _text("xml", f"<x><apiUrl>https://{LAST}/v</apiUrl>" + "<!-- a " * n)


def plist_keys(n: int) -> Files:
    """Entries of a property list."""
    values: dict[str, object] = {f"key{k}": f"text {k}" for k in range(n)}
    return [(f"{_CONFIG}.plist", plistlib.dumps(values | {"apiUrl": f"https://{LAST}/v"}, fmt=plistlib.FMT_BINARY))]


def plist_deep(n: int) -> Files:
    """Dictionaries of a property list inside each other."""
    inner = f"<key>apiUrl</key><string>https://{LAST}/v</string>"
    return _text(
        "plist",
        '<?xml version="1.0"?><plist version="1.0">'
        + "<dict><key>a</key>" * n
        + f"<dict>{inner}</dict>"
        + "</dict>" * n
        + "</plist>",
    )


def properties(n: int) -> Files:
    """Lines of a properties file."""
    return _text("properties", "".join(f"key{k}=text {k}\n" for k in range(n)) + f"api.url=https://{LAST}/v\n")


def properties_references(n: int) -> Files:
    """Lines that each refer to the next one."""
    return _text(
        "properties", "".join(f"key{k}=${{key{k + 1}}}/{k}\n" for k in range(n)) + f"key{n}=https://{LAST}/v\n"
    )


def continued(n: int) -> Files:
    """One value over many lines."""
    return _text("properties", "a=" + "x\\\n" * n + f"\napi.url=https://{LAST}/v\n")


def toml_deep(n: int) -> Files:
    """Tables of TOML inside each other."""
    return _text("toml", f'[{".".join(["a"] * n)}]\napi_url = "https://{LAST}/v"\n')


def toml_lists(n: int) -> Files:
    """Lists of TOML inside each other."""
    return _text("toml", f'api_url = "https://{LAST}/v"\na = ' + "[" * n + "]" * n + "\n")


def yaml_aliases(n: int) -> Files:
    """Anchors of YAML that double."""
    rows = "".join(f"a{k + 1}: &a{k + 1} [*a{k}, *a{k}]\n" for k in range(n))
    return _text("yaml", f"a0: &a0 https://{LAST}/v\n{rows}apiUrl: https://{LAST}/v\n")


def yaml_deep(n: int) -> Files:
    """Keys of YAML inside each other."""
    return _text("yaml", "".join(" " * k + "a:\n" for k in range(n)) + " " * n + f"apiUrl: https://{LAST}/v\n")


def base64_nested(n: int) -> Files:
    """An address in base64 in base64."""
    raw = f"https://{LAST}/v".encode()
    for _ in range(n):
        raw = base64.b64encode(raw)
    return _text("json", f'{{"api": "{raw.decode()}"}}')


def base64_many(n: int) -> Files:
    """Addresses in base64."""
    rows = ",".join(f'"k{k}": "{base64.b64encode(f"https://h{k}.shop.test/v".encode()).decode()}"' for k in range(n))
    return _text("json", f"{{{rows}, {_END}}}")


def base64_long(n: int) -> Files:
    """One text in base64."""
    raw = base64.b64encode(b"text " * (n // 5)).decode()
    return _text("json", f'{{"a": "{raw}", {_END}}}')


def text(n: int) -> Files:
    """A text of a size, with an address at its end."""
    return _text("txt", "some words of a text\n" * (n // 21) + f"apiUrl=https://{LAST}/v\n")


def schemes(n: int) -> Files:
    """Beginnings of addresses."""
    return _text("txt", "https://" * n + f"\napiUrl=https://{LAST}/v\n")


def dotted(n: int) -> Files:
    """A name of many labels."""
    return _text("txt", "https://" + "a." * n + f"test/v\napiUrl=https://{LAST}/v\n")


def ats(n: int) -> Files:
    """Addresses with very many signs of a user."""
    return _text("txt", "".join(f"mongodb://u:{'@' * 99}h{k}.com " for k in range(n)) + f"\napiUrl=https://{LAST}/v\n")


def long_pairs(n: int) -> Files:
    """Pairs of keys and values with credentials."""
    return _text(
        "txt",
        "".join(f"password{k}=aB3dE5gH7jK9{k}\nhost{k}=h{k}.shop.test\n" for k in range(n))
        + f"apiUrl=https://{LAST}/v\n",
    )


def sqlite(n: int) -> Files:
    """Rows of a database."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (a text)")
    connection.executemany("insert into t values (?)", [*((f"text {k}",) for k in range(n)), (f"https://{LAST}/v",)])
    connection.commit()
    data = connection.serialize()
    connection.close()
    return [(f"{_CONFIG}.db", data)]


def minified_json(n: int) -> Files:
    """A list of records in one line."""
    return _text(
        "json", "[" + ",".join(f'{{"id":{k},"name":"n{k}","url":"/p/{k}"}}' for k in range(n)) + f",{{{_END}}}]"
    )


KINDS = (
    Kind("json-deep", "JSON: objects inside each other", 100_000, 60, json_deep, _BOTH),
    Kind("json-lists", "JSON: lists that are never closed", 1_000_000, 60, json_lists, _BOTH),
    Kind("json-keys", "JSON: keys", 500_000, 60, json_keys, _BOTH),
    Kind("json-records", "JSON: records", 300_000, 60, minified_json, _BOTH),
    Kind("json-addresses", "JSON: addresses", 20_000, 60, json_addresses, _BOTH),
    Kind("json-escapes", "JSON: escapes in one text", 1_000_000, 60, json_escapes, _BOTH),
    Kind("xml-deep", "XML: elements inside each other", 200_000, 60, xml_deep, _BOTH),
    Kind("xml-entities", "XML: entities that double", 30, 5, xml_entities, _BOTH),
    Kind("xml-values", "XML: entities that two elements with 10,000 attributes refer to", 5_000, 30, xml_values, _BOTH),
    Kind("xml-comments", "XML: comments that never end", 500_000, 60, xml_comments, _BOTH),
    Kind("plist-keys", "Property list: entries", 300_000, 60, plist_keys, _BOTH),
    Kind("plist-deep", "Property list: dictionaries inside each other", 50_000, 60, plist_deep, _BOTH),
    Kind("properties", "Properties: lines", 500_000, 60, properties, _BOTH),
    Kind("properties-references", "Properties: references to the next line", 50_000, 60, properties_references, _BOTH),
    Kind("properties-continued", "Properties: lines of one value", 500_000, 60, continued, _BOTH),
    Kind("toml-deep", "TOML: tables inside each other", 50_000, 60, toml_deep, _BOTH),
    Kind("toml-lists", "TOML: lists inside each other", 100_000, 60, toml_lists, _BOTH),
    Kind("yaml-aliases", "YAML: anchors that double", 1_000, 10, yaml_aliases, _BOTH),
    Kind("yaml-deep", "YAML: keys inside each other", 2_000, 60, yaml_deep, _BOTH),
    Kind("base64-nested", "Base64: levels", 20, 2, base64_nested),
    Kind("base64-many", "Base64: addresses", 20_000, 60, base64_many, _BOTH),
    Kind("base64-long", "Base64: characters of one text", 16 << 20, 5_000, base64_long, _BOTH),
    Kind("text", "Text: characters", 32 << 20, 5_000, text, _BOTH),
    Kind("text-schemes", "Text: beginnings of addresses", 1_000_000, 60, schemes, _BOTH),
    Kind("text-dots", "Text: labels of one name", 4_000_000, 60, dotted, _BOTH),
    Kind("text-ats", "Text: addresses with 99 signs of a user", 50_000, 60, ats, _BOTH),
    Kind("text-pairs", "Text: pairs with a password", 50_000, 60, long_pairs, _BOTH),
    Kind("sqlite", "SQLite: rows", 500_000, 60, sqlite, _BOTH),
)
