"""Orders that come in by themselves: shops asked, and what they tell taken in.

What belongs here: stalls (a shop with all it takes), the keeper who asks it, and taking in a page. Adapters are shops/.
"""
