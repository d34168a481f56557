# Nothing but the site is reachable from the internet, and the site only through CloudFront and its firewall.

package terraform.policies.nothing_public

import rego.v1

deny := sort(violations)

everyone := {"0.0.0.0/0", "::/0"}

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

# Buckets
switches := ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]

violations contains message if {
	some r in of_type("aws_s3_bucket_public_access_block")
	some switch in switches
	not r.change.after[switch] == true
	message := sprintf("[bucket-closed] %s: %s must be true", [r.address, switch])
}

violations contains message if {
	some r in of_type("aws_s3_bucket")
	not r.address in references("aws_s3_bucket_public_access_block", "bucket")
	message := sprintf("[bucket-closed] %s has no aws_s3_bucket_public_access_block; add one with all four switches on", [r.address])
}

violations contains message if {
	some r in of_type("aws_s3_bucket_acl")
	startswith(r.change.after.acl, "public")
	message := sprintf("[bucket-closed] %s: acl %s is public; use private and a bucket policy", [r.address, r.change.after.acl])
}

violations contains message if {
	some r in of_type("aws_s3_bucket_website_configuration")
	message := sprintf("[bucket-closed] %s makes a website of a bucket, which only works in public; use CloudFront", [r.address])
}

violations contains message if {
	some r in of_type("aws_s3_bucket_ownership_controls")
	not r.change.after.rule[0].object_ownership == "BucketOwnerEnforced"
	message := sprintf("[bucket-closed] %s: object_ownership must be BucketOwnerEnforced, which switches ACLs off", [r.address])
}

# Resource policies
with_policy := {
	"aws_backup_vault_policy",
	"aws_ecr_repository_policy",
	"aws_efs_file_system_policy",
	"aws_kms_key",
	"aws_s3_bucket_policy",
	"aws_secretsmanager_secret_policy",
	"aws_sns_topic_policy",
	"aws_sqs_queue_policy",
}

violations contains message if {
	some r in planned
	r.type in with_policy
	not unknown(r, "policy")
	some statement in document(r, "policy").Statement
	statement.Effect == "Allow"
	open_to_all(statement)
	not limited(statement)
	message := sprintf("[policy-closed] %s allows everybody (statement %s); name principals or add conditions", [r.address, name_of(statement)])
}

open_to_all(statement) if statement.Principal == "*"

open_to_all(statement) if statement.Principal.AWS == "*"

open_to_all(statement) if "*" in statement.Principal.AWS

limited(statement) if {
	some operator, keys in statement.Condition
	not startswith(operator, "ForAllValues")
	some key, _ in keys
	lower(key) in narrowing
}

narrowing := {
	"aws:principalaccount",
	"aws:principalarn",
	"aws:principalorgid",
	"aws:sourceaccount",
	"aws:sourcearn",
	"aws:sourcevpc",
	"aws:sourcevpce",
	"elasticfilesystem:accessedviamounttarget",
	"kms:calleraccount",
}

name_of(statement) := statement.Sid if statement.Sid

name_of(statement) := "without Sid" if not statement.Sid

# Load balancers and listeners
violations contains message if {
	some r in of_type("aws_lb")
	not r.change.after.internal == true
	message := sprintf("[balancer-internal] %s: internal must be true; CloudFront reaches it through a VPC origin", [r.address])
}

# Security groups
violations contains message if {
	some r in of_type("aws_vpc_security_group_ingress_rule")
	some attribute in ["cidr_ipv4", "cidr_ipv6"]
	r.change.after[attribute] in everyone
	message := sprintf("[group-closed] %s lets everybody in (%s); name a security group", [r.address, r.change.after[attribute]])
}

violations contains message if {
	some r in of_type("aws_vpc_security_group_ingress_rule")
	not has_source(r)
	message := sprintf("[group-closed] %s has no source; name a security group", [r.address])
}

sources := ["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"]

has_source(r) if {
	some attribute in sources
	is_string(r.change.after[attribute])
}

has_source(r) if {
	some attribute in sources
	unknown(r, attribute)
}

violations contains message if {
	some r in planned
	r.type in {"aws_security_group", "aws_default_security_group"}
	not unknown(r, "ingress")
	some rule in r.change.after.ingress
	some block in array.concat(object.get(rule, "cidr_blocks", []), object.get(rule, "ipv6_cidr_blocks", []))
	block in everyone
	message := sprintf("[group-closed] %s lets everybody in (%s); use a rule resource with a security group", [r.address, block])
}

violations contains message if {
	some r in of_type("aws_default_security_group")
	not unknown(r, "ingress")
	count(r.change.after.ingress) > 0
	message := sprintf("[default-group-empty] %s must have no rules, so that nothing gets access by omission", [r.address])
}

violations contains message if {
	some r in of_type("aws_security_group_rule")
	r.change.after.type == "ingress"
	some block in array.concat(blocks(r, "cidr_blocks"), blocks(r, "ipv6_cidr_blocks"))
	block in everyone
	message := sprintf("[group-closed] %s lets everybody in (%s); name a security group", [r.address, block])
}

blocks(r, attribute) := r.change.after[attribute] if is_array(r.change.after[attribute])

blocks(r, attribute) := [] if not is_array(r.change.after[attribute])

# Addresses
violations contains message if {
	some r in of_type("aws_ecs_service")
	not private_task(r)
	message := sprintf("[task-private] %s: network_configuration must say assign_public_ip = false", [r.address])
}

private_task(r) if r.change.after.network_configuration[0].assign_public_ip == false

violations contains message if {
	some r in of_type("aws_subnet")
	not r.change.after.map_public_ip_on_launch == false
	message := sprintf("[subnet-private] %s: map_public_ip_on_launch must be false", [r.address])
}

violations contains message if {
	some r in of_type("aws_eip")
	not r.address in references("aws_nat_gateway", "allocation_id")
	message := sprintf("[address-for-nat] %s belongs to no NAT gateway; nothing else needs a public address", [r.address])
}

violations contains message if {
	some r in planned
	some attribute in ["associate_public_ip_address", "publicly_accessible"]
	r.change.after[attribute] == true
	message := sprintf("[address-for-nat] %s: %s must be false", [r.address, attribute])
}

# The one public entrance
violations contains message if {
	some r in of_type("aws_cloudfront_distribution")
	not has_firewall(r)
	message := sprintf("[site-guarded] %s: web_acl_id must name a web ACL", [r.address])
}

has_firewall(r) if unknown(r, "web_acl_id")

has_firewall(r) if {
	is_string(r.change.after.web_acl_id)
	r.change.after.web_acl_id != ""
}

violations contains message if {
	some r in of_type("aws_wafv2_web_acl")
	not count(r.change.after.rule) > 0
	message := sprintf("[site-guarded] %s has no rule; add AWS's managed groups", [r.address])
}

violations contains message if {
	some r in of_type("aws_cloudfront_distribution")
	some origin in r.change.after.origin
	count(object.get(origin, "custom_origin_config", [])) > 0
	message := sprintf("[origin-private] %s: origin %s is reached over the internet; use a VPC origin", [r.address, origin.origin_id])
}
