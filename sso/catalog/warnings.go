package catalog

import (
	"slices"
	"strings"

	"gatehouse/sso"
)

// Warn returns the advice about a warning of a test connection, as [For] does
// about a failure.
func Warn(p sso.Provider, protocol sso.Protocol, w sso.Warning) Advice {
	there, as := placesOf(p, protocol), sso.Check{
		Name: w.Field,
		Want: w.Want,
		Got:  w.Got,
	}
	for _, known := range warnings() {
		if listContains(known.codes, w.Code) && strings.Contains(w.Want+w.Got, known.got) {
			return there.advise(known, as)
		}
	}
	return there.advise(fault{
		cause: "{got}",
		side:  Operator,
		spot:  atConfigure,
	}, as)
}

// WarningCodes returns the codes that [Warn] knows, without duplicates.
func WarningCodes() (codes []string) {
	for _, w := range warnings() {
		if !slices.Contains(codes, w.codes) {
			codes = append(codes, w.codes)
		}
	}
	return codes
}

func warnings() []fault {
	return slices.Concat(groupWarnings(), lossWarnings(), otherWarnings())
}

// groupWarnings returns the warnings about asserted groups.
func groupWarnings() []fault {
	return []fault{
		{
			"groups_absent",
			"",
			"",
			"No group attribute was sent under {want}, so the groups of this person are unknown.",
			Company,
			"Send the group attribute under one of these names, and assign the person to a group that is sent.",
			atGroups,
		},
		{
			"groups_empty",
			"",
			"",
			"The group attribute {got} was sent without a value, so this person would be in no group.",
			Company,
			"Check the filter of the group attribute, and that the person is in a group that is sent.",
			atGroups,
		},
		{
			"groups_overage",
			"",
			"",
			"The person is in too many groups to be sent: the identity provider sent a pointer instead of the list.",
			Company,
			"Send only the groups assigned to the application.",
			atGroups,
		},
		{
			"groups_truncated",
			"",
			"",
			"The list of groups is cut off: {got} were read, and there may be more.",
			Company,
			"Send fewer groups: only those assigned to the application, or those that a filter selects.",
			atGroups,
		},
		{
			"groups_partial",
			"",
			"",
			"The list of groups was not fully understood: {got} of its values name no group. " +
				"Groups are added, none removed.",
			Company,
			"Send each group by its name, as text of its own; the values and the reasons are listed below.",
			atGroups,
		},
		{
			"groups_unfetched",
			"",
			"",
			"The groups could not be read: they may be in userinfo, which failed, or in an attribute that is encrypted separately.",
			Company,
			"Put the groups into the ID token, or look at the identity provider’s log for why userinfo failed. Over SAML, encrypt the assertion, not its attributes.",
			atGroups,
		},
		{
			"groups_not_mapped",
			"",
			"",
			"The attribute mapping reads no groups, so no user gets a group through this connection.",
			Operator,
			"Enter the name of the group attribute in the attribute mapping.",
			atMapping,
		},
		{
			"groups_object_ids",
			"",
			"",
			"The groups are sent as object IDs, such as {got}, which match no group here.",
			Company,
			"Send the names of groups instead (Entra ID: source attribute “Cloud-only group display names”). If that is not possible, add each object ID to its group here as an IdP name.",
			atGroups,
		},
		{
			"groups_unmatched", "", "", "None of the groups that were sent matches a group here: {got}.", Operator,
			"Create groups of exactly these names, or add the names to existing groups as IdP names.", atVerifyGroups,
		},
		{
			"group_near_miss",
			"",
			"",
			"A group is sent under a name that is almost that of a group here: {got}.",
			Operator,
			"Accept the name that is sent as an IdP name of the group, or rename one of the two. Letter case and every character count.",
			atVerifyGroups,
		},
	}
}

// lossWarnings returns the warnings about memberships that a sign-in would
// remove.
func lossWarnings() []fault {
	return []fault{
		{
			"groups_all_removed", "", "", "The person would lose every group they have here: {got}.", Company,
			"Compare the names that are sent with those of the groups here before you enable the connection.", atGroups,
		},
		{
			"sync_held",
			"",
			string(sso.HeldLastAdmin),
			"The group sync would be held: it would remove the last admin ({got}).",
			Operator,
			"Put another person into the admin group first, or let the identity provider send it for this person.",
			atHeldSyncs,
		},
		{
			"sync_held",
			"",
			string(sso.HeldNamesChanged),
			"The group sync would be held: the group names that this connection sends no longer match ({got}).",
			Operator,
			"Let the identity provider send the names it sent before, or add the new ones to the groups here as IdP names; then decide about what is held.",
			atHeldSyncs,
		},
		{
			"sync_held",
			"",
			string(sso.HeldGroupShare),
			"The group sync would be held: sign-ins through this connection would remove too many people from one group ({got}).",
			Operator,
			"Find out why the identity provider no longer sends the group; then decide about what is held.",
			atHeldSyncs,
		},
		{
			"sync_held",
			"",
			"",
			"The group sync would be held: none of the groups sent matches, and the person has groups from earlier sign-ins ({got}).",
			Operator,
			"Compare the names that are sent with those of the groups here. What is held waits for an admin; until then the person keeps their groups.",
			atHeldSyncs,
		},
	}
}

// otherWarnings returns the warnings about the user, the messages and the
// configuration.
func otherWarnings() []fault {
	return []fault{
		{
			"login_fallback",
			"",
			"",
			"The login was read from {got}, because {want} was not sent. The login should be a name that people recognize and that stays the same.",
			Company,
			"Send the login as {want}, or name in the attribute mapping here what is sent instead.",
			atAttributes,
		},
		{
			"claim_ambiguous",
			"",
			"",
			"{want} was sent with {got} values. The first one is used as the {field}.",
			Company,
			"Send one value.",
			atAttributes,
		},
		{
			"certificate_expiring",
			"",
			"expired",
			"The signing certificate {got}.",
			Company,
			"Renew it at the identity provider, then fetch the metadata here or add the new certificate.",
			atCertificate,
		},
		{
			"certificate_expiring", "", "begins", "The signing certificate {got}: it is not valid yet.", Company,
			"Sign with a certificate that is valid now.", atCertificate,
		},
		{
			"certificate_expiring",
			"",
			"",
			"The signing certificate expires soon: {got}.",
			Company,
			"Renew it at the identity provider before that day. With a metadata address the new one is fetched from there; otherwise add it here.",
			atCertificate,
		},
		{
			"clock_off", "", "", "The identity provider’s clock is {got}.", Company,
			"Set the clock, best by a time server. Sign-ins fail as soon as it is too far off.", atClock,
		},
		{
			"weak_signature", "", "", "The response is signed with {got}, which is weak.", Company,
			"Choose SHA-256 as signature and digest algorithm.", atSigning,
		},
		{
			"weak_encryption", "", "", "The assertion is encrypted with {got}, which is weak.", Company,
			"Choose AES-GCM and RSA-OAEP.", atEncryption,
		},
		{
			"attributes_left_out",
			"",
			"",
			"Some of the attributes were left out: {got}.",
			Company,
			"Send attributes as plain text, and encrypt the whole assertion instead of single attributes.",
			atAttributes,
		},
		{
			"sign_in_not_fresh",
			"",
			"",
			"The identity provider did not ask the person to sign in again, " +
				"although the connection requires that: {got}.",
			Company,
			"Let the identity provider respect ForceAuthn.",
			atAssignment,
		},
		{
			"userinfo_unusable",
			"",
			"",
			"Userinfo could not be read: {got}.",
			Company,
			"Look at the identity provider’s log for why userinfo failed, " +
				"or put everything that is needed into the ID token.",
			atAttributes,
		},
		{
			"email_missing",
			"",
			"",
			"No e-mail address was sent for this person under {want}. " +
				"An address is optional here, so the sign-in is not refused. " +
				"Applications are told the address that is known from before, or none.",
			Company,
			"If this person has a mailbox, send the address as one of {want}. If not, nothing has to be done.",
			atAttributes,
		},
		{
			"domain_unverified", "", "", "The e-mail domain {got} is not verified for this company.", Operator,
			"Verify the domain, so that its people are found by their address and need no code.", atDomains,
		},
		{
			"vouching_needed", "", "", "An admin has to vouch for this person before they get in.", Operator,
			"After their first sign-in, open the person and select Vouch.", atPeople,
		},
		{
			"login_contested",
			"",
			"",
			"Another active person has the login {got}. At a sign-in this person would wait.",
			Operator,
			"If both are one person, known through another connection so far, move the people of that connection " +
				"to this one. Otherwise decide under Login conflicts after the sign-in: one of the two gets " +
				"another login.",
			atLogins,
		},
		{
			"login_kept",
			"",
			"",
			"Another active person has the login {got}. At a sign-in this person would keep the login {want}.",
			Operator,
			"If both are one person, known through another connection so far, move the people of that connection " +
				"to this one. Otherwise decide under Login conflicts after the sign-in: one of the two gets " +
				"another login.",
			atLogins,
		},
		{
			"login_same_person",
			"",
			"",
			"Another account has the login {got}. By the rule of this company for login conflicts both are one " +
				"person: at a sign-in this identity would lead to that account.",
			Operator,
			"If they are two people, switch the rule off under Login conflicts.",
			atLogins,
		},
		{"note", "", "", "{got}", Operator, "", atConfigure},
	}
}
