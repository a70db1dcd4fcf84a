"""Endpoints of RTK Query: paths of ``query`` functions below the address of ``fetchBaseQuery``.

``createApi({baseQuery:fetchBaseQuery({baseUrl:…}),endpoints:b=>({posts:b.query({query:()=>"posts"})})})``. Minifiers
keep the keys. Source: https://redux-toolkit.js.org/rtk-query/api/fetchBaseQuery. A script with several such addresses
is left alone, because its endpoints can be in other modules than their base.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts.candidates import Candidate
from tieback.recognise.scripts.methods import below
from tieback.recognise.scripts.reader import Reader
from tieback.recognise.scripts.values import Cases, Client, Text, as_text, chained, combine, is_function, single

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

BASE_QUERY = b"baseQuery"
"""A text that each such script has."""
_MAX_PLACES = 50
_MAX_QUERIES = 200
_CALL = "fetchBaseQuery"


def queries(run: "Evaluator") -> Iterator[tuple[Candidate, Cases]]:
    """The endpoints of a script, each with its address."""
    bases = list({one.text: one for one in _bases(run)}.values())
    if len(bases) != 1:
        return
    client = Client(bases[0])
    for start in islice(run.names.keys("endpoints", 0, len(run.data)), _MAX_PLACES):
        end = Reader(run.data, start, run.budget).behind(start)
        for place in islice(run.names.keys("query", start, end), _MAX_QUERIES):
            value = chained(lambda one: run.call(one, ()) if is_function(one) else single(one), run.value(place))
            if not any(isinstance(one, Text) for _, one in value):
                value = run.objects.member(value, "url", place)
            yield Candidate(place, _CALL), combine(lambda path: below(client, as_text(path)), value)


def _bases(run: "Evaluator") -> Iterator[Text]:
    for start in islice(run.names.keys("baseQuery", 0, len(run.data)), _MAX_PLACES):
        token = Reader(run.data, start, run.budget).peek()
        binding = run.names.find(token.text, start) if token.text.isidentifier() else None
        for at in (start, *(binding.at[:1] if binding is not None else ())):
            end = Reader(run.data, at, run.budget).behind(at)
            for place in islice(run.names.keys("baseUrl", at, end), 4):
                yield from (
                    one
                    for _, one in run.value(place)
                    if isinstance(one, Text) and "://" in one.text and HOLE not in one.text
                )
