"""The methods through which code requests each host.

A method such as ``loginUser`` or ``deleteBooking`` says what a request does if the path does not, as for
``http://host.test/rest.php``. Bounds: 256 hosts, 64 methods each.
"""

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.sighting import Evidence
from tieback.recognise.makers.hosts import words_of
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.makers.words import maker_words

MAX_HOSTS = 256
MAX_METHODS = 64
_FLOW = "dex-flow/"
_MEMBER = ";->"


class Callers:
    """The methods of one app through which its code requests each host."""

    def __init__(self) -> None:
        """Begin without hosts."""
        self._methods: dict[str, set[str]] = {}

    def add(self, endpoint: Endpoint, evidence: Evidence) -> None:
        """Record the methods of an address that code requests."""
        if (
            endpoint.kind is not EndpointKind.URL
            or not evidence.how.startswith(_FLOW)
            or (endpoint.host not in self._methods and len(self._methods) >= MAX_HOSTS)
        ):
            return
        methods = self._methods.setdefault(endpoint.host, set())
        for place in (evidence.context.partition(": ")[0], *evidence.chain):
            if len(methods) < MAX_METHODS and _MEMBER in place:
                methods.add(place)

    def act(self, host: str, names: MakerNames) -> bool:
        """True if a method of the app's own code is named after a login, records of users, or a change of records.

        Args:
            host: the host that it requests.
            names: the names of the maker.
        """
        lists = maker_words()
        known = lists.accounts | lists.changes | lists.records
        return any(
            names.is_own_code(place) and not known.isdisjoint(words_of(place.rpartition(_MEMBER)[2]))
            for place in self._methods.get(host, ())
        )
