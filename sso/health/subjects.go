package health

import (
	"fmt"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// changedSubjects reports connections whose identity providers seem to have changed
// the subjects of all users. Those are refused until an admin has answered.
func changedSubjects(s State) (all []sso.Finding) {
	for _, change := range s.Vitals.Subjects {
		name := "An identity provider"
		for _, c := range s.Connections {
			if c.ID == change.Connection {
				name = c.Name
			}
		}
		all = append(all, sso.Finding{
			HealthKey: sso.HealthKey{
				Kind:       sso.HealthSubjects,
				Connection: change.Connection,
				Subject:    string(change.ID),
			},
			FindingDetail: sso.FindingDetail{
				Text: fmt.Sprintf("%s sends new identifiers for people who are known here: %d were refused so far.",
					name, change.People),
				Side: string(catalog.Operator),
				Do: "Ask the company whether it changed its identity provider or the application in it, and decide: " +
					"they are the same people, they are other people, or the sign-ins are refused.",
				At:     change.FoundAt,
				Path:   "questions",
				Urgent: true,
			},
		})
	}
	return all
}
