"""What we know: documents in, citable passages out. Knows no vectors."""
