"""Give Terraform back what a killed run made and could not write down."""
