"""The alarms that each kind of thing deserves: plain values, no resource.

Thresholds are opinions, each explained where it is not obvious. Where nothing is published while nothing runs, silence
is healthy: an account on its first day has zero tasks and no traffic, and must page nobody.
"""

from typing import Final

from constructs_lib.alarm import AlarmSpec, Metric

BUSY_PERCENT: Final = 80
ERROR_PERCENT: Final = 5
SLOW_SECONDS: Final = 2.0
SLOW_ORIGIN_MILLISECONDS: Final = 3000
_DAY_SECONDS: Final = 86_400
_SAMPLES_OF_A_WHOLE_DAY: Final = 90  # EFS reports its size every 15 minutes, 96 times a day


def service_metric(cluster: str, service: str, name: str, *, statistic: str = "Average") -> Metric:
    """Return a metric of an ECS service: AWS/ECS for use, Container Insights for counts."""
    namespace = "AWS/ECS" if name.endswith("Utilization") else "ECS/ContainerInsights"
    period = 300 if namespace == "AWS/ECS" else 60
    dimensions = {"ClusterName": cluster, "ServiceName": service}
    return Metric(namespace=namespace, name=name, dimensions=dimensions, statistic=statistic, period_seconds=period)


def service_alarms(cluster: str, service: str) -> list[AlarmSpec]:
    """Return what is wrong with any service: too busy, too full, too few tasks."""
    busy = [
        AlarmSpec(
            name=f"{service}-{label}",
            summary=f"{service} uses {BUSY_PERCENT} % of its {words} or more, for 15 minutes.",
            runbook=f"{label}-high",
            metrics={"use": service_metric(cluster, service, metric)},
            threshold=BUSY_PERCENT,
            missing_data="notBreaching",  # no task, no use; tasks-missing speaks up instead
        )
        for label, words, metric in (("cpu", "CPU", "CPUUtilization"), ("memory", "memory", "MemoryUtilization"))
    ]
    return [*busy, _tasks_missing(cluster, service)]


def _tasks_missing(cluster: str, service: str) -> AlarmSpec:
    return AlarmSpec(
        name=f"{service}-tasks-missing",
        summary=f"{service} runs fewer tasks than it should, for 10 minutes.",
        runbook="tasks-missing",
        metrics={
            "desired": service_metric(cluster, service, "DesiredTaskCount"),
            "running": service_metric(cluster, service, "RunningTaskCount"),
        },
        expression="desired - FILL(running, 0)",
        threshold=1,
        periods=10,
        missing_data="notBreaching",  # nothing desired is reported before the service's first hour
    )


def target_alarms(service: str, *, load_balancer: str, target_group: str) -> list[AlarmSpec]:
    """Return what callers notice of a service behind a load balancer; both arguments are ARN suffixes."""
    dimensions = {"LoadBalancer": load_balancer, "TargetGroup": target_group}

    def metric(name: str, statistic: str) -> Metric:
        return Metric(
            namespace="AWS/ApplicationELB", name=name, dimensions=dimensions, statistic=statistic, period_seconds=60
        )

    return [
        AlarmSpec(
            name=f"{service}-target-5xx",
            summary=f"{service} answers {ERROR_PERCENT} % of its requests or more with 5xx, for 5 minutes.",
            runbook="errors-5xx",
            metrics={"errors": metric("HTTPCode_Target_5XX_Count", "Sum"), "requests": metric("RequestCount", "Sum")},
            expression="100 * FILL(errors, 0) / requests",
            threshold=ERROR_PERCENT,
            periods=5,
            missing_data="notBreaching",  # no request, no error
        ),
        AlarmSpec(
            name=f"{service}-latency",
            summary=f"One of 100 answers of {service} takes {SLOW_SECONDS:g} seconds or more, for 5 minutes.",
            runbook="latency",
            metrics={"time": metric("TargetResponseTime", "p99")},
            threshold=SLOW_SECONDS,
            periods=5,
            missing_data="notBreaching",
        ),
        AlarmSpec(
            name=f"{service}-unhealthy-targets",
            summary=f"A task of {service} fails the load balancer's health check, for 5 minutes.",
            runbook="unhealthy-targets",
            metrics={"unhealthy": metric("UnHealthyHostCount", "Maximum")},
            threshold=1,
            periods=5,
            missing_data="notBreaching",  # published only while a target is registered
        ),
        AlarmSpec(
            name=f"{service}-no-healthy-target",
            summary=f"No task of {service} passes the load balancer's health check, for 3 minutes: the API is down.",
            runbook="unhealthy-targets",
            metrics={"healthy": metric("HealthyHostCount", "Maximum")},
            threshold=1,
            comparison="LessThanThreshold",
            missing_data="notBreaching",  # published only while a target is registered
        ),
    ]


def load_balancer_alarms(name: str, *, load_balancer: str) -> list[AlarmSpec]:
    """Return what a load balancer gets wrong by itself; *load_balancer* is its ARN suffix."""
    metric = Metric(
        namespace="AWS/ApplicationELB",
        name="HTTPCode_ELB_5XX_Count",
        dimensions={"LoadBalancer": load_balancer},
        statistic="Sum",
        period_seconds=60,
    )
    return [
        AlarmSpec(
            name=f"{name}-alb-5xx",
            summary=f"The load balancer {name} itself answers 5xx, 10 times a minute or more, for 5 minutes.",
            runbook="errors-5xx",
            metrics={"errors": metric},
            threshold=10,
            periods=5,
            missing_data="notBreaching",  # published only when there are errors
        )
    ]


def distribution_metric(distribution_id: str, name: str, *, statistic: str = "Average") -> Metric:
    """Return a metric of a CloudFront distribution; CloudFront publishes in us-east-1 only."""
    return Metric(
        namespace="AWS/CloudFront",
        name=name,
        dimensions={"DistributionId": distribution_id, "Region": "Global"},
        statistic=statistic,
    )


def distribution_alarms(name: str, *, distribution_id: str) -> list[AlarmSpec]:
    """Return what visitors notice at the edge."""
    return [
        AlarmSpec(
            name=f"{name}-cloudfront-5xx",
            summary=f"CloudFront answers {ERROR_PERCENT} % of all requests or more with 5xx, for 15 minutes.",
            runbook="errors-5xx",
            metrics={"errors": distribution_metric(distribution_id, "5xxErrorRate")},
            threshold=ERROR_PERCENT,
            missing_data="notBreaching",  # no visitor, no error
        ),
        AlarmSpec(
            name=f"{name}-cloudfront-latency",
            summary=f"One of ten answers from the origins takes {SLOW_ORIGIN_MILLISECONDS} ms or more, for 15 minutes.",
            runbook="latency",
            metrics={"time": distribution_metric(distribution_id, "OriginLatency", statistic="p90")},
            threshold=SLOW_ORIGIN_MILLISECONDS,
            missing_data="notBreaching",
        ),
    ]


def file_system_alarms(name: str, *, file_system_id: str, throughput_mode: str) -> list[AlarmSpec]:
    """Return what slows a file system down, which depends on its throughput mode.

    Burst credits exist in bursting mode only (EFS: "Amazon EFS performance"); an elastic or provisioned file system
    publishes none, and an alarm on them would watch nothing for ever. What remains is the limit on operations.
    """
    if throughput_mode == "bursting":
        balance = Metric(
            namespace="AWS/EFS",
            name="BurstCreditBalance",
            dimensions={"FileSystemId": file_system_id},
            statistic="Minimum",
        )
        return [
            AlarmSpec(
                name=f"{name}-efs-burst-credits",
                summary=f"The file system of {name} has burst credits for less than 100 GiB left.",
                runbook="file-system-slow",
                metrics={"credits": balance},
                threshold=100 * 2**30,
                comparison="LessThanThreshold",
                missing_data="notBreaching",  # no reports before the first mount
            )
        ]
    use = Metric(namespace="AWS/EFS", name="PercentIOLimit", dimensions={"FileSystemId": file_system_id})
    return [
        AlarmSpec(
            name=f"{name}-efs-io-limit",
            summary=f"The file system of {name} is at {BUSY_PERCENT} % of its operations per second or more.",
            runbook="file-system-slow",
            metrics={"use": use},
            threshold=BUSY_PERCENT,
            missing_data="notBreaching",  # no reports before the first mount
        )
    ]


def backup_alarms(vault: str, *, file_system_id: str) -> list[AlarmSpec]:
    """Return: no backup was completed in two days.

    A job that never started fails nowhere, so the absence itself must count. A day counts only when the file system
    existed for all of it (it reports its size 96 times a day), so that a new account pages nobody.
    """
    completed = Metric(
        namespace="AWS/Backup",
        name="NumberOfBackupJobsCompleted",
        dimensions={"BackupVaultName": vault},
        statistic="Sum",
        period_seconds=_DAY_SECONDS,
    )
    size = Metric(
        namespace="AWS/EFS",
        name="StorageBytes",
        dimensions={"FileSystemId": file_system_id, "StorageClass": "Total"},
        statistic="SampleCount",
        period_seconds=_DAY_SECONDS,
    )
    return [
        AlarmSpec(
            name=f"{vault}-backup-missed",
            summary=f"No backup into the vault {vault} was completed for two days.",
            runbook="backup-missed",
            metrics={"completed": completed, "samples": size},
            expression=f"IF(samples >= {_SAMPLES_OF_A_WHOLE_DAY}, FILL(completed, 0), 1)",
            threshold=1,
            comparison="LessThanThreshold",
            periods=2,
            missing_data="notBreaching",  # no file system, nothing to lose
        )
    ]


def log_alarm(service: str, *, name: str, summary: str, runbook: str, metric: Metric) -> AlarmSpec:
    """Return: lines that mean trouble came in two of the last three five minutes; a single reconnect is normal."""
    return AlarmSpec(
        name=f"{service}-{name}",
        summary=summary,
        runbook=runbook,
        metrics={"lines": metric},
        threshold=1,
        bad_periods=2,
        missing_data="notBreaching",  # no log, no line; tasks-missing speaks up instead
    )
