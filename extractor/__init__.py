"""Gouji reads Chinese government-information-disclosure reports into canonical fields and cross-checks them."""
