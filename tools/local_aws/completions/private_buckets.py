"""S3: private buckets are private, and CloudFront reads them as AWS decides.

Defects: without IAM enforcement anybody may read any bucket without credentials; the transport between
CloudFront and a bucket counts as plain HTTP, so a policy that refuses plain HTTP refuses the site; a missing
object is refused (403) even for a distribution that may list the bucket, which AWS answers with 404.

Requests to the emulator count as made over TLS: that they come over loopback is its trait, not the user's.
"""

from contextvars import ContextVar
from typing import Any

from ministack import app as emulator
from ministack.core import iam_evaluator

from tools.local_aws.gateway import Gateway, Handler, Json, Reply

NOT_FOUND = 404
PRESIGNED = ("X-Amz-Signature", "Signature")


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    s3: Any = gateway.module("s3")
    _count_loopback_as_tls()
    _tell_missing_from_refused(s3)
    gateway.around("s3", lambda inner: _refusing_strangers(s3, inner))


def _count_loopback_as_tls() -> None:
    pin = iam_evaluator.pin_request_origin

    def pin_request_origin(source_ip: str, secure_transport: bool) -> None:  # noqa: FBT001 - theirs
        del secure_transport
        pin(source_ip, True)  # noqa: FBT003

    iam_evaluator._request_origin = ContextVar("request_origin", default=("127.0.0.1", True))  # noqa: SLF001
    iam_evaluator.pin_request_origin = emulator.pin_request_origin = pin_request_origin


def _tell_missing_from_refused(s3: Any) -> None:  # noqa: ANN401 - a module of the emulator
    fetch = s3.serve_cloudfront_origin_fetch

    def serve(  # noqa: PLR0917 - their signature
        bucket: str, key: str, method: str, headers: Json, source_arn: str = "", oai_id: str = ""
    ) -> Any:  # noqa: ANN401
        found = s3._buckets.get(bucket)  # noqa: SLF001
        missing = found is not None and key not in found["objects"]
        if missing and source_arn and _may_list(s3, bucket, source_arn):
            return s3._error("NoSuchKey", "The specified key does not exist.", NOT_FOUND, f"/{bucket}/{key}")  # noqa: SLF001
        return fetch(bucket, key, method, headers, source_arn=source_arn, oai_id=oai_id)

    s3.serve_cloudfront_origin_fetch = serve


def _may_list(s3: Any, bucket: str, source_arn: str) -> bool:  # noqa: ANN401
    context = iam_evaluator.EvalContext(
        principal_arn="*", principal_type="Service", principal_account="", action="s3:ListBucket",
        resource_arn=f"arn:aws:s3:::{bucket}", region="us-east-1", service_context={"aws:sourcearn": source_arn},
    )  # fmt: skip
    policy = s3._bucket_policies.get(bucket)  # noqa: SLF001
    verdict = iam_evaluator.evaluate_resource_policy(policy, context, service="cloudfront.amazonaws.com")
    return bool(verdict.decision == "Allow")


def _refusing_strangers(s3: Any, inner: Handler) -> Handler:  # noqa: ANN401
    async def handle(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> Reply:
        signed = "authorization" in headers or any(name in query for name in PRESIGNED)
        bucket, _, key = path.lstrip("/").partition("/")
        # a browser's form upload carries its signature in the body
        if not signed and method in {"GET", "HEAD", "PUT", "DELETE"}:
            owner = s3._bucket_owner_account(bucket) if bucket else None  # noqa: SLF001
            if not owner or not s3._foreign_bucket_allows(owner, bucket, key, method, query, ""):  # noqa: SLF001
                refused: Reply = s3._error("AccessDenied", "Access Denied", 403, path)  # noqa: SLF001
                return refused
        return await inner(method, path, headers, body, query)

    return handle
