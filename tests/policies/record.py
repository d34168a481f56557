"""Make the plans of this folder anew: ``make policy-fixtures``, about ten minutes on two cores.

Every plan is `terraform show -json` of a plan that Terraform made of our stacks against an empty local AWS, applied
stack by stack. What names a machine is left out: paths of state files, times, prior values of data sources.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from tests.support.cloud_app import STACKS, synthesize
from tests.support.terraform_cloud import FakeTerraformCloud, empty_state
from tools import toolchain
from tools.local_aws import process
from tools.policy.engine import essence

PLANS = Path(__file__).parent / "plans"
DESTROY = {"EDGEMIND_ALLOW_DESTROY": "1"}


class Recorder:
    """Plans and applies stacks of one local account, and writes the plans down."""

    def __init__(self, work: Path, account: Mapping[str, str]) -> None:
        self.work = work
        self.account = dict(account) | {"EDGEMIND_LOCAL_STATE_DIR": str(work / "state")}

    def synthesize(
        self, name: str, *, settings: Mapping[str, str] | None = None, changes: Mapping[str, str] | None = None
    ) -> Path:
        """Synthesize production with *changes* to its file's text, below the folder *name*."""
        folder = self.work / name
        run = self.account | dict(settings or {})
        outdir = synthesize(folder, more="", settings=run, replace=changes)
        print(f"synthesized {name}")
        return outdir

    def plan(self, outdir: Path, stack: str, *arguments: str, name: str = "") -> Path:
        """Plan *stack*, and write the plan down as *name*."""
        folder = outdir / "stacks" / f"edgemind-prod-{stack}"
        self.terraform(folder, "init", "-input=false")
        self.terraform(folder, "plan", "-input=false", "-out=plan.bin", *arguments)
        if name:
            write(PLANS / f"{name}.json", json.loads(self.terraform(folder, "show", "-json", "plan.bin")))
        return folder

    def apply(self, folder: Path) -> None:
        """Apply the plan in *folder*."""
        self.terraform(folder, "apply", "-input=false", "plan.bin")
        print(f"applied {folder.name}")

    def terraform(self, folder: Path, *arguments: str) -> str:
        """Run Terraform in *folder* against the account."""
        done = subprocess.run(
            [toolchain.terraform_binary(), *arguments],
            cwd=folder,
            env=toolchain.terraform_environment(os.environ) | self.account,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        if done.returncode:
            sys.exit(f"terraform {arguments[0]} of {folder.name} failed:\n{done.stderr}")
        return done.stdout


def write(file: Path, plan: Mapping[str, Any]) -> None:
    """Write what policies and summaries look at in *plan*, one resource a line."""
    short = essence(plan)
    changes = [_slim(resource) for resource in plan["resource_changes"] if resource["mode"] == "managed"]
    for resource in short["prior_state"]["values"]["root_module"]["resources"]:
        resource["values"].pop("config", None)
    resources = short["configuration"]["root_module"]["resources"]
    short["configuration"]["root_module"]["resources"] = "CONFIGURATION"
    short |= {"resource_changes": "CHANGES", "output_changes": plan.get("output_changes", {})}
    short |= {key: plan[key] for key in ("terraform_version", "applyable", "complete", "errored") if key in plan}
    text = json.dumps(short, sort_keys=True, indent=1, ensure_ascii=False)
    text = text.replace('"CHANGES"', _lines(changes)).replace('"CONFIGURATION"', _lines(resources))
    file.write_text(text + "\n", encoding="utf-8")
    print(f"wrote {file.name}: {len(changes)} resources, {len(text) // 1024} KiB")


def _lines(items: list[dict[str, Any]]) -> str:
    lines = ",\n".join(json.dumps(item, sort_keys=True, ensure_ascii=False, separators=(",", ":")) for item in items)
    return f"[\n{lines}\n]"


def _slim(resource: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: resource[key] for key in ("address", "mode", "type", "name", "change") if key in resource}
    change = dict(kept["change"])
    if change["actions"] == ["no-op"]:  # before and after are the same
        change = {key: change[key] for key in ("actions", "after", "after_unknown", "after_sensitive") if key in change}
    kept["change"] = change
    return kept | {key: resource[key] for key in ("action_reason", "previous_address") if key in resource}


def publish_image(account: Mapping[str, str]) -> None:
    """Do what the delivery workflow does: register a revision with a new image, use it, write it down."""
    session = boto3.session.Session(
        aws_access_key_id=account["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=account["AWS_SECRET_ACCESS_KEY"],
        region_name=account["AWS_REGION"],
    )
    ecs, ssm = (session.client(name, endpoint_url=account["AWS_ENDPOINT_URL"]) for name in ("ecs", "ssm"))
    found = ecs.describe_task_definition(taskDefinition="edgemind-prod-backend", include=["TAGS"])
    task, tags = found["taskDefinition"], found.get("tags", [])
    image = task["containerDefinitions"][0]["image"].rpartition(":")[0] + ":" + "a1" * 20
    task["containerDefinitions"][0]["image"] = image
    answered = (
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
    )
    revision = ecs.register_task_definition(**{k: v for k, v in task.items() if k not in answered}, tags=tags)
    ecs.update_service(
        cluster="edgemind-prod-cluster",
        service="edgemind-prod-backend",
        taskDefinition=revision["taskDefinition"]["taskDefinitionArn"],
    )
    fewest = ssm.get_parameter(Name="/edgemind-prod/backend/min-tasks")["Parameter"]["Value"]
    scaling = session.client("application-autoscaling", endpoint_url=account["AWS_ENDPOINT_URL"])
    scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId="service/edgemind-prod-cluster/edgemind-prod-backend",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=int(fewest),
    )
    ssm.put_parameter(Name="/edgemind-prod/backend/image", Value=image, Type="String", Overwrite=True)
    print(f"published {image}")


def record_stand_ins(work: Path) -> None:
    """Write down a plan that was made before what it reads was applied."""
    outdir = synthesize(work / "cloud")
    account = process.start(work / "empty-account")
    configured = toolchain.terraform_environment({}).get("TF_CLI_CONFIG_FILE")
    with FakeTerraformCloud().running() as service:
        for stack in STACKS:
            service.put_state(f"edgemind-prod-{stack}", empty_state())
        config = service.cli_config(work, more=Path(configured).read_text() if configured else "")
        recorder = Recorder(work, account.variables() | {"TF_CLI_CONFIG_FILE": str(config)})
        recorder.plan(outdir, "backend", "-lock=false", name="stand-ins-backend")
        recorder.plan(outdir, "delivery", "-lock=false", name="stand-ins-delivery")
    process.stop(work / "empty-account")


def record(work: Path) -> None:
    """Write all plans down, in the order in which the account changes."""
    server = process.start(work / "account")
    recorder = Recorder(work, server.variables())
    outdir = recorder.synthesize("as-is")
    for stack in STACKS:
        recorder.apply(recorder.plan(outdir, stack, name=f"first-{stack}"))
    for stack in STACKS:
        recorder.plan(outdir, stack, name=f"applied-{stack}")
    publish_image(server.variables())
    recorder.plan(outdir, "backend", name="image-published-backend")
    bigger = recorder.synthesize("bigger", changes={"memory_mib = 1024": "memory_mib = 2048"})
    recorder.plan(bigger, "backend", name="size-change-backend")
    renamed = {'secret_prefix = "edgemind"': 'secret_prefix = "factory"'}
    recorder.plan(recorder.synthesize("renamed", settings=DESTROY, changes=renamed), "data", name="replacement-data")
    unprotected = recorder.synthesize("unprotected", settings=DESTROY)
    recorder.plan(unprotected, "data", "-destroy", name="destroy-data")
    process.stop(work / "account")


def main() -> None:
    """Record in a temporary folder, or in the one that the command line names."""
    with tempfile.TemporaryDirectory(prefix="plans-") as temporary:
        work = Path(sys.argv[1] if len(sys.argv) > 1 else temporary).resolve()
        PLANS.mkdir(exist_ok=True)
        record_stand_ins(work)
        record(work)


if __name__ == "__main__":
    main()
