package main

import (
	"gatehouse/web/console"
	"gatehouse/web/page"
)

// console registers the pages of the console, area by area.
func (g *gateway) console(c *console.Console, pages *page.Pages) error {
	for _, area := range []func(*console.Console, *page.Pages) error{
		g.overviewArea, g.directoryArea, g.activityArea, g.setupArea, g.connectionArea, g.testArea,
	} {
		if err := area(c, pages); err != nil {
			return err
		}
	}
	return nil
}
