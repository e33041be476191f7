"""Plans, outcomes, lists and validations as text: a row and a file for each output format."""
