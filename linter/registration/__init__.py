"""What a registration says, beside its permissions: decisions that several rules ask."""
