"""Where a bucket answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping
from urllib.parse import urlsplit

from fargo_runner.contract import RunnerError


@dataclass(frozen=True)
class Endpoint:
    """Where a bucket answers.

    Attributes:
        host: with the port, if it is not the scheme's own.
        prefix: what comes before the key, such as `/` or `/bucket/`.
    """

    scheme: str
    host: str
    prefix: str
    region: str

    @classmethod
    def of(cls, bucket: str, environ: Mapping[str, str]) -> Endpoint:
        """The bucket's endpoint: an explicit one, else S3's in the region.

        Raises:
            RunnerError: the environment names no region.
        """
        region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""
        if not region:
            raise RunnerError("AWS_REGION is not set. Fargate sets it; elsewhere, set the bucket's.")
        explicit = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or ""
        if explicit:
            address = urlsplit(explicit)
            return cls(address.scheme, address.netloc, f"{address.path.rstrip('/')}/{bucket}/", region)
        host = f"s3.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")
        # A dot in the bucket's name does not fit the certificate of *.s3.REGION.
        if "." in bucket:
            return cls("https", host, f"/{bucket}/", region)
        return cls("https", f"{bucket}.{host}", "/", region)
