package connections

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/address"
	"gatehouse/sso/mapping"
)

// check checks every value of the configuration.
func (w *editing) check() {
	cfg := w.cfg
	if cfg.SAML != nil {
		w.checkSAML()
	}
	if cfg.OIDC != nil {
		w.checkOIDC()
	}
	w.addAll(mapping.Validate(cfg.Mapping))
	w.checkSubject()
	oneOf(
		&w.problems, "group_sync.mode", cfg.GroupSync.Mode, sso.SyncReset, sso.SyncResetSynced,
		sso.SyncAddOnly,
	)
	oneOf(
		&w.problems, "group_sync.on_absent", cfg.GroupSync.OnAbsent, sso.KeepGroups,
		sso.ClearGroups, sso.DenySignIn,
	)
	oneOf(
		&w.problems, "group_sync.on_overage", cfg.GroupSync.OnOverage, sso.KeepGroups,
		sso.DenySignIn,
	)
	w.checkProvisioning()
	w.checkBrake()
	w.checkDirectory()
	w.checkPolicies()
}

func (w *editing) checkBrake() {
	b := w.cfg.Brake.Effective()
	within := func(field string, value, least, most int) {
		if value < least || value > most {
			w.add(invalid, field, fmt.Sprintf("Enter a number from %d to %d.", least, most))
		}
	}
	within("brake.share", b.Share, 1, 100)
	within("brake.people", b.People, 1, sso.MaxBrakePeople)
	within("brake.window", int(b.Window), int(sso.MinBrakeWindow), int(sso.MaxBrakeWindow))
}

// checkSubject warns of a subject that may be given to another user later.
func (w *editing) checkSubject() {
	for candidate := range strings.SplitSeq(w.cfg.Mapping.Subject, "|") {
		if candidate != "" && slices.Contains(w.cfg.Mapping.Email, candidate) {
			w.warn(
				"mapping.subject",
				fmt.Sprintf(
					"%q is an e-mail address here. Addresses change and are given to others: use a claim that never changes.",
					candidate,
				),
			)
		}
	}
}

// text reports a value that cannot be part of a message to an identity provider.
func (w *editing) text(field, value string, longest int) {
	switch {
	case len(value) > longest:
		w.add(invalid, field, fmt.Sprintf("Use at most %d bytes.", longest))
	case value != strings.TrimSpace(value) || !sso.Printable(value):
		w.add(invalid, field, "Remove surrounding space and characters that cannot be seen.")
	}
}

// address checks a URL that a browser is sent to or that is fetched; code is the
// error code of the problem.
func (w *editing) address(code, field, entered string) bool {
	usable, wrong := address.URL(entered)
	if wrong != nil {
		w.add(
			code, field,
			"The host of this address is not a domain name. Check its letters, or enter its ASCII form, which begins with xn--.",
		)
		return false
	}
	err := sso.CheckEndpoint(usable)
	plain := strings.HasPrefix(strings.ToLower(usable), "http:")
	if err != nil || plain && !w.AllowLoopback {
		says := Advise(field, usable).Says
		if says == "" {
			says = "Enter an https address, without a user name or password in it."
		}
		w.add(code, field, says)
		return false
	}
	if plain {
		w.warn(field, "This address is not encrypted. Use https outside of tests.")
	}
	return true
}

// inASCII returns an address with an ASCII host, as it is stored. One that cannot
// be converted is returned unchanged, and address refuses it.
func inASCII(entered string) string {
	entered = strings.TrimSpace(entered)
	if converted, err := address.URL(entered); err == nil {
		return converted
	}
	return entered
}

// complete reports the fields that are missing for sign-in.
func (w *editing) complete() {
	need := func(missing bool, field, message string) {
		if missing {
			w.add("connection_incomplete", field, message)
		}
	}
	if c := w.cfg.SAML; c != nil {
		need(c.IDPEntityID == "", "saml.idp_entity_id", "Enter the identity provider’s entity ID, or its metadata.")
		need(c.SSO.URL == "", "saml.sso_url", "Enter the identity provider’s single sign-on address, or its metadata.")
		need(
			len(c.Certificates) == 0, "saml.certificates",
			"Enter the certificate the identity provider signs with, or its metadata.",
		)
	}
	if c := w.cfg.Directory; c != nil {
		need(
			c.ClientSecret == "", "directory.client_secret",
			"Enter the client secret of the application that groups are asked for as.",
		)
	}
	if c := w.cfg.OIDC; c != nil {
		need(c.Issuer == "", "oidc.issuer", "Enter the issuer.")
		need(c.ClientID == "", "oidc.client_id", "Enter the client ID.")
		need(
			c.ClientSecret == "" && c.AuthMethod != sso.PrivateKeyJWT, "oidc.client_secret",
			"Enter the client secret.",
		)
	}
}
