"""Helpdesks heard and answered: tickets that become complaints, and letters that go into one.

What belongs here: counters (a helpdesk with all it takes), the keeper who asks it, taking in what it tells, and letters
on their way into tickets. Adapters are helpdesks/.
"""
