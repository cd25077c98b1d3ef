package main

import (
	"time"

	"gatehouse/internal/mail"
	"gatehouse/sso"
	"gatehouse/sso/health"
	"gatehouse/web/console"
)

// healthEvery is how often every enterprise is looked at.
const healthEvery = time.Hour

// heldEvery is how often is looked for group syncs that were held: admins hear
// of them within five minutes, also if the first attempt to mail fails.
const heldEvery = time.Minute

// doctor finds out what is unwell, and tells it through post, if there is one.
func (g *gateway) doctor(post mail.Sender) *health.Service {
	return health.New(health.Options{Facts: g.db, Ledger: g.db, Mail: post, Site: hostOf(g.config.BaseURL), Log: g.log, Now: time.Now, Observe: g.metrics.Certificate,
		Link: func(e sso.Enterprise, path string) string { return g.config.BaseURL + console.Home(e) + "/" + path }})
}
