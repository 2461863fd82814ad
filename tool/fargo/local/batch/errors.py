"""The one error that AWS Batch has for callers, `ClientException`, in its two forms."""


class ClientError(Exception):
    """HTTP 400, or `status`, and a sentence."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status

    def message(self, request_id: str) -> str:  # noqa: ARG002 - the other form holds it
        """What the caller reads."""
        return str(self)


class InvalidRequest(ClientError):
    """What AWS Batch finds wrong in the body of a compute environment or a job definition.

    Source: messages that users quote, such as terraform-provider-aws's acceptance tests.
    """

    def message(self, request_id: str) -> str:
        """The sentence in the frame that AWS puts around it."""
        return f"Error executing request, Exception : {self}, RequestId: {request_id}"


class AlreadyExists(ClientError):
    """The name is taken: HTTP 409. Source: terraform-provider-aws issue 44644."""

    def __init__(self) -> None:
        super().__init__("Object already exists", status=409)
