"""A project for the cdktf CLI whose app costs nothing."""
