"""Addresses that a script puts before every relative address that it requests.

A function of the script changes each request: ``$.ajaxPrefilter(function(o){o.url=BASE+o.url})``, ``beforeSend`` of
jQuery, an interceptor of AngularJS or Angular, or ``Backbone.sync``. Vue Resource has a root, and Restangular a base
address. A script with several such addresses is left alone, because each request gets only one of them.
Sources: https://api.jquery.com/jQuery.ajaxPrefilter/, https://docs.angularjs.org/api/ng/service/$http#interceptors,
https://angular.dev/guide/http/interceptors, https://backbonejs.org/#Sync, https://github.com/mgonto/restangular,
https://github.com/pagekit/vue-resource/blob/develop/docs/config.md
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts.candidates import Candidate, operand_before
from tieback.recognise.scripts.methods import below
from tieback.recognise.scripts.reader import Reader
from tieback.recognise.scripts.values import UNKNOWN, Cases, Client, Text, as_text, single

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

RESTANGULAR = b"setBaseUrl("
BASES = (
    RESTANGULAR, b"ajaxPrefilter(", b"beforeSend", b"interceptors.push(", b"HTTP_INTERCEPTORS", b".options.root",
    b"Backbone.sync", b".clone({",
)  # fmt: skip
"""Texts of which a script with such an address has one."""
INTERCEPTORS = b".interceptors.request.use("
"""Changes each request of a client of axios: https://axios-http.com/docs/interceptors"""
_MAX_PLACES = 200
_MAX_CALLS = 100
_MAX_VALUES = 4
_APPENDED = lazy_pattern(
    rb"(?P<base>[^;,{}]{1,160}?)\s{0,9}\+\s{0,9}(?:[\"']/[\"']\s{0,9}\+\s{0,9})?"
    rb"(?:(?P<same>[A-Za-z_$][\w$]{0,40})\.url(?![\w$(])|_\.result\([\w$]{1,40},\s{0,9}[\"']url[\"']\))"
)
"""A sum that ends with the address of the request."""
_TEMPLATE = lazy_pattern(
    rb"`\$\{\s{0,9}(?P<base>[^{}`]{1,160})\}/?\$\{\s{0,9}(?P<same>[A-Za-z_$][\w$]{0,40})\.url(?:\.[\w$]{1,40}\([^{}`]{0,40}\))?\s{0,9}\}`"
)
"""A template that does."""
_OWNER = lazy_pattern(rb"(?P<name>[A-Za-z_$][\w$]{0,40})\.url\s{0,9}=\s{0,40}\Z")
_CLONED = lazy_pattern(rb"(?<![\w$.])(?P<name>[A-Za-z_$][\w$]{0,40})\.clone\(\{\s{0,40}url\s{0,9}:\s{0,40}\Z")
_ROOT = b".options.root"
_ROOT_VALUE = lazy_pattern(rb"\s{0,9}=(?![=>])\s{0,40}")
_CLIENTS = (b"$", b"jQuery", b"$http", b"http", b"_http", b"httpClient")
"""Last names of objects whose relative addresses get the base."""
_FILE = lazy_pattern(
    r".*\.(?:html?|js|json|css|svg|xml|txt|tpl|png|jpe?g|md)(?:[?#].*)?",
)
"""A path of a file of the app itself, such as a template."""
_RELATIVE = lazy_pattern(r"/?[A-Za-z][\w.~%-]*(?:[/?#:].*)?")
_RESOURCES = (b".all", b".one", b".service")
"""Methods of Restangular that begin the address of a resource."""


class RequestBases:
    """The address that one script puts before its requests."""

    def __init__(self, run: "Evaluator") -> None:
        """Read this script."""
        self._run = run

    @cached_property
    def base(self) -> Text | None:
        """The address before relative ones; ``None`` if there is none, or more than one."""
        found: dict[str, Text] = {}
        for place, end in self._places():
            value = self._run.value(place) if end < 0 else self._run.value_before(place, end)
            for _, one in value:
                text = as_text(one)
                if HOLE in text.text or "://" not in text.text:
                    return None
                found[text.text] = text
        return next(iter(found.values())) if len(found) == 1 else None

    def _places(self) -> Iterator[tuple[int, int]]:
        """Where the addresses begin and end; -1 for a whole expression."""
        run = self._run
        data = run.data
        for place in islice(run.names.members("url", 0, len(data)), _MAX_PLACES):
            owner = _OWNER.search(bytes(data[max(0, place - 100) : place]))
            added = _APPENDED.match(data, place, place + 260)
            if owner is not None and added is not None and added["same"] in (None, owner["name"]):
                yield place, added.end("base")
        for place in islice(run.names.keys("url", 0, len(data)), _MAX_PLACES):
            cloned = _CLONED.search(bytes(data[max(0, place - 120) : place]))
            added = _APPENDED.match(data, place, place + 260) if cloned is not None else None
            text = _TEMPLATE.match(data, place, place + 300) if cloned is not None and added is None else None
            if cloned is not None and text is not None and text["same"] == cloned["name"]:
                yield text.start("base"), -1
            if cloned is not None and added is not None and added["same"] == cloned["name"]:
                yield place, added.end("base")
        for at in run.names.words.places(_ROOT)[:_MAX_PLACES]:
            value = _ROOT_VALUE.match(data, at + len(_ROOT))
            if value is not None:
                yield value.end(), -1

    @cached_property
    def intercepted(self) -> dict[bytes, Text]:
        """The addresses that interceptors of axios put before the requests of clients, by the names of the clients."""
        run, found = self._run, {}
        for at in run.names.words.places(INTERCEPTORS[:-1], b"(")[:_MAX_CALLS]:
            run.budget.take()
            start, opening = operand_before(run.data, at, max(0, at - 120)), at + len(INTERCEPTORS) - 1
            end = Reader(run.data, opening, run.budget).closing(opening)
            bases = chain(run.names.members("baseURL", opening, end), run.names.keys("baseURL", opening, end))
            values = [run.value(place) for place in islice(bases, _MAX_VALUES)]
            for place in islice(run.names.members("url", opening, end), _MAX_VALUES):
                owner = _OWNER.search(bytes(run.data[max(0, place - 100) : place]))
                added = _APPENDED.match(run.data, place, min(end, place + 260))
                if owner is not None and added is not None and added["same"] == owner["name"]:
                    values.append(run.value_before(place, added.end("base")))
            texts = {one.text: one for value in values for _, one in value if isinstance(one, Text)}
            if start >= 0 and len(texts) == 1:
                text, one = texts.popitem()
                if HOLE not in text and "://" in text:
                    found[bytes(run.data[start:at])] = one
        return found

    def requested(self, receiver: bytes, at: int, path: Text) -> Text | None:
        """The address that a method of an object requests; ``None`` if it is not below the base.

        Args:
            receiver: the object, with its names.
            at: where it is.
            path: what the method gets.
        """
        if not _is_relative(path.text) or self.base is None:
            return None
        name = receiver.rpartition(b".")[2]
        if name not in _CLIENTS and self._run.functions.injected(name.decode("utf-8", "replace"), at) != "$http":
            return None
        return below(Client(self.base), path)

    def resources(self) -> Iterator[tuple[Candidate, Cases]]:
        """The calls of Restangular that begin the address of a resource, each with its address."""
        run = self._run
        for method in _RESOURCES:
            for at in run.names.words.places(method, b"(")[:_MAX_CALLS]:
                run.budget.take()
                start = operand_before(run.data, at, max(0, at - 200))
                if start < 0 or run.scopes.is_comment(at):
                    continue
                argument = at + len(method) + 1
                client = run.value_before(start, at)[0][1]
                if isinstance(client, Client):
                    path = as_text(run.value(argument)[0][1])
                    address = below(client, path) if _is_relative(path.text) else None
                    yield Candidate(argument, "Restangular"), UNKNOWN if address is None else single(address)


def _is_relative(path: str) -> bool:
    return _RELATIVE.fullmatch(path) is not None and _FILE.fullmatch(path) is None
