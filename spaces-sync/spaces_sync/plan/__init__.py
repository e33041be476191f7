"""Plans: values that say what would be sent, why, and what follows from it."""
