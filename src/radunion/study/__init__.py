"""What is done with models and cohorts together: evaluating bundles beside the no-image baselines.

Importing this room is quick; import what you need from its modules.
"""
