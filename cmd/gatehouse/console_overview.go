package main

import (
	"time"

	"gatehouse/web/console"
	"gatehouse/web/overview"
	"gatehouse/web/page"
)

// overviewArea is the enterprises.
func (g *gateway) overviewArea(c *console.Console, _ *page.Pages) error {
	overview.New(overview.Options{Store: g.db, Health: g.health, Console: c, BaseURL: g.config.BaseURL, Revoked: g.live.Revoked, Now: time.Now}).Register(g.router)
	return nil
}
