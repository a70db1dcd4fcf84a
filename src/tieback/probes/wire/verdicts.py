"""How a conversation can end other than with its result. Expected verdicts about a peer, not failures of ours."""


class NotThisProtocol(Exception):  # noqa: N818 - a verdict of the conversation, not an error
    """What answers is something else; the text says what was seen."""


class LooksLikeTls(NotThisProtocol):
    """The answer to plain bytes is what a TLS port gives: an alert, or the end of the stream."""


class Hostile(Exception):  # noqa: N818 - a verdict of the conversation, not an error
    """The answer breaks a bound or a rule that honest servers keep."""


class TooLarge(Exception):  # noqa: N818 - a verdict of the conversation, not an error
    """An answer that an honest server may give, longer than we read. Its body was left unread: connect again."""
