"""What the past tells: histories replayed, figures over many, thresholds that fit, couriers compared."""
