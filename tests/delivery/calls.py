"""Every AWS call of the delivery workflows, and who may make it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.support.github_token import client
from tests.support.local_account import LocalAccount

BUCKET = "edgemind-prod-frontend"
CLUSTER = "edgemind-prod-cluster"
NAME = "edgemind-prod-backend"
PARAMETER = "/edgemind-prod/backend/image"
PROBE = "js/probe.js"
REFUSALS = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
Call = Callable[["Actor"], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Someone with a session, in an account.

    Attributes:
        account: The account.
        session: Credentials as environment variables.
    """

    account: LocalAccount
    session: Mapping[str, str]

    def client(self, service: str) -> Any:
        """Return a client of *service* that acts as this one."""
        return client(self.account.endpoint, self.session, service)

    def may(self, call: Call) -> bool:
        """Make *call*; tell whether IAM let it through, whatever the service said then."""
        try:
            call(self)
        except ClientError as error:
            return error.response["Error"]["Code"] not in REFUSALS
        return True


def _register(actor: Actor, **changes: str) -> object:
    """Ask for a revision that IAM must decide on and ECS refuses: a probe must not become the newest revision."""
    found = actor.account.client("ecs").describe_task_definition(taskDefinition=NAME)["taskDefinition"]
    roles = {name: found[name] for name in ("family", "taskRoleArn", "executionRoleArn")}
    return actor.client("ecs").register_task_definition(**roles | changes, containerDefinitions=[])


def _distribution(actor: Actor) -> str:
    return str(actor.account.outputs("delivery")["CLOUDFRONT_DISTRIBUTION_ID"])


def _invalidate(actor: Actor) -> object:
    return actor.client("cloudfront").create_invalidation(
        DistributionId=_distribution(actor),
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(id(actor))},
    )


def _scale(actor: Actor) -> object:
    return actor.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{CLUSTER}/{NAME}",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
    )


def _rewrite(actor: Actor) -> object:
    value = actor.account.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]
    return actor.client("ssm").put_parameter(Name=PARAMETER, Value=value["Value"], Type="String", Overwrite=True)


def _retag(actor: Actor) -> object:
    image = actor.account.client("ecr").batch_get_image(repositoryName=NAME, imageIds=[{"imageTag": "latest"}])
    manifest = image["images"][0]["imageManifest"]
    return actor.client("ecr").put_image(repositoryName=NAME, imageManifest=manifest, imageTag="probe")


CALLS: dict[str, tuple[set[str], Call]] = {
    "log in to the registry": ({"image"}, lambda a: a.client("ecr").get_authorization_token()),
    "begin an upload": ({"image"}, lambda a: a.client("ecr").initiate_layer_upload(repositoryName=NAME)),
    "see the images": ({"image", "backend"}, lambda a: a.client("ecr").describe_images(repositoryName=NAME)),
    "read a manifest": (
        {"image", "backend"},
        lambda a: a.client("ecr").batch_get_image(repositoryName=NAME, imageIds=[{"imageTag": "latest"}]),
    ),
    "tag an image": ({"image", "backend"}, _retag),
    "read the task definition": (
        {"backend"},
        lambda a: a.client("ecs").describe_task_definition(taskDefinition=NAME, include=["TAGS"]),
    ),
    "register a revision": ({"backend"}, _register),
    "see the service": (
        {"backend"},
        lambda a: a.client("ecs").describe_services(cluster=CLUSTER, services=[NAME]),
    ),
    "update the service": ({"backend"}, lambda a: a.client("ecs").update_service(cluster=CLUSTER, service=NAME)),
    "list its tasks": (
        {"backend"},
        lambda a: a.client("ecs").list_tasks(cluster=CLUSTER, serviceName=NAME, desiredStatus="STOPPED"),
    ),
    "read the image in use": ({"backend"}, lambda a: a.client("ssm").get_parameter(Name=PARAMETER)),
    "read which were": ({"backend"}, lambda a: a.client("ssm").get_parameter_history(Name=PARAMETER)),
    "write the image in use": ({"backend"}, _rewrite),
    "read the fewest tasks": (
        {"backend"},
        lambda a: a.client("ssm").get_parameter(Name="/edgemind-prod/backend/min-tasks"),
    ),
    "start the service": ({"backend"}, _scale),
    "list the files": ({"frontend"}, lambda a: a.client("s3").list_objects_v2(Bucket=BUCKET)),
    "list their versions": ({"frontend"}, lambda a: a.client("s3").list_object_versions(Bucket=BUCKET)),
    "write a file": ({"frontend"}, lambda a: a.client("s3").put_object(Bucket=BUCKET, Key=PROBE, Body=b"1")),
    "read a file": ({"frontend"}, lambda a: a.client("s3").get_object(Bucket=BUCKET, Key=PROBE)),
    "mark a file": (
        {"frontend"},
        lambda a: a.client("s3").put_object_tagging(Bucket=BUCKET, Key=PROBE, Tagging={"TagSet": []}),
    ),
    "read a mark": ({"frontend"}, lambda a: a.client("s3").get_object_tagging(Bucket=BUCKET, Key=PROBE)),
    "delete a file": ({"frontend"}, lambda a: a.client("s3").delete_object(Bucket=BUCKET, Key=PROBE)),
    "clear the caches": ({"frontend"}, _invalidate),
    "see whether they are cleared": (
        {"frontend"},
        lambda a: a.client("cloudfront").get_invalidation(DistributionId=_distribution(a), Id="I0"),
    ),
}
"""The calls that a workflow makes, with the jobs that may make them."""

NOBODYS: dict[str, Call] = {
    "update the database's service": lambda a: a.client("ecs").update_service(
        cluster=CLUSTER, service="edgemind-prod-influxdb"
    ),
    "stop the cluster's other tasks": lambda a: a.client("ecs").stop_task(cluster=CLUSTER, task="0"),
    "run a task": lambda a: a.client("ecs").run_task(cluster=CLUSTER, taskDefinition=NAME),
    "run a command in a task": lambda a: a.client("ecs").execute_command(
        cluster=CLUSTER, task="0", command="sh", interactive=True
    ),
    "register another family": lambda a: _register(a, family="edgemind-prod-influxdb"),
    "pass the database's role": lambda a: _register(
        a, taskRoleArn=_role(a, "edgemind-prod-influxdb-task"), family=NAME
    ),
    "pass an administrator's role": lambda a: _register(
        a, executionRoleArn="arn:aws:iam::000000000000:role/administrator", family=NAME
    ),
    "write another parameter": lambda a: a.client("ssm").put_parameter(
        Name="/edgemind-prod/other", Value="x", Type="String"
    ),
    "change the fewest tasks": lambda a: a.client("ssm").put_parameter(
        Name="/edgemind-prod/backend/min-tasks", Value="9", Type="String", Overwrite=True
    ),
    "scale the database": lambda a: a.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{CLUSTER}/edgemind-prod-influxdb",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=2,
        MaxCapacity=2,
    ),
    "delete the repository": lambda a: a.client("ecr").delete_repository(repositoryName=NAME, force=True),
    "delete an image": lambda a: a.client("ecr").batch_delete_image(
        repositoryName=NAME, imageIds=[{"imageTag": "latest"}]
    ),
    "push to another repository": lambda a: a.client("ecr").initiate_layer_upload(repositoryName="other"),
    "change the lifecycle": lambda a: a.client("ecr").put_lifecycle_policy(
        repositoryName=NAME, lifecyclePolicyText='{"rules": []}'.ljust(100)
    ),
    "delete a version of a file": lambda a: a.client("s3").delete_object(Bucket=BUCKET, Key=PROBE, VersionId="0"),
    "write the access logs": lambda a: a.client("s3").put_object(Bucket=f"{BUCKET}-access-logs", Key="x", Body=b""),
    "open the bucket": lambda a: a.client("s3").put_bucket_policy(Bucket=BUCKET, Policy="{}"),
    "stop versioning": lambda a: a.client("s3").put_bucket_versioning(
        Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}
    ),
    "read a secret": lambda a: a.client("secretsmanager").get_secret_value(SecretId="edgemind/influxdb"),
    "read the broker's secret": lambda a: a.client("secretsmanager").get_secret_value(SecretId="edgemind/mqtt"),
    "change its own rights": lambda a: a.client("iam").put_role_policy(
        RoleName="edgemind-prod-delivery-backend", PolicyName="more", PolicyDocument="{}"
    ),
    "change whom it trusts": lambda a: a.client("iam").update_assume_role_policy(
        RoleName="edgemind-prod-delivery-backend", PolicyDocument="{}"
    ),
    "make a user": lambda a: a.client("iam").create_user(UserName="x"),
    "become the application": lambda a: a.client("sts").assume_role(
        RoleArn=_role(a, "edgemind-prod-backend-task"), RoleSessionName="probe"
    ),
    "clear another distribution": lambda a: a.client("cloudfront").create_invalidation(
        DistributionId="EOTHER",
        InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "x"},
    ),
    "change the distribution": lambda a: a.client("cloudfront").delete_distribution(Id=_distribution(a)),
    "delete the logs": lambda a: a.client("logs").delete_log_group(logGroupName="/ecs/edgemind-prod-backend"),
    "delete the network": lambda a: a.client("ec2").delete_vpc(VpcId="vpc-0"),
    "delete the file system": lambda a: a.client("efs").delete_file_system(FileSystemId="fs-0"),
    "schedule a key's end": lambda a: a.client("kms").schedule_key_deletion(KeyId="alias/edgemind-prod-images"),
    "ask a model": lambda a: a.client("bedrock-runtime").invoke_model(modelId="x", body="{}"),
    "see the zones": lambda a: a.client("route53").list_hosted_zones(),
}
"""Calls that no delivery job may make."""


def _role(actor: Actor, name: str) -> str:
    return str(actor.account.client("iam").get_role(RoleName=name)["Role"]["Arn"])
