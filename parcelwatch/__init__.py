"""Watch parcels across couriers and tell agents about the troubled ones early."""

__version__ = "0.1.0"
