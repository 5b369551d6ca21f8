"""The same questions put to others: equal where the rules agree, explained where they do not.

docs/comparison.md names the differences; each has a test here that shows both numbers.
"""
