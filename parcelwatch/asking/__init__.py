"""Asking couriers: a request and its answer, what that does to the account, and what couriers push to us."""
