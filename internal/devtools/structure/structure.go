package structure

import (
	"slices"

	"gatehouse/internal/devtools/findings"
)

// The limits.
const (
	methodSetLimit = 12 // of an interface with all that it embeds
	kitLimit       = 44 // exported names of the kit of the pages
)

// The lists of exceptions.
const (
	ListMethodSets = "methodsets"
	ListWebChanges = "webchanges"
	ListCallers    = "callers"
	ListExports    = "exports"
	listKit        = "kit"
)

// Lists returns the names of the lists that findings of this package refer to.
func Lists() []string {
	return []string{ListMethodSets, ListWebChanges, ListCallers, ListExports, listKit}
}

// Check returns all findings in a module.
func Check(m *Module) ([]findings.Finding, error) {
	exports, err := m.unusedExports()
	return slices.Concat(
		m.methodSets(methodSetLimit), m.changesInWeb(), m.passedMutators(), m.stepCallers(steps()),
		m.exportsOfKit(kitLimit), exports,
	), err
}
