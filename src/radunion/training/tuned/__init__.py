"""Fine-tuning: the upper blocks of a backbone learn with the head, on one device or many."""
