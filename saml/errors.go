package saml

import (
	"errors"
	"fmt"
	"strings"

	"gatehouse/sso"
)

func errMalformed(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "saml_malformed",
		Public: "The message of your company’s identity provider cannot be read. Start again.",
		Err:    err,
	}
}

func errTooComplex(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "saml_too_complex",
		Public: "The message of your company’s identity provider is larger or more deeply nested than we accept.",
		Err:    err,
	}
}

// errSignature has one text for all signature failures. The checks tell which
// it was.
func errSignature(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "saml_signature_invalid",
		Public: "The sign-in message of your company’s identity provider did not pass our checks.",
		Err:    err,
	}
}

// codeDecryption is the code of a message that none of our keys decrypts.
const codeDecryption = "saml_decryption_failed"

func errDecryption(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   codeDecryption,
		Public: "The sign-in message of your company’s identity provider cannot be decrypted.",
		Err:    err,
	}
}

func errRecipient(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "saml_wrong_recipient",
		Public: "This sign-in message is for another application or from another identity provider.",
		Err:    err,
	}
}

func errExpired(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "saml_expired",
		Public: "The sign-in message is too old or not valid yet. Start again. If it happens again, ask your admin to check the clocks.",
		Err:    err,
	}
}

func errUnsolicited(err error) *sso.Error { return sso.IDPInitiatedDisabled().WithCause(err) }

func errSubject(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "saml_attribute_invalid",
		Public: "Your company’s sign-in sent information about you that we cannot use.",
		Err:    err,
	}
}

func errUnreadable(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "metadata_unreadable",
		Public: "This is not the SAML metadata of an identity provider, or it is not of a form we can read.",
		Err:    err,
	}
}

func errWebPage() *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "metadata_unreadable",
		Public: "This is a web page, not metadata. Take the address or the file that your identity provider calls metadata; it begins with EntityDescriptor.",
		Err:    errors.New("an HTML document"),
	}
}

func errBadEndpoint(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "metadata_bad_endpoint",
		Public: "The metadata names no address that a browser can be sent to, or one that is not https.",
		Err:    err,
	}
}

func errTooManyKeys(n int) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "metadata_unreadable",
		Public: fmt.Sprintf("There are %d signing certificates; at most %d are accepted.", n, maxCertificates),
	}
}

// errAmbiguous lists the identity providers to choose from.
func errAmbiguous(all []entity) *sso.Error {
	const maxNames = 10
	var names []string
	for _, p := range all[:min(len(all), maxNames)] {
		names = append(names, sso.Sanitize(p.id))
	}
	if len(all) > maxNames {
		names = append(names, "…")
	}
	return &sso.Error{
		Kind: sso.Invalid,
		Code: "metadata_ambiguous",
		Public: fmt.Sprintf(
			"There are %d identity providers in this metadata. Say which one, by its entity ID: %s",
			len(all), strings.Join(names, ", "),
		),
	}
}

// errScan converts an error of the scan to one that may be shown.
func errScan(err error) *sso.Error {
	if e, ok := err.(*scanError); ok && e.tooComplex { //nolint:errorlint // the scanner returns it bare
		return errTooComplex(err)
	}
	return errMalformed(err)
}

// mismatch returns the cause of a failed check.
func mismatch(name, want, got string) error {
	return fmt.Errorf("%s: want %q, got %q", name, sso.Sanitize(want), sso.Sanitize(got))
}
