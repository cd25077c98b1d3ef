package health

import (
	"fmt"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// heldSyncs reports what waits for an admin, by cause.
func heldSyncs(s State) (all []sso.Finding) {
	for _, t := range s.Vitals.HeldBy {
		if t.Waiting == 0 {
			continue // an admin has decided about all of them
		}
		text, do := heldText(t, connectionName(s, t.Connection))
		subject := string(t.Cause)
		if t.Group != "" {
			subject += " " + string(t.Group)
		}
		all = append(all, sso.Finding{
			HealthKey: sso.HealthKey{
				Kind:       sso.HealthHeld,
				Connection: t.Connection,
				Subject:    subject,
			},
			FindingDetail: sso.FindingDetail{
				Text:   text,
				Side:   string(catalog.Operator),
				Do:     do,
				At:     t.Since.UTC(),
				Path:   "held",
				Urgent: t.Mass() && t.Standing,
			},
		})
	}
	return all
}

func connectionName(s State, id sso.ConnectionID) string {
	for _, c := range s.Connections {
		if c.ID == id {
			return c.Name
		}
	}
	return "a connection that was deleted"
}

// heldText says what is held, and what to do about it.
func heldText(t sso.HeldTally, connection string) (text, do string) {
	people := "1 person signed in"
	if t.Waiting != 1 {
		people = fmt.Sprintf("%d people signed in", t.Waiting)
	}
	people += " with the old groups."
	if t.Lost > 0 {
		people += fmt.Sprintf(" %d lost groups before that.", t.Lost)
	}
	const decide = "Look at the held group syncs. If the removals are a mistake, discard them and correct the groups at the identity provider. If they are meant, approve them."
	switch t.Cause {
	case sso.HeldNamesChanged:
		return "The group names that " + connection +
			" sends no longer match the groups here, so every removal is held. " + people, decide
	case sso.HeldGroupShare:
		if t.GroupName == "" {
			t.GroupName = "a group that was deleted since"
		}
		return "Sign-ins through " + connection + " would remove too many people from " +
			t.GroupName + " at once, so removals from it are held. " + people, decide
	case sso.HeldMatchesNothing:
		return "None of the group names that " + connection + " sent matches a group here. " +
			people, decide
	}
	return "A sign-in through " + connection + " would remove the last member from the admin groups. " + people,
		"Look at the held group syncs and approve or discard them. Until then people sign in with their old groups."
}
