"""The hosts to which the app's own pages and scripts send data without TLS.

- A call that sends data: ``$http.post("http://host.test/a", …)``, ``fetch("http://host.test/a", {method: "POST"})``.
- A form that is posted: ``<form method="post" action="http://host.test/a">``.
- A program that is named after a change of records: ``http://host.test/shop/insert_order.php``.

An app stores its data with its maker. Services that take data from the apps of others have TLS, which app stores and
browsers ask for (https://developer.android.com/privacy-and-security/security-config#CleartextTrafficPermitted). Servers
for practice do not count, nor do addresses without a name. Bounds: 256 hosts, contexts of evidence.
"""

from collections.abc import Collection, Iterator

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.makers.evidence import SCRIPTS
from tieback.recognise.makers.hosts import PROGRAM, is_public_service, words_of
from tieback.recognise.makers.words import maker_words
from tieback.recognise.rules import RuleFiles

MAX_HOSTS = 256
_ARCHIVE = ".jar!"
_CALL = lazy_pattern(r"(?i)\.\s?(?:post|put|patch)\s?\(\s?[\"'`]\Z")
"""Before an address: methods of jQuery, AngularJS, axios and clients of Ionic with these names."""
_METHOD = lazy_pattern(
    r"(?i)\A[^\"'`\s]*[\"'`],?[^{}]{0,60}(?:\{[^{}]{0,80})?\b(?:method|type)[\"']?\s?:\s?[\"'](?:POST|PUT|PATCH)[\"']"
)
"""Behind an address: the method of ``fetch`` and of ``$.ajax``. Source: https://fetch.spec.whatwg.org/#requestinit."""
_FORM = lazy_pattern(r"(?i)<form\b([^<>]{0,120})\baction\s?=\s?[\"']\Z")
_POSTED = lazy_pattern(r"(?i)\bmethod\s?=\s?[\"']?post\b")
"""Source: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#attr-fs-method."""


class SentData:
    """What the pages and scripts of one app send, by host."""

    def __init__(self) -> None:
        """Begin without hosts."""
        self._hosts: dict[str, str] = {}

    def add(self, endpoint: Endpoint, evidence: Evidence) -> None:
        """Record an endpoint, if a page or script sends data there without TLS."""
        if (
            endpoint.kind is not EndpointKind.URL
            or endpoint.scheme != "http"
            or not evidence.how.startswith(SCRIPTS)
            or _ARCHIVE in evidence.file
            or (endpoint.host not in self._hosts and len(self._hosts) >= MAX_HOSTS)
        ):
            return
        how = _how(endpoint, evidence)
        if how:
            self._hosts.setdefault(endpoint.host, how)

    def only(self, own: Collection[str], unknown: Collection[str], rules: RuleFiles) -> Iterator[tuple[str, str]]:
        """Each host of the only domain to which data are sent, and the reason; none if one of the maker's is known.

        Args:
            own: hosts of the maker.
            unknown: hosts of unknown owners.
            rules: rule files.
        """
        hosts = {host for host in self._hosts if host in own or host in unknown}
        domains = {registrable_domain(host, rules) for host in hosts}
        if len(domains) == 1 and "" not in domains and hosts.isdisjoint(own) and not any(map(is_public_service, hosts)):
            yield from (
                (host, f"the only domain to which the app sends data without TLS, {self._hosts[host]}")
                for host in sorted(hosts)
            )


def _how(endpoint: Endpoint, evidence: Evidence) -> str:
    """How data are sent: by a call, a form or a program; empty if that does not show."""
    before, found, behind = evidence.context.partition(f"http://{endpoint.host}")
    if found and (_CALL.search(before) or _METHOD.search(behind)):
        return "by a call in a script"
    form = _FORM.search(before) if found else None
    if form is not None and (_POSTED.search(form[1]) or _POSTED.search(behind.partition(">")[0])):
        return "with a form"
    last = endpoint.path.rpartition("/")[2]
    changes = PROGRAM.search(last) is not None and not maker_words().changes.isdisjoint(words_of(last))
    return f"to {last}" if changes else ""
