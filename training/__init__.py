"""Makes the training data and the model: backbone, corpus, fine-tuning, export."""
