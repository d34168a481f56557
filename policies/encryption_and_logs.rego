# Data is encrypted where it lies and on its way, and what happens is logged and kept.

package terraform.policies.encryption_and_logs

import rego.v1

deny := sort(violations)

fewest_days := 30

planned contains r if {
	some r in input.plan.resource_changes
	r.mode == "managed"
	is_object(r.change.after)
}

of_type(type) := [r | some r in planned; r.type == type]

unknown(r, attribute) if r.change.after_unknown[attribute] == true

# An engine whose json.unmarshal trips over quotes within quotes gets the parsed documents beside the plan
document(r, attribute) := input.documents[r.address][attribute] if input.documents

document(r, attribute) := json.unmarshal(r.change.after[attribute]) if not input.documents

references(type, argument) := {reference |
	some c in input.plan.configuration.root_module.resources
	c.type == type
	some reference in c.expressions[argument].references
}

# At rest: the argument that must name a key
keyed := {
	"aws_backup_vault": "kms_key_arn",
	"aws_cloudwatch_log_group": "kms_key_id",
	"aws_efs_file_system": "kms_key_id",
	"aws_secretsmanager_secret": "kms_key_id",
	"aws_sns_topic": "kms_master_key_id",
}

violations contains message if {
	some type, argument in keyed
	some r in of_type(type)
	not has_key(r, argument)
	message := sprintf("[own-key] %s: %s must name a key", [r.address, argument])
}

has_key(r, argument) if unknown(r, argument)

has_key(r, argument) if {
	is_string(r.change.after[argument])
	r.change.after[argument] != ""
}

# AWS computes an omitted kms_key_id of a file system, so unknown alone proves nothing there
violations contains message if {
	some r in of_type("aws_efs_file_system")
	some c in input.plan.configuration.root_module.resources
	c.address == r.address
	not c.expressions.kms_key_id
	message := sprintf("[own-key] %s: kms_key_id is left to AWS; name a key", [r.address])
}

violations contains message if {
	some r in of_type("aws_efs_file_system")
	not r.change.after.encrypted == true
	message := sprintf("[files-encrypted] %s: encrypted must be true", [r.address])
}

violations contains message if {
	some r in of_type("aws_ecr_repository")
	not r.change.after.encryption_configuration[0].encryption_type == "KMS"
	message := sprintf("[images-encrypted] %s: encryption_type must be KMS", [r.address])
}

violations contains message if {
	some r in of_type("aws_kms_key")
	object.get(r.change.after, "customer_master_key_spec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
	not r.change.after.enable_key_rotation == true
	message := sprintf("[keys-rotate] %s: enable_key_rotation must be true", [r.address])
}

violations contains message if {
	some r in of_type("aws_s3_bucket")
	not r.address in references("aws_s3_bucket_server_side_encryption_configuration", "bucket")
	message := sprintf("[bucket-encrypted] %s has no aws_s3_bucket_server_side_encryption_configuration; add one", [r.address])
}

violations contains message if {
	some r in of_type("aws_s3_bucket_server_side_encryption_configuration")
	not encrypts(r)
	message := sprintf("[bucket-encrypted] %s: sse_algorithm must be aws:kms or AES256", [r.address])
}

encrypts(r) if {
	some rule in r.change.after.rule
	rule.apply_server_side_encryption_by_default[0].sse_algorithm in {"AES256", "aws:kms", "aws:kms:dsse"}
}

# In transit
violations contains message if {
	some r in of_type("aws_ecs_task_definition")
	some volume in r.change.after.volume
	some files in volume.efs_volume_configuration
	not files.transit_encryption == "ENABLED"
	message := sprintf("[files-over-tls] %s: transit_encryption must be ENABLED", [r.address])
}

violations contains message if {
	some r in of_type("aws_ecs_task_definition")
	some volume in r.change.after.volume
	some files in volume.efs_volume_configuration
	not files.authorization_config[0].iam == "ENABLED"
	message := sprintf("[files-over-tls] %s: authorization_config.iam must be ENABLED", [r.address])
}

violations contains message if {
	some r in of_type("aws_lb_listener")
	not r.change.after.protocol in {"HTTPS", "TLS"}
	not only_redirects(r)
	message := sprintf("[listener-tls] %s: protocol must be HTTPS; give the environment a domain", [r.address])
}

only_redirects(r) if {
	every action in r.change.after.default_action {
		action.type == "redirect"
	}
}

violations contains message if {
	some r in of_type("aws_lb_listener")
	r.change.after.protocol in {"HTTPS", "TLS"}
	not startswith(r.change.after.ssl_policy, "ELBSecurityPolicy-TLS13-1-")
	message := sprintf("[listener-tls] %s: ssl_policy must be one of ELBSecurityPolicy-TLS13-1-…", [r.address])
}

violations contains message if {
	some r in of_type("aws_cloudfront_distribution")
	some behavior in array.concat(r.change.after.default_cache_behavior, object.get(r.change.after, "ordered_cache_behavior", []))
	not behavior.viewer_protocol_policy in {"redirect-to-https", "https-only"}
	message := sprintf("[viewers-tls] %s: viewer_protocol_policy must be redirect-to-https or https-only", [r.address])
}

violations contains message if {
	some r in of_type("aws_cloudfront_distribution")
	not modern_certificate(r)
	message := sprintf("[viewers-tls] %s: minimum_protocol_version must be TLSv1.2_2021 or newer", [r.address])
}

modern_certificate(r) if r.change.after.viewer_certificate[0].minimum_protocol_version in {"TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"}

modern_certificate(r) if r.change.after.viewer_certificate[0].cloudfront_default_certificate == true

violations contains message if {
	some r in of_type("aws_cloudfront_vpc_origin")
	not r.change.after.vpc_origin_endpoint_config[0].origin_protocol_policy == "https-only"
	message := sprintf("[origin-tls] %s: origin_protocol_policy must be https-only", [r.address])
}

# Logs
violations contains message if {
	some r in of_type("aws_cloudwatch_log_group")
	not kept(r)
	message := sprintf("[logs-kept] %s: retention_in_days must be %d or more, and not unlimited", [r.address, fewest_days])
}

kept(r) if r.change.after.retention_in_days >= fewest_days

violations contains message if {
	some r in of_type("aws_lb")
	not r.change.after.access_logs[0].enabled == true
	message := sprintf("[access-logged] %s: access_logs must be enabled", [r.address])
}

violations contains message if {
	some r in of_type("aws_cloudfront_distribution")
	not r.address in references("aws_cloudwatch_log_delivery_source", "resource_arn")
	not count(r.change.after.logging_config) > 0
	message := sprintf("[access-logged] %s has no access log; add a log delivery source", [r.address])
}

violations contains message if {
	some r in of_type("aws_wafv2_web_acl")
	not r.address in references("aws_wafv2_web_acl_logging_configuration", "resource_arn")
	message := sprintf("[access-logged] %s has no aws_wafv2_web_acl_logging_configuration; add one", [r.address])
}

violations contains message if {
	some r in of_type("aws_vpc")
	not r.address in references("aws_flow_log", "vpc_id")
	message := sprintf("[network-logged] %s has no aws_flow_log; add one", [r.address])
}

violations contains message if {
	some r in of_type("aws_flow_log")
	not r.change.after.traffic_type == "ALL"
	message := sprintf("[network-logged] %s: traffic_type must be ALL", [r.address])
}

violations contains message if {
	some r in of_type("aws_ecs_cluster")
	not watched(r)
	message := sprintf("[cluster-watched] %s: setting containerInsights must be enabled or enhanced", [r.address])
}

watched(r) if {
	some setting in r.change.after.setting
	setting.name == "containerInsights"
	setting.value in {"enabled", "enhanced"}
}

violations contains message if {
	some r in of_type("aws_ecs_cluster")
	not r.change.after.configuration[0].execute_command_configuration[0].logging == "OVERRIDE"
	message := sprintf("[sessions-logged] %s: execute_command_configuration must log sessions (OVERRIDE)", [r.address])
}

violations contains message if {
	some r in of_type("aws_ecs_task_definition")
	not unknown(r, "container_definitions")
	some container in document(r, "container_definitions")
	not logs(container)
	message := sprintf("[containers-log] %s: container %s must have a logConfiguration", [r.address, container.name])
}

logs(container) if container.logConfiguration.logDriver in {"awslogs", "awsfirelens"}

# Somebody hears of it
violations contains message if {
	some r in of_type("aws_cloudwatch_metric_alarm")
	r.change.after.actions_enabled == false
	message := sprintf("[alarms-on] %s: actions_enabled must be true", [r.address])
}
