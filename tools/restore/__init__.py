"""Bring a data service back from a backup, on a new file system that Terraform then owns."""
