"""Products that speak MySQL's protocol, by what they say about themselves."""

import pytest

from tests.each import each
from tieback.probes.stores.mysql.products import by_comment, by_greeting, by_refusal, wire_products

GREETINGS = [
    # version of the greeting, product, version
    ("8.0.36", "mysql", "8.0.36"),
    ("8.4.3-log", "mysql", "8.4.3"),
    ("5.5.5-10.11.19-MariaDB-0+deb12u1", "mariadb", "10.11.19"),
    ("11.8.9-MariaDB-0+deb13u1", "mariadb", "11.8.9"),
    ("8.0.11-TiDB-v8.5.0", "tidb", "8.5.0"),
    ("8.0.11-TiDB-v7.6.0-serverless", "tidb", "7.6.0"),
    ("5.7.25-OceanBase_CE-v4.2.1.8", "oceanbase", "4.2.1.8"),
    ("8.0.30-Vitess", "vitess", ""),
    ("", "mysql", ""),
    ("x", "mysql", ""),
]


@each(("version", "product", "number"), GREETINGS)
def test_the_greeting_names_the_product(version: str, product: str, number: str) -> None:
    known = by_greeting(version)
    assert (known.name, known.version) == (product, number)


COMMENTS = [
    # comment, version of the greeting, product, version, statement for the version
    ("Dolt", "8.0.33", "dolt", "", "dolt_version"),
    ("Percona Server (GPL), Release 28, Revision 47601f19", "8.0.36-28", "percona-server", "8.0.36", ""),
    ("SingleStoreDB source distribution (compatible; MySQL Enterprise)", "5.7.32", "singlestore", "", "memsql_version"),
    ("StarRocks version 3.1.2-4f3a2ee", "5.1.0", "starrocks", "3.1.2", ""),
    ("Doris version doris-2.0.3-rc06-37d31a5", "5.7.99", "doris", "2.0.3", ""),
    ("(ProxySQL)", "8.0.11", "proxysql", "", ""),
]


@each(("comment", "greeting", "product", "version", "query"), COMMENTS)
def test_the_comment_names_the_product(comment: str, greeting: str, product: str, version: str, query: str) -> None:
    known = by_comment(comment, greeting)
    assert known is not None
    assert (known.name, known.version, known.query) == (product, version, query)


@pytest.mark.parametrize("comment", ["MySQL Community Server - GPL", "Source distribution", "Dolton", "", "my Dolt"])
def test_another_comment_names_none(comment: str) -> None:
    assert by_comment(comment, "8.0.36") is None


REFUSALS = [
    ("Access denied for user 'tieback_probe'", "dolt"),
    ("Access denied for user 'tieback_probe'@'172.17.0.1' (using password: NO)", ""),
    ("Access denied for user ''@'localhost' (using password: NO)", ""),
    ("Host '10.0.0.1' is not allowed to connect", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "product"), REFUSALS)
def test_a_refusal_without_a_host_comes_from_dolt(text: str, product: str) -> None:
    known = by_refusal(text)
    assert (known.name if known is not None else "") == product


def test_every_product_has_a_source_and_a_mark() -> None:
    for product in wire_products():
        assert len(product.source) > 20
        assert product.greeting or product.comment
