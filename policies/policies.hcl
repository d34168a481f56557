# The policy set, as Terraform Cloud reads it from a repository. Without that (the free edition), the stack
# edgemind-terraform-cloud uploads the same files one by one.

policy "data_protection" {
  query             = "data.terraform.policies.data_protection.deny"
  enforcement_level = "mandatory"
}

policy "nothing_public" {
  query             = "data.terraform.policies.nothing_public.deny"
  enforcement_level = "mandatory"
}

policy "encryption_and_logs" {
  query             = "data.terraform.policies.encryption_and_logs.deny"
  enforcement_level = "mandatory"
}

policy "identity" {
  query             = "data.terraform.policies.identity.deny"
  enforcement_level = "mandatory"
}

policy "cost_and_origin" {
  query             = "data.terraform.policies.cost_and_origin.deny"
  enforcement_level = "mandatory"
}
