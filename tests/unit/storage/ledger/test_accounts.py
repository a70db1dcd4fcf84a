"""Users, sessions, tokens and links in the ledger, in SQLite and PostgreSQL."""

import pytest
import sqlalchemy as sa

from tieback.model.case import NewLogLine
from tieback.model.errors import UsageError
from tieback.storage.ledger.accounts import FIRST_ADMIN, StoredLink, StoredSession, StoredToken, StoredUser
from tieback.storage.ledger.ledger import Ledger

LINE = NewLogLine("u1", "tested\0", {"name": "a\0b\udcff"}, "Ann\0")


def user(key: str, name: str, **more: object) -> StoredUser:
    return StoredUser(**{"id": key, "name": name, "display": name, "created": 1.0, "role": "admin"} | more)  # type: ignore[arg-type]


def session(digest: str, owner: str, created: float = 1.0) -> StoredSession:
    return StoredSession(
        hash=digest, user=owner, kind="full", created=created, seen=created, expires=created + 10, agent="\0"
    )


def test_users_by_id_name_and_provider(ledger: Ledger) -> None:
    accounts = ledger.accounts
    ann, ben = user("u1", "ann"), user("u2", "ben", role="", issuer="https://idp.test", subject="7")
    accounts.add_user(ann, [LINE])
    accounts.add_user(ben, [])
    assert accounts.user("u1") == accounts.user_named("ann") == ann
    assert accounts.user_of("https://idp.test", "7") == ben
    assert accounts.user_of("https://idp.test", "8") is None
    assert accounts.users() == [ann, ben]
    assert accounts.users("ann", 1) == [ben]
    assert accounts.count() == 2
    with pytest.raises(UsageError, match="exists"):
        accounts.add_user(user("u3", "ann"), [])


def test_a_session_replaces_another_and_expired_ones_leave(ledger: Ledger) -> None:
    accounts = ledger.accounts
    accounts.add_user(user("u1", "ann"), [])
    accounts.open_session(session("a", "u1"), [LINE])
    accounts.open_session(session("b", "u1", 2.0), [LINE], replaces="a")
    assert accounts.session("a") is None
    found = accounts.session("b")
    assert found is not None
    assert found[1].signed_in == 2.0
    accounts.see_session("b", 5.0)
    accounts.open_session(session("c", "u1", 20.0), [])
    assert [one.hash for one in accounts.sessions("u1")] == ["c"]
    accounts.end_session("c")
    assert accounts.session("c") is None


def test_tokens_by_hash_owner_and_time(ledger: Ledger) -> None:
    accounts = ledger.accounts
    accounts.add_user(user("u1", "ann"), [])
    accounts.add_user(user("u2", "ben"), [])
    for key, owner in (("1", "u1"), ("2", "u2"), ("3", "u1")):
        token = StoredToken(
            id=key, hash=f"h{key}", prefix="tbk_", name="ci", user=owner, role="viewer", reads_only=1, created=1.0,
            expires=9.0,
        )  # fmt: skip
        accounts.add_token(token, 2, [])
    found = accounts.token("h2")
    assert found is not None
    assert (found[0].id, found[1].name) == ("2", "ben")
    assert [(one.id, owner.name) for one, owner in accounts.tokens()] == [("3", "ann"), ("2", "ben"), ("1", "ann")]
    assert [one.id for one, _ in accounts.tokens("u1", "3")] == ["1"]
    accounts.see_token("1", 4.0)
    assert not accounts.revoke_token("1", "u2", 5.0, [LINE])
    assert accounts.revoke_token("1", "u1", 5.0, [LINE])
    assert accounts.revoke_token("1", "", 6.0, [LINE])
    assert accounts.tokens("u1")[1][0].revoked == 5.0, "the first time counts"


def test_a_link_is_used_once(ledger: Ledger) -> None:
    accounts = ledger.accounts
    for digest in ("old", "new"):
        accounts.add_link(StoredLink(hash=digest, purpose=FIRST_ADMIN, user="", expires=10.0), 1.0)
    assert accounts.link("old") is None
    used = [accounts.use_link("new", 2.0, lambda _: user("u1", "ann"), lambda _: [LINE]) for _ in range(2)]
    assert [one is not None for one in used] == [True, False]
    accounts.add_link(StoredLink(hash="late", purpose="set_password", user="u1", expires=10.0), 1.0)
    assert accounts.use_link("late", 10.0, lambda found: found or user("u9", "eve"), lambda _: []) is None
    accounts.add_link(StoredLink(hash="gone", purpose="set_password", user="u7", expires=10.0), 1.0)
    assert accounts.use_link("gone", 2.0, lambda found: found or user("u9", "eve"), lambda _: []) is None
    assert accounts.count() == 1


def test_a_step_counts_once(ledger: Ledger) -> None:
    ledger.accounts.add_user(user("u1", "ann"), [])
    assert [ledger.accounts.use_step("u1", step) for step in (5, 5, 4, 6)] == [True, False, False, True]


def test_the_log_holds_with_texts_that_a_database_cannot_store(ledger: Ledger) -> None:
    accounts = ledger.accounts
    for _ in range(3):
        accounts.note([LINE, LINE])
    verdict = accounts.verify_log()
    assert (verdict.ok, verdict.lines) == (True, 6)
    assert [line.seq for line in accounts.log(limit=2)] == [6, 5]
    assert [line.seq for line in accounts.log(before=3)] == [2, 1]
    assert accounts.log(author="Ann\\x00")[0].fields == {"name": "a\\x00b\\udcff"}
    with ledger.database.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM user_log WHERE seq = 2"))
    verdict = accounts.verify_log()
    assert (verdict.ok, verdict.lines) == (False, 1)


def test_a_removed_user_leaves_nothing_but_the_log(ledger: Ledger) -> None:
    accounts = ledger.accounts
    for key, name in (("u1", "ann"), ("u2", "ben")):
        accounts.add_user(user(key, name), [LINE])
        accounts.open_session(session(f"s{key}", key), [])
        accounts.add_link(StoredLink(hash=f"l{key}", purpose="password", user=key, expires=9.0), 1.0)
    lines = len(accounts.log())
    removed = accounts.remove_user(
        "u2", lambda found: [NewLogLine(found.id, "user removed", {"user": found.name}, "x")]
    )
    assert removed.name == "ben"
    assert (accounts.user("u2"), accounts.sessions("u2"), accounts.link("lu2")) == (None, [], None)
    assert accounts.session("su1") is not None
    assert accounts.link("lu1") is not None
    with pytest.raises(UsageError, match="last administrator"):
        accounts.remove_user("u1", lambda _: [LINE])
    assert accounts.session("su1") is not None, "a refused removal changes nothing"
    with pytest.raises(UsageError, match="no such user"):
        accounts.remove_user("u2", lambda _: [LINE])
    assert len(accounts.log()) == lines + 1
    assert accounts.verify_log().ok


def test_a_write_without_effect_is_possible_in_both(ledger: Ledger) -> None:
    accounts = ledger.accounts
    accounts.add_user(user("u1", "ann"), [LINE])
    ledger.database.try_write()
    with ledger.database.writing():
        ledger.database.try_write()
    assert accounts.count() == 1
