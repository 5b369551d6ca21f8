"""The engines that Behavio is compared with, each asked in its own best way."""
