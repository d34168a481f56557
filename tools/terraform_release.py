"""Install the pinned Terraform from HashiCorp's releases, checked against its known checksum."""

import hashlib
import io
import urllib.request
import zipfile
from pathlib import Path

VERSION = "1.11.4"
ADDRESS = "https://releases.hashicorp.com/terraform"
# HashiCorp: the SHA-256 of this version's archives
SHA256 = {
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
}
TIMEOUT_SECONDS = 60


class RefusedError(RuntimeError):
    """The archive is not the one that was pinned, or none is pinned for this platform."""


def install(home: Path, platform: str) -> None:
    """Put the Terraform of *platform* (for example ``linux_amd64``) into the folder *home*."""
    archive = f"terraform_{VERSION}_{platform}.zip"
    if platform not in SHA256:
        raise RefusedError(f"no checksum is known for {archive}; known platforms: {', '.join(SHA256)}")
    unpack(download(f"{ADDRESS}/{VERSION}/{archive}"), home, expected_sha256=SHA256[platform])


def download(address: str) -> bytes:
    """Return what is at *address*."""
    with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - HTTPS, see ADDRESS
        content: bytes = answer.read()
    return content


def unpack(content: bytes, home: Path, *, expected_sha256: str) -> None:
    """Unpack the archive *content* into *home*, if it is the one that was pinned."""
    got = hashlib.sha256(content).hexdigest()
    if got != expected_sha256:
        raise RefusedError(f"the archive's SHA-256 is {got}, expected {expected_sha256}; it was not installed")
    home.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extract("terraform", home)
    (home / "terraform").chmod(0o755)
