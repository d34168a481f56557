"""A container image that is real to a registry: layer, configuration, manifest, layout."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def write_image(directory: Path, text: str) -> str:
    """Write an OCI layout whose one layer has one file with *text*; return the image's digest."""
    (directory / "blobs" / "sha256").mkdir(parents=True)
    archive = _archive({"app/server.js": text})
    layer = _blob(directory, gzip.compress(archive, mtime=0), LAYER)
    diff_id = f"sha256:{hashlib.sha256(archive).hexdigest()}"
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["node", "server.js"]},
        "rootfs": {"type": "layers", "diff_ids": [diff_id]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _blob(directory, json.dumps(config).encode(), CONFIG),
        "layers": [layer],
    }
    image = _blob(directory, json.dumps(manifest).encode(), MANIFEST)
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [image]}))
    return str(image["digest"])


def _archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


def _blob(directory: Path, content: bytes, media_type: str) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    (directory / "blobs" / "sha256" / digest).write_bytes(content)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}
