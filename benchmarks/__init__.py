"""What fast means, measured: run with `make bench`, read in docs/benchmarks.md; never fails on a time."""
