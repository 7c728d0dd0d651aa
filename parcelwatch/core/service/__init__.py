"""Decisions about the service itself: accounts, pace, health, what is kept how long."""
