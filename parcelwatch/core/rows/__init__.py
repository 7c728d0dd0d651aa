"""Rows that others hand over: which cells they have, what each says, and whose parcel or order it is."""
