"""checkov over every synthesized stack and every plan, in a wrapper that can't be falsely green."""
