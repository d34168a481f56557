"""Container images as files: the OCI image layout, in a directory or a tar archive."""

import json
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.delivery.settings import DeliveryError

INDEX_TYPES = frozenset(
    {"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"}
)
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Descriptor:
    """What one blob is.

    Attributes:
        digest: ``sha256:`` digest.
        media_type: What is in it.
        size: Bytes.
    """

    digest: str
    media_type: str
    size: int

    @classmethod
    def of(cls, entry: dict[str, Any]) -> "Descriptor":
        """Return what a descriptor in a manifest or an index says."""
        return cls(digest=entry["digest"], media_type=entry.get("mediaType", OCI_MANIFEST), size=int(entry["size"]))


class OciLayout:
    """An image in a directory (OCI: "Image Layout Specification")."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        entries = self._json(directory / "index.json").get("manifests", [])
        if len(entries) != 1:
            raise DeliveryError(f"{directory} has {len(entries)} images, publish one: build it for one platform")
        self.image = Descriptor.of(entries[0])

    def path(self, blob: Descriptor) -> Path:
        """Return the file of *blob*.

        Raises:
            DeliveryError: The layout does not have it.
        """
        algorithm, _, digest = blob.digest.partition(":")
        path = self._directory / "blobs" / algorithm / digest
        if algorithm != "sha256" or not digest.isalnum() or not path.is_file():
            raise DeliveryError(f"the image lacks the blob {blob.digest}; build or save it again")
        return path

    def document(self, blob: Descriptor) -> dict[str, Any]:
        """Return the manifest or index that *blob* is."""
        return self._json(self.path(blob))

    @staticmethod
    def _json(path: Path) -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DeliveryError(f"{path} is not part of an OCI image layout ({error})") from error
        return document


def open_image(image: str, scratch: Path) -> OciLayout:
    """Return the layout that *image* names: a directory, an archive, or a reference that docker has.

    Args:
        image: What to publish.
        scratch: Empty directory for what must be unpacked.

    Raises:
        DeliveryError: It is none of these.
    """
    path = Path(image)
    if path.is_dir():
        return OciLayout(path)
    if path.is_file():
        return OciLayout(_unpacked(path, scratch))
    if shutil.which("docker") is None:
        raise DeliveryError(
            f"{image!r} is neither a directory nor a file, and there is no docker that could know it; "
            "name an OCI layout, or an archive made by: docker buildx build --output type=oci,dest=image.tar"
        )
    archive = scratch / "saved.tar"
    saved = subprocess.run(["docker", "save", "--output", str(archive), image], capture_output=True, check=False)
    if saved.returncode:
        raise DeliveryError(f"docker could not save {image!r}: {saved.stderr.decode(errors='replace').strip()}")
    return OciLayout(_unpacked(archive, scratch))


def _unpacked(archive: Path, scratch: Path) -> Path:
    directory = scratch / "layout"
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(directory, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise DeliveryError(f"{archive} is not a tar archive of an image ({error})") from error
    if not (directory / "index.json").is_file():
        raise DeliveryError(
            f"{archive} has no index.json: it is not an OCI archive; "
            "make one by: docker buildx build --output type=oci,dest=image.tar (or docker save of version 25 or newer)"
        )
    return directory
