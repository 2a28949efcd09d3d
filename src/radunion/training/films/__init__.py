"""Networks that read one film at a time, as the seed study and the systems before it do."""
