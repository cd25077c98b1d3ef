package saml

import (
	"errors"
	"fmt"
	"strings"

	"gatehouse/sso"
)

// errDenied returns the error for a Status that is not success. codes are
// without the common prefix, outermost first; only those of the specification
// (core §3.2.2.2) are shown.
func errDenied(codes []string) *sso.Error {
	if len(codes) > 0 && codes[len(codes)-1] == "NoPassive" {
		return &sso.Error{
			Kind:   sso.Invalid,
			Code:   "idp_interaction_required",
			Err:    errors.New("the identity provider answered NoPassive"),
			Public: "Your company’s identity provider needs to ask you something first. Start again, and answer there.",
		}
	}
	denied := &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "idp_denied",
		Public: "Your company’s identity provider did not let you in.",
		Err: fmt.Errorf(
			"the identity provider answered %q", sso.Sanitize(strings.Join(codes, " / ")),
		),
	}
	for _, code := range codes {
		if text := statusText(code); text != "" {
			denied.Public, denied.Values = text, sso.Values{"status": code}
		}
	}
	return denied
}

// statusText returns the sentence about a status; "" for a code that is not of the
// specification.
func statusText(code string) string {
	const ask = " Ask your admin whether you may use this application ({status})."
	switch code {
	case "AuthnFailed":
		return "Your company’s identity provider could not sign you in ({status})."
	case "RequestDenied", "UnknownPrincipal":
		return "Your company’s identity provider did not let you in." + ask
	case "NoAuthnContext":
		return "Your company’s identity provider could not sign you in the way that was asked for ({status})."
	case "InvalidNameIDPolicy":
		return "Your company’s identity provider cannot name you in the form that was asked for. " +
			"Your admin can change it ({status})."
	case "RequestUnsupported", "UnsupportedBinding", "VersionMismatch", "Requester":
		return "Your company’s identity provider did not accept our request. " +
			"Your admin should compare the settings on both sides ({status})."
	case "Responder":
		return "Your company’s identity provider could not answer." + ask
	case "NoAvailableIDP", "NoSupportedIDP", "ProxyCountExceeded", "PartialLogout",
		"ResourceNotRecognized", "TooManyResponses",
		"UnknownAttrProfile", "InvalidAttrNameOrValue", "RequestVersionDeprecated",
		"RequestVersionTooHigh", "RequestVersionTooLow":
		return "Your company’s identity provider did not let you in ({status})."
	}
	return ""
}
