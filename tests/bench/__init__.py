"""Figures of speed and memory, as ratios against a baseline of the same run."""
