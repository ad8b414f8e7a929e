"""Ordered cells of crystals whose sites are occupied in part."""
