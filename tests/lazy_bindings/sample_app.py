"""A small app on two providers; `python -m tests.lazy_bindings.sample_app <outdir>` synthesizes it.

It uses what laziness could get wrong: nested blocks, tokens between resources and stacks, data sources, an aspect
and a second provider.
"""

import sys

import lazy_bindings

lazy_bindings.install()

import jsii  # noqa: E402
from cdktf import App, Aspects, Fn, IAspect, TerraformOutput, TerraformStack, Token  # noqa: E402
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity  # noqa: E402
from cdktf_cdktf_provider_aws.ecs_cluster import EcsCluster, EcsClusterSetting  # noqa: E402
from cdktf_cdktf_provider_aws.ecs_service import EcsService, EcsServiceNetworkConfiguration  # noqa: E402
from cdktf_cdktf_provider_aws.provider import AwsProvider  # noqa: E402
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket, S3BucketVersioning  # noqa: E402
from cdktf_cdktf_provider_tfe.organization import Organization  # noqa: E402
from cdktf_cdktf_provider_tfe.provider import TfeProvider  # noqa: E402
from constructs import IConstruct  # noqa: E402


@jsii.implements(IAspect)
class TagBuckets:
    """Tag every bucket, from Python, while JavaScript synthesizes."""

    def visit(self, node: IConstruct) -> None:
        """Add a tag to *node* when it is a bucket."""
        if isinstance(node, S3Bucket):
            node.add_override("tags.seen", "yes")


def declare(app: App) -> None:
    """Declare two stacks, the second of which uses the first."""
    storage = TerraformStack(app, "storage")
    AwsProvider(storage, "Aws", region="us-east-1")
    account = DataAwsCallerIdentity(storage, "Account")
    bucket = S3Bucket(
        storage,
        "Bucket",
        bucket=Fn.join("-", ["edge", account.account_id]),
        versioning=S3BucketVersioning(enabled=True),
        tags={"umlaut": "ü"},
    )
    Aspects.of(storage).add(TagBuckets())

    compute = TerraformStack(app, "compute")
    AwsProvider(compute, "Aws", region="us-east-1")
    cluster = EcsCluster(
        compute, "Cluster", name="c", setting=[EcsClusterSetting(name="containerInsights", value="enabled")]
    )
    service = EcsService(
        compute,
        "Service",
        name="s",
        cluster=cluster.arn,
        desired_count=2,
        network_configuration=EcsServiceNetworkConfiguration(subnets=Token.as_list(Fn.split(",", bucket.arn))),
    )
    TerraformOutput(compute, "Name", value=service.name)
    TfeProvider(compute, "Tfe")
    Organization(compute, "Organization", name="o", email="o@example.com")


if __name__ == "__main__":
    application = App(outdir=sys.argv[1])
    declare(application)
    application.synth()
