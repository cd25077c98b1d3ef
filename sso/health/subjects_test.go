package health_test

import (
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/health"
)

// TestSubjectsChanged: a change of all subjects that waits is urgent, and names the
// connection and how many were refused.
func TestSubjectsChanged(t *testing.T) {
	t.Parallel()
	f, found := only(health.Evaluate(health.State{
		Connections: []sso.Connection{{
			ID:   "conn-1",
			Name: "Okta",
		}},
		Vitals: sso.Vitals{Subjects: []sso.SubjectChange{{
			ID:         "subjects-1",
			Connection: "conn-1",
			People:     137,
		}}},
	}), sso.HealthSubjects)
	if !found || !f.Urgent || f.Connection != "conn-1" || f.Subject != "subjects-1" || f.Path != "questions" ||
		!strings.Contains(f.Text, "Okta") || !strings.Contains(f.Text, "137") {
		t.Errorf("%+v", f)
	}
}
