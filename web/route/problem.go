package route

import (
	"net/http"

	"gatehouse/sso"
)

// Problem is a failure as RFC 9457 problem details, the form of the API surface.
type Problem struct {
	Type      string           `json:"type"`
	Title     string           `json:"title"`
	Status    int              `json:"status"`
	Detail    string           `json:"detail"`
	Code      string           `json:"code"`
	Errors    []sso.FieldError `json:"errors,omitempty"`
	RequestID string           `json:"request_id"`
}

// ProblemType begins Problem.Type; the code follows. It is a URN, the same on every
// installation.
const ProblemType = "urn:gatehouse:problem:"

func renderProblem(_ *Router, w http.ResponseWriter, _ *http.Request, f Failure) {
	writeJSON(w, "application/problem+json", f.Status, Problem{
		Type:      ProblemType + f.Code,
		Title:     http.StatusText(f.Status),
		Status:    f.Status,
		Detail:    f.Text.String(),
		Code:      f.Code,
		Errors:    f.Fields,
		RequestID: f.Reference,
	})
}

// Fail writes and logs an error in the form of the request's surface. It is for
// handlers given to Router.API or Router.Static; others return their errors.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	if s := stateOf(r.Context()); s.fail != nil {
		s.fail(w, r, err)
		return
	}
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}
