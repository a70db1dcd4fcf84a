"""Evidence in an app that can show its maker: its own configuration, links that it claims, settings of wrappers."""

from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.rules import RuleFiles

CONFIGURED = lazy_pattern(
    r"resource:string/(google_app_id|google_storage_bucket|firebase_database_url|project_id|gcm_defaultSenderId"
    r"|(?i:firebase_?(?:url|root))|(?i:aws|cognito)_\w{1,60})/"
)
"""Resources for the cloud projects of the app.

``firebase_url`` is that of the samples for the first Firebase, which had no plug-in that writes resources:
https://github.com/firebase/AndroidChat.
"""
_CONFIGURATIONS = (
    "google-services.json",
    "googleservice-info.plist",
    "awsconfiguration.json",
    "amplifyconfiguration.json",
    "amplify_outputs.json",
    "agconnect-services.json",
)
WEB_CONFIGURATION = "/firebase-config"
"""End of the evidence of a configuration object in a script or JSON file."""
CLAIMED = (
    "manifest:app-link/",
    "entitlement:",
    "resource:string/assetStatements/",
    "resource:string/asset_statements/",
)
"""Links that the app claims; the names of the last two are those that tools for web apps write.

Source: https://developer.android.com/training/app-links/configure-assetlinks#associate-app;
https://github.com/GoogleChromeLabs/bubblewrap (``assetStatements`` of its template).
"""
OF_PARTNER = "manifest:partner-link/"
MANIFEST = "manifest"
NAMED_BY_KEY = lazy_pattern(r"(?:resource:string/|config:)([^/]{1,100})")
_WRAPPERS = ("capacitor.config.json", "appConfig.json")
_FUSION = "assets/pages/main/view.json"
"""Settings of tools that show a web site as an app; the last are those of FusionApp.

Sources: https://capacitorjs.com/docs/config (``server.url``),
https://docs.median.co/docs/app-configuration (``initialUrl``).
"""
SCRIPT_FLOWS = ("script-flow/", "hermes-flow/")
"""How an address was found that a script puts together, as text or as bytecode."""
SCRIPTS = ("text/", *SCRIPT_FLOWS)
"""The same, and addresses that stand in a page or script as they are."""
_FLOWS = ("dex-flow/", *SCRIPT_FLOWS)
_CONSTANT = "dex-string/"
_NATIVE = "native-"
_DART_PROGRAMS = ("/libapp.so", "App.framework/App")
"""Source: https://docs.flutter.dev/resources/faq#how-does-flutter-run-my-code-on-android, and on iOS."""
_WRAPPED = lazy_pattern(r"\"(?:url|initialUrl)\"\s{0,4}:\s{0,4}\"")
_VALUES = lazy_pattern(r"(?:^|/)res/values[^/]{0,40}/[^/]{1,80}\.xml")
_STATEMENT = lazy_pattern(r"\"site\\?\"\s{0,4}:\s{0,4}\\?\"https://")
"""The site of an asset statement in decoded resources."""
_LIBRARY = lazy_pattern(r"(?i)\.jar!|\.min\.m?js\Z|/(?:node_modules|bower_components|libs?|vendor|plugins)/")
"""Files of libraries: in archives, shortened for distribution, or in the usual folders of tools for web apps."""
REPORTS = lazy_pattern(r"(?:sentry|glitchtip|countly|matomo|piwik|posthog)\d*(?:[.-]|\Z)")
"""Names of hosts with programs for error reports and usage that makers run themselves.

Sources: https://develop.sentry.dev/self-hosted/, https://glitchtip.com/documentation/install,
https://support.countly.com/hc/en-us/articles/360036862332, https://matomo.org/faq/on-premise/,
https://posthog.com/docs/self-host.
"""


def is_wrapped(evidence: Evidence) -> bool:
    """True for the site that a tool shows as the app, and for that of an asset statement in decoded resources."""
    settings = evidence.file.rpartition("/")[2] in _WRAPPERS or evidence.file.endswith(_FUSION)
    wrapper = settings and _WRAPPED.search(evidence.context) is not None
    return wrapper or (_VALUES.search(evidence.file) is not None and _STATEMENT.search(evidence.context) is not None)


def is_dart_program(evidence: Evidence) -> bool:
    """True for the compiled Dart program of a Flutter app, which has its own code and the packages that it uses."""
    return evidence.how.startswith(_NATIVE) and evidence.file.endswith(_DART_PROGRAMS)


def code_place(evidence: Evidence) -> str:
    """The method or class whose code has it: ``Lde/acme/fit/Api;->get``; empty if that is not known, or for no code.

    A constant has a class if all classes with it are in one package (``ConstantEnds.with_class``).
    """
    if evidence.how.startswith(_FLOWS):
        return evidence.context
    return evidence.chain[0] if evidence.how.startswith(_CONSTANT) and evidence.chain else ""


def is_own_file(evidence: Evidence, rules: RuleFiles) -> bool:
    """True for a page, script or resource that is no file of a library."""
    return _LIBRARY.search(evidence.file) is None and rules.third_parties.of_file(evidence.file) is None


def is_maker_evidence(evidence: Evidence) -> bool:
    """True if evidence of this kind can identify the maker's domains; it is then kept for ``learn_from``."""
    how = evidence.how
    if is_wrapped(evidence) or how.startswith((*CLAIMED, MANIFEST)) or how.endswith(WEB_CONFIGURATION):
        return True
    return NAMED_BY_KEY.match(how) is not None


def is_configured(evidence: Evidence) -> bool:
    """True if the console of a cloud wrote the place for this app."""
    return CONFIGURED.match(evidence.how) is not None or evidence.file.rpartition("/")[2].lower() in _CONFIGURATIONS
