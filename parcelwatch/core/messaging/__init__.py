"""Messages on their way out: what they hold, who is meant, which leave together, and when a channel may be told."""
