"""Time as a parcel meets it: business days, clocks that stand still, time zones, and jumps of our own clock."""
