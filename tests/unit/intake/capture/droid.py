"""An emulation of a device with PCAPdroid, after PCAPdroid's documentation of its intents: not a device."""

from collections.abc import Sequence

from tests.unit.intake.capture.conftest import Phone
from tieback.intake.capture.device import CommandResult
from tieback.intake.capture.pcapdroid import CONTROL, FOLDER, PCAPDROID, SCREEN

KEY = "secret-key-1"


class Droid(Phone):
    """PCAPdroid that obeys, if it has the key or a person confirms."""

    def __init__(self, pcap: bytes = b"", keylog: bytes = b"", *, version: int = 91, confirms: bool = True) -> None:
        super().__init__()
        self.pcap, self.keylog, self.version, self.confirms = pcap, keylog, version, confirms
        self.obeys_stop = True
        self.running = False
        self.screen = False
        self.extras: dict[str, str] = {}

    def run(self, words: Sequence[str], seconds: float = 60.0) -> CommandResult:
        answer = super().run(words, seconds)
        match list(words):
            case ["dumpsys", "package", _] if self.version:
                return CommandResult(0, f"    versionCode={self.version} minSdk=21 targetSdk=36\n    versionName=x\n")
            case ["dumpsys", "activity", "services", name]:
                state = f"  * ServiceRecord{{1a u0 {name}}}\n" if self.running else "(nothing)\n"
                return CommandResult(0, f"ACTIVITY MANAGER SERVICES (dumpsys activity services)\n{state}")
            case ["am", "start", "-n", component] if component == SCREEN:
                self.screen = True
            case ["am", "start", "-n", component, *rest] if component == CONTROL:
                self._intent(dict(zip(rest[1::3], rest[2::3], strict=True)))
                return CommandResult(0, "Starting: Intent { cmp=com.emanuelef.remote_capture (has extras) }\n")
            case ["am", "force-stop", name] if name == PCAPDROID:
                self.running = False
            case ["stat", "-c", "%s", path]:
                known = path in self.files
                return CommandResult(0 if known else 1, f"{len(self.files[path])}\n" if known else "No such file\n")
            case ["rm", "-f", path]:
                self.files.pop(path, None)
        return answer

    def _intent(self, extras: dict[str, str]) -> None:
        if not self.confirms and extras.get("api_key") != KEY:
            return
        if extras["action"] == "start":
            self.running, self.extras = True, extras
        elif extras["action"] == "stop" and self.obeys_stop:
            self.running = False
            if self.pcap:
                self.files[f"{FOLDER}/{self.extras['pcap_name']}"] = self.pcap
            if self.keylog and self.screen and "sslkeylog_name" in self.extras:
                self.files[f"{FOLDER}/{self.extras['sslkeylog_name']}"] = self.keylog
