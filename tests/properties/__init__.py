"""Properties that hold whatever the log and the question: no reference is asked here.

Logs have up to 10⁵ events: hypothesis draws their shape and a seed, and numpy the rows.
"""
