"""The annotation loop: answers as Label Studio predictions, least confident first, and corrected ones back as labels."""
