"""Why an address is no back end: reasons that readers of code and of texts share."""

UNREAD = "only in a constant that no code reads"
SHOWN = "only in a text that the app shows or logs"
LINK = "only a link that a person opens in another app"
COMPARED = "only compared with another text"
COOKIES = "only an address whose cookies the app reads or changes"
HEADER = "only the value of a header of a request"
DESCRIPTION = "only in an annotation that describes code for people"
UNCALLED = "only in the result of a method that no code calls"
TUNNEL = "a private address inside the VPN that the app makes"
PAID = "only the address to which a payment returns"
NEVER = "only behind a condition that is never true in this app"

UNUSED = frozenset((UNREAD, UNCALLED, NEVER))
"""Reasons that are about one constant only."""
