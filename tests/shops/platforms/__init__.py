"""Loopback platforms in their documented wire formats, one room each: what they answer, and how they fail."""
