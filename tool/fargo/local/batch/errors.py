"""The one error that AWS Batch has for callers."""


class ClientError(Exception):
    """AWS Batch's `ClientException`: HTTP 400 and a sentence."""
