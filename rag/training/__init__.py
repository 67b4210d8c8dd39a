"""How the reader's weights and the confidence's coefficients were made; nothing here runs in the product."""
