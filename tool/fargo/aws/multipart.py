"""An object in parts: there when the last one is, or not at all."""

from typing import Any

from fargo.aws.errors import translated


class Multipart:
    """One multipart upload, with a SHA-256 for each part that S3 checks (user guide, "object integrity").

    Args:
        client: a boto3 client for `s3`.
    """

    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client = client
        with translated("CreateMultipartUpload"):
            begun = client.create_multipart_upload(Bucket=bucket, Key=key, ChecksumAlgorithm="SHA256")
        self._names = {"Bucket": bucket, "Key": key, "UploadId": begun["UploadId"]}

    def part(self, number: int, body: bytes) -> dict[str, Any]:
        """Send a part, from 1; what `complete` wants of it. May be called from several threads."""
        with translated("UploadPart"):
            answer = self._client.upload_part(
                **self._names, PartNumber=number, Body=body, ChecksumAlgorithm="SHA256"
            )
        sha256 = {"ChecksumSHA256": answer["ChecksumSHA256"]} if "ChecksumSHA256" in answer else {}
        return {"PartNumber": number, "ETag": answer["ETag"], **sha256}

    def complete(self, parts: list[dict[str, Any]]) -> None:
        """Make the object of its parts, in order."""
        with translated("CompleteMultipartUpload"):
            self._client.complete_multipart_upload(**self._names, MultipartUpload={"Parts": parts})

    def abort(self) -> None:
        """Forget what was sent."""
        with translated("AbortMultipartUpload"):
            self._client.abort_multipart_upload(**self._names)
