package main

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/internal/devtools/budget"
	"gatehouse/internal/devtools/findings"
	"gatehouse/internal/devtools/structure"
)

// row is one line of the table.
type row struct{ what, figure string }

// part is a part of the source that is measured separately.
type part struct {
	name string
	has  func(*budget.File) bool
}

// product returns the directories of the product.
const product = "cmd config sso saml oidc groupsync policy mail store web internal/outbound internal/mail"

func parts() []part {
	return []part{
		{"product", func(f *budget.File) bool {
			return !f.Test && !f.Kit && isProduct(f.Path)
		}},
		{"all but tests", func(f *budget.File) bool { return !f.Test }},
		{"tests", func(f *budget.File) bool { return f.Test }},
	}
}

func isProduct(path string) bool {
	if strings.Contains(path, "gallery") {
		return false
	}
	return slices.ContainsFunc(strings.Fields(product), func(dir string) bool {
		return strings.HasPrefix(path, dir+"/")
	})
}

func sizes(source *budget.Source) []row {
	limits := budget.Ours()
	var rows []row
	for _, p := range parts() {
		var lines, tokens, large, tangled int
		var functions []int
		for _, f := range source.Files() {
			if !p.has(f) {
				continue
			}
			codeLines, inFile := f.Code()
			lines += codeLines
			tokens += inFile
			for _, fn := range f.Functions(source.Set) {
				functions = append(functions, fn.Tokens)
				if fn.Tokens > limits.Tokens {
					large++
				}
				if fn.Complexity > limits.Complexity {
					tangled++
				}
			}
		}
		if lines == 0 {
			continue
		}
		slices.Sort(functions)
		rows = append(rows,
			row{p.name + ": lines of code", fmt.Sprint(lines)},
			row{
				p.name + ": tokens per line of code",
				fmt.Sprintf("%.2f", float64(tokens)/float64(lines)),
			},
			row{p.name + ": functions", fmt.Sprint(len(functions))},
			row{p.name + ": tokens of a function, p50 p95 p99 max", quantiles(functions)},
			row{p.name + ": functions over 400 tokens", share(large, len(functions))},
			row{p.name + ": functions over complexity 15", fmt.Sprint(tangled)},
		)
	}
	wide := budget.WideLines(source, limits.Columns)
	over := budget.WideLines(source, limits.TestColumn)
	return append(rows,
		row{"lines over 120 columns, tests apart", fmt.Sprint(wide.Product)},
		row{"lines of tests over 140 columns", fmt.Sprint(over.Tests)},
	)
}

func quantiles(sorted []int) string {
	if len(sorted) == 0 {
		return "-"
	}
	at := func(percent int) int { return sorted[(len(sorted)-1)*percent/100] }
	return fmt.Sprint(at(50), " ", at(95), " ", at(99), " ", at(100))
}

func share(n, of int) string {
	return fmt.Sprintf("%d (%.2f %%)", n, 100*float64(n)/float64(max(of, 1)))
}

func words(source *budget.Source) []row {
	all, duplicate := budget.Duplicates(source)
	return []row{
		{"tokens in duplicate logic", share(duplicate, all)},
		{"pronouns in comments", fmt.Sprint(budget.Pronouns(source))},
		{"pronouns in declared names", fmt.Sprint(budget.NamedPronouns(source))},
	}
}

func shape(m *structure.Module, found []findings.Finding) []row {
	counts := map[string]int{}
	largest := findings.Finding{What: "none"}
	for _, f := range found {
		counts[f.List]++
		if f.List == structure.ListMethodSets && f.Weight > largest.Weight {
			largest = f
		}
	}
	rows := []row{
		{"largest method set", fmt.Sprint(largest.Weight, " ", largest.Key)},
		{"method sets over 12", fmt.Sprint(counts[structure.ListMethodSets])},
		{"unused exports", fmt.Sprint(counts[structure.ListExports])},
		{"changes of the store called from web", fmt.Sprint(counts[structure.ListWebChanges])},
		{"callers of a step that has several", fmt.Sprint(counts[structure.ListCallers])},
	}
	if kit := m.Kit(); kit != nil {
		rows = append(rows, row{"exports of " + kit.Path, fmt.Sprint(kit.Exports())})
	}
	return rows
}
