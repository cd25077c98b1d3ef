package sso_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"gatehouse/sso"
)

func TestExplainFetch(t *testing.T) {
	t.Parallel()
	verification := func(err error) error {
		return &tls.CertificateVerificationError{Err: err}
	}
	for name, c := range map[string]struct {
		err       error
		says      string
		permanent bool
	}{
		"refused": {
			&net.OpError{
				Op:  "dial",
				Err: syscall.ECONNREFUSED,
			},
			"refuses connections",
			false,
		},
		"too slow":  {context.DeadlineExceeded, "in time", false},
		"cut short": {io.ErrUnexpectedEOF, "closed the connection", false},
		"reset": {
			&net.OpError{
				Op:  "read",
				Err: syscall.ECONNRESET,
			},
			"closed the connection",
			false,
		},
		"DNS out of order": {
			&net.DNSError{
				Err:         "server misbehaving",
				Name:        "idp.example",
				IsTemporary: true,
			},
			"could not be looked up",
			false,
		},
		"no such name": {
			&net.DNSError{
				Err:        "no such host",
				Name:       "idp.example",
				IsNotFound: true,
			},
			"the name idp.example does not exist",
			true,
		},
		"another name": {
			verification(x509.HostnameError{
				Certificate: &x509.Certificate{},
				Host:        "idp.example",
			}),
			"for another name",
			true,
		},
		"unknown authority": {
			verification(x509.UnknownAuthorityError{}), "authority", true,
		},
		"expired": {
			verification(x509.CertificateInvalidError{Reason: x509.Expired}),
			"expired",
			true,
		},
		"bad certificate": {verification(errors.New("no")), "not valid", true},
		"plain HTTP": {
			tls.RecordHeaderError{
				Msg: "first record does not look like a TLS handshake",
			},
			"does not speak TLS",
			true,
		},
		"TLS alert": {
			&net.OpError{
				Op:  "remote error",
				Err: tls.AlertError(70),
			},
			"TLS connection failed",
			true,
		},
		"UTF-16": {
			&sso.EncodingError{Name: "UTF-16"},
			"UTF-16; save it as UTF-8",
			true,
		},
		"status 404": {&sso.StatusError{Code: 404}, "no such document (HTTP 404)", true},
		"status 410": {&sso.StatusError{Code: 410}, "HTTP 410", true},
		"status 403": {&sso.StatusError{Code: 403}, "forbids access (HTTP 403)", true},
		"status 400": {&sso.StatusError{Code: 400}, "HTTP 400", true},
		"status 429": {&sso.StatusError{Code: 429}, "HTTP 429", false},
		"status 500": {&sso.StatusError{Code: 500}, "HTTP 500", false},
		"status 503": {&sso.StatusError{Code: 503}, "HTTP 503", false},
		"unusable":   {&sso.UnusableError{Err: errors.New("no key")}, "no key", true},
		"anything else": {
			&net.OpError{
				Op:  "dial",
				Err: errors.New("bug"),
			},
			"could not be reached",
			false,
		},
		"not about a fetch": {errors.New("bug"), "", false},
		"unusable, a secret": {
			&sso.UnusableError{Err: errors.New("x\x00y")},
			"x\ufffdy",
			true,
		},
	} {
		got := sso.ExplainFetch(fmt.Errorf("fetch: %w", c.err))
		if !strings.Contains(got.Reason, c.says) || got.Permanent != c.permanent {
			t.Errorf("%s: %+v, want %q, %v", name, got, c.says, c.permanent)
		}
		code := map[bool]string{
			true:  "idp_unusable",
			false: "idp_unavailable",
		}[c.permanent]
		if err := sso.FetchError(fmt.Errorf("fetch: %w", c.err)); sso.CodeOf(err) != code ||
			sso.KindOf(err) != sso.Upstream ||
			!errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %s", name, err, code)
		}
	}
	invalid := sso.InvalidField("url_not_allowed", "", "no")
	if err := sso.FetchError(invalid); sso.CodeOf(err) != "idp_unusable" {
		t.Errorf("an address that is refused: %v", err)
	}
	if err := sso.FetchError(fmt.Errorf(
		"again: %w", sso.FetchError(io.EOF),
	)); sso.CodeOf(err) != "idp_unavailable" {
		t.Errorf("what is classified already: %v", err)
	}
}
