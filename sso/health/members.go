package health

import (
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/drift"
)

const (
	// missingPatience is how long a group may have missing members before an admin
	// is told: two cycles of Entra ID.
	missingPatience = 80 * time.Minute
	// mostMissing is how many groups of a connection an admin is told of.
	mostMissing = 50
)

// missingMembers reports groups whose members have been missing for two cycles.
func missingMembers(s State) (all []sso.Finding) {
	for _, r := range s.Drift {
		if !r.Applied || r.Applying {
			continue
		}
		told := 0
		for _, l := range r.Lines {
			if f, ok := checkMissing(s.Now, r, l, missingPatience); ok && told < mostMissing {
				told++
				all = append(all, f)
			}
		}
	}
	return all
}

// checkMissing reports that members of one group have been missing for a time.
func checkMissing(
	now time.Time, r drift.Report, l drift.Line, patience time.Duration,
) (f sso.Finding, ok bool) {
	people, most, since := lasting(now, l, patience)
	if people == 0 {
		return f, false
	}
	words := r.Remedy(l, most.Reason, true)
	f.HealthKey = sso.HealthKey{
		Kind:       sso.HealthMissing,
		Connection: r.Connection.ID,
		Subject:    string(l.Group.ID),
	}
	f.FindingDetail = sso.FindingDetail{
		Text: fmt.Sprintf(
			"%d of %d people who should be in %s are missing, according to %s and %s. Most: %s.",
			l.Missing, l.Expected, l.Name, r.Connection.Name, l.Evidence.Words(), words.Text,
		),
		Side: string(words.Side),
		Do:   words.Do,
		At:   since.UTC(),
		Path: "connections/" + string(r.Connection.ID) + "/provisioning/drift/" + string(l.Group.ID),
	}
	return f, true
}

// lasting returns how many people of a group have been missing for a time, for reasons
// that someone can resolve and that no other finding tells, and the most frequent of
// these reasons.
func lasting(
	now time.Time, l drift.Line, patience time.Duration,
) (people int, most drift.Reason, since time.Time) {
	if l.Group.ID == "" {
		return 0, most, since
	}
	for _, x := range l.Reasons {
		if !x.Missing || !resolvable(x.Reason) || x.Since.IsZero() || now.Sub(x.Since) < patience {
			continue
		}
		people += x.People
		if x.People > most.People {
			most = x
		}
		if since.IsZero() || x.Since.Before(since) {
			since = x.Since
		}
	}
	return people, most, since
}

func resolvable(reason sso.DriftReason) bool {
	switch reason {
	case sso.DriftGroupRefused, sso.DriftNeverSent, sso.DriftNotProvisioned, sso.DriftWaitingForUser,
		sso.DriftUserRefused, sso.DriftLost:
		return true
	}
	return false
}
