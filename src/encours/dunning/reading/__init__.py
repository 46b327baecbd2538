"""The small model that reads replies: examples written for it, its training, its weights and its figures."""
