package sso

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
)

// StatusError is the cause of a failed fetch whose response had another status
// than 200.
type StatusError struct {
	Host string
	Code int
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered with status %d", e.Host, e.Code)
}

// UnusableError is the cause of a failed fetch whose response cannot be used,
// now or later.
type UnusableError struct{ Err error }

func (e *UnusableError) Error() string { return e.Err.Error() }
func (e *UnusableError) Unwrap() error { return e.Err }

// FetchFailure explains why a document of another server could not be read.
type FetchFailure struct {
	// Reason is a clause for an admin, without a full stop: "the server has no
	// such document (HTTP 404)". It is empty for an error that is not about a
	// fetch.
	Reason string
	// Permanent says that a retry is of no use until the address, the server,
	// or its certificate is changed.
	Permanent bool
}

// ExplainFetch explains the error of a fetch.
func ExplainFetch(err error) FetchFailure {
	if e, ok := errors.AsType[*EncodingError](err); ok {
		return FetchFailure{e.Error(), true}
	}
	if e, ok := errors.AsType[*StatusError](err); ok {
		return explainStatus(e.Code)
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		if e.IsNotFound {
			return FetchFailure{"the name " + Sanitize(e.Name) + " does not exist in DNS", true}
		}
		return FetchFailure{
			"the name " + Sanitize(e.Name) + " could not be looked up in DNS", false,
		}
	}
	if says := explainTLS(err); says != "" {
		return FetchFailure{says, true}
	}
	if e, ok := errors.AsType[*UnusableError](err); ok {
		return FetchFailure{"its response cannot be used: " + Sanitize(e.Error()), true}
	}
	return FetchFailure{Reason: explainConnection(err)}
}

func explainStatus(code int) FetchFailure {
	status := " (HTTP " + strconv.Itoa(code) + ")"
	switch {
	case code == http.StatusNotFound || code == http.StatusGone:
		return FetchFailure{"the server has no such document" + status, true}
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return FetchFailure{"the server demands a sign-in or forbids access" + status, true}
	case code == http.StatusTooManyRequests:
		return FetchFailure{"the server asks for fewer requests" + status, false}
	case code == http.StatusRequestTimeout, code >= http.StatusInternalServerError:
		return FetchFailure{"the server has a fault" + status, false}
	}
	return FetchFailure{"the server refused the request" + status, true}
}

// explainTLS returns "" for an error that is not about TLS.
func explainTLS(err error) string {
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the server does not speak TLS at this port"
	}
	// crypto/tls gives an alert of the peer no type of its own.
	if e, ok := errors.AsType[*net.OpError](err); ok && (e.Op == "remote error" || e.Op == "local error") {
		return "the TLS connection failed (" + Sanitize(e.Err.Error()) + ")"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the server’s TLS certificate is for another name"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the server’s TLS certificate is issued by an authority that is not trusted, or its chain is incomplete"
	}
	if e, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if e.Reason == x509.Expired {
			return "the server’s TLS certificate has expired or is not valid yet"
		}
		return "the server’s TLS certificate is not valid"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server’s TLS certificate is not valid"
	}
	return ""
}

func explainConnection(err error) string {
	timeout, _ := errors.AsType[net.Error](err)
	_, dialed := errors.AsType[*net.OpError](err)
	_, requested := errors.AsType[*url.Error](err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the server refuses connections"
	case errors.Is(err, context.DeadlineExceeded), timeout != nil && timeout.Timeout():
		return "the server did not answer in time"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no route to the server"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET):
		return "the server closed the connection before its response was complete"
	case dialed, requested:
		return "the server could not be reached"
	}
	return ""
}

// FetchError returns the error for a user who signs in while the identity
// provider cannot be asked: Upstream "idp_unavailable" if a retry may help,
// "idp_unusable" if not. An Upstream *Error in err's chain is returned as it
// is.
func FetchError(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Upstream {
		return err
	}
	e, ok := errors.AsType[*Error](err)
	refused := ok && e.Kind == Invalid // the address or the document is refused, now and later
	if refused || ExplainFetch(err).Permanent {
		return &Error{
			Kind:   Upstream,
			Code:   "idp_unusable",
			Public: "Your company’s identity provider is not set up in a way that works. Your company’s IT team has to change something first.",
			Err:    err,
		}
	}
	return &Error{
		Kind:   Upstream,
		Code:   CodeIDPUnavailable,
		Public: "Your company’s identity provider did not give a usable response. Try again in a moment.",
		Err:    err,
	}
}
