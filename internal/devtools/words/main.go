package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
)

func main() {
	add := flag.Bool("add", false, "add missing texts, and those in the arguments, to every file")
	flag.Parse()
	found, err := collect(".")
	if err == nil {
		err = run(".", found, *add, flag.Args())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(1)
	}
}

// collect finds the texts of the repository at root.
func collect(root string) (*texts, error) {
	found, err := scan(root)
	if err != nil {
		return nil, err
	}
	return found, found.failures(root)
}

// run compares the texts of a repository with its files, after adding texts if that is
// asked for.
func run(root string, found *texts, add bool, more []string) error {
	files, err := readFiles(root)
	if err != nil {
		return err
	}
	if add {
		found.needed = append(found.needed, more...)
		for _, f := range files {
			if err := f.add(found); err != nil {
				return err
			}
		}
	}
	problems := slices.Concat(found.wrong, compare(found, files))
	for _, p := range problems {
		fmt.Println(p)
	}
	if len(problems) > 0 {
		return errors.New("the catalogue is not complete")
	}
	return nil
}

// compare lists the texts that a file lacks, and those that no page has.
func compare(found *texts, files []*file) (problems []string) {
	for _, f := range files {
		for _, text := range found.needed {
			if !f.has(text) {
				problems = append(problems, fmt.Sprintf("%s: missing: %q", f.name, text))
			}
		}
		for _, text := range f.keys {
			if !found.used[text] {
				problems = append(problems, fmt.Sprintf("%s: unused: %q", f.name, text))
			}
		}
	}
	return problems
}
