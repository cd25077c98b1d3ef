package health

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/sso/drift"
)

// State is the facts about an enterprise at a moment.
type State struct {
	Now         time.Time
	Connections []sso.Connection
	Vitals      sso.Vitals
	Rules       sso.IdentityRules
	Tokens      []sso.ProvisioningToken // that are not revoked
	Services    []sso.ServiceToken      // that are not revoked
	APITokens   []sso.Token             // of the enterprise, that end and are not revoked
	Refusals    []sso.RefusalTally
	Visits      map[sso.ConnectionID][]time.Time // of identity providers that provision, oldest first
	Drift       []drift.Report                   // of connections that provision
	Reach       map[sso.ConnectionID]sso.ProvisioningReach
	Logins      map[sso.ConnectionID]sso.LoginCheck // compared with what is pushed
	Open        []sso.HealthEvent                   // recorded findings that are unresolved
}

// The periods that Vitals must cover for Evaluate.
const (
	Shown             = 14 * 24 * time.Hour // how long back days are counted
	recentPeriod      = 24 * time.Hour      // what counts as now
	conclusiveSignIns = 5                   // consecutive sign-ins that are conclusive
)

// Query returns the query for State.Vitals at a moment.
func Query(now time.Time) sso.VitalsQuery {
	day := now.UTC().Truncate(24 * time.Hour)
	return sso.VitalsQuery{
		Days:   day.Add(24*time.Hour - Shown),
		Since:  now.Add(-recentPeriod),
		Newest: conclusiveSignIns,
	}
}

const (
	day = 24 * time.Hour
	// metadataPatience is how long fetching metadata may fail before an admin is told:
	// identity providers are maintained at night.
	metadataPatience = 6 * time.Hour
	// A connection is failing once half of at least this many sign-ins fail,
	// and until less than a quarter do, so that one near the limit is reported
	// once.
	minFailures      = 5
	failingDivisor   = 2
	recoveredDivisor = 4
)

// Evaluate returns the problems of an enterprise, the most urgent first. It is
// pure.
func Evaluate(s State) []sso.Finding {
	var all []sso.Finding
	for _, c := range s.Connections {
		if f, ok := checkTrust(c); ok {
			all = append(all, f)
		}
		if c.State != sso.ConnectionEnabled || c.Live == nil {
			continue
		}
		for _, check := range []func(State, sso.Connection) (sso.Finding, bool){
			checkCertificate, checkMetadata, checkKeys, checkGroups,
			checkErrorRate, checkTestedTrust,
		} {
			if f, ok := check(s, c); ok {
				f.Connection = c.ID
				all = append(all, f)
			}
		}
	}
	if f, ok := checkRule(s); ok {
		all = append(all, f)
	}
	all = append(all, changedSubjects(s)...)
	all = append(all, heldSyncs(s)...)
	all = append(all, provisioning(s)...)
	all = append(all, expiringServices(s)...)
	all = append(all, expiringAPITokens(s)...)
	if n := s.Vitals.Questions; n > 0 {
		all = append(all, sso.Finding{
			HealthKey: sso.HealthKey{Kind: sso.HealthLogins},
			FindingDetail: sso.FindingDetail{
				Text: contestedText(n),
				Side: string(catalog.Operator),
				Path: "questions",
				Do:   "Look at both records and decide: give one of the two another login, deactivate the one who had it, or refuse the other.",
			},
		})
	}
	slices.SortStableFunc(all, func(a, b sso.Finding) int {
		return cmp.Or(
			boolToInt(b.Urgent)-boolToInt(a.Urgent), cmp.Compare(a.Threshold, b.Threshold),
		)
	})
	return all
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func contestedText(n int) string {
	if n == 1 {
		return "A person claims a login that another active person has."
	}
	return fmt.Sprintf("%d people claim a login that another active person has.", n)
}

func checkMetadata(s State, c sso.Connection) (f sso.Finding, ok bool) {
	since := c.Metadata.FailingSince
	if c.Live.SAML == nil ||
		c.Live.SAML.MetadataURL == "" ||
		since.IsZero() ||
		s.Now.Sub(since) < metadataPatience {
		return f, false
	}
	f.Kind = sso.HealthMetadata
	f.FindingDetail = sso.FindingDetail{
		Text: "The metadata of " + c.Name + " has not been fetchable since " +
			since.UTC().Format("2 January 2006, 15:04 UTC") +
			". Sign-in continues until the identity provider changes its certificate.",
		Side: string(catalog.Company),
		Do:   "Open the metadata address in a browser. The last error was: " + c.Metadata.Error,
		At:   since.UTC(),
		Path: "connections/" + string(c.ID),
	}
	return f, true
}

// keysReported is the time for which a replacement of all keys is reported.
const keysReported = 7 * day

// checkKeys reports that metadata replaced every certificate at once.
func checkKeys(s State, c sso.Connection) (f sso.Finding, ok bool) {
	f.Kind = sso.HealthKeys
	if c.Live.SAML == nil {
		return checkPublishedKeys(s, c, f)
	}
	f.Side, f.Path = string(catalog.Operator), "connections/"+string(c.ID)+"/certificates"
	switch at := c.Live.SAML.ReplacedAt; {
	case len(c.Live.SAML.Pending) > 0:
		f.Threshold, f.Urgent = 1, true
		f.Subject = c.Live.SAML.Pending[0].Fingerprint()
		f.Text = "The metadata of " + c.Name +
			" names new signing certificates alone. They are not trusted until an admin confirms them."
		f.Do = "Ask your identity provider’s admin whether the certificates were changed. If so, confirm them; if not, someone else changed the metadata."
		return f, true
	case !at.IsZero() && s.Now.Sub(at) < keysReported:
		f.Subject = at.UTC().Format(time.RFC3339)
		f.At = at.UTC()
		f.Text = "The metadata of " + c.Name + " replaced all signing certificates at once. The new ones are trusted."
		f.Do = "Ask your identity provider’s admin whether the certificates were changed. If not, someone else changed the metadata: disable the connection."
		return f, true
	}
	return f, false
}

// checkPublishedKeys is keys for an OpenID provider.
func checkPublishedKeys(s State, c sso.Connection, f sso.Finding) (sso.Finding, bool) {
	cfg := c.Live.OIDC
	if cfg == nil {
		return f, false
	}
	f.Side, f.Path = string(catalog.Operator), "connections/"+string(c.ID)+"/certificates"
	switch {
	case len(cfg.PendingKeys) > 0:
		f.Threshold, f.Urgent = 1, true
		f.Subject = cfg.PendingKeys[0]
		f.Text = "The identity provider of " + c.Name +
			" publishes new signing keys alone. Sign-ins are refused until an admin confirms them."
		f.Do = "Ask your identity provider’s admin whether the keys were changed. " +
			"If so, confirm them; if not, someone else changed what is published."
		return f, true
	case !cfg.ReplacedAt.IsZero() && s.Now.Sub(cfg.ReplacedAt) < keysReported:
		f.Subject = cfg.ReplacedAt.UTC().Format(time.RFC3339)
		f.At = cfg.ReplacedAt.UTC()
		f.Text = "The identity provider of " + c.Name + " replaced all signing keys at once. The new ones are trusted."
		f.Do = "Ask your identity provider’s admin whether the keys were changed. " +
			"If not, someone else changed what is published: disable the connection."
		return f, true
	}
	return f, false
}

// checkGroups reports that the last sign-ins had no groups, or none that were fully
// understood, although one of the users had some before.
func checkGroups(s State, c sso.Connection) (f sso.Finding, ok bool) {
	count, partial, hadGroups := 0, 0, false
	for _, a := range s.Vitals.Newest {
		if a.Connection != c.ID || a.Outcome != sso.OutcomeSucceeded {
			continue
		}
		switch a.Groups.State {
		case sso.GroupsAbsent:
		case sso.GroupsPartial:
			partial++
		default:
			return f, false
		}
		count, hadGroups = count+1, hadGroups || s.Vitals.HadGroups[a.User]
	}
	if count < conclusiveSignIns ||
		!hadGroups ||
		c.Live.Provisioning == sso.ProvisionSCIM {
		return f, false
	}
	text := "The last %d sign-ins through %s said nothing about groups, and there were some before. No one lost a membership."
	advice := ": send the groups again."
	if partial > 0 {
		text = "The groups of the last %d sign-ins through %s were not understood, or only in part. No one lost a membership, and no one will until they are."
		advice = ": send the names of groups as a list of texts. The page of each sign-in lists what was not understood, and why."
	}
	f.Kind = sso.HealthGroups
	f.FindingDetail = sso.FindingDetail{
		Text: fmt.Sprintf(text, count, c.Name),
		Side: string(catalog.Company),
		Do:   catalog.For(c.Provider, c.Protocol, "groups_unknown", nil).Place + advice,
		Path: "connections/" + string(c.ID),
	}
	return f, true
}

// Failures summarizes the last day of a connection: how many sign-ins ended,
// how many failed for a reason other than the user's choice, and the most
// frequent code.
func Failures(v sso.Vitals, c sso.ConnectionID) (total, failed int, code string) {
	for _, n := range v.Last { // the most frequent first
		if n.Connection != c || n.Outcome == sso.OutcomePending {
			continue
		}
		if n.Outcome == sso.OutcomeFailed {
			if e, known := catalog.Of(n.Code); known && e.Side == catalog.Person {
				continue
			}
			if failed += n.Count; code == "" {
				code = n.Code
			}
		}
		total += n.Count
	}
	return total, failed, code
}

func checkErrorRate(s State, c sso.Connection) (f sso.Finding, ok bool) {
	total, failed, code := Failures(s.Vitals, c.ID)
	f.Kind = sso.HealthErrors
	reported := slices.ContainsFunc(s.Open, func(e sso.HealthEvent) bool {
		return e.Kind == f.Kind && e.Connection == c.ID
	})
	bad := failed >= minFailures && failed*failingDivisor >= total ||
		reported && failed > 0 && failed*recoveredDivisor >= total
	if !bad {
		return f, false
	}
	advice := catalog.For(c.Provider, c.Protocol, code, lastChecks(s.Vitals, c.ID, code))
	f.FindingDetail = sso.FindingDetail{
		Text: fmt.Sprintf(
			"%d of the last day’s %d sign-ins through %s failed, most with %s.",
			failed, total, c.Name, code,
		),
		Side:   string(advice.Side),
		Do:     strings.TrimSpace(advice.Cause + " " + advice.Do),
		Path:   "activity?outcome=failed",
		Urgent: true,
	}
	return f, true
}

func lastChecks(v sso.Vitals, c sso.ConnectionID, code string) []sso.Check {
	for _, a := range v.Newest {
		if a.Connection == c && a.Code == code {
			return a.Checks
		}
	}
	return nil
}

// Skew returns how far the clock of an identity provider is ahead of ours
// (behind, if negative) according to the newest responses; false if none tells.
// The time that a response is under way limits the precision to a second or
// two.
func Skew(v sso.Vitals, c sso.ConnectionID) (time.Duration, bool) {
	var all []time.Duration
	for _, a := range v.Newest {
		if a.Connection != c {
			continue
		}
		for _, check := range a.Checks {
			if check.Name != "response_issue_instant" && check.Name != "issued_at" {
				continue
			}
			if issued, err := time.Parse(time.RFC3339, check.Got); err == nil {
				all = append(all, issued.Sub(a.At).Round(time.Second))
			}
			break
		}
	}
	if len(all) == 0 {
		return 0, false
	}
	slices.Sort(all)
	return all[len(all)/2], true
}
