package oidc

import "gatehouse/sso"

func errRequest(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "bad_request",
		Public: "The response of your company’s identity provider cannot be read. Start again.",
		Err:    err,
	}
}

func errIssuer(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "issuer_mismatch",
		Public: "This response is from a different identity provider than the one that was asked.",
		Err:    err,
	}
}

func errDenied(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "idp_denied",
		Public: "Your company’s identity provider did not let you in. Ask your admin whether you may use this application.",
		Err:    err,
	}
}

// errAuthorization returns the error for an error response of the authorization
// endpoint. Only some codes mean that the user is refused: others say that the
// provider is busy, or that it has to ask the user something, so the user
// starts again.
func errAuthorization(code string, err error) *sso.Error {
	switch code {
	case "temporarily_unavailable", "server_error":
		return &sso.Error{
			Kind:   sso.Upstream,
			Code:   sso.CodeIDPUnavailable,
			Err:    err,
			Public: "Your company’s identity provider is busy or has a problem. Try again in a minute.",
		}
	case "login_required", "interaction_required", "account_selection_required", "consent_required":
		return &sso.Error{
			Kind:   sso.Invalid,
			Code:   "idp_interaction_required",
			Err:    err,
			Public: "Your company’s identity provider needs to ask you something first. Start again, and answer there.",
		}
	}
	return errDenied(err)
}

func errToken(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "id_token_invalid",
		Public: "The sign-in message of your company’s identity provider did not pass our checks.",
		Err:    err,
	}
}

// errUpstream returns an Upstream error for a failure that may be temporary,
// unless err says that it is not.
func errUpstream(err error) error { return sso.FetchError(err) }

// errUnusable returns the error for a response that cannot be used, now or
// later.
func errUnusable(err error) error { return sso.FetchError(&sso.UnusableError{Err: err}) }
