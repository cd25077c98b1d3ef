package main

import (
	"time"

	"gatehouse/web/access"
	"gatehouse/web/page"
)

// access is who is in the console, and how they get in.
func (g *gateway) access(pages *page.Pages) *access.Handlers {
	h := access.New(access.Options{Service: g.admin, Passkeys: g.passkeys, Principals: g.sessions, Admin: g.sessions.Admin(), Setup: g.sessions.Setup(), Device: g.sessions.Device(),
		Facts: g.db, BaseURL: g.config.BaseURL, Pages: pages, Now: time.Now})
	h.Register(g.router)
	return h
}
