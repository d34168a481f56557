"""What people run beside cdktf: the tool chain, the local AWS, summaries and checks."""
