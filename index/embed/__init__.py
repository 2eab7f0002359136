"""Texts become vectors: engines, compiled models, the weights on this machine."""
