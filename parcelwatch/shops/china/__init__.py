"""What China's shop platforms share: Beijing's clock, windows of time, pages, errors under HTTP 200, couriers' codes.

What belongs here: what two platforms do alike. Each platform's own room is beside this one.
"""
