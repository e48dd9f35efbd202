"""Scores of labellers: prose figures and header cells against their truth."""
