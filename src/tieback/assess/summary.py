"""The figures on top of a report, over exposures that are counted once already."""

from collections.abc import Sequence

from tieback.assess.ransom import RANSOMED
from tieback.model.exposure import Exposure
from tieback.model.figure import Figure, total
from tieback.model.report import Headline, StoreKind

SUM = "sum over stores"


def headline(apps_analysed: int, exposures: Sequence[Exposure]) -> Headline:
    """Count apps, stores, records, bytes and classes of personal data.

    Records, bytes and classes are those of exposed stores alone; an app is affected when it leads to one of them. A
    store counts as ransomed when the signs are likely or confirmed, or when a wiper left its mark.

    Args:
        apps_analysed: apps that were read, affected or not.
        exposures: each store once, as ``assess`` gives them.
    """
    exposed = [exposure for exposure in exposures if exposure.access.exposed]
    return Headline(
        apps_analysed=apps_analysed,
        apps_affected=len({route.app_sha256 for exposure in exposed for route in exposure.routes}),
        stores_answering=len(exposures),
        stores_exposed=len(exposed),
        stores_ransomed=sum(exposure.ransom.verdict in RANSOMED for exposure in exposures),
        records=total((exposure.records for exposure in exposed), SUM),
        bytes=total((exposure.bytes for exposure in exposed), SUM),
        kinds=_kinds(exposures),
        pii=_pii(exposed),
    )


def _kinds(exposures: Sequence[Exposure]) -> tuple[StoreKind, ...]:
    kinds = []
    for product in {exposure.product for exposure in exposures}:
        of_kind = [exposure for exposure in exposures if exposure.product == product]
        exposed = [exposure for exposure in of_kind if exposure.access.exposed]
        kinds.append(
            StoreKind(
                product=product,
                asked=len(of_kind),
                exposed=len(exposed),
                records=total((exposure.records for exposure in exposed), SUM),
                bytes=total((exposure.bytes for exposure in exposed), SUM),
            )
        )
    return tuple(sorted(kinds, key=lambda kind: (-kind.exposed, -kind.records.value, -kind.asked, kind.product)))


def _pii(exposed: Sequence[Exposure]) -> tuple[tuple[str, Figure], ...]:
    figures: dict[str, list[Figure]] = {}
    for exposure in exposed:
        for line in exposure.pii:
            figures.setdefault(line.pii_class, []).append(line.records)
    sums = ((pii_class, total(values, SUM)) for pii_class, values in figures.items())
    return tuple(sorted(sums, key=lambda pair: (-pair[1].value, pair[0])))
