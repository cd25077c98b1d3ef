package main

import (
	"time"

	"gatehouse/web/console"
	"gatehouse/web/page"
	"gatehouse/web/testconnection"
)

// testArea is test connections.
func (g *gateway) testArea(c *console.Console, _ *page.Pages) error {
	testconnection.New(testconnection.Options{
		Tests:    g.login,
		Store:    g.db,
		Browsers: g.sessions,
		Console:  c,
		BaseURL:  g.config.BaseURL,
		Values:   g.ours,
		Now:      time.Now,
	}).Register(g.router)
	return nil
}
