"""From a declaration and a reading to a plan."""
