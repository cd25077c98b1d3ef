package oidc

import (
	"fmt"

	"gatehouse/sso"
)

func errState() *sso.Error {
	return &sso.Error{Kind: sso.Invalid, Code: "login_state_expired",
		Public: "This sign-in took too long, was already finished, or began in another browser. Start again."}
}

func errRequest(err error) *sso.Error {
	return &sso.Error{Kind: sso.Invalid, Code: "bad_request",
		Public: "The answer of your company's identity provider cannot be read. Start again.", Err: err}
}

func errIssuer(err error) *sso.Error {
	return &sso.Error{Kind: sso.Invalid, Code: "issuer_mismatch",
		Public: "This answer came from another identity provider than the one that was asked.", Err: err}
}

func errDenied(err error) *sso.Error {
	return &sso.Error{Kind: sso.Forbidden, Code: "idp_denied",
		Public: "Your company's identity provider did not let you in. Ask your admin whether you may use this application.", Err: err}
}

func errToken(err error) *sso.Error {
	return &sso.Error{Kind: sso.Forbidden, Code: "id_token_invalid",
		Public: "The sign-in message of your company's identity provider did not pass our checks.", Err: err}
}

func errUpstream(err error) *sso.Error {
	return &sso.Error{Kind: sso.Upstream, Code: "idp_unavailable",
		Public: "Your company's identity provider did not give a usable answer. Try again in a moment.", Err: err}
}

// StatusError is the cause of an Upstream error where an answer came, of another
// status than 200.
type StatusError struct {
	Host string
	Code int
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered with status %d", e.Host, e.Code)
}
