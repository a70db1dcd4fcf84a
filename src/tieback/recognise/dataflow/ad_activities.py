"""Constants of the libraries for ads of Google, in an app whose manifest lacks the activity that they demand.

Each of these libraries looks for its activity before it loads an ad, and loads none without it. The code is often in a
package all the same: for years the Google Play services were one library, which apps took for their maps.
Source: the text that the libraries log: "Missing AdActivity with android:configChanges in AndroidManifest.xml. You must
have the following declaration within the <application> element: <activity
android:name="com.google.android.gms.ads.AdActivity" …".
"""

import re
from collections.abc import Container, Iterable

from tieback.recognise.dataflow.app import AppCode

NO_ADS = "only in a library for ads whose activity no manifest declares"
_HOSTS = re.compile(rb"(?:^|[/.])(?:doubleclick\.net|googlesyndication\.com|admob\.com)(?![\w.-])", re.IGNORECASE)
"""What only ads contact; that a person bought something is sent to other hosts, and needs no activity."""
_LIBRARIES = (
    ("Lcom/google/android/gms/ads/AdActivity;", ("Lcom/google/android/gms/ads/", "Lcom/google/android/gms/internal/")),
    ("Lcom/google/ads/AdActivity;", ("Lcom/google/ads/internal/", "Lcom/google/ads/util/", "Lcom/google/ads/Ad")),
)
"""The activity, and the classes that load ads only with it; ``com.google.ads.interactivemedia`` demands none."""


def loads_no_ads(app: AppCode, components: Container[str], raw: bytes, owners: Iterable[str]) -> bool:
    """True if only classes of such a library have a constant with a host of ads.

    Args:
        app: the code of the app.
        components: descriptors of all classes that the manifests declare.
        raw: the constant.
        owners: descriptors of the classes that have it; an empty one stands for an unknown class.
    """
    if _HOSTS.search(raw) is None:
        return False
    packages: tuple[str, ...] = ()
    for activity, those in _LIBRARIES:
        if activity not in components and app.class_of(activity) is not None:
            packages += those
    every = list(owners) if packages else []
    return bool(every) and all(owner.startswith(packages) for owner in every)
