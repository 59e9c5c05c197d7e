"""The rules of `scripts/check`, one module per family of rules."""
