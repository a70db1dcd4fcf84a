"""Packages of widely used libraries, by the beginnings of their class descriptors.

Most code of an app belongs to them. Their strings are searched like all others. Apps have names below ``com.google``
and ``com.android`` too, so these are listed in more detail.
"""

from typing import NamedTuple


class Packages(NamedTuple):
    """Classes by the beginnings of their descriptors.

    Classes with identifiers of resources (``Landroidx/core/R$id;``) belong to none of them: R8 moves methods of any
    class into these (https://r8.googlesource.com/r8, ``horizontalclassmerging``).
    """

    below: tuple[str, ...]
    but: tuple[str, ...] = ()
    """Packages below one of them that do not belong to them."""

    def hold(self, descriptor: str) -> bool:
        """True if a class belongs to them."""
        return descriptor.startswith(self.below) and not descriptor.startswith(self.but) and "/R$" not in descriptor


_ANDROID = ("billingclient/", "installreferrer/", "internal/", "support/", "vending/", "volley/")
_GOOGLE = (
    "ads/", "android/exoplayer2/", "android/gms/", "android/play/", "api/", "auth/",
    "crypto/tink/", "firebase/", "mlkit/", "tagmanager/", "thirdparty/", "zxing/",
)  # fmt: skip
_GOOGLE_SILENT = ("android/material/", "common/", "errorprone/", "gson/", "j2objc/", "protobuf/")
_APACHE_SILENT = ("commons/", "harmony/", "log4j/", "poi/", "xalan/", "xerces/", "xml/", "xmlbeans/", "xpath/")
_SILENT = (
    "Landroid/", "Landroidx/", "Lbutterknife/", "Lcom/airbnb/lottie/", "Lcom/alibaba/fastjson/", "Lcom/amazonaws/com/",
    "Lcom/amazonaws/javax/", "Lcom/amazonaws/org/joda/", "Lcom/bumptech/glide/", "Lcom/fasterxml/",
    "Lcom/github/mikephil/charting/", *(f"Lcom/google/{name}" for name in _GOOGLE_SILENT), "Lcom/ibm/icu/",
    "Lcom/jakewharton/", "Lcom/nineoldandroids/", "Lcom/nostra13/universalimageloader/", "Lcom/squareup/", "Ldagger/",
    "Lde/greenrobot/", "Lgnu/", "Lgroovy/", "Lio/grpc/", "Lio/ktor/", "Lio/netty/", "Lio/reactivex/", "Ljava/",
    "Ljavax/", "Ljunit/", "Lkawa/", "Lkotlin/", "Lkotlinx/", "Lnet/bytebuddy/", "Lnet/gcardone/junidecode/",
    "Lnet/sqlcipher/", "Lnu/xom/", "Lokhttp3/", "Lokio/", "Lorg/antlr/",
    *(f"Lorg/apache/{name}" for name in _APACHE_SILENT), "Lorg/bouncycastle/",
    "Lorg/ccil/cowan/", "Lorg/checkerframework/", "Lorg/codehaus/", "Lorg/conscrypt/", "Lorg/dom4j/",
    "Lorg/eclipse/wst/", "Lorg/eel/kitchen/", "Lorg/greenrobot/", "Lorg/hamcrest/", "Lorg/intellij/", "Lorg/jaxen/",
    "Lorg/jdom/", "Lorg/jetbrains/", "Lorg/joda/", "Lorg/json/", "Lorg/jsoup/", "Lorg/junit/", "Lorg/koin/",
    "Lorg/kxml2/", "Lorg/mockito/", "Lorg/mozilla/javascript/", "Lorg/objenesis/", "Lorg/reactivestreams/",
    "Lorg/simpleframework/xml/", "Lorg/slf4j/", "Lorg/spongycastle/", "Lorg/threeten/", "Lorg/w3c/", "Lorg/xml/",
    "Lorg/xmlpull/", "Lorg/yaml/", "Lretrofit2/", "Lrx/", "Lscala/",
)  # fmt: skip
_ANDROIDX = ("credentials/", "health/", "media/", "media2/", "media3/", "privacysandbox/", "security/", "test/")

_RENAMED = tuple(f"Landroid/{letter}/" for letter in "abcdefghijklmnopqrstuvwxyz")
"""Packages that no platform and no library of it has: a shrinker gave these names to code below ``android.``."""

SILENT = Packages(_SILENT, ("Landroid/support/test/", *_RENAMED, *(f"Landroidx/{name}" for name in _ANDROIDX)))
"""Libraries that contact no host of their own: no walk begins in them."""

LIBRARIES = (
    *_SILENT, *(f"Lcom/android/{name}" for name in _ANDROID), "Lcom/facebook/", "Lcz/msebera/",
    *(f"Lcom/google/{name}" for name in _GOOGLE), "Lorg/apache/", "Lorg/eclipse/",
)  # fmt: skip
"""Libraries by the beginnings of their classes."""

ALL = Packages(LIBRARIES, (*_RENAMED, "Lcom/google/firebase/crashlytics/", "Lcom/google/zxing/client/"))
"""All libraries: their methods are not followed, and not run to decrypt strings. They hide no address.

Crashlytics does: it joins the letters of two texts. The app of ZXing, which other apps have copied, contacts the server
of Google for the country: https://github.com/zxing/zxing, ``LocaleManager``.
"""
