package catalog

import (
	"maps"
	"slices"
)

// Page is the page of the console on which to act; "" if it is elsewhere. The
// console knows its address and who may open it.
type Page string

// The pages that entries name.
const (
	Configure    Page = "configure"    // step 2 of the setup assistant
	Mapping      Page = "mapping"      // step 3
	Tests        Page = "tests"        // the test connections of the connection
	Certificates Page = "certificates" // of the connection
	VerifyGroups Page = "verify-groups"
	Settings     Page = "settings"   // of the connection: policies
	Connection   Page = "connection" // its page: enable, disable, delete
	HeldSyncs    Page = "held-syncs"
	People       Page = "people"
	Logins       Page = "logins" // identity questions about logins
	Groups       Page = "groups"
	Domains      Page = "domains"
	Activity     Page = "activity"
	Access       Page = "access"
	Applications Page = "applications" // of the installation
	Admins       Page = "admins"       // of the installation
	SCIM         Page = "scim"         // of the connection: its address and tokens
)

// fixedPlace is a spot outside the identity provider.
type fixedPlace struct {
	place string
	page  Page
}

// fixedPlaces returns the spots that do not depend on the identity provider.
func fixedPlaces() map[spot]fixedPlace {
	return map[spot]fixedPlace{
		atConfigure: {"Here: the connection › Setup assistant › Configure connection", Configure},
		atMapping:   {"Here: the connection › Attribute mapping", Mapping},
		atTests:     {"Here: the connection › Test connections", Tests},
		atCertificatesHere: {
			"Here: the connection › Certificates › Fetch it now, or step 2 of the assistant",
			Certificates,
		},
		atVerifyGroups: {"Here: the connection › Verify groups", VerifyGroups},
		atHeldSyncs:    {"Here: the connection › Held group syncs", HeldSyncs},
		atSCIMHere:     {"Here: the connection › SCIM", SCIM},
		atSettings:     {"Here: the connection › Settings", Settings},
		atSwitch:       {"Here: SSO & provisioning › the connection", Connection},
		atPeople:       {"Here: People › the person", People},
		atLogins:       {"Here: People › Login conflicts", Logins},
		atGroupsHere:   {"Here: Groups", Groups},
		atDomains:      {"Here: Domains", Domains},
		atActivity:     {"Here: Activity", Activity},
		atAccess:       {"Here: Access", Access},
		atApplications: {"Here: Applications", Applications},
		atAdmins:       {"Here: Admins & recovery", Admins},
		atServer:       {"On the server that runs Gatehouse: its configuration and its log", ""},
		atProgram:      {"In the program that calls the API", ""},
		atBrowser: {
			"Not at the identity provider: in this browser, whose cookies for this site have to be kept",
			"",
		},
		atPerson: {"In the browser of the person who signs in", ""},
		atDNS:    {"At the provider of your DNS; Domains here shows the record to create", Domains},
		atSender: {"With the person who sent you the setup link; they find it under Access", ""},
	}
}

// pageOf returns the page of the console for a spot, or "" if it has none.
func pageOf(s spot) Page {
	if s == atIssuerHere {
		return Configure
	}
	return fixedPlaces()[s].page
}

// spotOf returns where to act on a catalogue entry without a more specific
// check.
func spotOf(e Entry) spot {
	aboutPeople := slices.Concat(mergeCodes(), erasureCodes(), linkCodes())
	if slices.ContainsFunc(aboutPeople, func(of Entry) bool { return of.Code == e.Code }) {
		return atPeople
	}
	if s, known := codeSpots()[e.Code]; known {
		return s
	}
	switch {
	case e.Side == Person:
		return atPerson
	case e.Side == Company:
		return atLog
	case e.Area == "API":
		return atProgram
	case e.Area == "Applications":
		return atApplications
	case e.Area == "The console":
		return atAdmins
	case e.Area == "Connections and domains" ||
		e.Area == "SAML" ||
		e.Area == "OpenID Connect":
		return atConfigure
	}
	return atServer
}

// codeSpots returns the spots that do not follow from the side and area of a code.
func codeSpots() map[string]spot {
	spots := map[string]spot{
		"idp_initiated_disabled":   atACS,
		"idp_ignores_requests":     atACS,
		"sent_to_wrong_address":    atACS,
		"idp_denied":               atAssignment,
		"issuer_mismatch":          atIssuerHere,
		"user_inactive":            atPeople,
		"vouch_required":           atPeople,
		"login_in_use":             atLogins,
		"identity_held":            atLogins,
		"subjects_changed":         atLogins,
		"question_decided":         atLogins,
		"question_open":            atLogins,
		"question_changed":         atLogins,
		"groups_unknown":           atGroups,
		"too_many_groups":          atGroups,
		"sign_in_denied":           atAssignment,
		"authn_too_old":            atAssignment,
		"authn_insufficient":       atAssignment,
		"first_sign_in_denied":     atSettings,
		"address_fixed_by_idp":     atAttributes,
		"directory_denied":         atSecret,
		"directory_url_invalid":    atConfigure,
		"saml_too_complex":         atGroups,
		"saml_signature_invalid":   atSigning,
		"saml_decryption_failed":   atEncryption,
		"saml_wrong_recipient":     atAudience,
		"saml_expired":             atClock,
		"saml_attribute_invalid":   atAttributes,
		"id_token_invalid":         atClient,
		"oidc_attribute_invalid":   atAttributes,
		"saml_logout_encrypted":    atEncryption,
		"logout_unanswerable":      atIssuer,
		"logout_token_invalid":     atACS,
		"capture_unreadable":       atTests,
		"nothing_recorded":         atTests,
		"expression_invalid":       atSettings,
		"connection_changed":       atSwitch,
		"never_enabled":            atSwitch,
		"nothing_to_roll_back":     atSwitch,
		"would_lock_out":           atSwitch,
		"nothing_to_compare":       atSwitch,
		"no_configuration":         atConfigure,
		"no_pending_keys":          atCertificatesHere,
		"no_key":                   atCertificatesHere,
		"own_certificate":          atCertificatesHere,
		"certificate_unreadable":   atCertificatesHere,
		"metadata_unreadable":      atIssuer,
		"metadata_unavailable":     atIssuer,
		"metadata_no_signing_key":  atCertificate,
		"metadata_bad_endpoint":    atIssuer,
		"metadata_expired":         atIssuer,
		"weak_key":                 atCertificate,
		"domain_invalid":           atDomains,
		"domain_not_verified":      atDNS,
		"domain_taken":             atDomains,
		"dns_unavailable":          atServer,
		"unknown_app":              atApplications,
		"proxy_not_trusted":        atServer,
		"app_group":                atGroupsHere,
		"app_authn_insufficient":   atAssignment,
		"app_out_of_reach":         atServer,
		"held_sync_decided":        atHeldSyncs,
		"moment_not_known":         atPeople,
		"share_brake":              atGroupsHere,
		"group_is_default":         atGroupsHere,
		"default_group":            atGroupsHere,
		"name_taken":               atGroupsHere,
		"mail_refused":             atAttributes,
		"mail_invalid":             atAttributes,
		"not_an_admin":             atAccess,
		"no_recovery_admin":        atAdmins,
		"test_needed":              atTests,
		"sso_enforced":             atAccess,
		"setup_link_gone":          atSender,
		"setup_link_bound":         atSender,
		"secret_needed":            atConfigure,
		"metadata_entity_changed":  atConfigure,
		"invalid_request":          atLog,
		"verification_required":    atPerson,
		"idp_interaction_required": atPerson,
	}
	maps.Copy(spots, provisioningSpots())
	return spots
}

// provisioningSpots returns the spots of what the identity provider is told when it pushes
// people and groups.
func provisioningSpots() map[string]spot {
	return map[string]spot{
		"scim_token_invalid":   atProvisioning,
		"scim_token_elsewhere": atProvisioning,
		"scim_wrong_address":   atProvisioning,
		"scim_token_expired":   atSCIMHere,
		"scim_token_revoked":   atSCIMHere,
		"scim_scope_missing":   atSCIMHere,
		"scim_groups_off":      atSettings,
		"scim_full":            atServer,
		"scim_invalid_path":    atProvisionedData,
		"scim_invalid_value":   atProvisionedData,
		"scim_read_only":       atProvisionedData,
		"filter_unsupported":   atProvisionedData,
		"resource_exists":      atProvisionedData,
		"resource_adopted":     atPeople,
		"account_pushed":       atPeople,
		"resource_invalid":     atProvisionedData,
		"group_name_invalid":   atGroupsHere,
	}
}
