"""Elastic Load Balancing: protocol versions of target groups, weighted forwards of listener rules.

Defects: a target group forgets ``ProtocolVersion`` and ``IpAddressType``, so the next plan replaces it; an
action with ``ForwardConfig`` is stored without its target groups, so the rule neither reads back nor routes.
"""

from typing import Any
from xml.sax.saxutils import escape

from tools.local_aws.gateway import Call, Gateway, Json, Reply

SERVICE, MODEL = "elasticloadbalancing", "elbv2"


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    versions = gateway.store()

    async def create(call: Call) -> Reply:
        reply = await call.forward()
        for group in call.output(reply).get("TargetGroups", []):
            asked = call.input
            versions[group["TargetGroupArn"]] = {
                "ProtocolVersion": asked.get("ProtocolVersion", "HTTP1"),
                "IpAddressType": asked.get("IpAddressType", "ipv4"),
            }
        return _described(call, reply)

    async def describe(call: Call) -> Reply:
        return _described(call, await call.forward())

    def _described(call: Call, reply: Reply) -> Reply:
        output = call.output(reply)
        if "TargetGroups" not in output:
            return reply
        groups = [group | _versions_of(group) for group in output["TargetGroups"]]
        return call.answer(output | {"TargetGroups": groups})

    def _versions_of(group: Json) -> Json:
        kept: Json = dict(versions.get(group["TargetGroupArn"]) or {})
        if not str(group.get("Protocol", "")).startswith("HTTP"):
            kept.pop("ProtocolVersion", None)
        return kept

    gateway.on(SERVICE, "CreateTargetGroup", model=MODEL)(create)
    gateway.on(SERVICE, "DescribeTargetGroups", model=MODEL)(describe)
    gateway.on(SERVICE, "ModifyTargetGroup", model=MODEL)(describe)
    _keep_forwards(gateway.module("alb"))


def _keep_forwards(alb: Any) -> None:  # noqa: ANN401 - a module of the emulator
    parse, render = alb._parse_actions, alb._action_xml  # noqa: SLF001

    def parse_actions(params: Json, prefix: str = "DefaultActions") -> list[Json]:
        actions: list[Json] = parse(params, prefix)
        for position, action in enumerate(actions, start=1):
            forward = _forward(params, f"{prefix}.member.{position}.ForwardConfig", alb._p)  # noqa: SLF001
            if forward:
                action["ForwardConfig"] = forward
                # what the emulator routes by; one group is what AWS repeats here, too
                action.setdefault("TargetGroupArn", forward["TargetGroups"][0]["TargetGroupArn"])
                action["_several"] = len(forward["TargetGroups"]) > 1
        return actions

    def action_xml(action: Json) -> str:
        shown = {
            key: value for key, value in action.items() if not (key == "TargetGroupArn" and action.get("_several"))
        }
        xml: str = render(shown)
        forward = action.get("ForwardConfig")
        return xml.replace("</member>", f"{_forward_xml(forward)}</member>") if forward else xml

    alb._parse_actions, alb._action_xml = parse_actions, action_xml  # noqa: SLF001


def _forward(params: Json, base: str, read: Any) -> Json:  # noqa: ANN401
    groups: list[Json] = []
    while arn := read(params, f"{base}.TargetGroups.member.{len(groups) + 1}.TargetGroupArn"):
        weight = read(params, f"{base}.TargetGroups.member.{len(groups) + 1}.Weight", "1")
        groups.append({"TargetGroupArn": arn, "Weight": weight})
    if not groups:
        return {}
    stickiness = {
        "Enabled": read(params, f"{base}.TargetGroupStickinessConfig.Enabled", "false").lower(),
        "DurationSeconds": read(params, f"{base}.TargetGroupStickinessConfig.DurationSeconds", ""),
    }
    return {"TargetGroups": groups, "Stickiness": stickiness}


def _forward_xml(forward: Json) -> str:
    groups = "".join(
        f"<member><TargetGroupArn>{escape(group['TargetGroupArn'])}</TargetGroupArn>"
        f"<Weight>{group['Weight']}</Weight></member>"
        for group in forward["TargetGroups"]
    )
    sticky = f"<Enabled>{forward['Stickiness']['Enabled']}</Enabled>"
    if forward["Stickiness"]["DurationSeconds"]:
        sticky += f"<DurationSeconds>{forward['Stickiness']['DurationSeconds']}</DurationSeconds>"
    return (
        f"<ForwardConfig><TargetGroups>{groups}</TargetGroups>"
        f"<TargetGroupStickinessConfig>{sticky}</TargetGroupStickinessConfig></ForwardConfig>"
    )
