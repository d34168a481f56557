"""What the workflows do with Terraform Cloud: plan every affected stack, apply in order, tell GitHub."""
