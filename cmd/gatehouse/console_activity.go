package main

import (
	"gatehouse/web/console"
	"gatehouse/web/page"
)

// activityArea is what happened.
func (g *gateway) activityArea(*console.Console, *page.Pages) error { return nil }
