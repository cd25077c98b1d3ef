package connections

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

const (
	challengeValue = "gatehouse-verification="
	lookupBudget   = 10 * time.Second
)

// AddDomain adds an unverified domain, with the value that proves it. It has no
// effect until VerifyDomain has found that value. Errors: Invalid
// "domain_invalid" with the field "name"; Conflict "domain_taken" if the
// enterprise has it already.
func (s *Service) AddDomain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, name string) (sso.Domain, error) {
	ascii, err := domainName(name)
	if err != nil {
		return sso.Domain{}, err
	}
	return s.Domains.CreateDomain(ctx, by, sso.Domain{
		Enterprise: ent,
		Name:       ascii,
		TXTRecord:  challengeValue + strings.ToLower(rand.Text()),
	})
}

// domainName normalizes a name: lower case, A-labels, no dot at the end.
func domainName(name string) (string, error) {
	refuse := func(message string) error {
		return sso.InvalidField("domain_invalid", "name", message)
	}
	name = strings.TrimSuffix(strings.TrimSpace(name), ".")
	ascii, err := address.Domain(name)
	if err != nil {
		return "", refuse("This is not the name of a domain.")
	}
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	if wrong := sso.ValidateDomain("name", ascii); len(wrong) > 0 || last[0] <= '9' { // an IP address
		return "", refuse("Enter a domain such as example.com, without https:// or an @ before it.")
	}
	registrable, err := publicsuffix.EffectiveTLDPlusOne(ascii)
	switch {
	case err != nil:
		return "", refuse("Anyone can have a name under " + ascii +
			", so it belongs to no one company. Enter your own.")
	case slices.Contains(mailboxProviders(), registrable):
		return "", refuse(
			"Anyone can have an address at " + ascii + ", so it cannot identify a company.",
		)
	}
	return ascii, nil
}

// mailboxProviders returns domains of public mailbox providers. The list only
// gives an early error for the large ones: no enterprise can add the DNS record
// that verifies them.
func mailboxProviders() []string {
	return []string{
		"126.com", "163.com", "aol.com", "fastmail.com", "free.fr", "gmail.com", "gmx.at", "gmx.ch",
		"gmx.com", "gmx.de", "gmx.net",
		"googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.fr", "icloud.com",
		"laposte.net", "libero.it", "live.com",
		"mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "orange.fr",
		"outlook.com", "outlook.de", "proton.me",
		"protonmail.com", "qq.com", "rediffmail.com", "t-online.de", "tutanota.com", "web.de",
		"yahoo.co.jp", "yahoo.co.uk", "yahoo.com",
		"yahoo.de", "yahoo.fr", "yandex.com", "yandex.ru", "zoho.com",
	}
}

// VerifyDomain looks for the proof in the DNS; a domain that has it is verified
// for this enterprise and can be for no other. Errors: Invalid
// "domain_not_verified", with the expected record and the ones found; Conflict
// "domain_taken" if another enterprise has proven it; Upstream "dns_unavailable".
func (s *Service) VerifyDomain(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.DomainID,
) (sso.Domain, error) {
	d, err := s.Domains.Domain(ctx, ent, id)
	if err != nil || d.Verified() {
		return d, err
	}
	if err := s.proven(ctx, d); err != nil {
		return sso.Domain{}, err
	}
	return s.Domains.UpdateDomain(ctx, by, ent, id, func(d sso.Domain) (sso.Domain, error) {
		if !d.Verified() {
			d.VerifiedAt = s.Now()
		}
		return d, nil
	})
}

func (s *Service) proven(ctx context.Context, d sso.Domain) error {
	ctx, cancel := context.WithTimeout(ctx, lookupBudget)
	defer cancel()
	host := d.ChallengeName()
	found, err := s.Resolver.LookupTXT(ctx, host)
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		found, err = nil, nil
	}
	if err != nil {
		return &sso.Error{
			Kind:   sso.Upstream,
			Code:   "dns_unavailable",
			Public: "The DNS of this domain does not answer. Try again in a moment.",
			Err:    fmt.Errorf("look up %s: %w", host, err),
		}
	}
	if slices.ContainsFunc(found, func(value string) bool {
		return strings.TrimSpace(value) == d.TXTRecord
	}) {
		return nil
	}
	return sso.InvalidField("domain_not_verified", "name",
		fmt.Sprintf(
			"Looked for a TXT record at %s with the value %s; found %s. A new record can take some time to be seen.",
			host, d.TXTRecord, listed(found),
		))
}

// listed sanitizes DNS records for display, and limits their number.
func listed(values []string) string {
	const most, longest = 5, 100
	if len(values) == 0 {
		return "none"
	}
	var shown []string
	for _, v := range values[:min(len(values), most)] {
		if !sso.Printable(v) {
			v = "a value with characters that cannot be shown"
		}
		if len(v) > longest {
			v = strings.ToValidUTF8(v[:longest], "") + "…"
		}
		shown = append(shown, fmt.Sprintf("%q", v))
	}
	if more := len(values) - most; more > 0 {
		shown = append(shown, fmt.Sprintf("%d more", more))
	}
	return strings.Join(shown, ", ")
}
