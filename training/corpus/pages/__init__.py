"""Pages of a synthetic report in the layouts of real offices: PDF, Word, HTML and text, with labels."""
