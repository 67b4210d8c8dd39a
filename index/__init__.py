"""How we find it: the catalog, dense and lexical search over it, and sync. Knows no answers."""
