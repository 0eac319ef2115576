"""How fast this project is, beside what a user would pick instead: `make bench` writes benchmarks/results.md and results.json."""
