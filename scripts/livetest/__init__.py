"""What tests against a running server share: starting it, talking to it, counting checks."""
