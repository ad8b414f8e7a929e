"""The results database: open it, write to it, query it for typed results, export them."""
