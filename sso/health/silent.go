package health

import (
	"fmt"
	"slices"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// When an identity provider counts as silent: after three times the longest pause
// that it made lately, and not before shortestSilence. It is learned from at least
// cyclicPauses pauses of one that provisions in cycles; one that pushes when
// something changes has to have made irregularPauses, of similar length.
const (
	shortestSilence = 120 * time.Minute
	silentCycles    = 3
	cyclicPauses    = 3
	irregularPauses = 8
	similarPauses   = 3 // how often the usual pause the longest may be
)

// checkSilent reports that the identity provider of a connection is no longer in
// touch.
func checkSilent(s State, c sso.Connection) (f sso.Finding, ok bool) {
	if !provisions(c) {
		return f, false
	}
	visits := s.Visits[c.ID]
	pause, known := longestPause(visits, c.Provider == sso.Entra)
	if !known {
		return f, false
	}
	last := visits[len(visits)-1]
	for _, k := range s.Tokens {
		if k.Connection == c.ID && k.LastUsedAt.After(last) {
			last = k.LastUsedAt
		}
	}
	if s.Now.Sub(last) <= max(shortestSilence, silentCycles*pause) {
		return f, false
	}
	f.HealthKey = sso.HealthKey{
		Kind:       sso.HealthSilent,
		Connection: c.ID,
	}
	f.FindingDetail = sso.FindingDetail{
		Text: fmt.Sprintf(
			"%s has provisioned nothing through %s since %s. It used to be in touch at least every %s.",
			senderOf(c), c.Name, moment(last), sso.FormatDuration(pause.Round(time.Minute)),
		),
		Side: string(catalog.Company),
		Do:   wakeUp(c.Provider),
		At:   last.UTC(),
		Path: "connections/" + string(c.ID) + "/provisioning",
	}
	return f, true
}

// longestPause returns the longest pause between visits; false if they do not tell
// how often the identity provider comes.
func longestPause(visits []time.Time, cyclic bool) (longest time.Duration, known bool) {
	var pauses []time.Duration
	for i := 1; i < len(visits); i++ {
		pauses = append(pauses, visits[i].Sub(visits[i-1]))
	}
	if len(pauses) < cyclicPauses || !cyclic && len(pauses) < irregularPauses {
		return 0, false
	}
	slices.Sort(pauses)
	longest = pauses[len(pauses)-1]
	return longest, cyclic || longest <= similarPauses*pauses[len(pauses)/2]
}

// wakeUp says where to look at an identity provider that is silent.
func wakeUp(p sso.Provider) string {
	switch p {
	case sso.Entra:
		return "In the Entra admin center, open the enterprise application, Provisioning. If provisioning is off, in " +
			"quarantine or paused, correct what it names, and press Restart provisioning."
	case sso.Okta:
		return "In the Okta admin console, open the application, Provisioning > Integration, and press Test API " +
			"Credentials. Then look under Dashboard > Tasks for failed pushes."
	case sso.JumpCloud:
		return "In the JumpCloud admin portal, open the application, Identity Management, and look whether it is " +
			"active. Activate it again if it is not."
	}
	return "At the identity provider, look whether provisioning of the application is still on, and whether its log " +
		"has errors. A token that was replaced there, and not here, is refused."
}
