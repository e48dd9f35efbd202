"""The trained model at run time: its tokens, its file, and the labellers that use it."""
