"""What the backend may do in AWS besides reading its secrets: ask models and agents."""

from constructs_lib.account import AwsAccount
from constructs_lib.iam import Role, Statement

_MODEL_FAMILIES = ("anthropic.claude-*", "amazon.nova-*", "amazon.titan-embed-*")
_PROFILE_FAMILIES = ("us.anthropic.claude-*", "us.amazon.nova-*")


def grant_models(role: Role) -> None:
    """Let *role* invoke Claude, Nova and Titan embeddings, directly or through inference profiles."""
    account = AwsAccount.of(role)
    models = [f"arn:aws:bedrock:*::foundation-model/{family}" for family in _MODEL_FAMILIES]
    profiles = [account.arn("bedrock", f"inference-profile/{family}") for family in _PROFILE_FAMILIES]
    role.grant(
        "invoke-models",
        Statement(
            sid="InvokeModels",
            actions=["bedrock:InvokeModel"],
            resources=[*models, *profiles],
            wildcard_reason="a model's id ends in its version, and a profile runs it in any region of its geography",
        ),
    )


def grant_agents(role: Role) -> None:
    """Let *role* invoke this account's agents, and find them under ``/edgemind/agents/``."""
    account = AwsAccount.of(role)
    role.grant(
        "invoke-agents",
        Statement(
            sid="InvokeAgents",
            actions=["bedrock:InvokeAgent"],
            resources=[account.arn("bedrock", "agent-alias/*")],
            wildcard_reason="agents are made outside of Terraform and have random ids",
        ),
        Statement(
            sid="InvokeRuntimes",
            actions=["bedrock-agentcore:InvokeAgentRuntime"],
            resources=[account.arn("bedrock-agentcore", "runtime/*")],
            wildcard_reason="runtimes are made outside of Terraform and have random ids",
        ),
        Statement(
            sid="FindAgents",
            actions=["ssm:GetParametersByPath"],
            resources=[
                account.arn("ssm", "parameter/edgemind/agents"),
                account.arn("ssm", "parameter/edgemind/agents/*"),
            ],
            wildcard_reason="the right is on a path, its parameters come and go with the agents",
        ),
    )
