"""As many resources as asked for in one stack, each with a nested block and every second with a reference.

python many.py COUNT OUTDIR
"""

import sys

import lazy_bindings

lazy_bindings.install(type_checks=False)

from cdktf import App, TerraformStack  # noqa: E402
from cdktf_cdktf_provider_aws.provider import AwsProvider  # noqa: E402
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic  # noqa: E402
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue, SqsQueueTimeouts  # noqa: E402


def main(count: int, outdir: str) -> None:
    """Synthesize *count* resources into *outdir*."""
    app = App(outdir=outdir)
    stack = TerraformStack(app, "many")
    AwsProvider(stack, "Aws", region="us-east-1")
    for number in range(count // 2):
        queue = SqsQueue(stack, f"Queue{number}", name=f"queue-{number}", timeouts=SqsQueueTimeouts(create="5m"))
        SnsTopic(stack, f"Topic{number}", name=f"topic-{number}", sqs_failure_feedback_role_arn=queue.arn)
    app.synth()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
