"""Exceptions that end a conversation early. They are expected verdicts about a peer, not failures of tieback."""


class NotThisProtocol(Exception):  # noqa: N818 - a verdict of the conversation, not an error
    """The peer speaks another protocol; the text describes what it sent."""


class TlsAnswer(NotThisProtocol):
    """A TLS port answered plain bytes: with an alert, or with the end of the stream."""


class HostileAnswer(Exception):  # noqa: N818 - a verdict of the conversation, not an error
    """The answer exceeds a limit or breaks a rule that honest servers follow."""


class TooLargeAnswer(Exception):  # noqa: N818 - a verdict of the conversation, not an error
    """The answer may come from an honest server but is larger than the limit. Its body is not read: connect again."""
