# Who may do what: no keys, no wildcards that grant, trust by exact subject, secrets never as plain values.

package terraform.policies.identity

import rego.v1

deny := sort(violations)

# Terraform's own roles change what the stacks define; docs/terraform-cloud.md says how they are bounded
administers := "^edgemind-terraform-[a-z0-9]+-(plan|apply)$"

# Actions that AWS offers for all resources only
unscoped := {"ecr:GetAuthorizationToken", "ecs:DeregisterTaskDefinition", "xray:PutTraceSegments"}

# AWS's own policies that a role may have; none does
attachable := []

issuers := {
	"https://app.terraform.io": ["aws.workload.identity"],
	"https://token.actions.githubusercontent.com": ["sts.amazonaws.com"],
}

long_lived := {
	"aws_iam_access_key",
	"aws_iam_group",
	"aws_iam_service_specific_credential",
	"aws_iam_user",
	"aws_iam_user_login_profile",
	"aws_iam_user_policy",
	"aws_iam_user_policy_attachment",
	"aws_key_pair",
}

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

as_list(value) := value if is_array(value)

as_list(value) := [value] if not is_array(value)

# Long-lived credentials
violations contains message if {
	some r in planned
	r.type in long_lived
	message := sprintf("[no-long-lived-keys] %s: people and machines get short-lived roles; remove it", [r.address])
}

# What roles may do
granting := {"aws_iam_policy", "aws_iam_role_policy"}

grants contains {"r": r, "statement": statement} if {
	some r in planned
	r.type in granting
	not unknown(r, "policy")
	some statement in as_list(document(r, "policy").Statement)
	statement.Effect == "Allow"
}

violations contains message if {
	some r in planned
	r.type in granting
	not unknown(r, "policy")
	not is_string(r.change.after.policy)
	message := sprintf("[policy-present] %s has no policy document", [r.address])
}

violations contains message if {
	some g in grants
	some action in as_list(g.statement.Action)
	all_of_it(action)
	message := sprintf("[no-star-action] %s allows %s; list the actions", [g.r.address, action])
}

all_of_it(action) if action == "*"

all_of_it(action) if endswith(action, ":*")

violations contains message if {
	some g in grants
	not administrator(g.r)
	some action in as_list(g.statement.Action)
	contains(action, "*")
	not all_of_it(action)
	not only_looks(action)
	message := sprintf("[no-star-verb] %s allows %s; name the actions that change things", [g.r.address, action])
}

violations contains message if {
	some g in grants
	not administrator(g.r)
	"*" in as_list(g.statement.Resource)
	some action in as_list(g.statement.Action)
	not only_looks(action)
	not action in unscoped
	message := sprintf("[no-star-resource] %s allows %s on every resource; name them", [g.r.address, action])
}

only_looks(action) if regex.match(`^[a-z0-9-]+:(BatchGet|Describe|Get|List|View)[A-Za-z*]*$`, action)

administrator(r) if regex.match(administers, r.change.after.role)

violations contains message if {
	some g in grants
	some inverted in ["NotAction", "NotResource"]
	g.statement[inverted]
	message := sprintf("[no-inversion] %s allows by %s, which grants what nobody listed", [g.r.address, inverted])
}

violations contains message if {
	some g in grants
	not g.statement.Resource
	not g.statement.NotResource
	message := sprintf("[resource-present] %s has a statement without Resource", [g.r.address])
}

violations contains message if {
	some g in grants
	"iam:PassRole" in as_list(g.statement.Action)
	not passed_to_service(g.statement)
	message := sprintf("[pass-role-bound] %s may pass roles to anything; add iam:PassedToService", [g.r.address])
}

passed_to_service(statement) if {
	some operator, keys in statement.Condition
	startswith(operator, "StringEquals")
	count(as_list(keys["iam:PassedToService"])) > 0
}

violations contains message if {
	some g in grants
	"iam:PassRole" in as_list(g.statement.Action)
	"*" in as_list(g.statement.Resource)
	message := sprintf("[pass-role-bound] %s may pass every role; name them", [g.r.address])
}

violations contains message if {
	some r in of_type("aws_iam_role_policy_attachment")
	is_string(r.change.after.policy_arn)
	startswith(r.change.after.policy_arn, "arn:aws:iam::aws:")
	not r.change.after.policy_arn in attachable
	message := sprintf("[no-broad-policy] %s attaches %s; grant what is needed instead", [r.address, r.change.after.policy_arn])
}

# Whom roles trust
trusts contains {"r": r, "statement": statement} if {
	some r in of_type("aws_iam_role")
	not unknown(r, "assume_role_policy")
	some statement in as_list(document(r, "assume_role_policy").Statement)
	statement.Effect == "Allow"
}

violations contains message if {
	some r in of_type("aws_iam_role")
	not unknown(r, "assume_role_policy")
	not is_string(r.change.after.assume_role_policy)
	message := sprintf("[trust-present] %s has no assume_role_policy", [r.address])
}

violations contains message if {
	some t in trusts
	t.statement.Principal == "*"
	message := sprintf("[trust-named] %s trusts everybody; name the principal", [t.r.address])
}

violations contains message if {
	some t in trusts
	t.statement.Principal.AWS
	message := sprintf("[trust-named] %s trusts an AWS account; use a service or a token's subject", [t.r.address])
}

violations contains message if {
	some t in trusts
	t.statement.NotPrincipal
	message := sprintf("[trust-named] %s trusts by exclusion; name the principal", [t.r.address])
}

violations contains message if {
	some t in trusts
	t.statement.Principal.Federated
	some claim in [":aud", ":sub"]
	not exact(t.statement, claim)
	message := sprintf("[trust-exact] %s must compare the token's %s by StringEquals, without wildcards", [t.r.address, claim])
}

exact(statement, claim) if {
	some key, values in statement.Condition.StringEquals
	endswith(key, claim)
	count(as_list(values)) > 0
	count([value | some value in as_list(values); loose(value)]) == 0
}

loose(value) if contains(value, "*")

loose(value) if contains(value, "?")

loose(value) if value == ""

violations contains message if {
	some t in trusts
	t.statement.Principal.Federated
	some operator, _ in t.statement.Condition
	operator != "StringEquals"
	message := sprintf("[trust-exact] %s compares a token by %s; use StringEquals only", [t.r.address, operator])
}

violations contains message if {
	some t in trusts
	t.statement.Principal.Service
	not from_here(t.statement)
	message := sprintf("[trust-own-account] %s must limit the service by aws:SourceAccount", [t.r.address])
}

from_here(statement) if {
	some operator in ["StringEquals", "ArnLike", "ArnEquals"]
	some key in ["aws:SourceAccount", "aws:SourceArn"]
	as_list(statement.Condition[operator][key])[0] != "*"
}

violations contains message if {
	some r in of_type("aws_iam_openid_connect_provider")
	not r.change.after.client_id_list == issuers[r.change.after.url]
	message := sprintf("[issuer-known] %s: %s with these audiences is not a known issuer", [r.address, r.change.after.url])
}

# Secrets stay out of plans and tasks
violations contains message if {
	some r in of_type("aws_secretsmanager_secret_version")
	some attribute in ["secret_string", "secret_binary"]
	is_string(r.change.after[attribute])
	r.change.after[attribute] != ""
	message := sprintf("[secret-not-in-state] %s: %s ends up in the state; use secret_string_wo", [r.address, attribute])
}

violations contains message if {
	some r in of_type("aws_ssm_parameter")
	r.change.after.type == "SecureString"
	message := sprintf("[secret-not-in-state] %s: its value ends up in the state; use Secrets Manager", [r.address])
}

violations contains message if {
	some r in of_type("aws_ecs_task_definition")
	not unknown(r, "container_definitions")
	some container in document(r, "container_definitions")
	some variable in object.get(container, "environment", [])
	regex.match(`PASSWORD|SECRET|TOKEN|API_KEY|PRIVATE_KEY`, variable.name)
	message := sprintf("[secret-not-in-task] %s: %s of container %s is a plain value; use secrets", [r.address, variable.name, container.name])
}
