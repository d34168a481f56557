"""Alarms, the load balancer's targets, the distribution, and the site's own word."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from tools.status import ecs
from tools.status.finding import Finding
from tools.status.target import Target

_TIMEOUT_SECONDS: Final = 10
_CONNECTIONS: Final = ("mqtt", "influxdb")


def alarms(target: Target) -> Iterator[Finding]:
    """Yield each alarm that is on, and how many are not."""
    pages = target.clients("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{target.prefix}-")
    found = [alarm for page in pages for alarm in page.get("MetricAlarms", [])]
    counts = {state: sum(1 for a in found if a["StateValue"] == state) for state in ("OK", "INSUFFICIENT_DATA")}
    for alarm in found:
        if alarm["StateValue"] == "ALARM":
            detail = alarm.get("AlarmDescription") or alarm.get("StateReason", "")
            reason = {"reason": alarm.get("StateReason")}
            yield Finding(section="alarms", subject=alarm["AlarmName"], state="bad", detail=detail, facts=reason)
    yield Finding(
        section="alarms",
        subject=f"{len(found)} alarms",
        state="ok" if found else "bad",
        detail=f"{counts['OK']} ok, {counts['INSUFFICIENT_DATA']} without data yet" if found else "none exists",
        facts={"total": len(found), **{state.lower(): number for state, number in counts.items()}},
    )


def targets(target: Target) -> Iterator[Finding]:
    """Yield the health of each target group's targets."""
    elb = target.clients("elbv2")
    for group in elb.get_paginator("describe_target_groups").paginate().search("TargetGroups[]"):
        if not group["TargetGroupName"].startswith(f"{target.prefix}-"):
            continue
        found = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
        states = [one["TargetHealth"]["State"] for one in found]
        reasons = {one["TargetHealth"].get("Reason", "") for one in found} - {""}
        well = states.count("healthy")
        said = f"{well} of {len(states)} targets healthy" if states else "no target is registered"
        yield Finding(
            section="targets",
            subject=group["TargetGroupName"],
            state="ok" if well == len(states) else "bad",
            detail=": ".join([said, *sorted(reasons)]),
            facts={"healthy": well, "registered": len(states), "states": states},
        )


def distribution(target: Target) -> Iterator[Finding]:
    """Yield whether CloudFront's configuration is everywhere, and how the last invalidation went."""
    found = _distribution(target)
    if found is None:
        yield Finding(section="distribution", subject=target.prefix, state="bad", detail="there is none")
        return
    client = target.clients("cloudfront")
    listed = client.list_invalidations(DistributionId=found["Id"], MaxItems="1")["InvalidationList"].get("Items", [])
    last = f"last invalidation {listed[0]['Id']} {listed[0]['Status'].lower()}" if listed else "no invalidation yet"
    works = found["Enabled"] and found["Status"] in ("Deployed", "InProgress")
    yield Finding(
        section="distribution",
        subject=found["Id"],
        state="ok" if works else "bad",
        detail=f"{found['Status'].lower()}, {'enabled' if found['Enabled'] else 'disabled'}; {last}",
        facts={"domain": found["DomainName"], "invalidation": listed[0]["Id"] if listed else None},
    )


def health(target: Target) -> Iterator[Finding]:
    """Yield what the site says of itself at ``/health``."""
    services = [s for s in ecs.described(target) if s.get("loadBalancers")]
    if services and all(service["desiredCount"] == 0 for service in services):
        detail = "not asked: the backend waits for its first image"
        yield Finding(section="health", subject="/health", state="info", detail=detail)
        return
    url, headers = _health_request(target)
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - https, or the local AWS
        context = ssl.create_default_context()
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS, context=context) as answer:  # noqa: S310
            status, text = answer.status, answer.read(100_000).decode(errors="replace")
    except urllib.error.HTTPError as error:
        status, text = error.code, ""
    except (urllib.error.URLError, OSError) as error:
        yield Finding(section="health", subject=url, state="bad", detail=f"no answer: {error}")
        return
    yield _verdict(url, status, text)


def _verdict(url: str, status: int, text: str) -> Finding:
    try:
        said: Any = json.loads(text)
    except ValueError:
        said = None
    if status != HTTPStatus.OK or not isinstance(said, dict):
        return Finding(section="health", subject=url, state="bad", detail=f"answered {status}, not the backend's JSON")
    lost = [name for name in _CONNECTIONS if said.get(name) is not True]
    works = said.get("status") == "online" and not lost
    detail = f"{said.get('status', 'no status')}" + (
        f", not connected: {', '.join(lost)}" if lost else ", all connected"
    )
    return Finding(section="health", subject=url, state="ok" if works else "bad", detail=detail, facts=said)


def _health_request(target: Target) -> tuple[str, dict[str, str]]:
    found = None if target.domain else _distribution(target)
    host = target.domain or (found["DomainName"] if found else "")
    if target.local_endpoint:
        # the local AWS serves a distribution by the name in the Host header, whatever the address
        return f"{target.local_endpoint}/health", {"Host": host, "X-Forwarded-Proto": "https"}
    return f"https://{host}/health", {}


def _distribution(target: Target) -> dict[str, Any] | None:
    pages = target.clients("cloudfront").get_paginator("list_distributions").paginate()
    for page in pages:
        for found in page["DistributionList"].get("Items", []):
            names = found.get("Aliases", {}).get("Items", [])
            if target.domain in names or (not target.domain and found.get("Comment", "").startswith(target.prefix)):
                return dict(found)
    return None
