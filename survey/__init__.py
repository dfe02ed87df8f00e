"""The fork survey: what does each fork of real programs need?  survey/README.md tells how to use it."""
