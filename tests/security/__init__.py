"""What a scanner can't see: rights, reachability, secrets."""
