"""Run the policies of ``policies/`` on plans, with the Rego that Terraform Cloud runs."""
