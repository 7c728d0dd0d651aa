"""A courier you can run: loopback servers that speak three real wire formats and play stories.

What belongs here: the courier's side of the wire and nothing of ours. It knows no adapter, so a mistake in
one of the two shows when they talk. Couriers' facts come from their public documentation.
"""
