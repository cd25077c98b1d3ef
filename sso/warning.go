package sso

import "encoding/json"

// Warning is something a test connection found that does not stop a sign-in.
// The words are chosen by package remedy, as those of a failure are.
type Warning struct {
	Code  string `json:"code"` // stable snake_case: "groups_absent", "login_fallback"…
	Field string `json:"field,omitempty"`
	Want  string `json:"want,omitempty"`
	Got   string `json:"got,omitempty"`
	// Minor marks what is worth knowing and leaves a passed test green: no groups
	// and no login would be wrong.
	Minor bool `json:"minor,omitempty"`
}

// UnmarshalJSON also reads the plain text that results had before warnings had
// codes.
func (w *Warning) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*w = Warning{Code: "note", Minor: true}
		return json.Unmarshal(data, &w.Got)
	}
	type plain Warning
	return json.Unmarshal(data, (*plain)(w))
}

// Warned counts the warnings that an admin should act on before anyone depends
// on the connection.
func (r TestResult) Warned() int {
	n := 0
	for _, w := range r.Warnings {
		if !w.Minor {
			n++
		}
	}
	return n
}
