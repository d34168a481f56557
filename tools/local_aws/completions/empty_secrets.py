"""Secrets Manager: a secret without a value has none to give.

Defect: ``GetSecretValue`` of a secret that was created without a value answers with a version that holds nothing;
AWS answers ``ResourceNotFoundException`` ("Secrets Manager: GetSecretValue").
"""

from tools.local_aws.gateway import SUCCESS, Call, Gateway, Reply


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""

    async def get_value(call: Call) -> Reply:
        reply = await call.forward()
        if reply[0] == SUCCESS and not {"SecretString", "SecretBinary"} & set(call.output(reply)):
            stage = call.input.get("VersionStage", "AWSCURRENT")
            return call.refuse(
                "ResourceNotFoundException",
                f"Secrets Manager can't find the specified secret value for staging label: {stage}",
            )
        return reply

    gateway.on("secretsmanager", "GetSecretValue")(get_value)
