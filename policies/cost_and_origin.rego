# How much a change may cost, where it may be, whose it is, and where its images come from.

package terraform.policies.cost_and_origin

import rego.v1

deny := sort(violations)

regions := ["us-east-1"]

required_tags := ["Environment", "ManagedBy", "Project", "Stack"]

largest_cpu_units := 4096

largest_memory_mib := 16384

most_tasks := 10

most_nat_gateways := 3

longest_log_days := 3653

price_classes := ["PriceClass_100", "PriceClass_200"]

# Billed by the hour and not used here; a team that wants one adds it in a reviewed change
costly := {
	"aws_db_instance",
	"aws_docdb_cluster",
	"aws_ec2_fleet",
	"aws_eks_cluster",
	"aws_elasticache_cluster",
	"aws_elasticache_replication_group",
	"aws_emr_cluster",
	"aws_globalaccelerator_accelerator",
	"aws_instance",
	"aws_msk_cluster",
	"aws_networkfirewall_firewall",
	"aws_opensearch_domain",
	"aws_rds_cluster",
	"aws_redshift_cluster",
	"aws_sagemaker_endpoint",
	"aws_shield_subscription",
	"aws_spot_fleet_request",
}

# Repository of an image, without tag and digest
image_sources := [
	`^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/edgemind-`,
	`^influxdb$`,
	`^chromadb/chroma$`,
]

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

# Where
violations contains message if {
	some name, provider in input.plan.configuration.provider_config
	endswith(provider.full_name, "hashicorp/aws")
	not provider.expressions.region.constant_value in regions
	message := sprintf("[allowed-region] provider %s: region must be one of %v", [name, regions])
}

violations contains message if {
	some r in planned
	zone := r.change.after.availability_zone
	is_string(zone)
	count({region | some region in regions; startswith(zone, region)}) == 0
	message := sprintf("[allowed-region] %s is in %s; use one of %v", [r.address, zone, regions])
}

# Whose
violations contains message if {
	some r in planned
	taggable(r)
	not unknown(r, "tags_all")
	some tag in required_tags
	not tagged(r, tag)
	message := sprintf("[tags-complete] %s has no tag %s", [r.address, tag])
}

taggable(r) if "tags_all" in object.keys(r.change.after)

tagged(r, tag) if r.change.after.tags_all[tag] != ""

violations contains message if {
	some name, provider in input.plan.configuration.provider_config
	endswith(provider.full_name, "hashicorp/aws")
	some tag in required_tags
	not provider.expressions.default_tags[0].tags.constant_value[tag]
	message := sprintf("[tags-complete] provider %s has no default tag %s", [name, tag])
}

# How much
violations contains message if {
	some r in planned
	r.type in costly
	message := sprintf("[no-costly-type] %s: %s is billed by the hour; agree on it and change this policy", [r.address, r.type])
}

violations contains message if {
	some r in of_type("aws_ecs_task_definition")
	not small(r.change.after.cpu, largest_cpu_units)
	message := sprintf("[task-size] %s: cpu must be given, %d at most", [r.address, largest_cpu_units])
}

violations contains message if {
	some r in of_type("aws_ecs_task_definition")
	not small(r.change.after.memory, largest_memory_mib)
	message := sprintf("[task-size] %s: memory must be given, %d at most", [r.address, largest_memory_mib])
}

small(text, largest) if {
	is_string(text)
	to_number(text) <= largest
}

violations contains message if {
	some r in of_type("aws_appautoscaling_target")
	not few(r, "max_capacity")
	message := sprintf("[task-count] %s: max_capacity must be given, %d at most", [r.address, most_tasks])
}

violations contains message if {
	some r in of_type("aws_ecs_service")
	not few(r, "desired_count")
	message := sprintf("[task-count] %s: desired_count must be %d at most", [r.address, most_tasks])
}

few(r, attribute) if unknown(r, attribute)

few(r, attribute) if {
	is_number(r.change.after[attribute])
	r.change.after[attribute] <= most_tasks
}

violations contains message if {
	gateways := count(of_type("aws_nat_gateway"))
	gateways > most_nat_gateways
	message := sprintf("[gateway-count] %d NAT gateways; %d at most", [gateways, most_nat_gateways])
}

violations contains message if {
	some r in of_type("aws_efs_file_system")
	not r.change.after.throughput_mode in {"bursting", "elastic"}
	message := sprintf("[files-on-demand] %s: throughput_mode must be bursting or elastic, not paid in advance", [r.address])
}

violations contains message if {
	some r in of_type("aws_cloudwatch_log_group")
	r.change.after.retention_in_days > longest_log_days
	message := sprintf("[log-cost] %s: retention_in_days must be %d at most", [r.address, longest_log_days])
}

violations contains message if {
	some r in of_type("aws_cloudfront_distribution")
	not r.change.after.price_class in price_classes
	message := sprintf("[site-price] %s: price_class must be one of %v", [r.address, price_classes])
}

violations contains message if {
	some r in of_type("aws_s3_bucket")
	not r.address in cleaned
	message := sprintf("[bucket-tidied] %s has no aws_s3_bucket_lifecycle_configuration; old versions would pile up", [r.address])
}

cleaned := {reference |
	some c in input.plan.configuration.root_module.resources
	c.type == "aws_s3_bucket_lifecycle_configuration"
	some reference in c.expressions.bucket.references
}

# Images
containers contains {"r": r, "container": container} if {
	some r in of_type("aws_ecs_task_definition")
	not unknown(r, "container_definitions")
	some container in document(r, "container_definitions")
}

violations contains message if {
	some c in containers
	not from_known_source(c.container)
	message := sprintf("[image-source] %s: image of container %s is from no allowed source", [c.r.address, c.container.name])
}

from_known_source(container) if {
	some pattern in image_sources
	regex.match(pattern, split(split(container.image, "@")[0], ":")[0])
}

violations contains message if {
	some c in containers
	not pinned(c.container.image)
	message := sprintf("[image-pinned] %s: image of container %s needs a version or a digest", [c.r.address, c.container.name])
}

pinned(image) if contains(image, "@sha256:")

pinned(image) if {
	parts := split(image, ":")
	count(parts) == 2
	not parts[1] in {"", "latest", "stable"}
}

# What is stored as code is scanned when it arrives
violations contains message if {
	some r in of_type("aws_ecr_repository")
	not r.change.after.image_scanning_configuration[0].scan_on_push == true
	message := sprintf("[images-scanned] %s: scan_on_push must be true", [r.address])
}
