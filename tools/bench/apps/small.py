"""Six resources on two stacks, with the bindings that the arguments name; the same app for cdktf and for its fork.

python small.py cdktf cdktf_cdktf_provider_aws OUTDIR
python small.py cdktn cdktn_provider_aws OUTDIR
"""

import importlib
import importlib.util
import sys
from typing import Any


def main(framework: str, provider: str, outdir: str) -> None:
    """Synthesize the app into *outdir*."""
    if importlib.util.find_spec("lazy_bindings"):
        importlib.import_module("lazy_bindings").install(type_checks=False)
    cdktf = importlib.import_module(framework)

    def aws(module: str) -> Any:  # noqa: ANN401 - one of two providers' modules
        return importlib.import_module(f"{provider}.{module}")

    app = cdktf.App(outdir=outdir)
    storage, compute = cdktf.TerraformStack(app, "storage"), cdktf.TerraformStack(app, "compute")
    for stack in (storage, compute):
        aws("provider").AwsProvider(stack, "Aws", region="us-east-1")
    bucket = aws("s3_bucket").S3Bucket(storage, "Bucket", bucket="bench-bucket", tags={"purpose": "bench"})
    aws("ssm_parameter").SsmParameter(storage, "Name", name="/bench", type="String", value=bucket.bucket)
    role = aws("iam_role").IamRole(compute, "Role", name="bench", assume_role_policy="{}")
    cluster = aws("ecs_cluster").EcsCluster(compute, "Cluster", name="bench")
    task = aws("ecs_task_definition").EcsTaskDefinition(
        compute, "Task", family="bench", container_definitions="[]", execution_role_arn=role.arn
    )
    aws("ecs_service").EcsService(compute, "Service", name="bench", cluster=cluster.arn, task_definition=task.arn)
    app.synth()


if __name__ == "__main__":
    main(*sys.argv[1:])
