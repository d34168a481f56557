"""AWS calls of tasks and services, with the roles that may make them, and calls that none of them may make."""

import uuid
from typing import Final

from tests.delivery.calls import BUCKET, CLUSTER, NOBODYS, Actor, Call

BACKEND, INFLUXDB, CHROMADB = (f"edgemind-prod-{name}" for name in ("backend", "influxdb", "chromadb"))
FLOW_LOG: Final = "/vpc/edgemind-prod/flow-log"
NOVA: Final = "amazon.nova-pro-v1:0"
ROLES: Final = (
    f"{BACKEND}-task",
    f"{BACKEND}-execution",
    f"{INFLUXDB}-task",
    f"{INFLUXDB}-execution",
    f"{CHROMADB}-task",
    f"{CHROMADB}-execution",
    "edgemind-prod-flow-log",
    "edgemind-prod-data",
)


def _write_log(group: str, prefix: str) -> Call:
    def call(actor: Actor) -> object:
        stream = f"{prefix}{uuid.uuid4()}"
        logs = actor.client("logs")
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        event = {"timestamp": 1_800_000_000_000, "message": "probe"}
        return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])

    return call


def _read_secret(name: str) -> Call:
    return lambda actor: actor.client("secretsmanager").get_secret_value(SecretId=name)


def _invoke(model: str) -> Call:
    return lambda actor: actor.client("bedrock-runtime").invoke_model(modelId=model, body="{}")


def _parameters(path: str) -> Call:
    return lambda actor: actor.client("ssm").get_parameters_by_path(Path=path)


OWN: Final[dict[str, tuple[set[str], Call]]] = {
    "write the backend's log": ({f"{BACKEND}-execution"}, _write_log(f"/ecs/{BACKEND}", "ecs/backend/")),
    "write the database's log": ({f"{INFLUXDB}-execution"}, _write_log(f"/ecs/{INFLUXDB}", "ecs/influxdb/")),
    "write the vector store's log": ({f"{CHROMADB}-execution"}, _write_log(f"/ecs/{CHROMADB}", "ecs/chromadb/")),
    "write the flow log": ({"edgemind-prod-flow-log"}, _write_log(FLOW_LOG, "eni-")),
    "see the flow log's streams": (
        {"edgemind-prod-flow-log"},
        lambda a: a.client("logs").describe_log_streams(logGroupName=FLOW_LOG),
    ),
    "read the database's secret": (
        {f"{BACKEND}-execution", f"{INFLUXDB}-execution"},
        _read_secret("edgemind/influxdb"),
    ),
    "read the broker's secret": ({f"{BACKEND}-execution"}, _read_secret("edgemind/mqtt")),
    "read the CMMS's secret": ({f"{BACKEND}-execution"}, _read_secret("edgemind/cmms/maintainx")),
    "log in to the registry": ({f"{BACKEND}-execution"}, lambda a: a.client("ecr").get_authorization_token()),
    "pull the image's manifest": (
        {f"{BACKEND}-execution"},
        lambda a: a.client("ecr").batch_get_image(repositoryName=BACKEND, imageIds=[{"imageTag": "latest"}]),
    ),
    "look for its layers": (
        {f"{BACKEND}-execution"},
        lambda a: a.client("ecr").batch_check_layer_availability(
            repositoryName=BACKEND, layerDigests=[f"sha256:{'0' * 64}"]
        ),
    ),
    "ask Nova": ({f"{BACKEND}-task"}, _invoke(NOVA)),
    "ask Claude": ({f"{BACKEND}-task"}, _invoke("anthropic.claude-sonnet-4-20250514-v1:0")),
    "find the agents": ({f"{BACKEND}-task"}, _parameters("/edgemind/agents/")),
}
"""What each role is for; every other role is denied it."""

_ALSO_OTHERS: Final = {"read a secret", "read the broker's secret", "ask a model"}

NEVER: Final[dict[str, Call]] = {
    **{what: call for what, call in NOBODYS.items() if what not in _ALSO_OTHERS},
    "ask another maker's model": _invoke("meta.llama3-70b-instruct-v1:0"),
    "read parameters of another path": _parameters("/edgemind-prod/"),
    "read all parameters": _parameters("/"),
    "read another project's secret": _read_secret("other/secret"),
    "change a secret": lambda a: a.client("secretsmanager").put_secret_value(
        SecretId="edgemind/influxdb", SecretString="{}"
    ),
    "delete a secret": lambda a: a.client("secretsmanager").delete_secret(SecretId="edgemind/mqtt"),
    "list the secrets": lambda a: a.client("secretsmanager").list_secrets(),
    "write another group's log": _write_log(f"/ecs/{CLUSTER}/exec", "ecs/"),
    "read a log": lambda a: a.client("logs").filter_log_events(logGroupName=f"/ecs/{BACKEND}"),
    "read a file of the site": lambda a: a.client("s3").get_object(Bucket=BUCKET, Key="index.html"),
    "change a file of the site": lambda a: a.client("s3").put_object(Bucket=BUCKET, Key="index.html", Body=b""),
    "push an image": lambda a: a.client("ecr").initiate_layer_upload(repositoryName=BACKEND),
    "update the service": lambda a: a.client("ecs").update_service(cluster=CLUSTER, service=BACKEND),
    "say which image runs": lambda a: a.client("ssm").put_parameter(
        Name=f"/{BACKEND.replace('-backend', '/backend')}/image", Value="x", Type="String", Overwrite=True
    ),
    "delete the backups": lambda a: a.client("backup").delete_backup_vault(BackupVaultName="edgemind-prod-data"),
    "open the file system": lambda a: a.client("efs").put_file_system_policy(
        FileSystemId="fs-0123456789abcdef0", Policy="{}"
    ),
    "use the data's key directly": lambda a: a.client("kms").encrypt(
        KeyId="alias/edgemind-prod-secrets", Plaintext=b"x"
    ),
    "switch a key off": lambda a: a.client("kms").disable_key(KeyId="alias/edgemind-prod-data"),
    "stop the flow log": lambda a: a.client("ec2").delete_flow_logs(FlowLogIds=["fl-0"]),
    "open a security group": lambda a: a.client("ec2").authorize_security_group_ingress(
        GroupId="sg-0", IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    ),
}
"""What none of these roles may do."""
