package connections

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"
	"testing"

	"gatehouse/sso"
)

func TestIsTemporary(t *testing.T) {
	t.Parallel()
	upstream := func(cause error) error {
		return fmt.Errorf(
			"discover: %w", sso.FetchError(fmt.Errorf("fetch: %w", cause)),
		)
	}
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"refused": {
			upstream(&net.OpError{
				Op:  "dial",
				Err: syscall.ECONNREFUSED,
			}),
			true,
		},
		"too slow": {upstream(context.DeadlineExceeded), true},
		"DNS out of order": {
			upstream(&net.DNSError{
				Err:         "server misbehaving",
				IsTemporary: true,
			}),
			true,
		},
		"no such name": {
			upstream(&net.DNSError{
				Err:        "no such host",
				IsNotFound: true,
			}),
			false,
		},
		"of another certificate": {
			upstream(&tls.CertificateVerificationError{
				Err: errors.New("for another name"),
			}),
			false,
		},
		"status 404": {upstream(&sso.StatusError{Code: 404}), false},
		"status 429": {upstream(&sso.StatusError{Code: 429}), true},
		"status 500": {upstream(&sso.StatusError{Code: 500}), true},
		"invalid":    {sso.InvalidField("url_not_allowed", "", "no"), false},
		"ours":       {errors.New("bug"), false},
	} {
		if got := isTemporary(tt.err); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestServesAllTenants(t *testing.T) {
	t.Parallel()
	for issuer, want := range map[string]bool{
		"https://login.microsoftonline.com/common/v2.0":                               true,
		"https://login.microsoftonline.com/Organizations":                             true,
		"https://login.microsoftonline.com:443/consumers/":                            true,
		"https://login.microsoftonline.com/":                                          true,
		"https://sts.windows.net/common/":                                             true,
		"https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0": true,
		"https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0": false,
		"https://idp.example/common/v2.0":                                             false,
		"https://%zz":                                                                 false,
	} {
		if got := servesAllTenants(issuer); got != want {
			t.Errorf("%s: %v, want %v", issuer, got, want)
		}
	}
}
