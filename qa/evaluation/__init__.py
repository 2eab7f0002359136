"""Question sets, metrics and reports: how well the answers are found, cited and refused."""
