"""EC2 networking: prefix lists in rules, open egress rules, flow logs, VPC endpoints.

Defects: a security-group rule drops its prefix list, and the provider then fails; the default egress rule
cannot be revoked, because the provider names ports 0 to 0 for protocol -1 and the emulator compares them
literally, so every group stays open and a declared rule of the same kind loses its description and tags;
a flow log forgets its role, interval, format, log group and tags; a VPC endpoint forgets its security groups,
its private DNS and its policy.
"""

from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from tools.local_aws.gateway import Call, Gateway, Json, Reply

DEFAULT_FLOW_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} "
    "${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)
OPEN_ENDPOINT_POLICY = (
    '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'
)


def install(gateway: Gateway) -> None:
    """Attach the completions of this service."""
    _complete_rules(gateway.module("ec2"))
    _complete_flow_logs(gateway)
    _complete_endpoints(gateway)


def _complete_rules(ec2: Any) -> None:  # noqa: ANN401 - a module of the emulator
    parse, render, strip = ec2._parse_ip_permissions, ec2._sg_rule_xml, ec2._strip_descriptions  # noqa: SLF001

    def parse_ip_permissions(params: Json, prefix: str) -> list[Json]:
        rules: list[Json] = parse(params, prefix)
        for position, rule in enumerate(rules, start=1):
            base = f"{prefix}.{position}.PrefixListIds"
            while found := ec2._p(params, f"{base}.{len(rule['PrefixListIds']) + 1}.PrefixListId"):  # noqa: SLF001
                said = ec2._p(params, f"{base}.{len(rule['PrefixListIds']) + 1}.Description")  # noqa: SLF001
                entry = {"PrefixListId": found} | ({"Description": said} if said else {})
                rule["PrefixListIds"].append(entry)
            if rule["IpProtocol"] == "-1":
                rule.pop("FromPort", None)
                rule.pop("ToPort", None)
        return rules

    def sg_rule_xml(sg_id: str, rule: Json, is_egress: bool = False) -> str:  # noqa: FBT001, FBT002 - theirs
        xml: str = render(sg_id, rule, is_egress=is_egress)
        lists = rule.get("PrefixListIds") or []
        if not lists or rule.get("IpRanges") or rule.get("UserIdGroupPairs") or rule.get("Ipv6Ranges"):
            return xml
        return "".join(
            xml.replace("</toPort>", f"</toPort><prefixListId>{escape(entry['PrefixListId'])}</prefixListId>")
            for entry in lists
        )

    def strip_descriptions(rule: Json) -> Json:
        bare: Json = strip(rule)
        bare["PrefixListIds"] = [{"PrefixListId": e["PrefixListId"]} for e in rule.get("PrefixListIds", [])]
        return bare

    ec2._parse_ip_permissions, ec2._sg_rule_xml = parse_ip_permissions, sg_rule_xml  # noqa: SLF001
    ec2._strip_descriptions = strip_descriptions  # noqa: SLF001


def _complete_flow_logs(gateway: Gateway) -> None:
    kept, ec2 = gateway.store(), gateway.module("ec2")

    async def create(call: Call) -> Reply:
        reply, asked = await call.forward(), call.input
        for made in call.output(reply).get("FlowLogIds", []):
            destination = asked.get("LogDestination", "")
            kept[made] = {
                "DeliverLogsPermissionArn": asked.get("DeliverLogsPermissionArn"),
                "MaxAggregationInterval": asked.get("MaxAggregationInterval", 600),
                "LogFormat": asked.get("LogFormat", DEFAULT_FLOW_FORMAT),
                "LogGroupName": asked.get("LogGroupName") or _log_group(destination),
                "DeliverLogsStatus": "SUCCESS",
            }
            for wanted in asked.get("TagSpecifications", []):
                ec2._tags[made] = wanted["Tags"]  # noqa: SLF001
        return reply

    async def describe(call: Call) -> Reply:
        output = call.output(await call.forward())
        logs = [log | dict(kept.get(log["FlowLogId"]) or {}) for log in output.get("FlowLogs", [])]
        return call.answer({"FlowLogs": _filtered(logs, call.input.get("Filter", []))})

    gateway.on("ec2", "CreateFlowLogs")(create)
    gateway.on("ec2", "DescribeFlowLogs")(describe)


def _filtered(logs: list[Json], filters: list[Json]) -> list[Json]:
    fields = {"resource-id": "ResourceId", "flow-log-id": "FlowLogId"}
    for wanted in filters:
        name = fields.get(wanted["Name"])
        logs = [log for log in logs if name is None or log.get(name) in wanted["Values"]]
    return logs


def _log_group(destination: str) -> str | None:
    _, found, name = destination.partition(":log-group:")
    return name.removesuffix(":*") if found else None


def _complete_endpoints(gateway: Gateway) -> None:
    kept, ec2 = gateway.store(), gateway.module("ec2")

    async def create(call: Call) -> Reply:
        reply, asked = await call.forward(), call.input
        made = call.output(reply).get("VpcEndpoint", {})
        if not made:
            return reply
        interface = asked.get("VpcEndpointType") == "Interface"
        kept[made["VpcEndpointId"]] = {
            "groups": list(asked.get("SecurityGroupIds", [])),
            "PrivateDnsEnabled": asked.get("PrivateDnsEnabled", interface),
            "PolicyDocument": asked.get("PolicyDocument", OPEN_ENDPOINT_POLICY),
            "IpAddressType": asked.get("IpAddressType", "ipv4"),
            "DnsOptions": asked.get("DnsOptions", {"DnsRecordIpType": "ipv4"}),
        }
        return call.answer({"VpcEndpoint": _shown(made)})

    async def modify(call: Call) -> Reply:
        reply, asked = await call.forward(), call.input
        found = kept.get(asked["VpcEndpointId"])
        if found is not None:
            removed = set(asked.get("RemoveSecurityGroupIds", []))
            groups = _unique([*found["groups"], *asked.get("AddSecurityGroupIds", [])])
            found["groups"] = [group for group in groups if group not in removed]
            for name in ("PrivateDnsEnabled", "PolicyDocument", "IpAddressType", "DnsOptions"):
                found[name] = asked.get(name, found[name])
            if asked.get("ResetPolicy"):
                found["PolicyDocument"] = OPEN_ENDPOINT_POLICY
        return reply

    async def describe(call: Call) -> Reply:
        output = call.output(await call.forward())
        found = [_shown(endpoint) for endpoint in output.get("VpcEndpoints", [])]
        wanted = {f["Name"]: f["Values"] for f in call.input.get("Filters", [])}
        for name, field in (("vpc-id", "VpcId"), ("service-name", "ServiceName")):
            found = [endpoint for endpoint in found if name not in wanted or endpoint[field] in wanted[name]]
        return call.answer({"VpcEndpoints": found})

    def _shown(endpoint: Json) -> Json:
        more = dict(kept.get(endpoint["VpcEndpointId"]) or {})
        groups = more.pop("groups", [])
        names = {group: (ec2._security_groups.get(group) or {}).get("GroupName", group) for group in groups}  # noqa: SLF001
        more["Groups"] = [{"GroupId": group, "GroupName": name} for group, name in names.items()]
        return endpoint | more

    gateway.on("ec2", "CreateVpcEndpoint")(create)
    gateway.on("ec2", "ModifyVpcEndpoint")(modify)
    gateway.on("ec2", "DescribeVpcEndpoints")(describe)


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
