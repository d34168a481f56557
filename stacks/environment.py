"""What an environment is: the typed model of one file in ``environments/``.

Strict and frozen. A value that AWS would refuse is refused here, by the same rules that the constructs apply. No
cdktf in here, so that a wrong value is reported in a tenth of a second.
"""

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from constructs_lib.fargate_size import check_task_size
from constructs_lib.image_reference import ImageReference
from constructs_lib.naming import checked_name
from constructs_lib.site_spec import SiteSpec
from stacks.environment_alarms import Alarms
from stacks.environment_network import Domain, DomainName, Network, Table, Words

_LONGEST_ROLE = "chromadb-execution"


class Logs(Table):
    """How long logs stay."""

    retention_days: Literal[30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653] = Field(
        default=365, description="Days; one of CloudWatch's retentions, 30 or more."
    )


class _TaskSize(Table):
    cpu_units: int = Field(description="1024 are one vCPU.")
    memory_mib: int = Field(description="Must be a size that Fargate pairs with cpu_units.")
    architecture: Literal["X86_64", "ARM64"] = Field(default="X86_64", description="Processor of the task.")

    @model_validator(mode="after")
    def _fargate_size(self) -> Self:
        check_task_size(cpu_units=self.cpu_units, memory_mib=self.memory_mib)
        return self


class Cmms(Table):
    """The maintenance system that the backend writes work orders to."""

    enabled: bool = Field(default=False, description="Whether the backend uses it; then its secret needs a value.")
    provider: Literal["maintainx"] = Field(default="maintainx", description="Which system.")
    base_url: str = Field(
        default="https://api.getmaintainx.com/v1",
        pattern=r"^https://[^\s]+$",
        description="Its API; starts with https://.",
    )


class Backend(_TaskSize):
    """The Node.js service."""

    min_tasks: int = Field(default=1, ge=1, description="Fewest tasks, all on demand.")
    max_tasks: int = Field(default=4, ge=1, le=100, description="Most tasks.")
    cpu_target_percent: int = Field(default=70, ge=10, le=90, description="CPU use that scaling aims at.")
    memory_target_percent: int = Field(default=80, ge=10, le=90, description="Memory use that scaling aims at.")
    spot_percent: int = Field(default=0, ge=0, le=100, description="Share of the tasks beyond min_tasks on spot.")
    read_only_root: bool = Field(default=True, description="Whether the image's file system is read-only.")
    bedrock_model_id: str = Field(min_length=1, description="Model or inference profile that the backend asks.")
    environment: dict[str, str] = Field(default_factory=dict, description="More environment variables; no secrets.")
    cmms: Cmms = Field(default=Cmms(), description="The maintenance system.")

    @model_validator(mode="after")
    def _range_of_tasks(self) -> Self:
        if self.min_tasks > self.max_tasks:
            raise ValueError(f"min_tasks={self.min_tasks} is more than max_tasks={self.max_tasks}; raise max_tasks")
        for name in self.environment:
            if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
                raise ValueError(f"environment has {name!r}; use capitals, digits and _")
            if re.search(r"SECRET|PASSWORD|TOKEN|API_KEY", name):
                raise ValueError(f"environment has {name!r}: put secrets into Secrets Manager, not into this file")
        return self


_DATA_PATH = "Where this version of the image keeps its data: an absolute directory such as /data."


class _DataService(_TaskSize):
    image: str = Field(description="Image with a version tag or a digest.")
    data_path: str = Field(pattern=r"^/[^\s]*[^/\s]$", description=_DATA_PATH)

    @field_validator("image")
    @classmethod
    def _is_pinned(cls, value: str) -> str:
        ImageReference.parse(value).require_pinned()
        return value


class Influxdb(_DataService):
    """The time series database."""

    data_path: str = Field(default="/var/lib/influxdb2", pattern=r"^/[^\s]*[^/\s]$", description=_DATA_PATH)
    organization: str = Field(default="proveit", min_length=1, description="InfluxDB organization.")
    bucket: str = Field(default="factory", min_length=1, description="InfluxDB bucket.")
    retention: str = Field(
        default="48h",
        pattern=r"^[1-9][0-9]*(s|m|h|d|w)$",
        description="How long points stay, such as 48h; units s, m, h, d, w.",
    )


class Chromadb(_DataService):
    """The vector store."""

    @model_validator(mode="after")
    def _path_of_version(self) -> Self:
        tag = ImageReference.parse(self.image).tag or ""
        if match := re.match(r"v?(\d+)\.", tag):
            right = "/data" if int(match[1]) >= 1 else "/chroma/chroma"
            if self.data_path != right:
                raise ValueError(
                    f"data_path={self.data_path!r} is not where {self.image} writes, a restart would lose all data; "
                    f"use {right!r}"
                )
        return self


class Backups(Table):
    """Daily copies of the data services' files."""

    retention_days: int = Field(default=35, ge=7, le=3650, description="Days that a backup stays.")


class Frontend(Table):
    """The static site."""

    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = Field(
        default="PriceClass_100", description="Where in the world CloudFront serves from."
    )
    content_security_policy: dict[str, Words] = Field(
        default_factory=dict, description="Sources to add to the strict policy, by directive."
    )

    @model_validator(mode="after")
    def _extends_policy(self) -> Self:
        try:
            SiteSpec(csp=self.content_security_policy)
        except ValueError as error:
            raise ValueError(f"content_security_policy: {error}") from error
        return self


class Github(Table):
    """The repository whose workflows deliver."""

    owner: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}$", description="User or organization: letters, digits and hyphens."
    )
    repository: str = Field(pattern=r"^[A-Za-z0-9._-]{1,100}$", description="Repository name: letters, digits and ._-")
    branch: str = Field(
        default="main", pattern=r"^[^\s*?]+$", description="Branch that delivers: one name, no * or ? in it."
    )
    owner_id: int | None = Field(default=None, ge=1, description="Number of the owner, for immutable subjects.")
    repository_id: int | None = Field(default=None, ge=1, description="Number of the repository, likewise.")
    create_provider: bool = Field(
        default=True, description="Create GitHub's OIDC provider; false where the account has it already."
    )

    @model_validator(mode="after")
    def _both_ids(self) -> Self:
        if (self.owner_id is None) != (self.repository_id is None):
            raise ValueError("owner_id and repository_id go together; give both or neither")
        return self


class TerraformCloud(Table):
    """Where runs and state are, for an environment that a team works on together."""

    organization: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$", description="Organization's name.")
    project: str = Field(
        default="edgemind", pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{2,39}$", description="Project of the workspaces."
    )
    hostname: DomainName = Field(
        default="app.terraform.io", description="Terraform Enterprise's host, where it is not HashiCorp's."
    )
    create_provider: bool = Field(
        default=True, description="Create its OIDC provider; false where the account has it already."
    )


class Environment(Table):
    """One environment: all that differs between it and another."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9]{1,15}$",
        description="2 to 16 lower-case letters and digits, a letter first; also the file's name.",
    )
    project: str = Field(
        default="edgemind",
        pattern=r"^[a-z][a-z0-9]{1,19}$",
        description="First part of all names: lower-case letters and digits, a letter first.",
    )
    region: Literal["us-east-1"] = Field(
        default="us-east-1",
        description="AWS region. CloudFront's certificates and web ACLs exist in this one only.",
    )
    secret_prefix: str = Field(
        pattern=r"^[a-z][a-z0-9/-]*[a-z0-9]$",
        description="First part of the secrets' names: lower-case letters, digits, - and / inside.",
    )
    private_namespace: DomainName = Field(description="Private DNS namespace: lower-case labels joined by dots.")
    domain: Domain | None = Field(default=None, description="The site's name; CloudFront's own when omitted.")
    network: Network = Field(description="The VPC.")
    logs: Logs = Field(default=Logs(), description="Log retention.")
    backend: Backend = Field(description="The Node.js service.")
    influxdb: Influxdb = Field(description="The time series database.")
    chromadb: Chromadb = Field(description="The vector store.")
    backups: Backups = Field(default=Backups(), description="Backups.")
    alarms: Alarms = Field(default=Alarms(), description="Who hears of trouble.")
    frontend: Frontend = Field(default=Frontend(), description="The static site.")
    github: Github = Field(description="Who delivers.")
    terraform_cloud: TerraformCloud | None = Field(
        default=None, description="Runs and state in Terraform Cloud; state in a local file when omitted."
    )

    @property
    def prefix(self) -> str:
        """First part of every name: project and environment."""
        return f"{self.project}-{self.name}"

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        for zone in self.network.availability_zones:
            if not re.fullmatch(rf"{self.region}[a-z]", zone):
                raise ValueError(
                    f"network.availability_zones has {zone!r}, which is not in region={self.region!r}; "
                    f"use zones such as {self.region}a"
                )
        checked_name("target group", f"{self.prefix}-backend")
        checked_name("IAM role", f"{self.prefix}-{_LONGEST_ROLE}")
        checked_name("S3 bucket", f"{self.prefix}-frontend")
        return self
