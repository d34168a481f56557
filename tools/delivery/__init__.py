"""What the delivery workflows do beyond one command; the same programs run on a laptop against the local AWS."""
