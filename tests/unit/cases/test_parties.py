"""Further parties of a case: each with its own state, and no promise is broken."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.each import each
from tests.unit.cases.samples import NOW, case
from tieback.cases.calendar import to_ics
from tieback.cases.parties import MAX_PARTIES, STEPS, add_party, find_party, move_party
from tieback.cases.policy import default_policy
from tieback.model.case import Case, LetterDates, PartyRole, PartyState
from tieback.model.errors import UsageError

POLICY = default_policy()
R, S = PartyRole, PartyState
PROMISE = LetterDates(date(2026, 3, 2), date(2026, 3, 9), date(2026, 4, 1), date(2026, 6, 1))


def with_party(role: PartyRole = R.COORDINATOR, **more: Any) -> Case:
    return add_party(case(**more), role, "CERT-Bund", "certbund@cert.test", NOW, "Ann")[0]


def move(one: Case, state: PartyState, note: str = "") -> Case:
    return move_party(one, "cert-bund", state, POLICY, NOW, by="Ann", note=note)[0]


def test_parties_have_their_own_states() -> None:
    one = add_party(with_party(), R.PROVIDER, "Hoster GmbH", "", NOW, "Ann")[0]
    moved, (entry,) = move_party(one, "CERT-Bund", S.INFORMED, POLICY, NOW, by="Ann", note="", letter="letter-1")
    assert [(party.name, party.state) for party in moved.parties] == [
        ("CERT-Bund", S.INFORMED), ("Hoster GmbH", S.NOT_INFORMED),
    ]  # fmt: skip
    assert (moved.state, moved.due, moved.shared) == (one.state, one.due, NOW.date())
    assert (moved.parties[0].due, moved.parties[0].letter) == (NOW.date() + timedelta(days=7), "letter-1")
    assert entry.fields == {"party": "CERT-Bund", "from": "not_informed", "to": "informed", "letter": "letter-1"}
    assert b"CERT-Bund: informed\\, case" in to_ics([moved], {}, NOW).replace(b"\r\n ", b"")


def test_another_vendor_is_informed_without_sharing_with_a_provider() -> None:
    assert move(with_party(R.VENDOR), S.INFORMED).shared is None


def test_no_promise_of_a_letter_is_broken() -> None:
    promised = with_party(dates=PROMISE)
    with pytest.raises(UsageError, match="promises to inform no provider or CERT until 2026-04-01"):
        move(promised, S.INFORMED)
    assert move(promised, S.INFORMED, "the vendor agreed").parties[0].state is S.INFORMED


@each("state", S)
def test_every_state_has_a_way_on(state: PartyState) -> None:
    assert STEPS[state]
    assert state not in STEPS[state]
    assert S.NOT_INFORMED not in STEPS[state]


def test_what_is_refused() -> None:
    one = with_party()
    with pytest.raises(UsageError, match="a name of its own"):
        add_party(one, R.VENDOR, "cert-bund ", "", NOW, "")
    with pytest.raises(UsageError, match="Allowed next states: informed"):
        move(one, S.DONE)
    with pytest.raises(UsageError, match="Parties: CERT-Bund"):
        move_party(one, "BSI", S.INFORMED, POLICY, NOW, by="", note="")
    for number in range(MAX_PARTIES - 1):
        one = add_party(one, R.VENDOR, f"v{number}", "", NOW, "")[0]
    with pytest.raises(UsageError, match="more than 50 parties"):
        add_party(one, R.VENDOR, "one more", "", NOW, "")
    assert find_party(one, "V3") is not None
