package structure

import (
	"slices"

	"gatehouse/internal/devtools/findings"
)

// The most that is allowed.
const (
	MethodSetLimit = 12 // of an interface with all that it embeds
	KitLimit       = 40 // exported names of the kit of the pages
)

// The lists of what is excused.
const (
	ListMethodSets = "methodsets"
	ListWebChanges = "webchanges"
	ListCallers    = "callers"
	ListExports    = "exports"
	ListKit        = "kit"
)

// Lists are the names of the lists that findings of this package refer to.
func Lists() []string {
	return []string{ListMethodSets, ListWebChanges, ListCallers, ListExports, ListKit}
}

// Check returns everything that is not as it should be.
func Check(m *Module) ([]findings.Finding, error) {
	exports, err := m.UnusedExports()
	return slices.Concat(
		m.MethodSets(MethodSetLimit), m.ChangesInWeb(), m.Callers(Steps()),
		m.ExportsOfKit(KitLimit), exports,
	), err
}
