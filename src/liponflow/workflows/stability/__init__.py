"""The stability campaign."""
