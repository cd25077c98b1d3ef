package main

import (
	"time"

	"gatehouse/web/console"
	"gatehouse/web/page"
)

// console registers the pages of the console, area by area.
func (g *gateway) console(pages *page.Pages) error {
	access := g.access(pages)
	c := console.New(console.Options{Access: access, Directory: g.db, Pages: pages, Now: time.Now})
	g.desk = c
	access.Enter(g.router, c)
	for _, area := range []func(*console.Console, *page.Pages) error{
		g.overviewArea, g.directoryArea, g.activityArea, g.setupArea, g.connectionArea, g.testArea,
	} {
		if err := area(c, pages); err != nil {
			return err
		}
	}
	return nil
}
