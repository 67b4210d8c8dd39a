"""Every kind of data that an evaluator brings, read into one shape: `eval.benchmark.Benchmark`."""
