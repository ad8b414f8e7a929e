"""Interstitial sites, hops, end points and images of a migrating atom."""
