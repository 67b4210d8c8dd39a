"""How each format is read: one module a family of formats, and `known` lists them."""
