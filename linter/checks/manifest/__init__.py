"""The registration: what the directory refuses to save, and settings that do not work, by subject."""
