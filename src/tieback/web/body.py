"""The body of a request: JSON, or an error of the client."""

from typing import Any

from litestar import Request
from litestar.exceptions import HTTPException, SerializationException

from tieback.model.errors import UsageError


class CheckedRequest(Request[Any, Any, Any]):
    """A request of which every body that is no JSON is refused, also where the framework lets the exception pass."""

    async def json(self) -> Any:
        """The body as JSON values.

        Raises:
            HTTPException: its media type is not JSON; a form of another site can send such a body without asking (415).
            UsageError: it is empty, not JSON, not UTF-8, or nested too deeply.
        """
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not await self.body():
            raise UsageError("the body is empty", where="body", advice="Send what the API document shows")
        if kind != "application/json":
            raise HTTPException("send JSON, with Content-Type: application/json", status_code=415)
        try:
            return await super().json()
        except UnicodeDecodeError:
            raise UsageError("not UTF-8", where="body", advice="Send JSON in UTF-8 (RFC 8259)") from None
        except SerializationException as error:
            raise UsageError(f"not JSON ({error.detail})", where="body", advice="Send JSON (RFC 8259)") from None
        except RecursionError:
            raise UsageError("nested too deeply", where="body", advice="Send what the API document shows") from None
