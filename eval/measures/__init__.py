"""Pure measures, a subject a file: numbers in, numbers out, and None where a figure is not defined."""
