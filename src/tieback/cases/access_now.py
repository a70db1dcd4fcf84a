"""What is known about access to the store of a case now, by its last re-check, as a clause for exports."""

from tieback.model.case import Case, CaseState, RecheckVerdict

_OPEN = "is accessible without authentication"
_WAS_OPEN = "was accessible without authentication"
_WORDS = {
    RecheckVerdict.OPEN: _OPEN,
    RecheckVerdict.MOVED: f"{_OPEN} at another place",
    RecheckVerdict.EMPTIED: f"{_OPEN}, but empty",
    RecheckVerdict.NAMES_ONLY: "shows names, but no records, without authentication",
    RecheckVerdict.WIPED: f"was wiped, and {_OPEN}",
    RecheckVerdict.RANSOMED: f"was ransomed, and {_OPEN}",
    RecheckVerdict.CLOSED_TO_US: "refuses our address, but others had access without authentication",
}


def access_now(case: Case) -> str:
    """A clause that follows the name of the store."""
    if closed := closed_text(case):
        return f"{_WAS_OPEN}; {closed}"
    if case.state in (CaseState.FIXED, CaseState.CLOSED):
        return _WAS_OPEN
    if case.check is None:
        return _OPEN
    not_decided = f"{_WAS_OPEN}; the re-check of {case.check.time.date()} gave no verdict"
    return _WORDS.get(case.check.verdict, not_decided)


def closed_text(case: Case) -> str:
    """When a re-check found the store closed, and whether a later one gave no verdict; empty if it is not closed."""
    closed = case.seen_closed
    if closed is None or case.check is None:
        return ""
    text = f"the re-check of {closed.date()} found it closed"
    return text if case.check.verdict.closed else f"{text}, and that of {case.check.time.date()} gave no verdict"
