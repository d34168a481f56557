"""Secrets Manager secrets whose keys are declared, and whose values are in no file, plan or state."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from cdktf import Fn, TerraformStack, Token
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from constructs_lib.encryption_key import EncryptionKey
from constructs_lib.exceptions import except_from_check
from constructs_lib.iam import Role, Statement
from constructs_lib.naming import checked_name
from constructs_lib.protection import protected

_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_SHORTEST_VALUE: Final = 16
_LONGEST_VALUE: Final = 4096  # Secrets Manager: GetRandomPassword, PasswordLength
_VERSIONS: Final = range(1, 2**31)
_RECOVERY_WINDOW_DAYS: Final = range(7, 31)  # Secrets Manager: DeleteSecret, RecoveryWindowInDays


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratedValue:
    """How Secrets Manager makes up a value that nobody has to know.

    Attributes:
        length: Characters, 16 to 4096.
        punctuation: Whether characters such as ``$`` and ``"`` may occur. Off when omitted: letters and
            digits pass through URLs, headers and shells unharmed, and length makes up for it.

    Raises:
        ValueError: The length is out of range.
    """

    length: int = 48
    punctuation: bool = False

    def __post_init__(self) -> None:
        if not _SHORTEST_VALUE <= self.length <= _LONGEST_VALUE:
            raise ValueError(f"length={self.length} of a generated value; use {_SHORTEST_VALUE} to {_LONGEST_VALUE}")


@dataclass(frozen=True, slots=True)
class SecretKey:
    """One key of a secret's JSON, as a container is given it.

    Attributes:
        secret: The secret that declares the key.
        name: The key.

    Raises:
        ValueError: The secret does not declare the key.
    """

    secret: "Secret" = field(repr=False)
    name: str

    def __post_init__(self) -> None:
        if self.name not in self.secret.declared_keys:
            raise ValueError(
                f"secret {self.secret.name!r} declares no key {self.name!r}; "
                f"it declares {', '.join(self.secret.declared_keys)}"
            )

    @property
    def value_from(self) -> str:
        """The key's current value as ``valueFrom`` names it (ECS: "Pass Secrets Manager secrets")."""
        return f"{self.secret.arn}:{self.name}::"


class Secret(Construct):
    """A JSON secret under a customer-managed key, with declared keys.

    Either people supply the whole JSON (*supplied*), or Terraform writes it (*fixed* and *generated*). Never
    both: Secrets Manager stores one document a version, so whoever writes last would wipe out the other's
    part.

    What people supply is set once, and again when it changes, by a command that shows the value nowhere (the
    JSON is typed or pasted, ended with Ctrl-D, and leaves no trace in the shell's history)::

        aws secretsmanager put-secret-value --secret-id NAME --secret-string file:///dev/stdin

    Generated values are ephemeral in Terraform and reach the secret through a write-only argument, so they
    are in no JSON, plan or state. Terraform can't compare what it can't see: values are made when *version*
    rises, all of them, and a change of *fixed* waits for that too. Raise it to rotate. The plan then replaces the
    version, not the secret: the value of before stays readable as ``AWSPREVIOUS``.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        key: EncryptionKey,
        supplied: Sequence[str] = (),
        fixed: Mapping[str, str] = _NOTHING,
        generated: Mapping[str, GeneratedValue] = _NOTHING,
        version: int = 1,
        recovery_window_days: int = 30,
        dangerously_allow_destroy: bool = False,
    ) -> None:
        """Define the secret.

        Args:
            scope: Parent construct.
            construct_id: Id below it.
            name: Name in Secrets Manager.
            description: What it is for and who supplies it.
            key: Key that encrypts it.
            supplied: Keys of the JSON that people put.
            fixed: Keys with values that are no secret (a URL beside its token); they are in the JSON.
            generated: Keys with values that Secrets Manager makes up.
            version: Raise it to write *fixed* and fresh *generated* values.
            recovery_window_days: Days in which a deleted secret can be restored, 7 to 30; 0 only together
                with *dangerously_allow_destroy*.
            dangerously_allow_destroy: Let Terraform delete the secret.

        Raises:
            ValueError: No keys, keys of both kinds, a key twice, or a value that AWS refuses.
        """
        super().__init__(scope, construct_id)
        self.name = checked_name("secret", name)
        self.declared_keys = _checked_keys(name, supplied=supplied, fixed=fixed, generated=generated)
        _check_recovery_window(name, recovery_window_days, may_be_none=dangerously_allow_destroy)
        if version not in _VERSIONS:
            raise ValueError(f"secret {name!r}: version={version}; start at 1 and raise it by 1 to rotate")
        self._key = key
        self.resource = SecretsmanagerSecret(
            self,
            "Resource",
            name=name,
            description=description,
            kms_key_id=key.arn,
            recovery_window_in_days=recovery_window_days,
            lifecycle=protected(dangerously_allow_destroy=dangerously_allow_destroy),
        )
        except_from_check(
            self.resource,
            "CKV2_AWS_57",
            reason="its users read it at start: a value that changes by timer, without their restart, locks them out; "
            "it rotates by raising its version, or by the people who supply it",
            expires=date(2027, 11, 30),
        )
        self.arn: str = self.resource.arn
        if not supplied:
            self._write(fixed=fixed, generated=generated, version=version)

    def key(self, name: str) -> SecretKey:
        """Return the declared key *name*.

        Raises:
            ValueError: The secret does not declare it.
        """
        return SecretKey(self, name)

    def grant_read(self, role: Role, grant_id: str) -> None:
        """Let *role* read this secret and no other, and decrypt it through Secrets Manager."""
        role.grant(
            grant_id,
            Statement(sid="Read", actions=["secretsmanager:GetSecretValue"], resources=[self.arn]),
        )
        self._key.grant_decrypt(role, f"{grant_id}-key", via_service="secretsmanager")

    def _write(self, *, fixed: Mapping[str, str], generated: Mapping[str, GeneratedValue], version: int) -> None:
        values = {key: _json_template(value) for key, value in fixed.items()}
        values |= {key: self._generate(key, value) for key, value in generated.items()}
        SecretsmanagerSecretVersion(
            self,
            "Version",
            secret_id=self.resource.id,
            secret_string_wo="{" + ",".join(f'"{key}":{value}' for key, value in values.items()) + "}",
            secret_string_wo_version=version,
        )

    def _generate(self, key: str, value: GeneratedValue) -> str:
        """Declare the ephemeral resource that makes the value of *key*, and return its place in the JSON.

        The bindings have no classes for ephemeral resources, hence the override.
        """
        kind, name = "aws_secretsmanager_random_password", f"{self.resource.friendly_unique_id}_{key}"
        TerraformStack.of(self).add_override(
            f"ephemeral.{kind}.{name}",
            {
                "password_length": value.length,
                "exclude_punctuation": not value.punctuation,
                "require_each_included_type": True,
            },
        )
        return f"${{jsonencode(ephemeral.{kind}.{name}.random_password)}}"


def _json_template(value: str) -> str:
    """Return *value* as a JSON string inside a Terraform template: a token is encoded when it is known."""
    if Token.is_unresolved(value):
        return Token.as_string(Fn.jsonencode(value))
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")


def _checked_keys(
    secret: str,
    *,
    supplied: Sequence[str],
    fixed: Mapping[str, str],
    generated: Mapping[str, GeneratedValue],
) -> tuple[str, ...]:
    if supplied and (fixed or generated):
        raise ValueError(
            f"secret {secret!r} has supplied keys ({', '.join(supplied)}) and keys that Terraform writes "
            f"({', '.join([*fixed, *generated])}); one document has one author: make two secrets of it"
        )
    keys = (*supplied, *fixed, *generated)
    if not keys:
        raise ValueError(f"secret {secret!r} declares no key; name its keys in supplied, fixed or generated")
    for key in keys:
        if not _KEY.fullmatch(key):
            raise ValueError(
                f"secret {secret!r}: key {key!r} is no plain name; use letters, digits and _, a letter first"
            )
        if keys.count(key) > 1:
            raise ValueError(f"secret {secret!r} declares the key {key!r} twice; drop one")
    return keys


def _check_recovery_window(secret: str, days: int, *, may_be_none: bool) -> None:
    if days in _RECOVERY_WINDOW_DAYS or (days == 0 and may_be_none):
        return
    raise ValueError(
        f"secret {secret!r}: recovery_window_days={days}; use 7 to 30, "
        "or 0 (gone at once) together with dangerously_allow_destroy"
    )
