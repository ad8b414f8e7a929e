"""Phase diagrams with and without Li: windows, interfaces, and the result of the campaign."""
