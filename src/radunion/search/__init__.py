"""Search for the best settings of a protocol: spaces, trials that several machines share, and what they say."""
