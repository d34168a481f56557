"""Print the commands that set up GitHub for an environment: its environments, their branch rule and their secrets.

``python -m tools.delivery.github_settings < outputs.json`` reads the outputs of ``edgemind-prod-delivery``
(``terraform output -json``) and prints commands for ``gh``; it runs none of them.
"""

import argparse
import json
import shlex
import sys
from collections.abc import Iterator
from typing import Any

SECRETS = {
    "image": {"AWS_ROLE_ARN": "AWS_ROLE_ARN_image"},
    "backend": {"AWS_ROLE_ARN": "AWS_ROLE_ARN_backend"},
    "frontend": {
        "AWS_ROLE_ARN": "AWS_ROLE_ARN_frontend",
        "CLOUDFRONT_DISTRIBUTION_ID": "CLOUDFRONT_DISTRIBUTION_ID",
    },
}
"""The secrets of each job's GitHub environment, and the outputs that hold their values."""


def commands(outputs: dict[str, Any], *, environment: str, repository: str, branch: str) -> Iterator[str]:
    """Yield the commands, in order.

    Raises:
        KeyError: An output is missing.
    """
    policy = '{"deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}}'
    for job, secrets in SECRETS.items():
        name = f"{environment}-{job}"
        path = f"repos/{repository}/environments/{name}"
        yield f"gh api --method PUT {path} --input - <<< {shlex.quote(policy)}"
        yield f"gh api --method POST {path}/deployment-branch-policies --field name={shlex.quote(branch)}"
        for secret, output in secrets.items():
            value = shlex.quote(str(outputs[output]["value"]))
            yield f"gh secret set {secret} --repo {repository} --env {name} --body {value}"


def main() -> int:
    """Read the outputs and print."""
    parser = argparse.ArgumentParser(prog="github_settings", description=__doc__.partition("\n")[0])
    parser.add_argument("--environment", default="prod")
    parser.add_argument("--repository", required=True, help="OWNER/NAME")
    parser.add_argument("--branch", default="main")
    arguments = parser.parse_args()
    try:
        found = list(
            commands(
                json.load(sys.stdin),
                environment=arguments.environment,
                repository=arguments.repository,
                branch=arguments.branch,
            )
        )
    except (KeyError, ValueError) as error:
        print(f"error: the outputs lack {error}; pipe in: terraform output -json", file=sys.stderr)
        return 1
    print("\n".join(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
