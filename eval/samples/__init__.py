"""The labelled samples that come with the project, and the program that made them."""
