// Package bench measures the whole program: the real binary, as a separate process, on
// real databases.
//
// What lives here: one file per operation whose cost matters. A benchmark measures the
// processor time of the program's process in several rounds and reports the median,
// next to a minimal implementation in the same rounds: machines are noisy, but ratios
// within one run are stable. `make bench` runs it and prints a table.
//
// What must not live here: tests that fail because they are slow, and benchmarks that
// a package can have itself.
package bench
