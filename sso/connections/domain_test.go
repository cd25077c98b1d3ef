package connections_test

import (
	"context"
	"errors"
	"net"
	"regexp"
	"strings"
	"testing"

	"gatehouse/sso"
)

func TestAddDomain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := map[string]bool{}
	for typed, want := range map[string]string{
		"acme.example":       "acme.example",
		" ACME.Test. ":       "acme.test",
		"mail.acme.co.uk":    "mail.acme.co.uk",
		"Bücher.example":     "xn--bcher-kva.example",
		"xn--bcher-kva.test": "xn--bcher-kva.test",
		"ＡＣＭＥ.org":           "acme.org",
		"acme.github.io":     "acme.github.io",
		"a-b.c-d.net":        "a-b.c-d.net",
	} {
		d, err := w.AddDomain(t.Context(), by, w.ent, typed)
		if err != nil || d.Name != want || d.Verified() {
			t.Errorf("%q: %+v, %v; want %s", typed, d, err, want)
			continue
		}
		if !regexp.MustCompile(
			`^gatehouse-verification=[a-z2-7]{26}$`,
		).MatchString(d.TXTRecord) ||
			seen[d.TXTRecord] {
			t.Errorf("%q is no proof", d.TXTRecord)
		}
		seen[d.TXTRecord] = true
	}
	_, err := w.AddDomain(t.Context(), by, w.ent, "Acme.Example")
	w.fails(err, sso.Conflict, "domain_taken", "name")
	for _, bad := range []string{
		"", " ", ".", "acme", "com", "co.uk", "github.io", "gmail.com", "GMAIL.com.",
		"mail.gmail.com", "googlemail.com", "outlook.com", "https://acme.example",
		"ada@acme.example",
		"acme..example", "-acme.example", "acme_x.example", "*.acme.example",
		"acme.example/x", "acme.example:443", "192.0.2.1", "1.2.3.4.5", "[::1]",
		"acme example", "a\u202eb.example", "a\u200db.example", "acme.example\x00",
		"аcme.example..", "xn--.\u0301", strings.Repeat("a", 64) + ".example",
		strings.Repeat("a.", 127) + "example",
	} {
		_, err := w.AddDomain(t.Context(), by, w.ent, bad)
		w.fails(err, sso.Invalid, "domain_invalid", "name")
		if err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestVerifyDomain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, err := w.AddDomain(t.Context(), by, w.ent, "acme.example")
	w.ok(err)
	const host = "_gatehouse-challenge.acme.example"
	for name, tt := range map[string]struct {
		answer any
		kind   sso.Kind
		code   string
		says   string
	}{
		"no name":   {nil, sso.Invalid, "domain_not_verified", "found none"},
		"no record": {[]string{}, sso.Invalid, "domain_not_verified", "found none"},
		"another value": {
			[]string{"v=spf1 -all"},
			sso.Invalid,
			"domain_not_verified",
			`found "v=spf1 -all"`,
		},
		"half the value": {
			[]string{d.TXTRecord[:40]},
			sso.Invalid,
			"domain_not_verified",
			d.TXTRecord,
		},
		"value and more": {
			[]string{d.TXTRecord + "x"},
			sso.Invalid,
			"domain_not_verified",
			host,
		},
		"in capitals": {
			[]string{strings.ToUpper(d.TXTRecord)},
			sso.Invalid,
			"domain_not_verified",
			host,
		},
		"seven others": {
			[]string{"1", "2", "3", "4", "5", "6", "7"},
			sso.Invalid,
			"domain_not_verified",
			`"5", 2 more`,
		},
		"what hides": {
			[]string{"a\u202eb\n"},
			sso.Invalid,
			"domain_not_verified",
			"cannot be shown",
		},
		"a very long one": {
			[]string{strings.Repeat("ä", 4000)},
			sso.Invalid,
			"domain_not_verified",
			"…",
		},
		"server failure": {
			&net.DNSError{
				Err:         "server misbehaving",
				Name:        host,
				IsTemporary: true,
			},
			sso.Upstream,
			"dns_unavailable",
			"does not answer",
		},
		"no answer": {
			&net.DNSError{
				Err:       "i/o timeout",
				Name:      host,
				IsTimeout: true,
			},
			sso.Upstream,
			"dns_unavailable",
			"does not answer",
		},
		"the context ends": {
			context.DeadlineExceeded, sso.Upstream, "dns_unavailable",
			"does not answer",
		},
	} {
		w.dns[host] = tt.answer
		_, err := w.VerifyDomain(t.Context(), by, w.ent, d.ID)
		e, _ := errors.AsType[*sso.Error](err)
		if e == nil ||
			e.Kind != tt.kind ||
			e.Code != tt.code ||
			!strings.Contains(e.Public, tt.says) ||
			len(e.Public) > 1000 {
			t.Errorf("%s: %v; want %s, %s, %q", name, err, tt.kind, tt.code, tt.says)
		}
	}
	if now, err := w.db.Domain(t.Context(), w.ent, d.ID); err != nil || now.Verified() {
		t.Fatalf("%+v, %v", now, err)
	}

	w.dns[host] = []string{"v=spf1 -all", " " + d.TXTRecord}
	verified, err := w.VerifyDomain(t.Context(), by, w.ent, d.ID)
	w.ok(err)
	if !verified.VerifiedAt.Equal(w.clock.Now()) ||
		w.actions(1)[0] != "domain.verified" {
		t.Errorf("%+v %v", verified, w.actions(1))
	}
	found, err := w.db.EnterpriseByDomain(t.Context(), "acme.example")
	w.ok(err)
	w.same(w.ent, found.ID)

	// Once proven it stays, though the record may go.
	delete(w.dns, host)
	w.clock.Move(1)
	again, err := w.VerifyDomain(t.Context(), by, w.ent, d.ID)
	w.ok(err)
	w.same(verified, again)
}

// A second claimant is refused, even one who controls the DNS by now: the first
// has to give the domain up (CVE-2026-59151).
func TestDomainOfAnotherEnterprise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.enterprise("globex")
	mine, err := w.AddDomain(t.Context(), by, w.ent, "acme.example")
	w.ok(err)
	theirs, err := w.AddDomain(t.Context(), by, other, "acme.example")
	w.ok(err)
	if mine.TXTRecord == theirs.TXTRecord {
		t.Fatal("one proof serves two")
	}
	w.dns["_gatehouse-challenge.acme.example"] = []string{mine.TXTRecord}
	_, err = w.VerifyDomain(t.Context(), by, other, theirs.ID)
	w.fails(err, sso.Invalid, "domain_not_verified", "name")
	_, err = w.VerifyDomain(t.Context(), by, w.ent, mine.ID)
	w.ok(err)
	w.dns["_gatehouse-challenge.acme.example"] = []string{
		mine.TXTRecord, theirs.TXTRecord,
	}
	_, err = w.VerifyDomain(t.Context(), by, other, theirs.ID)
	w.fails(err, sso.Conflict, "domain_taken", "name")
	_, err = w.VerifyDomain(
		t.Context(), by, other, sso.NewID[sso.DomainID](w.clock.Now()),
	)
	w.fails(err, sso.NotFoundKind, "not_found")
}
