package main

import (
	"gatehouse/web/console"
	"gatehouse/web/page"
)

// connectionArea is connections.
func (g *gateway) connectionArea(*console.Console, *page.Pages) error { return nil }
