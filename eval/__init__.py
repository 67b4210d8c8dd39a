"""How we know: gold sets, benchmarks, measures, reports."""
