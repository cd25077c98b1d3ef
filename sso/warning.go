package sso

import "encoding/json"

// Warning is a problem found by a test connection that does not stop a sign-in.
// Package catalog has the texts, as for failures.
type Warning struct {
	Code  string `json:"code"` // stable snake_case: "groups_absent", "login_fallback"…
	Field string `json:"field,omitempty"`
	Want  string `json:"want,omitempty"`
	Got   string `json:"got,omitempty"`
	// Minor marks a warning that leaves a passed test green: no group and no
	// login would be wrong.
	Minor bool `json:"minor,omitempty"`
}

// CodeNearMiss is the code of the warning that a name which was sent is nearly
// the name of a group.
const CodeNearMiss = "group_near_miss"

// UnmarshalJSON also reads the plain text of results stored before warnings had
// codes.
func (w *Warning) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*w = Warning{Code: "note", Minor: true}
		return json.Unmarshal(data, &w.Got)
	}
	type plain Warning
	return json.Unmarshal(data, (*plain)(w))
}

// Warned counts the warnings that an admin should act on before the connection
// is used.
func (r TestResult) Warned() int {
	n := 0
	for _, w := range r.Warnings {
		if !w.Minor {
			n++
		}
	}
	return n
}
