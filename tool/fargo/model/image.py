"""An image by its repository, tag and digest."""

from dataclasses import dataclass

TAG_LENGTH = 16
"""Hex digits of the content hash that make a tag: 64 bits, readable in a table."""


@dataclass(frozen=True, slots=True)
class ImageRef:
    """`repository:tag`, and the digest where the registry told it."""

    repository: str
    tag: str
    digest: str = ""

    def __str__(self) -> str:
        """Like `123456789012.dkr.ecr.eu-west-1.amazonaws.com/fargo-x:1f0c…`."""
        return f"{self.repository}:{self.tag}"

    @property
    def name(self) -> str:
        """The repository's name within its registry."""
        return self.repository.partition("/")[2]
