"""The widgets of a dashboard, by the question that they answer. Plain dictionaries; see :mod:`.dashboard`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from constructs_lib.account import AwsAccount
from constructs_lib.alarm import Metric
from constructs_lib.alarm_recipes import BUSY_PERCENT, distribution_metric, service_metric
from constructs_lib.monitoring import Monitoring

Widget = dict[str, Any]
GRID_COLUMNS: Final = 24
_HEIGHT: Final = 6


def is_it_up(watched: Sequence[Monitoring], *, account: AwsAccount, runbook_path: str) -> list[Widget]:
    """Alarms first, then tasks, health, errors and latency."""
    names = [name for monitoring in watched for name in monitoring.alarms]
    alarms: Widget = {
        "type": "alarm",
        "width": GRID_COLUMNS,
        "height": 2 + (len(names) + 3) // 4,
        "properties": {
            "title": "Alarms",
            "alarms": [account.arn("cloudwatch", f"alarm:{name}") for name in names],
        },
    }
    region = account.region
    found = [_heading(f"Is it up? A red alarm names its section of {runbook_path}."), alarms]
    for monitoring in watched:
        for task in monitoring.tasks:
            cluster, name = task.cluster.name, task.spec.name
            counts = [
                ("running", service_metric(cluster, name, "RunningTaskCount")),
                ("desired", service_metric(cluster, name, "DesiredTaskCount")),
            ]
            use = [
                ("CPU", service_metric(cluster, name, "CPUUtilization")),
                ("memory", service_metric(cluster, name, "MemoryUtilization")),
            ]
            found.append(_graph(f"{name}: tasks", counts, region, width=8, floor=0))
            found.append(_graph(f"{name}: CPU and memory, %", use, region, width=16, limit=BUSY_PERCENT, floor=0))
    for monitoring in watched:
        for name, load_balancer, group in monitoring.targets:
            found += _target_graphs(name, load_balancer, group, region)
        for name, distribution in monitoring.distributions:
            errors = [(label, distribution_metric(distribution, f"{label}ErrorRate")) for label in ("5xx", "4xx")]
            time = [(q, distribution_metric(distribution, "OriginLatency", statistic=q)) for q in ("p50", "p90")]
            found.append(_graph(f"{name}: CloudFront errors, %", errors, region, width=12, limit=5, floor=0))
            found.append(_graph(f"{name}: CloudFront to origins, ms", time, region, width=12, floor=0))
    return found


def is_data_flowing(watched: Sequence[Monitoring], *, region: str) -> list[Widget]:
    """Requests in, lost connections, bytes over the network and to the file systems."""
    found = [_heading("Is data flowing? Lost connections should be flat at zero, the rest should not.")]
    lines = [pair for monitoring in watched for pair in monitoring.log_metrics]
    if lines:
        found.append(_graph("Lost connections, lines in the log", lines, region, width=12, floor=0))
    requests = [
        (name, distribution_metric(identifier, "Requests", statistic="Sum"))
        for monitoring in watched
        for name, identifier in monitoring.distributions
    ]
    if requests:
        found.append(_graph("Requests at CloudFront", requests, region, width=12, floor=0))
    tasks = [task for monitoring in watched for task in monitoring.tasks]
    received = [(task.spec.name, service_metric(task.cluster.name, task.spec.name, "NetworkRxBytes")) for task in tasks]
    found.append(_graph("Bytes received per second", received, region, width=12, floor=0))
    files = [
        (name, Metric(namespace="AWS/EFS", name="TotalIOBytes", dimensions={"FileSystemId": fs}, statistic="Sum"))
        for monitoring in watched
        for name, fs in monitoring.file_systems
    ]
    if files:
        found.append(_graph("Bytes to and from the file systems", files, region, width=12, floor=0))
    return found


def what_changed(watched: Sequence[Monitoring], *, region: str) -> list[Widget]:
    """Deployments, events that were reported, and the newest errors of each log."""
    tasks = [task for monitoring in watched for task in monitoring.tasks]
    deployments = [
        (task.spec.name, service_metric(task.cluster.name, task.spec.name, "DeploymentCount")) for task in tasks
    ]
    found = [
        _heading("What changed? Two deployments at once mean that one is under way."),
        _graph("Deployments", deployments, region, width=12, floor=0),
    ]
    events = [
        (name, Metric(namespace="AWS/Events", name="TriggeredRules", dimensions={"RuleName": name}, statistic="Sum"))
        for monitoring in watched
        for name in monitoring.events
    ]
    if events:
        found.append(_graph("Reported events", events, region, width=12, floor=0))
    groups = [f"SOURCE '{task.log_group.name}'" for task in tasks]
    query = " | ".join(
        [*groups, "fields @timestamp, @log, @message", "filter @message like /(?i)error/", "sort @timestamp desc"]
    )
    found.append(
        {
            "type": "log",
            "width": GRID_COLUMNS,
            "height": _HEIGHT,
            "properties": {"title": "Newest errors", "region": region, "view": "table", "query": f"{query} | limit 50"},
        }
    )
    return found


def place(sections: Sequence[Sequence[Widget]]) -> list[Widget]:
    """Return all widgets with their place on the grid: left to right, then down, each section on a new line."""
    placed: list[Widget] = []
    y = 0
    for section in sections:
        x = line = 0
        for widget in section:
            if x + widget["width"] > GRID_COLUMNS:
                x, y, line = 0, y + line, 0
            placed.append({**widget, "x": x, "y": y})
            x += widget["width"]
            line = max(line, widget["height"])
        y += line
    return placed


def _heading(text: str) -> Widget:
    return {"type": "text", "width": GRID_COLUMNS, "height": 1, "properties": {"markdown": f"## {text}"}}


def _target_graphs(name: str, load_balancer: str, group: str, region: str) -> list[Widget]:
    dimensions = {"LoadBalancer": load_balancer, "TargetGroup": group}

    def metric(metric_name: str, statistic: str) -> Metric:
        return Metric(
            namespace="AWS/ApplicationELB",
            name=metric_name,
            dimensions=dimensions,
            statistic=statistic,
            period_seconds=60,
        )

    health = [
        ("healthy", metric("HealthyHostCount", "Maximum")),
        ("unhealthy", metric("UnHealthyHostCount", "Maximum")),
    ]
    codes = [(f"{n}xx", metric(f"HTTPCode_Target_{n}XX_Count", "Sum")) for n in (5, 4, 2)]
    time = [(q, metric("TargetResponseTime", q)) for q in ("p50", "p99")]
    return [
        _graph(f"{name}: targets", health, region, width=8, floor=0),
        _graph(f"{name}: answers", codes, region, width=8, floor=0),
        _graph(f"{name}: seconds to answer", time, region, width=8, floor=0),
    ]


def _graph(
    title: str,
    lines: Sequence[tuple[str, Metric]],
    region: str,
    *,
    width: int,
    floor: float | None = None,
    limit: float | None = None,
) -> Widget:
    properties: dict[str, Any] = {
        "title": title,
        "region": region,
        "view": "timeSeries",
        "metrics": [_line(label, metric) for label, metric in lines],
        "yAxis": {"left": {} if floor is None else {"min": floor}},
    }
    if limit is not None:
        properties["annotations"] = {"horizontal": [{"label": "alarm", "value": limit}]}
    return {"type": "metric", "width": width, "height": _HEIGHT, "properties": properties}


def _line(label: str, metric: Metric) -> list[str | Mapping[str, Any]]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    shown = {"label": label, "stat": metric.statistic, "period": metric.period_seconds}
    return [metric.namespace, metric.name, *dimensions, shown]
