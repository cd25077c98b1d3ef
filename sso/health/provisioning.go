package health

import (
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// refusalPatience is how long a refusal may be open before an admin is told: two
// cycles of Entra ID, which sends members before it sends their users, for example,
// and repeats both in its next cycle.
const refusalPatience = 80 * time.Minute

// tokenThresholds returns how many days before the expiry of a token an
// admin is told, in the order in which they are reached; 0 is the expiry itself.
func tokenThresholds() [5]int { return [...]int{30, 14, 7, 1, 0} }

// tokenThreshold returns the threshold that a token with an amount of time left has
// reached.
func tokenThreshold(left time.Duration) (threshold int, reached bool) {
	for _, days := range tokenThresholds() {
		if left <= time.Duration(days)*day {
			threshold, reached = days, true
		}
	}
	return threshold, reached
}

// provisioning reports tokens that expire, refusals that stay open, identity
// providers that are silent, and members who are missing.
func provisioning(s State) (all []sso.Finding) {
	for _, c := range s.Connections {
		if c.State == sso.ConnectionDisabled {
			continue
		}
		if f, ok := checkToken(s, c); ok {
			all = append(all, f)
		}
		if f, ok := checkSilent(s, c); ok {
			all = append(all, f)
		}
	}
	for _, t := range s.Refusals {
		if s.Now.Sub(t.Since) >= refusalPatience {
			all = append(all, refusedFinding(s, t))
		}
	}
	return append(all, missingMembers(s)...)
}

// tokenInUse returns the token of a connection that its identity provider used
// last, or the one that expires last if it used none.
func tokenInUse(s State, c sso.ConnectionID) (used sso.ProvisioningToken, ok bool) {
	for _, k := range s.Tokens {
		if k.Connection == c && (!ok || inUseRather(k, used)) {
			used, ok = k, true
		}
	}
	return used, ok
}

func inUseRather(k, than sso.ProvisioningToken) bool {
	if !k.LastUsedAt.Equal(than.LastUsedAt) {
		return k.LastUsedAt.After(than.LastUsedAt)
	}
	return k.ExpiresAt.IsZero() || !than.ExpiresAt.IsZero() && k.ExpiresAt.After(than.ExpiresAt)
}

// checkToken reports that the token in use expires soon, or has expired.
func checkToken(s State, c sso.Connection) (f sso.Finding, ok bool) {
	k, ok := tokenInUse(s, c.ID)
	if !ok || k.ExpiresAt.IsZero() {
		return f, false
	}
	if f.Threshold, ok = tokenThreshold(k.ExpiresAt.Sub(s.Now)); !ok {
		return f, false
	}
	f.HealthKey = sso.HealthKey{
		Kind:       sso.HealthToken,
		Connection: c.ID,
		Subject:    string(k.ID),
	}
	verb := "expires"
	if f.Threshold == 0 {
		verb = "expired"
	}
	f.FindingDetail = sso.FindingDetail{
		Text: fmt.Sprintf("The token %q, by which %s provisions, %s on %s.",
			k.Name, c.Name, verb, k.ExpiresAt.UTC().Format("2 January 2006")),
		Side: string(catalog.Operator),
		Do: "Extend the token, which stays the same; or create another one, put it into the identity provider, " +
			"and revoke this one once the new one is used.",
		By:     k.ExpiresAt.UTC(),
		Path:   "connections/" + string(c.ID) + "/provisioning",
		Urgent: f.Threshold <= 7,
	}
	return f, true
}

// refusedFinding reports the open refusals of a connection.
func refusedFinding(s State, t sso.RefusalTally) sso.Finding {
	what := "1 thing"
	if t.Open != 1 {
		what = fmt.Sprintf("%d things", t.Open)
	}
	recent := "most recently"
	if name := t.Last.Name; name != "" {
		recent += " " + name
	}
	var of sso.Connection
	for _, c := range s.Connections {
		if c.ID == t.Connection {
			of = c
		}
	}
	advice := catalog.For(of.Provider, of.Protocol, t.Last.Code, nil)
	return sso.Finding{
		HealthKey: sso.HealthKey{
			Kind:       sso.HealthRefused,
			Connection: t.Connection,
		},
		FindingDetail: sso.FindingDetail{
			Text: fmt.Sprintf("Provisioning is refused: %s that %s pushes did not arrive, %s on %s. %s",
				what, connectionName(s, t.Connection), recent, moment(t.Last.LastAt), advice.Cause),
			Side: string(advice.Side),
			Do:   advice.Do + where(advice.Place),
			At:   t.Since.UTC(),
			Path: "connections/" + string(t.Connection) + "/provisioning/problems",
		},
	}
}
