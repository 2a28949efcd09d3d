"""Heads, the set-valued ordinal likelihood and the training loop. Needs the extra [train]."""
