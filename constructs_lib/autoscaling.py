"""Task counts that follow CPU and memory."""

from dataclasses import dataclass
from datetime import date

from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from cdktf_cdktf_provider_aws.ecs_service import EcsService
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from constructs_lib.cluster import Cluster
from constructs_lib.exceptions import except_from_check
from constructs_lib.iam import Role, Statement
from constructs_lib.published_image import PublishedImage

_MOST_TASKS = 5000  # ECS: "Service quotas", tasks per service


@dataclass(frozen=True, kw_only=True, slots=True)
class ScalingSpec:
    """How many tasks a service has, and what changes the number.

    Attributes:
        min_tasks: Fewest tasks once the service runs.
        max_tasks: Most tasks.
        cpu_target_percent: CPU use that scaling aims at; 70 when omitted.
        memory_target_percent: Memory use that scaling aims at; 80 when omitted.
        scale_in_cooldown_seconds: Wait after removing tasks; 300 when omitted (slow in).
        scale_out_cooldown_seconds: Wait after adding tasks; 60 when omitted (fast out).

    Raises:
        ValueError: The counts don't make a range, or a target is no percentage.
    """

    min_tasks: int
    max_tasks: int
    cpu_target_percent: int = 70
    memory_target_percent: int = 80
    scale_in_cooldown_seconds: int = 300
    scale_out_cooldown_seconds: int = 60

    def __post_init__(self) -> None:
        if not 1 <= self.min_tasks <= self.max_tasks <= _MOST_TASKS:
            raise ValueError(
                f"min_tasks={self.min_tasks}, max_tasks={self.max_tasks} make no range; "
                f"use 1 <= min_tasks <= max_tasks <= {_MOST_TASKS}"
            )
        for name in ("cpu_target_percent", "memory_target_percent"):
            value = getattr(self, name)
            if not 10 <= value <= 90:  # noqa: PLR2004 - beyond, scaling flaps or comes too late
                raise ValueError(f"{name}={value} leaves scaling no room; use 10 to 90")


class Autoscaling(Construct):
    """Target tracking on a service's average CPU and memory, whichever asks for more tasks.

    Registering a range moves the count into it (Application Auto Scaling: RegisterScalableTarget), so the minimum is
    zero until an image is published. Delivery raises it with the first publish, to the number in the parameter
    ``…/min-tasks``; from then on a plan computes the same number.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: Cluster,
        service: EcsService,
        service_name: str,
        spec: ScalingSpec,
        image: PublishedImage,
    ) -> None:
        super().__init__(scope, construct_id)
        self._minimum = SsmParameter(
            self,
            "MinTasks",
            name=f"{image.parameter_prefix}/min-tasks",
            description=f"Fewest tasks of {service_name}; delivery registers it with the first image",
            type="String",
            insecure_value=str(spec.min_tasks),
        )
        except_from_check(
            self._minimum,
            "CKV2_AWS_34",
            reason="a number of tasks is no secret, and plans must show how it changes",
            expires=date(2027, 11, 30),
        )
        self._target = target = AppautoscalingTarget(
            self,
            "Target",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{cluster.name}/{service_name}",
            min_capacity=image.once_published(spec.min_tasks),
            max_capacity=spec.max_tasks,
            depends_on=[service],
        )
        metrics = {
            "Cpu": ("ECSServiceAverageCPUUtilization", spec.cpu_target_percent),
            "Memory": ("ECSServiceAverageMemoryUtilization", spec.memory_target_percent),
        }
        for label, (metric, percent) in metrics.items():
            AppautoscalingPolicy(
                self,
                label,
                name=f"{service_name}-{label.lower()}",
                policy_type="TargetTrackingScaling",
                service_namespace=target.service_namespace,
                scalable_dimension=target.scalable_dimension,
                resource_id=target.resource_id,
                target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                    target_value=percent,
                    scale_in_cooldown=spec.scale_in_cooldown_seconds,
                    scale_out_cooldown=spec.scale_out_cooldown_seconds,
                    predefined_metric_specification=AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
                        predefined_metric_type=metric
                    ),
                ),
            )

    def grant_start(self, role: Role) -> None:
        """Let *role* raise the minimum to the number that the environment asks for, which starts the tasks."""
        role.grant(
            "start-service",
            Statement(sid="ReadMinimum", actions=["ssm:GetParameter"], resources=[self._minimum.arn]),
            Statement(
                sid="RaiseMinimum",
                actions=["application-autoscaling:RegisterScalableTarget"],
                resources=[self._target.arn],
                conditions={
                    "StringEquals": {
                        "application-autoscaling:service-namespace": "ecs",
                        "application-autoscaling:scalable-dimension": "ecs:service:DesiredCount",
                    }
                },
            ),
        )
