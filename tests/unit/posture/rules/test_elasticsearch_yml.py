"""elasticsearch.yml and opensearch.yml."""

import pytest

from tests.unit.posture.rules.conftest import Ask
from tieback.model.errors import InputError
from tieback.posture.rules.elasticsearch_yml import ElasticsearchYml
from tieback.posture.rules.source import RulesText

READER = ElasticsearchYml()
CASES: list[tuple[str, str, str]] = [
    ("nothing set", "cluster.name: x", "--"),
    ("security off", "network.host: 0.0.0.0\nxpack.security.enabled: false", "rw"),
    ("security off, nested", "network:\n  host: 0.0.0.0\nxpack:\n  security:\n    enabled: false", "rw"),
    ("security on", "network.host: 0.0.0.0\nxpack.security.enabled: true", "--"),
    ("security in a variable", "network.host: 0.0.0.0\nxpack.security.enabled: ${SEC:true}", "r?w?"),
    ("OpenSearch, security in a variable", "network.host: 0.0.0.0\nplugins.security.disabled: ${OFF}", "r?w?"),
    ("nothing of security", "network.host: 0.0.0.0", "-?-?"),
    ("this machine", "network.host: _local_\nxpack.security.enabled: false", "--"),
    ("HTTP on this machine", "network.host: 0.0.0.0\nhttp.host: 127.0.0.1\nxpack.security.enabled: false", "--"),
    ("no address in the list", "network.host: []\nxpack.security.enabled: false", "-?-?"),
    ("a list", "network.host: [_local_, _site_]\nxpack.security.enabled: false", "rw"),
    (
        "anonymous is superuser",
        "network.host: 0.0.0.0\nxpack.security.enabled: true\nxpack.security.authc.anonymous.roles: superuser",
        "rw",
    ),
    (
        "anonymous has a role",
        "network.host: 0.0.0.0\nxpack.security.enabled: true\nxpack.security.authc.anonymous.roles: [viewer]",
        "r?w?",
    ),
    ("OpenSearch, security off", "network.host: 0.0.0.0\nplugins.security.disabled: true", "rw"),
    ("OpenSearch, security on", "network.host: 0.0.0.0\nplugins.security.ssl.http.enabled: true", "--"),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", "/", "elasticsearch.yml") == expected
    assert ask(READER, text, "any-user", "/", "elasticsearch.yml") == expected


@pytest.mark.parametrize(("text", "where"), [("a: [1", "f:"), ("\ta: 1", "f:1")])
def test_errors_name_the_line(text: str, where: str) -> None:
    with pytest.raises(InputError) as error:
        READER.read(RulesText("f", text))
    assert error.value.where.startswith(where)
