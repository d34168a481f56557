"""References to container images, taken apart and checked."""

import re
from dataclasses import dataclass

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_REGISTRY = r"[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]+)?"
_REFERENCE = re.compile(
    rf"(?P<repository>(?:{_REGISTRY}/)?{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_FLOATING_TAGS = frozenset({"latest", "stable", "edge", "nightly", "main", "master"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageReference:
    """A container image: where it is and which one.

    Attributes:
        repository: Registry and path, such as ``influxdb`` or ``registry.example/team/app``.
        tag: Tag, or None when only a digest names the image.
        digest: ``sha256:`` digest, or None. With a digest the image can't change under its name.
    """

    repository: str
    tag: str | None = None
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> "ImageReference":
        """Take *text* apart (the grammar is that of the OCI distribution reference).

        Raises:
            ValueError: It is no image reference.
        """
        match = _REFERENCE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not an image reference; write repository:tag or repository:tag@sha256:…")
        return cls(repository=match["repository"], tag=match["tag"], digest=match["digest"])

    @property
    def is_pinned(self) -> bool:
        """Whether the reference names one version: a digest, or a tag that is not known to move."""
        return self.digest is not None or (self.tag is not None and self.tag not in _FLOATING_TAGS)

    def require_pinned(self) -> None:
        """Refuse a reference that can name another image tomorrow.

        Raises:
            ValueError: No digest, and no tag or one that moves (``latest``).
        """
        if not self.is_pinned:
            raise ValueError(
                f"image {str(self)!r} is not pinned: data must not meet another version after a restart; "
                "add a version tag or a digest (repository:1.2.3 or repository@sha256:…)"
            )

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository}{tag}{digest}"
