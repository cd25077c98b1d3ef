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
	if err := run(".", *add, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "words:", err)
		os.Exit(1)
	}
}

// run checks the repository at root, after adding texts if that is asked for.
func run(root string, add bool, more []string) error {
	found, err := scan(root)
	if err != nil {
		return err
	}
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
