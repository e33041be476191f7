"""From an applied plan to the plan that takes it back."""
