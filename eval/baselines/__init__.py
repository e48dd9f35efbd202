"""Labellers that the trained model is compared with: patterns, and a linear model on character n-grams."""
