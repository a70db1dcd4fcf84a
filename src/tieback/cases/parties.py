"""Further parties of a case: a hosting provider, a coordinator such as a CERT, another vendor. Each has its own state.

The state of the case itself is that of the vendor that answers for the store. FIRST's guidelines for coordination of
several parties (https://www.first.org/global/sigs/vulnerability-coordination/multiparty/) describe the roles.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from tieback.cases.policy import CasePolicy
from tieback.cases.states import require_no_promise
from tieback.model.case import Case, CaseParty, CaseState, NewLogLine, PartyRole, PartyState
from tieback.model.errors import UsageError

MAX_PARTIES = 50
STEPS: Mapping[PartyState, frozenset[PartyState]] = {
    PartyState.NOT_INFORMED: frozenset({PartyState.INFORMED}),
    PartyState.INFORMED: frozenset(
        {PartyState.ACKNOWLEDGED, PartyState.NO_RESPONSE, PartyState.DECLINED, PartyState.DONE}
    ),
    PartyState.ACKNOWLEDGED: frozenset({PartyState.DONE, PartyState.DECLINED, PartyState.NO_RESPONSE}),
    PartyState.NO_RESPONSE: frozenset({PartyState.INFORMED, PartyState.ACKNOWLEDGED, PartyState.DONE}),
    PartyState.DECLINED: frozenset({PartyState.INFORMED, PartyState.ACKNOWLEDGED}),
    PartyState.DONE: frozenset({PartyState.INFORMED}),
}
"""Transitions that a user may make."""
_DUE = {PartyState.INFORMED: CaseState.NOTIFIED, PartyState.ACKNOWLEDGED: CaseState.ACKNOWLEDGED}
"""The state of a case whose deadline in the policy a party in this state has."""

type Changed = tuple[Case, tuple[NewLogLine, ...]]


def add_party(case: Case, role: PartyRole, name: str, contact: str, now: datetime, by: str) -> Changed:
    """Add a party to a case; it is not informed yet.

    Raises:
        UsageError: the case has a party with this name, or too many.
    """
    if not name.strip() or any(one.name.casefold() == name.strip().casefold() for one in case.parties):
        raise UsageError(
            "a party needs a name of its own",
            where=case.id,
            advice="See `tieback case show`",
            page="Choose another name",
        )
    if len(case.parties) >= MAX_PARTIES:
        raise UsageError(f"more than {MAX_PARTIES} parties", where=case.id, advice="Use a note")
    party = CaseParty(name.strip(), role, now, contact=contact)
    fields = {"party": party.name, "role": role.value, **({"contact": contact} if contact else {})}
    return msgspec.structs.replace(case, parties=(*case.parties, party)), (NewLogLine(case.id, "party", fields, by),)


def find_party(case: Case, name: str) -> CaseParty | None:
    """The party with this name, in any case of letters."""
    return next((one for one in case.parties if one.name.casefold() == name.strip().casefold()), None)


def move_party(
    case: Case, name: str, state: PartyState, policy: CasePolicy, now: datetime, *, by: str, note: str, letter: str = ""
) -> Changed:
    """Move a party of a case to another state.

    Args:
        case: the case.
        name: of the party.
        state: its new state.
        policy: sets its due date.
        now: time of the change.
        by: author.
        note: reason; needed to inform a party while a letter promises to inform no one else.
        letter: ID of the letter that informed it.

    Raises:
        UsageError: there is no such party, the transition is not allowed, or a promise is in force.
    """
    party = find_party(case, name)
    if party is None:
        known = ", ".join(one.name for one in case.parties)
        raise UsageError(
            "no such party",
            where=f"{case.id}: {name}",
            advice=f"Parties: {known or 'none yet; see `tieback case party add`'}",
            page=f"Parties: {known or 'none yet'}",
        )
    if state not in STEPS[party.state]:
        words = ", ".join(sorted(STEPS[party.state]))
        raise UsageError(
            f"cannot change from {party.state} to {state}", where=party.name, advice=f"Allowed next states: {words}"
        )
    if state is PartyState.INFORMED:
        if not note:
            require_no_promise(case, now.date(), "--note")
        if party.role is not PartyRole.VENDOR:
            case = msgspec.structs.replace(case, shared=case.shared or now.date())
    due = policy.due(_DUE[state], now.date()) if state in _DUE else None
    moved = msgspec.structs.replace(party, state=state, since=now, due=due, letter=letter or party.letter)
    fields = {"party": party.name, "from": party.state.value, "to": state.value}
    fields |= {"text": note} if note else {}
    fields |= {"letter": letter} if letter else {}
    parties = tuple(moved if one is party else one for one in case.parties)
    return msgspec.structs.replace(case, parties=parties), (NewLogLine(case.id, "party", fields, by),)
