"""What a person wants to know of the applied account, in one table, and how to look further."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from rich.console import Console
from rich.table import Table

from tools.local_aws.process import Server

Json = dict[str, Any]


def client(server: Server, service: str) -> Any:  # noqa: ANN401 - boto3 clients have no static type
    """Return a boto3 client of *service* that talks to *server* and to nothing else."""
    variables = server.variables()
    return boto3.client(
        service,
        endpoint_url=server.url,
        region_name=variables["AWS_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )


def show(server: Server) -> None:
    """Print the outputs that matter and the state of the services."""
    table = Table(title=f"the local account at {server.url}", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in [*_outputs(server), *_account(server)]:
        table.add_row(name, value)
    console = Console(width=None if os.isatty(1) else 140)
    console.print(table)
    for line in _next_steps(server):
        console.print(line, highlight=False, soft_wrap=True)


def state_outputs(path: Path) -> Json:
    """Return the outputs recorded in one Terraform state file."""
    outputs = json.loads(path.read_text()).get("outputs", {})
    return {name: found["value"] for name, found in outputs.items() if not found.get("sensitive")}


def _outputs(server: Server) -> Iterator[tuple[str, str]]:
    for path in sorted(server.state_dir.glob("*.tfstate")):
        for name, value in state_outputs(path).items():
            # synthesis adds outputs of its own for references between stacks; people declared the others
            if not name.startswith("cross-stack-output"):
                yield f"{path.stem}: {name}", value if isinstance(value, str) else json.dumps(value)


def _account(server: Server) -> Iterator[tuple[str, str]]:
    distributions = client(server, "cloudfront").list_distributions()["DistributionList"].get("Items", [])
    for found in distributions:
        yield f"distribution {found['Id']}", f"{found['DomainName']} ({found['Status']})"
    for found in client(server, "ecr").describe_repositories()["repositories"]:
        yield "registry", found["repositoryUri"]
    for found in client(server, "logs").describe_log_groups(logGroupNamePrefix="/ecs/")["logGroups"]:
        yield "log group", found["logGroupName"]
    ecs = client(server, "ecs")
    for cluster in ecs.list_clusters()["clusterArns"]:
        names = ecs.list_services(cluster=cluster)["serviceArns"]
        for found in ecs.describe_services(cluster=cluster, services=names)["services"] if names else []:
            state = f"{found['status']}, {found['runningCount']} of {found['desiredCount']} tasks run"
            yield f"service {found['serviceName']}", state


def _next_steps(server: Server) -> Iterator[str]:
    distributions = client(server, "cloudfront").list_distributions()["DistributionList"].get("Items", [])
    yield 'point this shell at it:  eval "$(make -s local-env)"'
    yield "then, for example:       aws ecs list-services --cluster edgemind-prod-cluster"
    for found in distributions:
        # the backend's certificate covers the alternate name, as on AWS
        host = (found.get("Aliases", {}).get("Items") or [found["DomainName"]])[0]
        yield (f"see the site:            curl -i -H 'Host: {host}' -H 'X-Forwarded-Proto: https' {server.url}/")
    yield "see changes:             change environments/prod.toml, then make local-diff"
    yield "when done:               make local-down"
