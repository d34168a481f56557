# What holds data is neither destroyed nor replaced, and stays hard to lose.
#
# A run that means it names the addresses in its variable consent_to_destroy. Lifting prevent_destroy at synthesis
# is not consent: that shows in nobody's audit log.

package terraform.policies.data_protection

import rego.v1

holds_data := {
	"aws_backup_vault",
	"aws_cloudwatch_log_group",
	"aws_db_instance",
	"aws_dynamodb_table",
	"aws_ecr_repository",
	"aws_efs_access_point",
	"aws_efs_file_system",
	"aws_kms_key",
	"aws_rds_cluster",
	"aws_route53_zone",
	"aws_s3_bucket",
	"aws_secretsmanager_secret",
	"aws_ssm_parameter",
}

shortest_backup_days := 7

shortest_secret_recovery_days := 7

shortest_key_deletion_days := 7

deny := sort(violations)

consented contains address if {
	some address in input.plan.variables.consent_to_destroy.value
}

managed contains r if {
	some r in input.plan.resource_changes
	r.mode == "managed"
}

planned contains r if {
	some r in managed
	is_object(r.change.after)
}

of_type(type) := [r | some r in planned; r.type == type]

unknown(r, attribute) if r.change.after_unknown[attribute] == true

ends(r) if "delete" in r.change.actions

ends(r) if "forget" in r.change.actions

fate(r) := "destroyed" if r.change.actions == ["delete"]

fate(r) := "forgotten" if "forget" in r.change.actions

fate(r) := "replaced" if {
	"delete" in r.change.actions
	"create" in r.change.actions
}

violations contains message if {
	some r in managed
	r.type in holds_data
	ends(r)
	not r.address in consented
	message := sprintf(
		"[data-survives] %s holds data and would be lost (%s); if that is meant, name this address in the run's variable consent_to_destroy",
		[r.address, fate(r)],
	)
}

# What lets a later run destroy contents without asking again
unlocks := {
	"aws_backup_vault": "force_destroy",
	"aws_ecr_repository": "force_delete",
	"aws_route53_zone": "force_destroy",
	"aws_s3_bucket": "force_destroy",
}

violations contains message if {
	some type, attribute in unlocks
	some r in of_type(type)
	not unknown(r, attribute)
	is_unlocked(r, attribute)
	not r.address in consented
	message := sprintf("[contents-locked] %s: %s lets a destroy delete its contents; leave it off", [r.address, attribute])
}

is_unlocked(r, attribute) if r.change.after[attribute] == true

is_unlocked(r, attribute) if r.change.after[attribute] == "true"

violations contains message if {
	some r in of_type("aws_secretsmanager_secret")
	not at_least(r, "recovery_window_in_days", shortest_secret_recovery_days)
	not r.address in consented
	message := sprintf("[secret-recoverable] %s: recovery_window_in_days must be %d or more", [r.address, shortest_secret_recovery_days])
}

violations contains message if {
	some r in of_type("aws_kms_key")
	not at_least(r, "deletion_window_in_days", shortest_key_deletion_days)
	not r.address in consented
	message := sprintf("[key-recoverable] %s: deletion_window_in_days must be %d or more", [r.address, shortest_key_deletion_days])
}

violations contains message if {
	some r in of_type("aws_kms_key")
	r.change.after.is_enabled == false
	message := sprintf("[key-usable] %s: is_enabled must be true, or what it encrypts can't be read", [r.address])
}

violations contains message if {
	some r in planned
	r.change.after.bypass_policy_lockout_safety_check == true
	message := sprintf("[no-lockout] %s: bypass_policy_lockout_safety_check must be false", [r.address])
}

at_least(r, attribute, least) if r.change.after[attribute] >= least

violations contains message if {
	some r in of_type("aws_lb")
	not r.change.after.enable_deletion_protection == true
	not r.address in consented
	message := sprintf("[balancer-protected] %s: enable_deletion_protection must be on", [r.address])
}

# Every bucket keeps old versions
references(type, argument) := {reference |
	some c in input.plan.configuration.root_module.resources
	c.type == type
	some reference in c.expressions[argument].references
}

versioned_names := {r.change.after.bucket |
	some r in of_type("aws_s3_bucket_versioning")
	some configuration in r.change.after.versioning_configuration
	configuration.status == "Enabled"
}

versioning_off contains r.address if {
	some r in of_type("aws_s3_bucket_versioning")
	not r.change.after.versioning_configuration[0].status == "Enabled"
}

violations contains message if {
	some r in of_type("aws_s3_bucket")
	not r.address in references("aws_s3_bucket_versioning", "bucket")
	not r.change.after.bucket in versioned_names
	message := sprintf("[bucket-versioned] %s has no aws_s3_bucket_versioning; add one, Enabled", [r.address])
}

violations contains message if {
	some address in versioning_off
	message := sprintf("[bucket-versioned] %s: status must be Enabled", [address])
}

# Files are backed up, and backups stay
violations contains message if {
	some r in of_type("aws_efs_file_system")
	not r.address in references("aws_backup_selection", "resources")
	message := sprintf("[files-backed-up] %s is in no aws_backup_selection of this stack; add it to one", [r.address])
}

violations contains message if {
	some r in of_type("aws_backup_plan")
	not has_rule(r)
	message := sprintf("[backups-stay] %s has no rule; add a daily one", [r.address])
}

has_rule(r) if count(r.change.after.rule) > 0

violations contains message if {
	some r in of_type("aws_backup_plan")
	some rule in r.change.after.rule
	not kept(rule)
	message := sprintf("[backups-stay] %s: delete_after must be %d days or more", [r.address, shortest_backup_days])
}

kept(rule) if rule.lifecycle[0].delete_after >= shortest_backup_days

# A database's two writers would corrupt its files, so its service never runs two tasks
mounts_files contains family if {
	some r in of_type("aws_ecs_task_definition")
	some volume in r.change.after.volume
	count(volume.efs_volume_configuration) > 0
	family := r.change.after.family
}

violations contains message if {
	some r in of_type("aws_ecs_service")
	r.change.after.name in mounts_files
	not one_writer(r)
	message := sprintf(
		"[one-writer] %s mounts files: desired_count must be 1 at most, deployment_maximum_percent 100, deployment_minimum_healthy_percent 0",
		[r.address],
	)
}

one_writer(r) if {
	r.change.after.desired_count <= 1
	r.change.after.deployment_maximum_percent == 100
	r.change.after.deployment_minimum_healthy_percent == 0
}

# A stand-in for another stack's output may be planned with and never applied
violations contains message if {
	input.run.speculative == false
	some r in input.plan.prior_state.values.root_module.resources
	r.type == "terraform_remote_state"
	some output, stand_in in r.values.defaults
	r.values.outputs[output] == stand_in
	message := sprintf("[no-stand-in] %s has no value for %s yet; apply that stack first", [r.address, output])
}

# A plan that Terraform calls incomplete says nothing about what it left out
violations contains message if {
	not is_array(input.plan.resource_changes)
	not input.plan.planned_values
	message := "[whole-plan] the plan lists no resources; check how it was made"
}
