"""What couriers said of one parcel: its scans joined, the milestone it is at, and what was agreed with its buyer."""
