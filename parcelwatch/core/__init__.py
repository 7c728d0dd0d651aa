"""The core: pure functions that decide. No I/O, no clock, no logging; the standard library only."""
