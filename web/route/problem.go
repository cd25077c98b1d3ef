package route

import (
	"net/http"

	"gatehouse/sso"
)

// Problem is a failure in the form of RFC 9457, as the API surface answers it.
type Problem struct {
	Type      string           `json:"type"`
	Title     string           `json:"title"`
	Status    int              `json:"status"`
	Detail    string           `json:"detail"`
	Code      string           `json:"code"`
	Errors    []sso.FieldError `json:"errors,omitempty"`
	RequestID string           `json:"request_id"`
}

// ProblemType begins Problem.Type; the code follows. It is a name and no
// address, so that it is the same on every installation.
const ProblemType = "urn:gatehouse:problem:"

func renderProblem(_ *Router, w http.ResponseWriter, _ *http.Request, f Failure) {
	writeJSON(w, "application/problem+json", f.Status, Problem{
		Type:      ProblemType + f.Code,
		Title:     http.StatusText(f.Status),
		Status:    f.Status,
		Detail:    f.Public,
		Code:      f.Code,
		Errors:    f.Fields,
		RequestID: f.Reference,
	})
}

// Fail answers a request with an error, and logs it, in the way of the surface
// it came in on. It is for a handler that was given to Router.API; those that
// return their errors have no need of it.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	if s := stateOf(r.Context()); s.fail != nil {
		s.fail(w, r, err)
		return
	}
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}
