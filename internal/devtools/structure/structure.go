package structure

import (
	"slices"

	"gatehouse/internal/devtools/findings"
)

// The most that is allowed.
const (
	methodSetLimit = 12 // of an interface with all that it embeds
	kitLimit       = 40 // exported names of the kit of the pages
)

// The lists of what is excused.
const (
	ListMethodSets = "methodsets"
	ListWebChanges = "webchanges"
	ListCallers    = "callers"
	ListExports    = "exports"
	listKit        = "kit"
)

// Lists are the names of the lists that findings of this package refer to.
func Lists() []string {
	return []string{ListMethodSets, ListWebChanges, ListCallers, ListExports, listKit}
}

// Check returns everything that is not as it should be.
func Check(m *Module) ([]findings.Finding, error) {
	exports, err := m.unusedExports()
	return slices.Concat(
		m.methodSets(methodSetLimit), m.changesInWeb(), m.stepCallers(steps()),
		m.exportsOfKit(kitLimit), exports,
	), err
}
