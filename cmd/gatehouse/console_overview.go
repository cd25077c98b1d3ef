package main

import (
	"gatehouse/web/console"
	"gatehouse/web/page"
)

// overviewArea is the enterprises.
func (g *gateway) overviewArea(*console.Console, *page.Pages) error { return nil }
