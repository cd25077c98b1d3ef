package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"slices"

	"gatehouse/internal/devtools/budget"
	"gatehouse/internal/devtools/findings"
	"gatehouse/internal/devtools/golist"
	"gatehouse/internal/devtools/structure"
)

func main() {
	log.SetFlags(0)
	shrink := flag.Bool("shrink", false, "lower the lists of what is excused to what is there")
	flag.Parse()
	dir := "."
	if flag.NArg() > 0 {
		dir = flag.Arg(0)
	}
	if err := run(os.Stdout, dir, *shrink); err != nil {
		log.Fatal(err)
	}
}

func run(w io.Writer, dir string, shrink bool) error {
	root, err := golist.Root(dir)
	if err != nil {
		return err
	}
	source, err := budget.Read(root)
	if err != nil {
		return err
	}
	module, err := structure.Load(root)
	if err != nil {
		return err
	}
	found, err := structure.Check(module)
	if err != nil {
		return err
	}
	if shrink {
		return lower(findings.Dir(root), append(found, budget.Check(source, budget.Ours())...))
	}
	for _, row := range slices.Concat(sizes(source), words(source), shape(module, found)) {
		fmt.Fprintf(w, "%-46s %s\n", row.what, row.figure)
	}
	return nil
}

func lower(dir string, found []findings.Finding) error {
	lists, err := findings.Load(dir)
	if err != nil {
		return err
	}
	names := slices.Concat(budget.Lists(), structure.Lists())
	lists.Shrink(found, names...)
	return lists.Save(dir, names...)
}
