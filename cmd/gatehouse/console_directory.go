package main

import (
	"gatehouse/web/console"
	"gatehouse/web/page"
)

// directoryArea is people, organizations, groups, domains and applications.
func (g *gateway) directoryArea(*console.Console, *page.Pages) error { return nil }
