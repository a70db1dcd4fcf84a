"""Grants of MySQL and MariaDB."""

import pytest

from tests.unit.posture.rules.conftest import Ask, told
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.mysql_grants import MysqlGrants
from tieback.posture.rules.source import RulesText

READER = MysqlGrants()
ROOT = "GRANT ALL PRIVILEGES ON *.* TO `root`@`%`"

CASES: list[tuple[str, str, str, str]] = [
    ("anonymous account, reading", "CREATE USER ''@'%';\nGRANT SELECT ON shop.* TO ''@'%';", "shop.orders", "r-"),
    (
        "anonymous account, another database",
        "CREATE USER ''@'%';\nGRANT SELECT ON shop.* TO ''@'%';",
        "hr.people",
        "--",
    ),
    ("anonymous account, here alone", "CREATE USER ''@'localhost';\nGRANT ALL ON *.* TO ''@'localhost';", "/", "--"),
    ("anonymous account, unknown password", "GRANT SELECT ON test.* TO ''@'%'", "/", "r?-"),
    ("root without a password", f"CREATE USER 'root'@'%';\n{ROOT};", "/", "rw"),
    ("root with one", f"CREATE USER `root`@`%` IDENTIFIED WITH mysql_native_password AS '*2470C0'; {ROOT};", "/", "--"),
    ("root with an empty one", f"CREATE USER `root`@`%` IDENTIFIED BY PASSWORD ''; {ROOT};", "/", "rw"),
    ("root by socket", f"CREATE USER `root`@`%` IDENTIFIED VIA unix_socket; {ROOT};", "/", "--"),
    ("root, locked", f"CREATE USER 'root'@'%' ACCOUNT LOCK; {ROOT};", "/", "--"),
    ("root in the grant itself", f"{ROOT} IDENTIFIED BY PASSWORD '*2470C0'", "/", "--"),
    ("whether there is one is not told", ROOT, "/", "-?-?"),
    ("usage alone", "CREATE USER 'a'@'%';\nGRANT USAGE ON *.* TO 'a'@'%';", "/", "--"),
    ("columns", "CREATE USER 'a'@'%';\nGRANT SELECT (name, mail), INSERT (name) ON shop.people TO 'a'@'%';", "/", "rw"),
    ("pattern of databases", "CREATE USER 'a'@'%'; GRANT SELECT ON `shop\\_%`.* TO 'a'@'%';", "shop_eu.orders", "r-"),
    ("one table", "CREATE USER 'a'@'%'; GRANT SELECT ON `shop`.`open` TO 'a'@'%';", "shop.secret", "--"),
    ("one network", "CREATE USER 'a'@'203.0.113.%'; GRANT SELECT ON *.* TO 'a'@'203.0.113.%';", "/", "--"),
    ("as the client prints it", f"Grants for root@%\n{ROOT} WITH GRANT OPTION\n", "/", "-?-?"),
]


@pytest.mark.parametrize(("text", "path", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_permissions_by_rules(ask: Ask, text: str, path: str, expected: str) -> None:
    assert ask(READER, text, "anonymous", path) == expected


def test_verdict_names_the_grant() -> None:
    text = "CREATE USER ''@'%';\nGRANT SELECT ON shop.* TO ''@'%';"
    policy = READER.read(RulesText("grants.sql", text))
    read = policy.ask(Requester.ANONYMOUS, "/").read
    assert (read.line, read.rule, read.reason) == (
        2,
        "GRANT SELECT ON shop.* TO ''@'%'",
        "accepts any user name without a password",
    )
    assert list(policy.paths()) == ["shop.*"]


def test_each_object_has_the_answer_for_the_grants_on_it() -> None:
    text = (
        "CREATE USER 'root'@'%' IDENTIFIED BY 'x';\nGRANT ALL ON *.* TO 'root'@'%';\n"
        "GRANT PROXY ON ''@'%' TO 'root'@'%';\nCREATE USER 'app'@'%' IDENTIFIED BY 'x';\n"
        "GRANT SELECT ON shop.* TO 'app'@'%';\nCREATE USER ''@'%';\nGRANT USAGE ON *.* TO ''@'%';\n"
        "GRANT SELECT ON shop.items TO ''@'%';\nGRANT INSERT ON `log\\_%`.* TO ''@'%';"
    )
    policy = READER.read(RulesText("grants.sql", text))
    answers = {path: told(policy.ask(Requester.ANONYMOUS, path)) for path in (*policy.paths(), "/", "shop", "hr")}
    assert answers == {
        "*.*": "--", "shop.*": "--", "shop.items": "r-", "log\\_%.*": "-w", "/": "rw", "shop": "r-", "hr": "--",
    }  # fmt: skip
