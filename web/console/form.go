package console

import (
	"net/http"
	"net/url"
	"strconv"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// OnForm reports whether err is shown on the form that was sent: it is about what
// was entered, or about the state of what the form changes. Any other error is a
// failure page.
func OnForm(err error) bool {
	switch sso.KindOf(err) {
	case sso.Invalid, sso.Conflict, sso.Stale, sso.Upstream:
		return true
	}
	return false
}

// FormStatus returns the status of a form that is shown with err: 200 for nil,
// 409 for a form made from an older state, 502 if an identity provider did not
// answer, else 422.
func FormStatus(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case sso.KindOf(err) == sso.Stale:
		return http.StatusConflict
	case sso.KindOf(err) == sso.Upstream:
		return http.StatusBadGateway
	}
	return http.StatusUnprocessableEntity
}

// EnterSecretAgain is the error of a field that a secret was entered into, on a form
// that is shown again: a page never contains a secret, so the next submission
// would leave the saved one as it is.
const EnterSecretAgain = "Enter it again: it is not saved yet, and no page shows a secret."

// RevisionField returns the hidden field by which a form names the revision of the
// object that it was made from; see [Revision].
func RevisionField(revision int64) ui.HiddenField {
	return ui.HiddenField{
		Name:  "revision",
		Value: strconv.FormatInt(revision, 10),
	}
}

// Revision returns the revision of the object that a form was made from; -1, which
// no object has, if the form names none. So a form without a revision is refused as
// one made from an older state.
func Revision(form url.Values) int64 {
	n, err := strconv.ParseInt(form.Get("revision"), 10, 64)
	if err != nil || n <= 0 {
		return -1
	}
	return n
}
