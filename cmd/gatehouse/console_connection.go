package main

import (
	"time"

	"gatehouse/web/connection"
	"gatehouse/web/console"
	"gatehouse/web/page"
)

// connectionArea is connections.
func (g *gateway) connectionArea(c *console.Console, _ *page.Pages) error {
	connection.New(connection.Options{Console: c, Store: g.db, Setup: g.setup, Preview: g.login, BaseURL: g.config.BaseURL,
		Revoked: g.live.Revoked, Now: time.Now}).Register(g.router)
	return nil
}
