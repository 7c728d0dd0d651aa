"""Text from outside made safe: cleaned, and without people and secrets."""
