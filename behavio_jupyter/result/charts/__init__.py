"""Pictures of results, one module for each analysis, and the strip of a user's events."""
