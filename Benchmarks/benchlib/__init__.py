"""What scripts/bench and scripts/soak are made of."""
