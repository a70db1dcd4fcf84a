"""Packages of widely used libraries, by the beginnings of their class descriptors.

Most code of an app belongs to them. Their strings are searched like all others. Apps have names below ``com.google``
and ``com.android`` too, so these are listed in more detail.
"""

from typing import NamedTuple


class Packages(NamedTuple):
    """Classes by the beginnings of their descriptors."""

    below: tuple[str, ...]
    but: tuple[str, ...] = ()
    """Packages below one of them that do not belong to them."""


_ANDROID = ("billingclient/", "installreferrer/", "internal/", "support/", "vending/", "volley/")
_GOOGLE = (
    "ads/", "android/datatransport/", "android/exoplayer2/", "android/gms/", "android/play/", "api/", "auth/",
    "crypto/tink/", "firebase/", "mlkit/", "tagmanager/", "thirdparty/", "zxing/",
)  # fmt: skip
_GOOGLE_SILENT = ("android/material/", "common/", "errorprone/", "gson/", "j2objc/", "protobuf/")
_SILENT = (
    "Landroid/", "Landroidx/", "Lcom/bumptech/glide/", *(f"Lcom/google/{name}" for name in _GOOGLE_SILENT),
    "Lcom/squareup/", "Ldagger/", "Lio/grpc/", "Lio/ktor/", "Lio/netty/", "Lio/reactivex/", "Ljava/", "Ljavax/",
    "Lkotlin/", "Lkotlinx/", "Lokhttp3/", "Lokio/", "Lorg/bouncycastle/", "Lorg/json/", "Lretrofit2/", "Lrx/",
)  # fmt: skip
_ANDROIDX = ("credentials/", "health/", "media/", "media2/", "media3/", "privacysandbox/", "security/", "test/")

SILENT = Packages(_SILENT, tuple(f"Landroidx/{name}" for name in _ANDROIDX))
"""Libraries that contact no host of their own: no walk begins in them."""

LIBRARIES = (
    *_SILENT, *(f"Lcom/android/{name}" for name in _ANDROID), "Lcom/facebook/",
    *(f"Lcom/google/{name}" for name in _GOOGLE), "Lorg/apache/",
)  # fmt: skip
"""All libraries: their methods are not followed, and not run to decrypt strings. They hide no address of the app."""

ALL = Packages(LIBRARIES)
