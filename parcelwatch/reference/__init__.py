"""What is known of the world: holidays, countries, and couriers as people know them."""
