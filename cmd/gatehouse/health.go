package main

import (
	"time"

	"gatehouse/internal/mail"
	"gatehouse/sso"
	"gatehouse/sso/health"
	"gatehouse/web/console"
)

// healthEvery is the interval of health checks of all enterprises.
const healthEvery = time.Hour

// heldEvery is the interval of looking for held group syncs: admins are mailed within
// five minutes even if the first attempt fails.
const heldEvery = time.Minute

// provisionedEvery is the interval of looking at connections that provision: a
// quarter of the cycle of Entra ID.
const provisionedEvery = 10 * time.Minute

// newHealth returns the health checks, which report through post if it is not nil.
func (g *gateway) newHealth(post mail.Sender) *health.Service {
	return health.New(health.Options{
		Facts:        g.db,
		Rules:        g.db,
		Ledger:       g.db,
		Drift:        g.drift,
		Mail:         post,
		Site:         hostOf(g.config.BaseURL),
		Brands:       g.brands.Of,
		Log:          g.log,
		Now:          time.Now,
		Observe:      g.metrics.Certificate,
		ObserveDrift: g.metrics.Drift,
		Link: func(e sso.Enterprise, path string) string {
			return g.config.BaseURL + console.Home(e) + "/" + path
		},
	})
}
