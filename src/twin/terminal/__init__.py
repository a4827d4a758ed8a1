"""What a person sees on a terminal: progress, figures, tables, errors; and the commands that stand beside what they show."""
