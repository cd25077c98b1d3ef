package health

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/sso/drift"
)

// mostNotices is how many groups of a connection the notices name.
const mostNotices = 5

// Notices returns what an admin who looks should know of provisioning, and is not
// mailed: the next cycle of the identity provider may repair it, or it may be meant.
// What [Evaluate] finds is not repeated. It is pure.
func Notices(s State) (all []sso.Finding) {
	for _, t := range s.Refusals {
		if s.Now.Sub(t.Since) < refusalPatience {
			all = append(all, refusedFinding(s, t))
		}
	}
	for _, c := range s.Connections {
		if !provisions(c) {
			continue
		}
		if f, ok := Reached(c, s.Reach[c.ID]); ok {
			all = append(all, f)
		}
		if f, ok := checkLogins(c, s.Logins[c.ID]); ok {
			all = append(all, f)
		}
	}
	for _, r := range s.Drift {
		all = append(all, changedGroups(r)...)
		all = append(all, missingSoon(s.Now, r)...)
	}
	return all
}

// provisions reports whether pushes through a connection take effect.
func provisions(c sso.Connection) bool {
	return c.State == sso.ConnectionEnabled && c.Live != nil && c.Live.Provisioning == sso.ProvisionSCIM
}

// senderOf names who pushes through a connection.
func senderOf(c sso.Connection) string {
	if name := c.Provider.Product(); name != "" && c.Provider != sso.Custom {
		return name
	}
	return "The identity provider of " + c.Name
}

// Reached says that the identity provider of a connection does not reach it as it
// should; false if it does. It looks at the latest request.
func Reached(c sso.Connection, r sso.ProvisioningReach) (f sso.Finding, ok bool) {
	state, last := r.State()
	if state == sso.ReachWell {
		return f, false
	}
	f.HealthKey = sso.HealthKey{
		Kind:       sso.HealthSilent,
		Connection: c.ID,
	}
	f.FindingDetail = sso.FindingDetail{
		Side: string(catalog.Company),
		At:   last.At,
		Path: "connections/" + string(c.ID) + "/setup/scim/test",
	}
	sent := fmt.Sprintf("most recently on %s from %s.", moment(last.At), last.Remote)
	switch state {
	case sso.ReachNothing:
		f.Text = senderOf(c) + " has never reached " + c.Name + ": no request has come."
		f.Do = "Look whether provisioning is on there, and compare the address with the one that the page SCIM " +
			"shows. The address has to be open to the servers of the identity provider." +
			where(placeOf(c, "scim_wrong_address"))
	case sso.ReachElsewhere:
		f.Text = senderOf(c) + " calls a wrong address, " + last.Request + ", " + sent
		advice := catalog.For(c.Provider, c.Protocol, "scim_wrong_address", nil)
		f.Do = advice.Do + where(advice.Place)
		if last != r.Known.Last { // strangers may know the ID of a connection
			f.Do += ifOthers
		}
	default:
		f.Text = senderOf(c) + " sends requests without a valid token of " + c.Name + ", " + sent
		advice := catalog.For(c.Provider, c.Protocol, "scim_token_invalid", nil)
		f.Do = advice.Do + where(advice.Place) + ifOthers
	}
	return f, true
}

// ifOthers is added to advice about requests that had no token of the connection.
const ifOthers = " If these are not its requests, ignore them."

func placeOf(c sso.Connection, code string) string {
	return catalog.For(c.Provider, c.Protocol, code, nil).Place
}

// checkLogins reports people who sign in under another login than is pushed.
func checkLogins(c sso.Connection, l sso.LoginCheck) (f sso.Finding, ok bool) {
	if l.DifferentCount == 0 {
		return f, false
	}
	first := l.Different[0]
	text := fmt.Sprintf("A person signs in as %s, and is pushed as %s: they have two accounts here.",
		first.Login, first.UserName)
	if l.DifferentCount > 1 {
		text = fmt.Sprintf("%d people sign in under another login than is pushed, %s as %s for example: "+
			"they have two accounts here.", l.DifferentCount, first.UserName, first.Login)
	}
	f.HealthKey = sso.HealthKey{
		Kind:       sso.HealthLogins,
		Connection: c.ID,
	}
	f.FindingDetail = sso.FindingDetail{
		Text: text,
		Side: string(catalog.Company),
		Do:   "Send as userName what sign-ins assert as the login." + where(placeOf(c, "scim_invalid_value")),
		Path: "connections/" + string(c.ID) + "/setup/scim/mappings",
	}
	return f, true
}

// changedGroups reports groups that the identity provider renamed, deleted, or names
// differently from here.
func changedGroups(r drift.Report) (all []sso.Finding) {
	for _, l := range r.Changed() {
		if len(all) == mostNotices {
			break
		}
		words := l.Change.Remedy()
		group := l.Group.ID
		name := l.Name + ": "
		if group == "" {
			group = l.Change.Near[0].Group
			name = l.Change.Near[0].Name + ": "
		}
		all = append(all, sso.Finding{
			HealthKey: sso.HealthKey{
				Kind:       sso.HealthMissing,
				Connection: r.Connection.ID,
				Subject:    string(group),
			},
			FindingDetail: sso.FindingDetail{
				Text: name + words.Text + ".",
				Side: string(words.Side),
				Do:   words.Do,
				At:   l.Change.At,
				Path: "groups/" + string(group),
			},
		})
	}
	return all
}

// missingSoon reports groups whose members are missing, and have not been for two
// cycles.
func missingSoon(now time.Time, r drift.Report) (all []sso.Finding) {
	if !r.Applied || r.Applying {
		return nil
	}
	for _, l := range r.Lines {
		long, _, _ := lasting(now, l, missingPatience)
		if long > 0 || l.Refusals.Count > 0 || len(all) == mostNotices {
			continue
		}
		if f, ok := checkMissing(now, r, l, 0); ok {
			all = append(all, f)
		}
	}
	return slices.Clip(all)
}

// where says where to act, as a sentence that follows another.
func where(place string) string {
	if place == "" {
		return ""
	}
	if side, spot, ok := strings.Cut(place, ": "); ok { // "Here: the connection › SCIM"
		place = strings.ToLower(side[:1]) + side[1:] + ", " + spot
	}
	return " Where: " + place + "."
}

// moment is how a time is written in a text.
func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }
