"""Files of settings, credentials and texts that are read by rules of their own, in very large sizes."""

import base64
import json

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, Files, Kind

_BOTH = (OWN, LAST)
_END = f"\napiUrl=https://{LAST}/v\n"


def _file(name: str, text: str) -> Files:
    return [(f"assets/{name}", text.encode())]


def open_api(n: int) -> Files:
    """Paths of a description of an API, each with a server."""
    paths = {f"/p{k}": {"get": {"servers": [{"url": f"https://h{k % 50}.shop.test"}]}} for k in range(n)}
    return _file(
        "api.json", json.dumps({"openapi": "3.0.0", "servers": [{"url": f"https://{LAST}/v"}], "paths": paths})
    )


def open_api_references(n: int) -> Files:
    """References of a description of an API to the next one."""
    schemas = {f"S{k}": {"$ref": f"#/components/schemas/S{k + 1}"} for k in range(n)}
    document = {"openapi": "3.0.0", "servers": [{"url": f"https://{LAST}/v"}], "components": {"schemas": schemas}}
    return _file("api.json", json.dumps(document))


def google_services(n: int) -> Files:
    """Clients of ``google-services.json``."""
    client = {"client_info": {"android_client_info": {"package_name": "shop.app"}}, "api_key": [{"current_key": "A"}]}
    document = {"project_info": {"firebase_url": f"https://{LAST}"}, "client": [client] * n}
    return _file("google-services.json", json.dumps(document))


def hosts_and_ports(n: int) -> Files:
    """Pairs of a host and a port."""
    return _file("a.properties", "".join(f"host{k}=h{k}.shop.test\nport{k}=8080\n" for k in range(n)) + _END)


def scheme_host_port(n: int) -> Files:
    """Objects with scheme, host and port."""
    rows = [{"scheme": "https", "host": f"h{k}.shop.test", "port": 443, "path": "/v"} for k in range(n)]
    return _file("a.json", json.dumps({"servers": rows, "apiUrl": f"https://{LAST}/v"}))


def server_list(n: int) -> Files:
    """Servers of one list with a separator."""
    return _file("a.txt", "servers=" + "$".join(f"h{k}.shop.test:8080" for k in range(n)) + _END)


def tokens(n: int) -> Files:
    """Tokens with claims."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    head = part({"alg": "HS256", "typ": "JWT"})
    return _file(
        "a.txt", "".join(f"t{k}={head}.{part({'iss': f'i{k}', 'exp': k})}.{'aB3dE5gH' * 4}\n" for k in range(n)) + _END
    )


def private_keys(n: int) -> Files:
    """Private keys."""
    body = base64.b64encode(bytes(range(256)) * 3).decode()
    one = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    return _file("a.pem", one * n + _END)


def open_keys(n: int) -> Files:
    """Beginnings of private keys without an end."""
    return _file("a.pem", "-----BEGIN PRIVATE KEY-----\nMIIE" * n + _END)


def certificates(n: int) -> Files:
    """Certificates with an address."""
    one = (
        "-----BEGIN CERTIFICATE-----\n"
        + base64.b64encode(b"http://crl.shop.test/a.crl" * 20).decode()
        + "\n-----END CERTIFICATE-----\n"
    )
    return _file("a.crt", one * n + _END)


def keys(n: int) -> Files:
    """Names of keys with values that can be credentials."""
    return _file("a.env", "".join(f"API_KEY_{k}=aB3dE5gH7jK9mN1pQ3sT5vX7z{k}\n" for k in range(n)) + _END)


def connections(n: int) -> Files:
    """Connection strings with a password."""
    return _file(
        "a.txt", "".join(f"jdbc:mysql://h{k}.shop.test:3306/db?user=u&password=p{k}\n" for k in range(n)) + _END
    )


def long_addresses(n: int) -> Files:
    """Addresses of 3,000 characters."""
    tail = "a%20b/" * 500
    return _file("a.txt", "".join(f"https://h{k}.shop.test/{tail}\n" for k in range(n)) + _END)


def queries(n: int) -> Files:
    """Addresses with 200 parameters that are addresses."""
    tail = "&".join(f"u{j}=https://q{j}.shop.test/v" for j in range(200))
    return _file("a.txt", "".join(f"https://h{k}.shop.test/?{tail}\n" for k in range(n)) + _END)


def templates(n: int) -> Files:
    """Addresses with 100 placeholders."""
    return _file("a.txt", "".join(f"https://h{k}.shop.test/{'{a}/' * 100}\n" for k in range(n)) + _END)


def prose(n: int) -> Files:
    """Sentences with an address each."""
    return _file(
        "a.txt", "".join(f"See https://h{k}.shop.test/help for the terms of this service. " for k in range(n)) + _END
    )


def markdown(n: int) -> Files:
    """Links of a text for people."""
    rows = "".join(f"- [link {k}](https://h{k}.shop.test/v)\n" for k in range(n))
    return [*_file("README.md", f"# Title\n\n{rows}"), *_file("b.properties", _END)]


def tables(n: int) -> Files:
    """Rows of a table with an address each."""
    rows = "".join(f'{k};"name {k}";https://h{k}.shop.test/v;{k}\n' for k in range(n))
    return [*_file("a.csv", "id;name;web;n\n" + rows), *_file("b.properties", _END)]


def one_row(n: int) -> Files:
    """Addresses of a table in one row."""
    rows = ";".join(f"https://h{k}.shop.test/v" for k in range(n))
    return [*_file("a.csv", rows), *_file("b.properties", _END)]


def picture(n: int) -> Files:
    """Elements of a picture in XML."""
    return [
        *_file("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'>" + "<path d='M0 0L1 1'/>" * n + "</svg>"),
        *_file("b.properties", _END),
    ]


def feed(n: int) -> Files:
    """Entries of a feed."""
    items = "".join(f"<item><title>t{k}</title><link>https://h{k}.shop.test/v</link></item>" for k in range(n))
    return [
        *_file("a.xml", f"<?xml version='1.0'?><rss><channel>{items}</channel></rss>"),
        *_file("b.properties", _END),
    ]


def preferences(n: int) -> Files:
    """Preferences with a default."""
    uri = "http://schemas.android.com/apk/res/android"
    rows = "".join(
        f'<EditTextPreference android:key="server{k}" android:defaultValue="h{k}.shop.test"/>' for k in range(n)
    )
    return [
        ("res/xml/p.xml", f'<PreferenceScreen xmlns:android="{uri}">{rows}</PreferenceScreen>'.encode()),
        *_file("b.properties", _END),
    ]


def source(n: int) -> Files:
    """Lines of source code in another language."""
    rows = "".join(f'String a{k} = "https://h{k}.shop.test/v"; // text {k}\n' for k in range(n))
    return [*_file("a.java", f"package a;\nclass A {{\n{rows}}}\n"), *_file("b.properties", _END)]


def escaped(n: int) -> Files:
    """Text with an escape for each character."""
    return _file("a.properties", "a=" + "\\u0061" * n + _END)


def controls(n: int) -> Files:
    """Control characters between texts."""
    return [("assets/a.dat", b"\x01a\0" * n + _END.encode())]


KINDS = (
    Kind("api-servers", "Description of an API: paths with a server", 50_000, 60, open_api, _BOTH),
    Kind("api-references", "Description of an API: references to the next one", 50_000, 60, open_api_references, _BOTH),
    Kind("firebase-clients", "`google-services.json`: clients", 50_000, 60, google_services, _BOTH),
    Kind("pairs-ports", "Settings: pairs of a host and a port", 20_000, 60, hosts_and_ports, _BOTH),
    Kind("pairs-objects", "Settings: objects with scheme, host and port", 20_000, 60, scheme_host_port, _BOTH),
    Kind("server-list", "Settings: servers of one list", 20_000, 60, server_list, _BOTH),
    Kind("tokens", "Credentials: tokens with claims", 20_000, 60, tokens, _BOTH),
    Kind("private-keys", "Credentials: private keys", 10_000, 60, private_keys, _BOTH),
    Kind("open-keys", "Credentials: beginnings of private keys", 100_000, 60, open_keys, _BOTH),
    Kind("certificates", "Certificates with an address", 10_000, 60, certificates, _BOTH),
    Kind("env-keys", "Credentials: names and values", 50_000, 60, keys, _BOTH),
    Kind("connections", "Credentials: connection strings", 20_000, 60, connections, _BOTH),
    Kind("long-addresses", "Text: addresses of 3,000 characters", 5_000, 60, long_addresses, _BOTH),
    Kind("query-addresses", "Text: addresses with 200 addresses as parameters", 2_000, 20, queries, _BOTH),
    Kind("template-addresses", "Text: addresses with 100 placeholders", 10_000, 60, templates, _BOTH),
    Kind("prose", "Text: sentences with an address", 20_000, 60, prose, _BOTH),
    Kind("markdown", "Text: links for people", 20_000, 60, markdown, _BOTH),
    Kind("csv-rows", "Table: rows with an address", 20_000, 60, tables, _BOTH),
    Kind("csv-one-row", "Table: addresses in one row", 20_000, 60, one_row, _BOTH),
    Kind("svg", "XML: elements of a picture", 500_000, 60, picture, _BOTH),
    Kind("feed", "XML: entries of a feed", 20_000, 60, feed, _BOTH),
    Kind("preferences", "XML: preferences with a default", 20_000, 60, preferences, _BOTH),
    Kind("source", "Source code: lines with an address", 20_000, 60, source, _BOTH),
    Kind("escapes", "Properties: characters that are escaped", 2_000_000, 60, escaped, _BOTH),
    Kind("controls", "Binary file: texts of one letter", 5_000_000, 60, controls, _BOTH),
)
