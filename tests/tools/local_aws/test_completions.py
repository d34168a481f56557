"""Each completion answers as the service's documentation says, asked through boto3."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Client = Callable[[str], Any]
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}],
    }
)


def _vpc(client: Client, cidr: str = "10.99.0.0/16") -> str:
    return str(client("ec2").create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"])


def _group(client: Client, name: str) -> str:
    made = client("ec2").create_security_group(GroupName=name, Description=name, VpcId=_vpc(client))
    return str(made["GroupId"])


def test_a_target_group_keeps_its_protocol_version(client: Client) -> None:
    """The version is HTTP1 unless another was asked for."""
    elb, vpc = client("elbv2"), _vpc(client)
    common = {"Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"}
    elb.create_target_group(Name="tg-default", **common)
    elb.create_target_group(Name="tg-grpc", ProtocolVersion="GRPC", **common)
    found = elb.describe_target_groups(Names=["tg-default", "tg-grpc"])["TargetGroups"]
    assert [group["ProtocolVersion"] for group in found] == ["HTTP1", "GRPC"]


def test_a_weighted_forward_reads_back(client: Client) -> None:
    """A listener's forward to two groups keeps groups, weights and stickiness."""
    elb, ec2, vpc = client("elbv2"), client("ec2"), _vpc(client)
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.99.{n}.0/24", AvailabilityZone=f"us-east-1{z}")["Subnet"][
            "SubnetId"
        ]
        for n, z in enumerate("ab")
    ]
    balancer = elb.create_load_balancer(Name="weighted", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    groups = [
        elb.create_target_group(Name=f"w{n}", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
        for n in range(2)
    ]
    forward = {
        "TargetGroups": [{"TargetGroupArn": arn, "Weight": 10 + n} for n, arn in enumerate(groups)],
        "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60},
    }
    elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "ForwardConfig": forward}],
    )
    (action,) = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["DefaultActions"]
    assert action["ForwardConfig"] == forward
    assert "TargetGroupArn" not in action


def test_a_metric_alarm_reads_back(client: Client) -> None:
    """Actions, dimensions, statistic, period and the treatment of missing data are kept."""
    cloudwatch = client("cloudwatch")
    asked = {
        "AlarmName": "cpu",
        "AlarmDescription": "too busy",
        "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:ops"],
        "OKActions": ["arn:aws:sns:us-east-1:000000000000:ops"],
        "MetricName": "CPUUtilization",
        "Namespace": "AWS/ECS",
        "Statistic": "Maximum",
        "Dimensions": [{"Name": "ServiceName", "Value": "backend"}],
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 80.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "breaching",
    }
    cloudwatch.put_metric_alarm(**asked)
    (found,) = cloudwatch.describe_alarms(AlarmNames=["cpu"])["MetricAlarms"]
    assert {name: found[name] for name in asked} == asked
    assert found["ActionsEnabled"] is True
    assert found["StateValue"] == "INSUFFICIENT_DATA"


def test_an_alarm_on_an_expression_reads_back(client: Client) -> None:
    """Metric queries and the threshold metric are kept."""
    cloudwatch = client("cloudwatch")
    queries = [
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m, 2)", "ReturnData": True},
        {
            "Id": "m",
            "ReturnData": True,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ECS", "MetricName": "X", "Dimensions": [{"Name": "A", "Value": "b"}]},
                "Period": 300,
                "Stat": "p99",
            },
        },
    ]
    cloudwatch.put_metric_alarm(
        AlarmName="band",
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanUpperThreshold",
        ThresholdMetricId="band",
        Metrics=queries,
    )
    (found,) = cloudwatch.describe_alarms(AlarmNames=["band"])["MetricAlarms"]
    assert found["Metrics"] == queries
    assert found["ThresholdMetricId"] == "band"


def test_a_composite_alarm_reads_back(client: Client) -> None:
    """Rule, description and actions of a composite alarm are kept."""
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="child", EvaluationPeriods=1, ComparisonOperator="GreaterThanThreshold", Threshold=1.0,
        MetricName="X", Namespace="N", Period=60, Statistic="Sum",
    )  # fmt: skip
    actions = ["arn:aws:sns:us-east-1:000000000000:ops"]
    cloudwatch.put_composite_alarm(
        AlarmName="any", AlarmRule='ALARM("child")', AlarmDescription="one of them", AlarmActions=actions
    )
    found = cloudwatch.describe_alarms(AlarmNames=["any"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"][0]
    assert (found["AlarmRule"], found["AlarmDescription"]) == ('ALARM("child")', "one of them")
    assert (found["ActionsEnabled"], found["AlarmActions"]) == (True, actions)


def test_a_rule_may_name_a_prefix_list(client: Client) -> None:
    """A rule from CloudFront's prefix list reads back with that list."""
    ec2, group = client("ec2"), _group(client, "from-cloudfront")
    lists = ec2.describe_managed_prefix_lists(
        Filters=[{"Name": "prefix-list-name", "Values": ["com.amazonaws.global.cloudfront.origin-facing"]}]
    )["PrefixLists"]
    source = {"PrefixListId": lists[0]["PrefixListId"], "Description": "CloudFront"}
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [source]}],
    )
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    (rule,) = [rule for rule in rules if not rule["IsEgress"]]
    assert (rule["PrefixListId"], rule["Description"]) == (source["PrefixListId"], "CloudFront")


def test_the_open_egress_rule_can_be_revoked(client: Client) -> None:
    """Ports 0 to 0 mean all ports where the protocol is -1, as Terraform's provider writes it."""
    ec2, group = client("ec2"), _group(client, "closed")
    everything = {"IpProtocol": "-1", "FromPort": 0, "ToPort": 0, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    assert rules["SecurityGroupRules"] == []


def test_a_flow_log_reads_back(client: Client) -> None:
    """Role, interval, log group and tags of a flow log are kept."""
    ec2, vpc = client("ec2"), _vpc(client)
    role = "arn:aws:iam::000000000000:role/flow"
    made = ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestination="arn:aws:logs:us-east-1:000000000000:log-group:/vpc/flow",
        DeliverLogsPermissionArn=role,
        MaxAggregationInterval=60,
        TagSpecifications=[{"ResourceType": "vpc-flow-log", "Tags": [{"Key": "a", "Value": "b"}]}],
    )["FlowLogIds"]
    (found,) = ec2.describe_flow_logs(FlowLogIds=made)["FlowLogs"]
    assert (found["DeliverLogsPermissionArn"], found["MaxAggregationInterval"]) == (role, 60)
    assert (found["LogGroupName"], found["Tags"]) == ("/vpc/flow", [{"Key": "a", "Value": "b"}])


def test_a_vpc_endpoint_reads_back(client: Client) -> None:
    """Groups, private DNS and policy of an endpoint are kept, and changed when asked."""
    ec2, group = client("ec2"), _group(client, "endpoint")
    other = _group(client, "endpoint-2")
    made = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=_vpc(client),
        ServiceName="com.amazonaws.us-east-1.ecr.api",
        SecurityGroupIds=[group],
        PrivateDnsEnabled=True,
        PolicyDocument=POLICY,
    )["VpcEndpoint"]["VpcEndpointId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=made, AddSecurityGroupIds=[other], RemoveSecurityGroupIds=[group])
    (found,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[made])["VpcEndpoints"]
    assert [g["GroupId"] for g in found["Groups"]] == [other]
    assert found["PrivateDnsEnabled"] is True
    assert json.loads(found["PolicyDocument"]) == json.loads(POLICY)


def test_a_cluster_keeps_its_service_connect_namespace(client: Client) -> None:
    """The default namespace of Service Connect reads back."""
    ecs, namespace = client("ecs"), "arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-1"
    ecs.create_cluster(clusterName="connected", serviceConnectDefaults={"namespace": namespace})
    (found,) = ecs.describe_clusters(clusters=["connected"])["clusters"]
    assert found["serviceConnectDefaults"] == {"namespace": namespace}


def test_a_service_keeps_its_zone_rebalancing(client: Client) -> None:
    """Rebalancing is off unless asked for, and reads back."""
    ecs = client("ecs")
    ecs.create_cluster(clusterName="zones")
    task = ecs.register_task_definition(
        family="zones", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
        containerDefinitions=[{"name": "a", "image": "b:1"}],
    )["taskDefinition"]["taskDefinitionArn"]  # fmt: skip
    common = {"cluster": "zones", "taskDefinition": task, "desiredCount": 0, "launchType": "FARGATE"}
    ecs.create_service(serviceName="off", **common)
    ecs.create_service(serviceName="on", availabilityZoneRebalancing="ENABLED", **common)
    found = ecs.describe_services(cluster="zones", services=["off", "on"])["services"]
    assert {s["serviceName"]: s["availabilityZoneRebalancing"] for s in found} == {"off": "DISABLED", "on": "ENABLED"}


def test_a_discovery_service_takes_its_namespace_from_its_dns_settings(client: Client) -> None:
    """The namespace need not be named twice."""
    cloud_map = client("servicediscovery")
    operation = cloud_map.create_private_dns_namespace(Name="test.local", Vpc=_vpc(client))["OperationId"]
    namespace = cloud_map.get_operation(OperationId=operation)["Operation"]["Targets"]["NAMESPACE"]
    dns = {"NamespaceId": namespace, "DnsRecords": [{"Type": "A", "TTL": 10}]}
    made = cloud_map.create_service(Name="db", DnsConfig=dns)["Service"]
    assert cloud_map.get_service(Id=made["Id"])["Service"]["NamespaceId"] == namespace


def test_a_web_acl_can_log(client: Client) -> None:
    """A logging configuration reads back until it is deleted."""
    waf = client("wafv2")
    acl = "arn:aws:wafv2:us-east-1:000000000000:global/webacl/a/1"
    logs = ["arn:aws:logs:us-east-1:000000000000:log-group:aws-waf-logs-a"]
    waf.put_logging_configuration(LoggingConfiguration={"ResourceArn": acl, "LogDestinationConfigs": logs})
    found = waf.get_logging_configuration(ResourceArn=acl)["LoggingConfiguration"]
    assert found["LogDestinationConfigs"] == logs
    waf.delete_logging_configuration(ResourceArn=acl)
    with pytest.raises(waf.exceptions.WAFNonexistentItemException):
        waf.get_logging_configuration(ResourceArn=acl)


def test_a_registry_has_a_scanning_configuration(client: Client) -> None:
    """The configuration of the registry reads back."""
    ecr = client("ecr")
    rules = [
        {
            "scanFrequency": "CONTINUOUS_SCAN",
            "repositoryFilters": [{"filter": "edgemind-*", "filterType": "WILDCARD"}],
        }
    ]
    ecr.put_registry_scanning_configuration(scanType="ENHANCED", rules=rules)
    found = ecr.get_registry_scanning_configuration()["scanningConfiguration"]
    assert (found["scanType"], found["rules"]) == ("ENHANCED", rules)


def test_a_query_can_be_saved(client: Client) -> None:
    """A saved Logs Insights query is found by its name's beginning, until it is deleted."""
    logs = client("logs")
    saved = logs.put_query_definition(name="edgemind/errors", queryString="fields @message", logGroupNames=["/a"])
    (found,) = logs.describe_query_definitions(queryDefinitionNamePrefix="edgemind/")["queryDefinitions"]
    assert (found["queryDefinitionId"], found["logGroupNames"]) == (saved["queryDefinitionId"], ["/a"])
    logs.delete_query_definition(queryDefinitionId=saved["queryDefinitionId"])
    assert logs.describe_query_definitions(queryDefinitionNamePrefix="edgemind/")["queryDefinitions"] == []


def test_a_scalable_target_has_policies_and_tags(client: Client) -> None:
    """Targets, their policies and tags read back; deregistering takes the policies along."""
    scaling = client("application-autoscaling")
    identity = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/c/s",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    arn = scaling.register_scalable_target(**identity, MinCapacity=1, MaxCapacity=4, Tags={"a": "b"})[
        "ScalableTargetARN"
    ]
    tracking = {
        "TargetValue": 70.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
    }
    scaling.put_scaling_policy(
        **identity,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=tracking,
    )
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"a": "b"}
    (policy,) = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == tracking
    scaling.deregister_scalable_target(**identity)
    assert scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []


def test_scaling_something_unregistered_is_refused(client: Client) -> None:
    """A policy needs a registered target."""
    scaling = client("application-autoscaling")
    with pytest.raises(scaling.exceptions.ObjectNotFoundException):
        scaling.put_scaling_policy(
            PolicyName="cpu", ServiceNamespace="ecs", ResourceId="service/none/none",
            ScalableDimension="ecs:service:DesiredCount", PolicyType="TargetTrackingScaling",
        )  # fmt: skip


def test_a_backup_vault_has_a_policy_and_a_lock(client: Client) -> None:
    """Policy and lock read back; a vault without a policy says so."""
    backup = client("backup")
    backup.create_backup_vault(BackupVaultName="vault")
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.get_backup_vault_access_policy(BackupVaultName="vault")
    backup.put_backup_vault_access_policy(BackupVaultName="vault", Policy=POLICY)
    assert backup.get_backup_vault_access_policy(BackupVaultName="vault")["Policy"] == POLICY
    backup.put_backup_vault_lock_configuration(BackupVaultName="vault", MinRetentionDays=7)
    found = backup.describe_backup_vault(BackupVaultName="vault")
    assert (found["Locked"], found["MinRetentionDays"]) == (True, 7)
    backup.delete_backup_vault_lock_configuration(BackupVaultName="vault")
    assert backup.describe_backup_vault(BackupVaultName="vault")["Locked"] is False


def test_a_restore_testing_plan_has_selections(client: Client) -> None:
    """Plan and selection read back with AWS's defaults, and go away in order."""
    backup = client("backup")
    vault = "arn:aws:backup:us-east-1:000000000000:backup-vault:vault"
    points = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": [vault], "RecoveryPointTypes": ["SNAPSHOT"]}
    made = backup.create_restore_testing_plan(
        RestoreTestingPlan={
            "RestoreTestingPlanName": "monthly",
            "ScheduleExpression": "cron(0 5 1 * ? *)",
            "RecoveryPointSelection": points,
        },
        Tags={"a": "b"},
    )
    backup.create_restore_testing_selection(
        RestoreTestingPlanName="monthly",
        RestoreTestingSelection={
            "RestoreTestingSelectionName": "efs",
            "ProtectedResourceType": "EFS",
            "ProtectedResourceArns": ["*"],
            "IamRoleArn": "arn:aws:iam::000000000000:role/restore",
        },
    )
    plan = backup.get_restore_testing_plan(RestoreTestingPlanName="monthly")["RestoreTestingPlan"]
    assert (plan["ScheduleExpressionTimezone"], plan["StartWindowHours"]) == ("Etc/UTC", 24)
    assert plan["RecoveryPointSelection"]["SelectionWindowDays"] == 30
    assert backup.list_tags(ResourceArn=made["RestoreTestingPlanArn"])["Tags"] == {"a": "b"}
    with pytest.raises(backup.exceptions.InvalidRequestException):
        backup.delete_restore_testing_plan(RestoreTestingPlanName="monthly")
    names = {"RestoreTestingPlanName": "monthly", "RestoreTestingSelectionName": "efs"}
    assert backup.get_restore_testing_selection(**names)["RestoreTestingSelection"]["ProtectedResourceType"] == "EFS"
    backup.delete_restore_testing_selection(**names)
    backup.delete_restore_testing_plan(RestoreTestingPlanName="monthly")


def test_a_response_headers_policy_reads_back_without_what_was_not_set(client: Client) -> None:
    """A policy without custom or removed headers has neither section."""
    made = client("cloudfront").create_response_headers_policy(
        ResponseHeadersPolicyConfig={
            "Name": "plain",
            "SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}},
        }
    )["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    assert "CustomHeadersConfig" not in made
    assert "RemoveHeadersConfig" not in made


def test_queries_to_a_zone_can_be_logged(client: Client) -> None:
    """A query logging configuration is found by its zone, until it is deleted."""
    dns = client("route53")
    zone = dns.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"].rpartition("/")[2]
    logs = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/route53/example.com"
    made = dns.create_query_logging_config(HostedZoneId=zone, CloudWatchLogsLogGroupArn=logs)["QueryLoggingConfig"]
    assert dns.list_query_logging_configs(HostedZoneId=zone)["QueryLoggingConfigs"] == [made]
    dns.delete_query_logging_config(Id=made["Id"])
    with pytest.raises(dns.exceptions.NoSuchQueryLoggingConfig):
        dns.get_query_logging_config(Id=made["Id"])


def test_a_certificate_keeps_its_options(client: Client) -> None:
    """Certificate transparency is on unless switched off, and reads back."""
    acm = client("acm")
    off = {"CertificateTransparencyLoggingPreference": "DISABLED"}
    quiet = acm.request_certificate(DomainName="quiet.example.com", Options=off)["CertificateArn"]
    plain = acm.request_certificate(DomainName="plain.example.com")["CertificateArn"]
    assert acm.describe_certificate(CertificateArn=quiet)["Certificate"]["Options"] == off
    found = acm.describe_certificate(CertificateArn=plain)["Certificate"]
    assert found["Options"] == {"CertificateTransparencyLoggingPreference": "ENABLED"}
    assert found["DomainName"] == "plain.example.com"


def test_an_unknown_operation_is_still_refused(client: Client) -> None:
    """What neither the emulator nor a completion has fails, instead of succeeding emptily."""
    with pytest.raises(ClientError):
        client("guardduty").list_detectors()
