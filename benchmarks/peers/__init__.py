"""What benchmarks stand beside: other libraries, in an environment of their own."""
