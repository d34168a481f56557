"""EFS file systems that only the right task can mount."""

from typing import Any

from cdktf_cdktf_provider_aws.efs_access_point import (
    EfsAccessPoint,
    EfsAccessPointPosixUser,
    EfsAccessPointRootDirectory,
    EfsAccessPointRootDirectoryCreationInfo,
)
from cdktf_cdktf_provider_aws.efs_file_system import EfsFileSystem, EfsFileSystemLifecyclePolicy
from cdktf_cdktf_provider_aws.efs_file_system_policy import EfsFileSystemPolicy
from cdktf_cdktf_provider_aws.efs_mount_target import EfsMountTarget
from constructs import Construct

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.iam import Role, Statement, policy_document
from constructs_lib.naming import checked_name
from constructs_lib.network import NetworkLike
from constructs_lib.protection import protected
from constructs_lib.security_group import SecurityGroup

NFS_PORT = 2049
_MOUNT_AND_WRITE = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]


class FileSystem(Construct):
    """An encrypted EFS file system with one access point and a mount target a private subnet.

    One owner: the access point fixes user and directory, the policy lets one role mount through that access point
    over TLS and refuses root access and everybody else (EFS: "Using IAM to control file system data access"). The
    files survive a lost zone, and the file system is protected against destruction.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        network: NetworkLike,
        key: EncryptionKey,
        owner_uid: int,
        owner_gid: int,
        directory: str = "/data",
        dangerously_allow_destroy: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        life = protected(dangerously_allow_destroy=dangerously_allow_destroy)
        self.resource = EfsFileSystem(
            self,
            "Resource",
            creation_token=checked_name("EFS token", name),
            encrypted=True,
            kms_key_id=key.arn,
            throughput_mode="elastic",
            lifecycle_policy=[
                EfsFileSystemLifecyclePolicy(transition_to_ia="AFTER_30_DAYS"),
                EfsFileSystemLifecyclePolicy(transition_to_primary_storage_class="AFTER_1_ACCESS"),
            ],
            tags={"Name": name},
            lifecycle=protected(
                dangerously_allow_destroy=dangerously_allow_destroy,
                # a restored file system has another token, and is this one all the same
                ignore_changes=["creation_token"],
            ),
        )
        self.id: str = self.resource.id
        self.arn: str = self.resource.arn
        self.access_point = EfsAccessPoint(
            self,
            "AccessPoint",
            file_system_id=self.id,
            posix_user=EfsAccessPointPosixUser(uid=owner_uid, gid=owner_gid),
            root_directory=EfsAccessPointRootDirectory(
                path=directory,
                creation_info=EfsAccessPointRootDirectoryCreationInfo(
                    owner_uid=owner_uid, owner_gid=owner_gid, permissions="0750"
                ),
            ),
            tags={"Name": name},
            lifecycle=life,
        )
        self.security_group = SecurityGroup(
            self, "SecurityGroup", network=network, name=f"{name}-efs", description=f"File system of {name}"
        )
        self.mount_targets = [
            EfsMountTarget(
                self,
                f"MountTarget{number}",
                file_system_id=self.id,
                subnet_id=subnet_id,
                security_groups=[self.security_group.id],
            )
            for number, subnet_id in enumerate(network.private_subnet_ids, start=1)
        ]

    def mount_by(self, role: Role, security_group: SecurityGroup) -> EfsFileSystemPolicy:
        """Make *role*, in *security_group*, the one that mounts the file system. Called once."""
        self.security_group.allow_from(security_group, port=NFS_PORT, purpose="Mounts its file system")
        through_access_point = {"StringEquals": {"elasticfilesystem:AccessPointArn": self.access_point.arn}}
        role.grant(
            "mount-file-system",
            Statement(sid="Mount", actions=_MOUNT_AND_WRITE, resources=[self.arn], conditions=through_access_point),
        )
        statements: list[dict[str, Any]] = [
            {
                "Sid": "OwnerThroughItsAccessPoint",
                "Effect": "Allow",
                "Principal": {"AWS": role.arn},
                "Action": _MOUNT_AND_WRITE,
                "Resource": self.arn,
                "Condition": {**through_access_point, "Bool": {"aws:SecureTransport": "true"}},
            },
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": "*",
                "Resource": self.arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ]
        return EfsFileSystemPolicy(
            self,
            "Policy",
            file_system_id=self.id,
            policy=policy_document(statements, policy_id="one-owner"),
        )
