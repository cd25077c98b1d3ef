// Package bench measures what the whole program costs: the real binary, as a
// process of its own, on real databases.
//
// What lives here: one file per thing that somebody waits for or pays for. What
// is measured is the processor time of the program's process, in several rounds
// of which the median counts, beside something that does as little as possible
// in the same rounds: machines are noisy, ratios of one run hold. `make bench`
// runs it and prints a table.
//
// What must not: anything that fails because it was slow, and what a benchmark
// within one package can measure as well; those stand in their packages.
package bench
