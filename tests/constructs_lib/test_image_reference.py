import pytest

from constructs_lib.image_reference import ImageReference

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "repository", "tag", "digest"),
    [
        ("influxdb:2.7", "influxdb", "2.7", None),
        ("chromadb/chroma:1.0.20", "chromadb/chroma", "1.0.20", None),
        ("registry.example:5000/team/app:v1", "registry.example:5000/team/app", "v1", None),
        (f"influxdb:2.7@{DIGEST}", "influxdb", "2.7", DIGEST),
        (f"influxdb@{DIGEST}", "influxdb", None, DIGEST),
        ("influxdb", "influxdb", None, None),
    ],
)
def test_takes_a_reference_apart(text: str, repository: str, tag: str | None, digest: str | None) -> None:
    """A reference is a repository, a tag and a digest, and reads back as it was written."""
    reference = ImageReference.parse(text)
    assert (reference.repository, reference.tag, reference.digest) == (repository, tag, digest)
    assert str(reference) == text


@pytest.mark.parametrize("text", ["", "Influx:2", "influxdb:", "influxdb@sha256:12", "a b", "influxdb:2.7:3"])
def test_refuses_what_is_no_reference(text: str) -> None:
    """Text that a registry would not understand is refused."""
    with pytest.raises(ValueError, match="is not an image reference"):
        ImageReference.parse(text)


@pytest.mark.parametrize("text", ["influxdb", "influxdb:latest", "app:main"])
def test_a_moving_reference_is_not_pinned(text: str) -> None:
    """No tag, or a tag that moves, does not name one version."""
    with pytest.raises(ValueError, match="is not pinned"):
        ImageReference.parse(text).require_pinned()


@pytest.mark.parametrize("text", ["influxdb:2.7", f"influxdb@{DIGEST}", f"influxdb:latest@{DIGEST}"])
def test_a_version_or_a_digest_is_pinned(text: str) -> None:
    """A version tag names one version; a digest does so whatever the tag."""
    ImageReference.parse(text).require_pinned()
