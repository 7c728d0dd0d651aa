"""Telling people: from the outbox to the channels, what follows when one is down, and what is told again."""
